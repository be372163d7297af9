/** The simulated chip against the printed traces of card-application.md, byte for byte, and against what section 3 says of refusals and tears. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { Chip } from '../../../../drivers/card/pboc/chip.ts';
import type { ChipFault } from '../../../../drivers/card/pboc/chip-types.ts';
import { chipKinds, createChip, type ChipKind } from '../../../../drivers/card/pboc/chip-kinds.ts';
import { authorize, countingRandom, fixedRandom, TODAY, V2_KEYS, v1Chip, v1Purse, v2Chip, v2Purse } from './cards.ts';

const say = (chip: Chip, command: string): string | undefined => {
  const answer = chip.transmit(fromHex(command));
  return answer === undefined ? undefined : toHex(answer);
};
const expectTrace = (chip: Chip, trace: readonly (readonly [string, string])[]): void => {
  for (const [command, answer] of trace) expect([command, say(chip, command)]).toEqual([command, toHex(fromHex(answer))]);
};
const powered = (chip: Chip): Chip => {
  chip.powerOn();
  return chip;
};

const SELECT_V1 = '00A4040009A0000000038698070100';
const FCI_V1 = '6F328409A00000000386980701A5259F0801019F0C1E073141000000000001010000410000001234567820260315203603150000';
const INITIALIZE_V1 = '805000020B010000000100000100005010';
const CREDIT_V1 = '805200000B20260315081530ECB2E56004';
const SELECT_V2 = '00A4040008A00000063201010500';
const INITIALIZE_V2 = '805000020B01000186A030100089000310';
const CREDIT_V2 = '805200000B20261122133000DFFC2EC104';

describe('the printed traces', () => {
  test('6.2: 1 fen on an empty purse, contactless', () => {
    expectTrace(powered(v1Chip()), [
      [SELECT_V1, `${FCI_V1} 9000`],
      ['805C000204', '00000000 9000'],
      [INITIALIZE_V1, '00000000 0000 01 00 1A2B3C4D 824B80B8 9000'],
      [CREDIT_V1, '3863778A 9000'],
      ['805C000204', '00000001 9000'],
      ['00B201C417', '0001000000000000010200000100005020260315081530 9000'],
    ]);
  });

  test('6.2: the same over T=0', () => {
    expectTrace(powered(v1Chip({ interface: 'contact' })), [
      ['00A4040009A00000000386980701', '6134'],
      ['00C0000034', `${FCI_V1} 9000`],
      ['805C000204', '00000000 9000'],
      [INITIALIZE_V1, '6110'],
      ['00C0000010', '00000000 0000 01 00 1A2B3C4D 824B80B8 9000'],
      [CREDIT_V1, '6104'],
      ['00C0000004', '3863778A 9000'],
      ['805A0002020001', '6108'],
      ['00C0000004', '6C08'],
      ['00C0000008', 'ECB2E560 3863778A 9000'],
      ['00C0000008', '6985'],
    ]);
  });

  test('6.2: a torn CREDIT that took effect is proven under N0+1', () => {
    const chip = powered(v1Chip());
    expectTrace(chip, [[SELECT_V1, `${FCI_V1} 9000`]]);
    say(chip, INITIALIZE_V1);
    chip.arm({ kind: 'tear', command: 'credit', when: 'after' });
    expect(say(chip, CREDIT_V1)).toBeUndefined();
    chip.powerOn();
    say(chip, SELECT_V1);
    expect(say(chip, '805A000202000108')?.slice(8)).toBe('3863778A9000');
  });

  test('6.2: a torn CREDIT that did not is answered 9406', () => {
    const chip = powered(v1Chip());
    say(chip, SELECT_V1);
    say(chip, INITIALIZE_V1);
    chip.arm({ kind: 'tear', command: 'credit', when: 'before' });
    expect(say(chip, CREDIT_V1)).toBeUndefined();
    chip.powerOn();
    say(chip, SELECT_V1);
    expectTrace(chip, [['805A000202000108', '9406']]);
    expect([chip.balance, chip.onlineCounter]).toEqual([0, 0]);
  });

  test.each([
    ['after', '0010000000000186A00230100089000320261122133000'],
    ['before', '000F000000000186A00230100089000320261122133000'],
  ] as const)('6.3: 100000 fen, log counter %s', (logCounter, record) => {
    const chip = powered(v2Chip({ changes: { logCounter } }));
    say(chip, SELECT_V2);
    expectTrace(chip, [
      ['805C000204', '00000ED8 9000'],
      [INITIALIZE_V2, '00000ED8000F0100E7905A3180196D35 9000'],
      [CREDIT_V2, '1B283889 9000'],
      ['805C000204', '00019578 9000'],
      ['805A000202001008', 'DFFC2EC1 1B283889 9000'],
      ['00B201C417', `${record} 9000`],
    ]);
    expect([chip.balance, chip.onlineCounter]).toEqual([0x19578, 16]);
  });

  test('the FCI of the JT/T 978 card of section 1.1', () => {
    expectTrace(powered(v2Chip()), [
      [SELECT_V2, '6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF02010310517001017090798420190806204012310000 9000'],
    ]);
  });

  test('T2: the published FMCOS card', () => {
    const key = fromHex('00112233445566778899AABBCCDDEEFF');
    const chip = powered(new Chip({ random: fixedRandom('C903814D'), purse: { ...v2Purse, loadKey: key, tacKey: key } }));
    say(chip, SELECT_V2);
    expectTrace(chip, [
      ['805000020B010000200000112233445510', '00000000 0000 01 00 C903814D 03976C22 9000'],
      ['805200000B201612161058008AFA571804', 'FA00066D 9000'],
    ]);
  });
});

describe('selecting and reading', () => {
  test('by PPSE, by name, by a beginning of the name, by file id; other names are not found', () => {
    const chip = powered(v2Chip());
    expect(say(chip, '00A404000E325041592E5359532E444446303100')).toContain('4F08A000000632010105');
    for (const command of [SELECT_V2, '00A4040005A00000063200', '00A40000023F01']) expect(say(chip, command)).toMatch(/^6F.*9000$/);
    expect(say(chip, '00A40000023F00')).toMatch(/^6F.*9000$/);
    expectTrace(chip, [
      ['00A4040009A0000000038698070100', '6A82'],
      ['00A40000021001', '6A82'],
    ]);
  });

  test('before SELECT the purse is not there', () => {
    expectTrace(powered(v2Chip()), [
      ['805C000204', '6985'],
      ['00B095001E', '6A82'],
    ]);
  });

  test('files 15 and 17, wrong offsets, lengths and files', () => {
    const chip = powered(v2Chip());
    say(chip, SELECT_V2);
    const file15 = '01011000FFFFFFFF02010310517001017090798420190806204012310000';
    expectTrace(chip, [
      ['00B095001E', `${file15} 9000`],
      ['00B0950000', `${file15} 9000`],
      ['00B095081E', '6C16'],
      ['00B0951E01', '6B00'],
      ['00B0990001', '6A82'],
    ]);
    expect(say(chip, '00B097003C')).toHaveLength(124);
  });

  test('a log slot never used is not found, or zeros; a wrong length is corrected', () => {
    const chip = powered(v2Chip());
    say(chip, SELECT_V2);
    expect(say(chip, '00B201C417')).toBe('6A83');
    const zeros = powered(v2Chip({ changes: { unusedSlots: 'zeros' } }));
    say(zeros, SELECT_V2);
    expectTrace(zeros, [
      ['00B201C417', `${'00'.repeat(23)} 9000`],
      ['00B20BC417', '6A83'],
      ['00B201C410', '6C17'],
      ['00B201D417', '6A82'],
    ]);
  });

  test('a blocked application gives its FCI with 6A81 and nothing else', () => {
    const chip = powered(v2Chip());
    chip.setBlocked(true);
    expect(say(chip, SELECT_V2)).toMatch(/^6F.*6A81$/);
    expect(say(chip, '805C000204')).toBe('6A81');
    expect(say(chip, INITIALIZE_V2)).toBe('6A81');
  });
});

describe('what the chip refuses', () => {
  const refused = (chip: Chip, command: string, statusWord: string): void => {
    const before = chip.snapshot();
    powered(chip);
    say(chip, SELECT_V2);
    expect(say(chip, command)).toBe(statusWord);
    expect(chip.snapshot()).toEqual(before);
  };

  test.each([
    ['805000010B01000186A030100089000310', '6A86'],
    ['805000020B02000186A030100089000310', '9403'],
    ['805000020A01000186A0301000890010', '6700'],
    ['805000020B01FFFFFFFF30100089000310', '6985'],
    [CREDIT_V2, '6901'],
    ['805200000A20261122133000DFFC2E04', '6700'],
    ['805201000B20261122133000DFFC2EC104', '6A86'],
    ['805A0002020010', '9406'],
    ['805C000104', '6985'],
    ['805C010204', '6A86'],
    ['8099000000', '6D00'],
    ['1099000000', '6E00'],
    ['0020000003123456', '9403'],
    ['80', '6700'],
  ])('%s is answered %s and changes nothing', (command, statusWord) => {
    refused(v2Chip(), command, statusWord);
  });

  test('a purse that is not enabled, a full counter, or an amount of nothing where that is not taken', () => {
    refused(v2Chip({ changes: { enabled: false } }), INITIALIZE_V2, '6985');
    refused(v2Chip({ state: { onlineCounter: 0xffff } }), INITIALIZE_V2, '9402');
    refused(v2Chip({ changes: { zeroAmountInitialize: false } }), '805000020B010000000030100089000310', '6A80');
  });

  test('INITIALIZE may fill the purse to its limit exactly', () => {
    const chip = powered(v2Chip({ changes: { balanceLimit: 0x19578 } }));
    say(chip, SELECT_V2);
    expect(say(chip, INITIALIZE_V2)).toMatch(/9000$/);
    refused(v2Chip({ changes: { balanceLimit: 0x19577 } }), INITIALIZE_V2, '6985');
  });

  test('a wrong MAC2 credits nothing and ends the session; the third locks the application for good', () => {
    const chip = powered(v2Chip());
    const attempt = (): string | undefined => {
      say(chip, SELECT_V2);
      say(chip, INITIALIZE_V2);
      return say(chip, '805200000B20261122133000DFFC2EC004');
    };
    expect(attempt()).toBe('9302');
    expect(say(chip, CREDIT_V2)).toBe('6901');
    expect([attempt(), attempt()]).toEqual(['9302', '9303']);
    expect(say(chip, SELECT_V2)).toMatch(/6A81$/);
    expect([chip.balance, chip.onlineCounter]).toEqual([0x0ed8, 15]);
  });

  test('a good load forgets the wrong MACs before it', () => {
    const chip = powered(v2Chip());
    for (const credit of ['00000000', '00000000', 'DFFC2EC1', '00000000', '00000000']) {
      say(chip, SELECT_V2);
      say(chip, INITIALIZE_V2);
      say(chip, `805200000B20261122133000${credit}04`);
    }
    expect([chip.blocked, chip.snapshot().wrongMacs]).toEqual([false, 2]);
  });

  test('date and time other than those under MAC2 are refused', () => {
    const chip = powered(v2Chip());
    say(chip, SELECT_V2);
    say(chip, INITIALIZE_V2);
    expect(say(chip, '805200000B20261122133001DFFC2EC104')).toBe('9302');
  });

  test.each(['805C000204', SELECT_V2, '00B095001E', 'power'])('a load between INITIALIZE and CREDIT dies with %s', (between) => {
    const chip = powered(v2Chip());
    say(chip, SELECT_V2);
    say(chip, INITIALIZE_V2);
    if (between === 'power') {
      chip.powerOn();
      say(chip, SELECT_V2);
    } else {
      say(chip, between);
    }
    expect(say(chip, CREDIT_V2)).toBe('6901');
    expect(chip.balance).toBe(0x0ed8);
  });

  test('the same CREDIT a second time is answered 6901 and credits nothing', () => {
    const chip = powered(v2Chip());
    say(chip, SELECT_V2);
    say(chip, INITIALIZE_V2);
    expect(say(chip, CREDIT_V2)).toBe('1B2838899000');
    expect(say(chip, CREDIT_V2)).toBe('6901');
    expect(chip.balance).toBe(0x19578);
  });

  test('the PIN guards what it is said to guard, and locks after three wrong ones', () => {
    const chip = powered(v2Chip({ changes: { pin: { id: 0, value: '123456', guards: ['load', 'log', 'balance'] } } }));
    say(chip, SELECT_V2);
    expectTrace(chip, [
      ['805C000204', '6982'],
      ['00B201C417', '6982'],
      [INITIALIZE_V2, '6982'],
      ['0020000003111111', '63C2'],
      ['0020000003123456', '9000'],
      ['805C000204', '00000ED8 9000'],
      ['0020000003111111', '63C2'],
      ['805C000204', '6982'],
      ['0020000003111111', '63C1'],
      ['0020000003111111', '63C0'],
      ['0020000003123456', '6983'],
    ]);
  });

  test.each(['power', 'select'])('the PIN is asked for again after %s', (event) => {
    const chip = powered(v2Chip({ changes: { pin: { id: 0, value: '123456', guards: ['balance'] } } }));
    say(chip, SELECT_V2);
    say(chip, '0020000003123456');
    expect(say(chip, '805C000204')).toBe('00000ED89000');
    if (event === 'power') chip.powerOn();
    say(chip, SELECT_V2);
    expect(say(chip, '805C000204')).toBe('6982');
  });

  test('proofs: tac only, unsupported, another type, kept under the counter before', () => {
    const load = (changes: Parameters<typeof v2Chip>[0]): Chip => {
      const chip = powered(v2Chip(changes));
      for (const command of [SELECT_V2, INITIALIZE_V2, CREDIT_V2]) say(chip, command);
      return chip;
    };
    expect(say(load({ changes: { prove: 'tacOnly' } }), '805A000202001008')).toBe('1B2838899000');
    expect(say(load({ changes: { prove: 'unsupported' } }), '805A000202001008')).toBe('6D00');
    expect(say(load({}), '805A000102001008')).toBe('9406');
    const before = load({ changes: { proveCounter: 'before' } });
    expect([say(before, '805A000202001008'), say(before, '805A000202000F08')]).toEqual(['9406', 'DFFC2EC11B2838899000']);
  });

  test('a load to a card with single-DES keys uses them', () => {
    const chip = powered(v2Chip({ changes: { algorithm: 1 } }));
    say(chip, SELECT_V2);
    const answer = say(chip, INITIALIZE_V2) ?? '';
    expect(answer.slice(12, 16)).toBe('0101');
    const init = { balanceBefore: 0x0ed8, amount: 100_000, purseType: 2, terminalId: '301000890003', onlineCounter: 15, cardRandom: 'E7905A31' } as const;
    const host = authorize({ ...init, keyVersion: 1, algorithm: 1, mac1: answer.slice(24, 32) });
    expect(say(chip, `805200000B${host.hostDate}${host.hostTime}${host.mac2}04`)).toMatch(/^.{8}9000$/);
    expect(chip.balance).toBe(0x19578);
  });
});

describe('faults', () => {
  const commands: readonly (readonly [ChipFault['command'], string])[] = [
    ['select', SELECT_V2],
    ['getBalance', '805C000204'],
    ['initialize', INITIALIZE_V2],
    ['credit', CREDIT_V2],
    ['readRecord', '00B201C417'],
    ['prove', '805A000202001008'],
  ];
  const run = (chip: Chip): (string | undefined)[] => commands.map(([, command]) => say(chip, command));

  test.each(commands.map(([command]) => command))('torn before and after %s: the purse has the whole load or none of it', (command) => {
    for (const when of ['before', 'after'] as const) {
      const chip = powered(v2Chip());
      chip.arm({ kind: 'tear', command, when });
      const answers = run(chip);
      const at = commands.findIndex(([name]) => name === command);
      expect(answers.slice(at).every((answer) => answer === undefined)).toBe(true);
      expect(answers.slice(0, at).every((answer) => answer?.endsWith('9000'))).toBe(true);
      expect(chip.torn).toBe(true);
      const executed = at > 3 || (at === 3 && when === 'after');
      expect([chip.balance, chip.onlineCounter, chip.snapshot().purseLog.length]).toEqual(executed ? [0x19578, 16, 1] : [0x0ed8, 15, 0]);
      chip.powerOn();
      expect([chip.torn, say(chip, SELECT_V2)?.endsWith('9000')]).toEqual([false, true]);
    }
  });

  test('the nth command of any kind', () => {
    const chip = powered(v2Chip());
    chip.arm({ kind: 'tear', command: 'any', nth: 3, when: 'before' });
    expect(run(chip).map((answer) => answer === undefined)).toEqual([false, false, true, true, true, true]);
  });

  test('mute: no answer, but the card stays; the command was executed or not', () => {
    for (const when of ['before', 'after'] as const) {
      const chip = powered(v2Chip());
      chip.arm({ kind: 'mute', command: 'credit', when });
      const answers = run(chip);
      expect(answers[3]).toBeUndefined();
      expect(chip.torn).toBe(false);
      expect(answers[5]).toBe(when === 'after' ? 'DFFC2EC11B2838899000' : '9406');
    }
  });

  test.each([
    ['lastByteOnly', '00'],
    ['withoutData', '9000'],
    ['inverted', 'FF000ED89000'],
  ] as const)('garbled: %s', (how, answer) => {
    const chip = powered(v2Chip());
    say(chip, SELECT_V2);
    chip.arm({ kind: 'garble', command: 'getBalance', how });
    expect(say(chip, '805C000204')).toBe(answer);
    expect(say(chip, '805C000204')).toBe('00000ED89000');
  });

  test('disarmed, nothing happens', () => {
    const chip = powered(v2Chip());
    chip.arm({ kind: 'tear', command: 'any', when: 'before' });
    chip.disarm();
    expect(run(chip).every((answer) => answer?.endsWith('9000'))).toBe(true);
  });
});

describe('ground truth and other terminals', () => {
  test('without power there is no answer', () => {
    const chip = v2Chip();
    expect(say(chip, SELECT_V2)).toBeUndefined();
    expect([toHex(chip.powerOn()), chip.sak]).toEqual(['0578807002', 0x20]);
    chip.powerOff();
    expect([say(chip, SELECT_V2), chip.torn]).toEqual([undefined, false]);
    expect(toHex(v2Chip({ interface: 'contact' }).powerOn())).toMatch(/^3B69/);
  });

  test('a purchase elsewhere moves balance and offline counter only, and is logged; the log keeps the newest ten', () => {
    const chip = powered(v2Chip());
    for (let count = 0; count < 12; count += 1) chip.spendElsewhere({ amount: 100, terminalId: '000001000050', date: '20261122', time: '080000' });
    expect([chip.balance, chip.onlineCounter, chip.offlineCounter]).toEqual([0x0ed8 - 1200, 15, 12]);
    say(chip, SELECT_V2);
    expect(say(chip, '00B201C417')).toBe('000B0000000000006406000001000050202611220800009000');
    expect(say(chip, '00B20AC417')).toMatch(/^0002.*9000$/);
    expect(say(chip, '00B20BC417')).toBe('6A83');
    expect(() => chip.spendElsewhere({ amount: 100_000, terminalId: '000001000050', date: '20261122', time: '080000' })).toThrow(RangeError);
  });

  test('a load elsewhere is a whole load', () => {
    const chip = v2Chip({ random: countingRandom() });
    chip.loadElsewhere({ amount: 5000, terminalId: '000001000050', date: '20261122', time: '080000' });
    expect([chip.balance, chip.onlineCounter, chip.snapshot().proof?.counter]).toEqual([0x0ed8 + 5000, 16, 16]);
  });

  test('on CJ/T cards loads have a log of their own', () => {
    const chip = powered(v1Chip({ purse: { ...v1Purse, loadLogSfi: 0x1a } }));
    for (const command of [SELECT_V1, INITIALIZE_V1, CREDIT_V1]) say(chip, command);
    expectTrace(chip, [
      ['00B201D417', '0001000000000000010200000100005020260315081530 9000'],
      ['00B201C417', '6A83'],
    ]);
  });

  test('a snapshot brings everything back that survives without power', () => {
    const chip = powered(v2Chip());
    const before = chip.snapshot();
    for (const command of [SELECT_V2, INITIALIZE_V2, CREDIT_V2]) say(chip, command);
    const after = chip.snapshot();
    chip.restore(before);
    expect([chip.balance, say(chip, SELECT_V2)]).toEqual([0x0ed8, undefined]);
    chip.restore(JSON.parse(JSON.stringify(after)));
    chip.powerOn();
    say(chip, SELECT_V2);
    expect(say(chip, '805A000202001008')).toBe('DFFC2EC11B2838899000');
  });
});

describe('cards a person may put in', () => {
  test.each(chipKinds)('%s', (kind) => {
    const chip = powered(createChip({ kind, keys: V2_KEYS, random: countingRandom(), today: TODAY, state: { balance: 3800 } }));
    const expected: Partial<Record<ChipKind, RegExp>> = { unknown: /^6A82$/, notActivated: /^6A82$/, blocked: /^6F.*6A81$/ };
    expect(say(chip, SELECT_V2)).toMatch(expected[kind] ?? /^6F.*9000$/);
    if (kind === 'notActivated') expect(say(chip, SELECT_V1)).toMatch(/^6F.*0731410000000000000100004100000012345678.*9000$/);
  });

  test('two cards with serials of their own have keys of their own', () => {
    const request = { kind: 'valid', keys: V2_KEYS, random: countingRandom(), today: TODAY } as const;
    const one = createChip({ ...request, serial: '03105170010170907984' });
    const other = createChip({ ...request, serial: '03105170010170900001' });
    expect(one.purse?.loadKey).toEqual(fromHex('724DE4BC6830B8EFC3B0D5666DF7FD06'));
    expect(other.purse?.loadKey).not.toEqual(one.purse?.loadKey);
  });
});
