/** What an issuer may do to the simulated chip: the printed commands of card-application.md 6.4, what it refuses, and what a tear leaves. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import type { Random } from '../../../../common/ids.ts';
import { encrypt, mac, tacMacKey } from '../../../../common/pboc.ts';
import { Chip } from '../../../../drivers/card/pboc/chip.ts';
import type { ChipCommand, ChipState, PurseConfig } from '../../../../drivers/card/pboc/chip-types.ts';
import { fixedRandom, v1Purse } from './cards.ts';

/** The secure-messaging key and the challenge of 6.4. */
const SMK = fromHex('83E05B7D1CF6294AA9C4376E50D2B81F');
const CHALLENGE = '19393A92';
const BLOCK = '841E000004690EED1B';
const UNBLOCK = '84180000047A1799EF';
const FILE_15 = '073141000000000001010000410000001234567820260315203603150000';
const UPDATE_15 = `04D6950022${FILE_15}5167BE54`;
const WRITE_LOAD_KEY = '84D407011C0862575F031FCF55209EECAB2D0418F3707BBE16FA76590BBC47EC75';
const adminKeys = { maintenance: SMK, cardMaster: SMK, block: SMK, unblock: SMK, pinUnblock: SMK, pinReload: SMK } as const;
const pin = { id: 0, value: '123456', guards: ['load'] } as const;

function chipOf(
  changes: Partial<PurseConfig> = {},
  { state = {}, random = fixedRandom(CHALLENGE) }: { state?: Partial<ChipState>; random?: Random } = {},
): Chip {
  const chip = new Chip({ random, purse: { ...v1Purse, adminKeys, ...changes }, state });
  chip.powerOn();
  say(chip, '00A40000023F01');
  return chip;
}

const say = (chip: Chip, command: string): string | undefined => {
  const answer = chip.transmit(fromHex(command));
  return answer === undefined ? undefined : toHex(answer);
};
const challenged = (chip: Chip, command: string): string | undefined => {
  expect(say(chip, '0084000004')).toBe(`${CHALLENGE}9000`);
  return say(chip, command);
};
/** Computed here, from 4.2, for what 6.4 does not print. */
function signed(header: string, data: string, key = SMK): string {
  const length = (data.length / 2 + 4).toString(16).padStart(2, '0');
  const iv = fromHex(`${CHALLENGE}00000000`);
  return `${header}${length}${data}${toHex(mac(key, fromHex(`${header}${length}${data}`), iv))}`;
}
const wrong = (command: string): string => `${command.slice(0, -2)}${command.endsWith('00') ? '01' : '00'}`;

describe('the printed commands of 6.4', () => {
  test('block the application, whose SELECT then says so, and unblock it', () => {
    const chip = chipOf();
    expect(challenged(chip, BLOCK)).toBe('9000');
    expect(say(chip, '00B0950000')).toBe('6A81');
    expect(say(chip, '00A40000023F01')).toMatch(/^6F.*6A81$/);
    expect(challenged(chip, UNBLOCK)).toBe('9000');
    expect(say(chip, '00B0950000')).toMatch(/9000$/);
  });

  test('write file 15, which FCI and reading then show', () => {
    const chip = chipOf({ validFrom: '20200101', enabled: false });
    expect(say(chip, '00B095001E')).toBe(`${FILE_15.replace('0101', '0001').replace('20260315', '20200101')}9000`);
    expect(challenged(chip, UPDATE_15)).toBe('9000');
    expect(say(chip, '00B095001E')).toBe(`${FILE_15}9000`);
    expect(say(chip, '00A40000023F01')).toContain(FILE_15);
    // the flag of file 15 makes the purse work
    expect(say(chip, '805000020B010000000100000100005010')).toMatch(/9000$/);
  });

  test('write the load key, under which the next MAC1 is', () => {
    const chip = chipOf({}, { random: fixedRandom(CHALLENGE) });
    expect(challenged(chip, WRITE_LOAD_KEY)).toBe('9000');
    expect(chip.snapshot().writtenKeys).toEqual({ load: '0123456789ABCDEFFEDCBA9876543210' });
    const answer = say(chip, '805000020B010000000100000100005010');
    const session = encrypt(fromHex('0123456789ABCDEFFEDCBA9876543210'), fromHex(`${CHALLENGE}00008000`));
    expect(answer?.slice(-12)).toBe(`${toHex(mac(session, fromHex('000000000000000102000001000050')))}9000`);
  });
});

describe('a command is refused, and changes nothing,', () => {
  test.each([
    ['block', BLOCK],
    ['update', UPDATE_15],
    ['write key', WRITE_LOAD_KEY],
  ])('without a challenge, with an old one, and with a wrong MAC: %s', (_name, command) => {
    const chip = chipOf({ enabled: false });
    const before = { ...chip.snapshot() };
    expect(say(chip, command)).toBe('6984');
    say(chip, '0084000004');
    say(chip, '805C000204');
    expect(say(chip, command)).toBe('6984');
    expect(challenged(chip, wrong(command))).toBe('6988');
    expect({ ...chip.snapshot(), keyTries: undefined }).toEqual({ ...before, keyTries: undefined });
  });

  test('when it is replayed: its challenge was used up, and the next one is another', () => {
    let calls = 0;
    const challenges = [CHALLENGE, '0BADC0DE'];
    const random: Random = { bytes: (count) => fromHex(challenges[Math.min((calls += 1) - 1, 1)] ?? '').subarray(0, count) };
    const chip = chipOf({}, { random });
    say(chip, '0084000004');
    expect(say(chip, UPDATE_15)).toBe('9000');
    expect(say(chip, UPDATE_15)).toBe('6984');
    say(chip, '0084000004');
    expect(say(chip, UPDATE_15)).toBe('6988');
  });

  test('after the field was gone between challenge and command', () => {
    const chip = chipOf();
    say(chip, '0084000004');
    chip.powerOn();
    say(chip, '00A40000023F01');
    expect(say(chip, UPDATE_15)).toBe('6984');
  });

  test.each([
    ['a MAC that is cut short', '04D6950003112233', '6987'],
    ['a file that is not there', signed('04D69600', '00'), '6A82'],
    ['bytes beyond the file', signed('04D6951D', '0000'), '6B00'],
    ['a record file that is not there', signed('04DC01BC', '00'), '6A82'],
    ['a key nobody knows', signed('84D47701', toHex(encrypt(SMK, fromHex(`1401003300${'11'.repeat(16)}800000`)))), '6A88'],
    ['a key that is not whole', signed('84D40701', '1122334455667788'), '6700'],
    ['a key under another master', signed('84D40701', '00'.repeat(24)), '6A80'],
    ['a PIN of another id', signed('84240700', '00'.repeat(8)), '9403'],
  ])('for %s', (_what, command, status) => {
    const chip = chipOf({ pin });
    expect(challenged(chip, command)).toBe(status);
    expect(chip.snapshot()).toMatchObject({ blocked: false });
    expect(chip.snapshot().files).toBeUndefined();
    expect(chip.snapshot().writtenKeys).toBeUndefined();
  });

  test('where the chip has no such key', () => {
    const chip = chipOf({ adminKeys: {} });
    expect(challenged(chip, BLOCK)).toBe('6A88');
  });
});

test('three wrong MACs in a row lock a key; a right one in between starts anew', () => {
  const chip = chipOf();
  for (const [command, status] of [
    [wrong(UPDATE_15), '6988'],
    [wrong(UPDATE_15), '6988'],
    [UPDATE_15, '9000'],
    [wrong(UPDATE_15), '6988'],
    [wrong(UPDATE_15), '6988'],
    [wrong(UPDATE_15), '6983'],
    [UPDATE_15, '6983'],
  ] as const) {
    expect(challenged(chip, command)).toBe(status);
  }
});

test('three wrong unblock commands block for good, and so does P2 01', () => {
  const chip = chipOf();
  challenged(chip, BLOCK);
  for (const status of ['6988', '6988', '9303']) expect(challenged(chip, wrong(UNBLOCK))).toBe(status);
  expect(challenged(chip, UNBLOCK)).toBe('9303');
  const other = chipOf();
  expect(challenged(other, signed('841E0001', ''))).toBe('9000');
  expect(challenged(other, UNBLOCK)).toBe('9303');
});

test('a record is written whole', () => {
  const chip = chipOf({}, { state: { cardRecords: ['270200', '280200'] } });
  expect(challenged(chip, signed('04DC02BC', '280201'))).toBe('9000');
  expect(say(chip, '00B202BC03')).toBe('2802019000');
  expect(say(chip, '00B201BC03')).toBe('2702009000');
  expect(challenged(chip, signed('04DC02BC', '2802'))).toBe('6700');
  expect(challenged(chip, signed('04DC03BC', '280201'))).toBe('6A83');
});

describe('a PIN', () => {
  const verify = (chip: Chip, value: string) => say(chip, `002000000${value.length / 2}${value}`);
  const lock = (chip: Chip): void => {
    for (const status of ['63C2', '63C1', '63C0', '6983']) expect(verify(chip, '000000')).toBe(status);
  };

  test('that is locked is set anew under encryption', () => {
    const chip = chipOf({ pin });
    lock(chip);
    const encrypted = toHex(encrypt(SMK, fromHex('0365432180000000')));
    expect(challenged(chip, signed('84240000', encrypted))).toBe('9000');
    expect(verify(chip, '123456')).toBe('63C2');
    expect(verify(chip, '654321')).toBe('9000');
  });

  test('is not set to what is no PIN', () => {
    const chip = chipOf({ pin });
    for (const plain of ['0712345678901234', '0165800000000000', '0365432100000000']) {
      expect(challenged(chip, signed('84240000', toHex(encrypt(SMK, fromHex(plain)))))).toBe('6A80');
    }
  });

  test('is reloaded under the folded key, without a challenge', () => {
    const chip = chipOf({ pin });
    lock(chip);
    const authorized = toHex(mac(tacMacKey(SMK), fromHex('654321')));
    expect(say(chip, `805E000007654321${authorized}`)).toBe('9000');
    expect(verify(chip, '654321')).toBe('9000');
    expect(say(chip, `805E000007654322${authorized}`)).toBe('6988');
  });

  test('is changed by who knows the old one', () => {
    const chip = chipOf({ pin });
    expect(say(chip, '805E010007000000FF654321')).toBe('63C2');
    expect(say(chip, '805E010007123456FF654321')).toBe('9000');
    expect(verify(chip, '654321')).toBe('9000');
    expect(say(chip, '805E010003654321')).toBe('6700');
  });
});

test.each([
  ['blockApplication', BLOCK, (chip: Chip) => chip.blocked, true],
  ['updateBinary', UPDATE_15, (chip: Chip) => chip.snapshot().files?.[0x15], FILE_15],
  ['writeKey', WRITE_LOAD_KEY, (chip: Chip) => chip.snapshot().writtenKeys?.load, '0123456789ABCDEFFEDCBA9876543210'],
] as const)('a tear before %s leaves everything, a tear after it leaves it done', (command: ChipCommand, apdu, look, after) => {
  for (const when of ['before', 'after'] as const) {
    const chip = chipOf({ enabled: false });
    const before = look(chip);
    chip.arm({ kind: 'tear', command, when });
    expect(challenged(chip, apdu)).toBeUndefined();
    expect(chip.torn).toBe(true);
    expect(look(chip)).toEqual(when === 'before' ? before : after);
  }
});

test('eight bytes of challenge are the whole initial vector', () => {
  const chip = chipOf({}, { random: fixedRandom('1122334455667788') });
  expect(say(chip, '0084000008')).toBe('11223344556677889000');
  expect(say(chip, `841E000004${toHex(mac(SMK, fromHex('841E000004'), fromHex('1122334455667788')))}`)).toBe('9000');
  expect(say(chip, '0084000005')).toBe('6700');
  expect(say(chip, '0084010004')).toBe('6A86');
});
