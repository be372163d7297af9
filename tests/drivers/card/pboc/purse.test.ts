/** The purse over simulated chips that compute real MACs: every problem a card can have, and a load with every way it can end. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import type { IssuerKeys } from '../../../../common/pboc.ts';
import { DeviceError, type DeviceErrorCode } from '../../../../drivers/device.ts';
import type { Chip } from '../../../../drivers/card/pboc/chip.ts';
import type { ChipFault } from '../../../../drivers/card/pboc/chip-types.ts';
import { createChip, type ChipKind, type ChipRequest } from '../../../../drivers/card/pboc/chip-kinds.ts';
import type { CardProfile } from '../../../../drivers/card/pboc/profile.ts';
import { LoadSequenceError, openPurse, type InitializeOutcome, type OpenOutcome, type Purse } from '../../../../drivers/card/pboc/purse.ts';
import { chipChannel, scriptedChannel, type RecordingChannel } from '../channels.ts';
import { authorize, cjtProfile, countingRandom, HOST, profile, tacOf, TERMINAL, TODAY, V1_KEYS, v1Chip, v1Purse, V2_KEYS, V2_REF, v2Chip } from './cards.ts';

const profiles = [cjtProfile(), profile()];
const open = (chip: Chip, list: readonly CardProfile[] = profiles): Promise<OpenOutcome> => openPurse(chipChannel(chip), list, { businessDate: TODAY });

async function opened(chip: Chip, list: readonly CardProfile[] = profiles): Promise<{ purse: Purse; channel: RecordingChannel }> {
  const channel = chipChannel(chip);
  const outcome = await openPurse(channel, list, { businessDate: TODAY });
  if (!outcome.ok) throw new Error(`${outcome.problem}: ${outcome.detail}`);
  return { purse: outcome.purse, channel };
}
const cardOf = (kind: ChipKind, more: Partial<ChipRequest> = {}): Chip =>
  createChip({ kind, keys: V2_KEYS, random: countingRandom(), today: TODAY, state: { balance: 3800 }, ...more });
const readyInit = (outcome: InitializeOutcome) => {
  if (outcome.kind !== 'ready') throw new Error(outcome.kind);
  return outcome.init;
};

const stateOn = async (businessDate: string) => {
  const outcome = await openPurse(chipChannel(v2Chip()), profiles, { businessDate });
  return outcome.ok ? 'ok' : outcome.problem;
};

describe('reading a card', () => {
  test('a good JT/T 978 card: who it is, what it holds, how long it is valid, its records', async () => {
    const chip = v2Chip({ random: countingRandom() });
    chip.loadElsewhere({ amount: 5000, terminalId: '000001000050', date: '20261101', time: '080000' });
    chip.spendElsewhere({ amount: 200, terminalId: '000001000051', date: '20261102', time: '091500' });
    const outcome = await open(chip);
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.ok && outcome.card).toEqual({
      ref: V2_REF,
      balance: 0x0ed8 + 4800,
      purseLimit: 1_000_000,
      validFrom: '2019-08-06',
      validUntil: '2040-12-31',
      records: [
        { at: '2026-11-02T09:15:00', kind: 'purchase', amount: 200 },
        { at: '2026-11-01T08:00:00', kind: 'load', amount: 5000 },
      ],
    });
  });

  test('a CJ/T card: loads and purchases come from two logs, newest first', async () => {
    const chip = v1Chip({ purse: { ...v1Purse, loadLogSfi: 0x1a }, random: countingRandom() });
    chip.loadElsewhere({ amount: 5000, terminalId: '000001000050', date: '20261103', time: '080000' });
    chip.spendElsewhere({ amount: 200, terminalId: '000001000051', date: '20261102', time: '091500' });
    const outcome = await open(chip);
    expect(outcome.ok && outcome.card.ref.aid).toBe('A00000000386980701');
    expect(outcome.ok && outcome.card.records.map((record) => record.kind)).toEqual(['load', 'purchase']);
  });

  test('over T=0 it reads the same', async () => {
    const contactless = await open(v2Chip());
    const contact = await open(v2Chip({ interface: 'contact' }));
    expect(contact.ok && contact.card).toEqual(contactless.ok && contactless.card);
  });

  test('without file 15 in the FCI it is read as a file', async () => {
    const chip = v2Chip({ changes: { fciHasFile15: false } });
    const channel = chipChannel(chip);
    const outcome = await openPurse(channel, profiles, { businessDate: TODAY });
    expect(outcome.ok && outcome.card.ref).toEqual(V2_REF);
    expect(channel.sent).toContain('00B095001E');
  });

  test('slots of zeros are no records', async () => {
    const outcome = await open(v2Chip({ changes: { unusedSlots: 'zeros' } }));
    expect(outcome.ok && outcome.card.records).toEqual([]);
  });

  test('a card whose directory is found by file id is named by its path in the journal', async () => {
    const byPath = profile({ name: 'campus', aid: undefined, path: ['3F00', '3F01'] });
    const outcome = await open(v2Chip(), [byPath]);
    expect(outcome.ok && outcome.card.ref.aid).toBe('3F003F01');
  });

  test('a city variant is named in full, as recovery must select it', async () => {
    const aid = 'A00000063201010510009156000014A1';
    const outcome = await open(v2Chip({ changes: { aid } }));
    expect(outcome.ok && outcome.card.ref.aid).toBe(aid);
  });

  test('the PIN is verified when the balance asks for it, once', async () => {
    const pin = { id: 0, value: '123456', guards: ['balance', 'log', 'load'] } as const;
    const channel = chipChannel(v2Chip({ changes: { pin } }));
    const outcome = await openPurse(channel, [profile({ pin: { id: 0, value: '123456', beforeLoad: true } })], { businessDate: TODAY });
    expect(outcome).toMatchObject({ ok: true, card: { balance: 0x0ed8 } });
    expect(channel.sent.filter((command) => command.startsWith('0020'))).toEqual(['0020000003123456']);
  });

  test('a refused PIN is not tried again in this presentation, not even after a new activation', async () => {
    const chip = v2Chip({ changes: { pin: { id: 0, value: '654321', guards: ['balance'] } } });
    const options = { businessDate: TODAY, presentation: { pinRefused: false } };
    const withPin = [profile({ pin: { id: 0, value: '123456', beforeLoad: true } })];
    for (let activation = 0; activation < 4; activation += 1) {
      expect(await openPurse(chipChannel(chip), withPin, options)).toMatchObject({ ok: false, problem: 'unreadable' });
    }
    expect(chip.snapshot().pinTriesLeft).toBe(2);
  });
});

describe('the PIN and cards that behave oddly', () => {
  const withPin = [profile({ pin: { id: 0, value: '123456', beforeLoad: false } })];

  test('a card that wants the PIN again after it was verified gets it once', async () => {
    const answers = await openingOf(v2Chip());
    const channel = scriptedChannel([...answers.slice(0, 2), '6982', '9000', '6982']);
    expect(await openPurse(channel, withPin, { businessDate: TODAY })).toMatchObject({ ok: false, problem: 'unreadable' });
    const repeated = scriptedChannel([...answers.slice(0, 2), '6982', '9000', '00000ED89000', '6982']);
    await openPurse(repeated, withPin, { businessDate: TODAY });
    for (const { sent } of [channel, repeated]) expect(sent.filter((command) => command.startsWith('0020'))).toHaveLength(1);
  });

  test('a PIN whose answer was lost may have been wrong: it is not tried again', async () => {
    const presentation = { pinRefused: false };
    const chip = v2Chip({ changes: { pin: { id: 0, value: '123456', guards: ['balance'] } } });
    chip.arm({ kind: 'mute', command: 'verify', when: 'after' });
    await openPurse(chipChannel(chip), withPin, { businessDate: TODAY, presentation });
    const channel = chipChannel(chip);
    await openPurse(channel, withPin, { businessDate: TODAY, presentation });
    expect(channel.sent.some((command) => command.startsWith('0020'))).toBe(false);
  });
});

describe('cards that can not be used', () => {
  test.each<[ChipKind, Partial<ChipRequest>]>([
    ['expired', {}],
    ['notYetValid', {}],
    ['notActivated', { keys: V1_KEYS }],
  ])('%s: named, and its balance is still read', async (kind, more) => {
    expect(await open(cardOf(kind, more))).toMatchObject({ ok: false, problem: kind, card: { balance: 3800 } });
  });

  test.each<[ChipKind, IssuerKeys]>([
    ['blocked', V2_KEYS],
    ['foreign', V2_KEYS],
    ['unknown', V2_KEYS],
  ])('%s: named, and nothing is said of a balance', async (kind, keys) => {
    const outcome = await open(cardOf(kind, { keys }));
    expect(outcome).toMatchObject({ ok: false, problem: kind });
    expect(outcome).not.toHaveProperty('card');
  });

  test('both days of validity are included', async () => {
    expect(await Promise.all(['2019-08-05', '2019-08-06', '2040-12-31', '2041-01-01'].map(stateOn))).toEqual(['notYetValid', 'ok', 'ok', 'expired']);
  });

  test('a blocked card still says who it is', async () => {
    const chip = v2Chip();
    chip.setBlocked(true);
    expect(await open(chip)).toMatchObject({ ok: false, problem: 'blocked', ref: V2_REF });
  });

  test.each(['6A81', '6283'])('SELECT answered %s without data means blocked, and no other application is tried', async (statusWord) => {
    const channel = scriptedChannel(['6A82', statusWord]);
    expect(await openPurse(channel, profiles, { businessDate: TODAY })).toMatchObject({ problem: 'blocked' });
    expect(channel.sent).toHaveLength(2);
  });

  test('GET BALANCE answered 6A81 means blocked', async () => {
    const answers = await openingOf(v2Chip());
    expect(await openPurse(scriptedChannel([...answers.slice(0, 2), '6A81']), profiles, { businessDate: TODAY })).toMatchObject({
      problem: 'blocked',
      ref: V2_REF,
    });
  });

  test('an expired card that tells no balance is still an expired card', async () => {
    const answers = await openingOf(v2Chip());
    const outcome = await openPurse(scriptedChannel([...answers.slice(0, 2), '6985']), profiles, { businessDate: '2041-01-01' });
    expect(outcome).toMatchObject({ ok: false, problem: 'expired', ref: V2_REF });
    expect(outcome).not.toHaveProperty('card');
  });

  test('a foreign card is asked for nothing more, least of all for its PIN', async () => {
    const channel = chipChannel(cardOf('foreign'));
    await openPurse(channel, [profile({ pin: { id: 0, value: '123456', beforeLoad: true } })], { businessDate: TODAY });
    expect(channel.sent.map((command) => command.slice(0, 4))).toEqual(['00A4', '00A4']);
  });

  test('a chip without ISO 7816-4 commands is unknown and not asked', async () => {
    const channel = scriptedChannel([], false);
    expect(await openPurse(channel, profiles, { businessDate: TODAY })).toMatchObject({ problem: 'unknown' });
    expect(channel.sent).toEqual([]);
  });

  test('a balance above the limit is refused, not repaired', async () => {
    expect(await open(v2Chip({ state: { balance: 0x8000_0ed8 } }))).toMatchObject({ ok: false, problem: 'unreadable' });
  });

  test.each(['select', 'getBalance', 'readRecord'] as const)('taken away during %s: removed; silent: unreadable', async (command) => {
    for (const when of ['before', 'after'] as const) {
      const torn = v2Chip();
      torn.arm({ kind: 'tear', command, when, nth: command === 'select' ? 2 : 1 });
      expect(await open(torn)).toMatchObject({ ok: false, problem: 'removed' });
      const mute = v2Chip();
      mute.arm({ kind: 'mute', command, when });
      expect(await open(mute)).toMatchObject({ ok: false, problem: 'unreadable' });
    }
  });

  test.each<Extract<ChipFault, { kind: 'garble' }>>([
    { kind: 'garble', command: 'getBalance', how: 'lastByteOnly' },
    { kind: 'garble', command: 'getBalance', how: 'withoutData' },
    { kind: 'garble', command: 'getBalance', how: 'inverted' },
    { kind: 'garble', command: 'select', nth: 2, how: 'lastByteOnly' },
  ])('an answer that makes no sense ($command, $how): unreadable', async (fault) => {
    const chip = v2Chip();
    chip.arm(fault);
    expect(await open(chip)).toMatchObject({ ok: false, problem: 'unreadable' });
  });

  test.each<DeviceErrorCode>(['offline', 'hardwareError', 'aborted'])('the reader’s own trouble (%s) is not the card’s', async (code) => {
    const channel = scriptedChannel([new DeviceError(code, 'reader')]);
    await expect(openPurse(channel, profiles, { businessDate: TODAY })).rejects.toMatchObject({ code });
  });

  test('aborted by the caller', async () => {
    await expect(openPurse(chipChannel(v2Chip()), profiles, { businessDate: TODAY, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

const answered = async (answer: string): Promise<InitializeOutcome> => {
  const channel = scriptedChannel([...(await openingOf(v2Chip())), answer]);
  const outcome = await openPurse(channel, profiles, { businessDate: TODAY });
  if (!outcome.ok) throw new Error(outcome.problem);
  const started = await outcome.purse.initializeLoad({ amount: fen(100_000), terminalId: TERMINAL });
  await expect(outcome.purse.creditLoad({ ...HOST, mac2: 'DFFC2EC1' })).rejects.toBeInstanceOf(LoadSequenceError);
  return started;
};

const credited = async (...answers: readonly (string | Error)[]) => {
  const channel = scriptedChannel([...(await openingOf(v2Chip())), '00000ED8000F0100E7905A3180196D359000', ...answers]);
  const outcome = await openPurse(channel, profiles, { businessDate: TODAY });
  if (!outcome.ok) throw new Error(outcome.problem);
  await outcome.purse.initializeLoad({ amount: fen(100_000), terminalId: TERMINAL });
  const result = await outcome.purse.creditLoad({ ...HOST, mac2: 'DFFC2EC1' });
  expect(channel.sent.filter((command) => command.startsWith('8052'))).toHaveLength(1);
  return result;
};

describe('a load', () => {
  test('6.3: everything the host needs comes up, the TAC comes back, the balance is read', async () => {
    const { purse, channel } = await opened(v2Chip());
    const started = await purse.initializeLoad({ amount: fen(100_000), terminalId: TERMINAL });
    expect(started).toEqual({
      kind: 'ready',
      keyIndex: 1,
      init: {
        amount: 100_000,
        purseType: 2,
        terminalId: TERMINAL,
        balanceBefore: 0x0ed8,
        onlineCounter: 15,
        cardRandom: 'E7905A31',
        keyVersion: 1,
        algorithm: 0,
        mac1: '80196D35',
      },
    });
    expect(await purse.creditLoad({ ...HOST, mac2: 'DFFC2EC1' })).toEqual({ kind: 'credited', tac: '1B283889' });
    expect(await purse.readBalance()).toEqual({ kind: 'balance', balance: 0x19578 });
    expect(channel.sent.slice(-3)).toEqual(['805000020B01000186A030100089000310', '805200000B20261122133000DFFC2EC104', '805C000204']);
  });

  test('over T=0 the TAC is fetched, and nothing else is sent between the two steps', async () => {
    const { purse, channel } = await opened(v2Chip({ interface: 'contact' }));
    const init = readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL }));
    expect(await purse.creditLoad(authorize(init))).toEqual({ kind: 'credited', tac: tacOf(init) });
    expect(channel.sent.slice(-4).map((command) => command.slice(0, 4))).toEqual(['8050', '00C0', '8052', '00C0']);
  });

  test('loads follow each other, each with its own session', async () => {
    const chip = v2Chip({ random: countingRandom() });
    const { purse } = await opened(chip);
    for (const amount of [1, 5000, 10_000]) {
      const init = readyInit(await purse.initializeLoad({ amount: fen(amount), terminalId: TERMINAL }));
      expect(await purse.creditLoad(authorize(init))).toMatchObject({ kind: 'credited' });
    }
    expect([chip.balance, chip.onlineCounter]).toEqual([0x0ed8 + 15_001, 18]);
  });

  test('the PIN goes first where the profile wants it', async () => {
    const chip = v2Chip({ changes: { pin: { id: 0, value: '123456', guards: ['load'] } } });
    const { purse, channel } = await opened(chip, [profile({ pin: { id: 0, value: '123456', beforeLoad: true } })]);
    const init = readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL }));
    expect(await purse.creditLoad(authorize(init))).toMatchObject({ kind: 'credited' });
    expect(channel.sent.map((command) => command.slice(0, 4)).filter((name) => name !== '00A4' && name !== '805C' && name !== '00B2')).toEqual([
      '0020',
      '8050',
      '8052',
    ]);
  });

  test('a terminal number in lower case is journaled in upper case', async () => {
    const { purse } = await opened(v2Chip());
    const init = readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: '3010008900ab' }));
    expect(init.terminalId).toBe('3010008900AB');
    expect(await purse.creditLoad(authorize(init))).toMatchObject({ kind: 'credited' });
  });

  test('INITIALIZE refused by the card: its word, and nothing happened', async () => {
    const { purse } = await opened(v2Chip({ changes: { balanceLimit: 4000 } }));
    expect(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL })).toEqual({ kind: 'refused', statusWord: '6985' });
    await expect(purse.creditLoad({ ...HOST, mac2: 'DFFC2EC1' })).rejects.toBeInstanceOf(LoadSequenceError);
  });

  test.each([
    ['00000ED8000F0100E7905A31000000009000', 'zeroMac1'],
    ['00000ED8000F0103E7905A3180196D359000', 'algorithm'],
    ['00000ED8000F0100E7905A319000', 'malformed'],
  ])('an INITIALIZE answer %s is not passed on: %s', async (answer, reason) => {
    expect(await answered(answer)).toMatchObject({ kind: 'unacceptable', reason });
  });

  test('the card leaves during INITIALIZE', async () => {
    for (const kind of ['tear', 'mute'] as const) {
      const chip = v2Chip();
      const { purse } = await opened(chip);
      chip.arm({ kind, command: 'initialize', when: 'after' });
      expect(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL })).toEqual({ kind: 'removed' });
    }
  });

  test('reading the balance ends a load that was initialized: CREDIT is not even sent', async () => {
    const { purse, channel } = await opened(v2Chip());
    const init = readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL }));
    await purse.readBalance();
    await expect(purse.creditLoad(authorize(init))).rejects.toMatchObject({ code: 'noLoadInProgress' });
    expect(channel.sent.some((command) => command.startsWith('8052'))).toBe(false);
  });

  test('CREDIT can not be sent twice', async () => {
    const chip = v2Chip();
    const { purse } = await opened(chip);
    const host = authorize(readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL })));
    await purse.creditLoad(host);
    await expect(purse.creditLoad(host)).rejects.toBeInstanceOf(LoadSequenceError);
    expect(chip.balance).toBe(0x0ed8 + 5000);
  });

  test('a host date that is none is not sent, and the session is still there for the right one', async () => {
    const { purse } = await opened(v2Chip());
    const host = authorize(readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL })));
    await expect(purse.creditLoad({ ...host, hostDate: '2026' })).rejects.toBeInstanceOf(RangeError);
    expect(await purse.creditLoad(host)).toMatchObject({ kind: 'credited' });
  });

  test('a wrong MAC2 is a refusal: nothing changed', async () => {
    const chip = v2Chip();
    const { purse } = await opened(chip);
    await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL });
    expect(await purse.creditLoad({ ...HOST, mac2: '00000000' })).toEqual({ kind: 'refused', statusWord: '9302' });
    expect(chip.balance).toBe(0x0ed8);
  });

  test('torn before or after CREDIT, or no answer to it: unknown, whatever the card did', async () => {
    for (const kind of ['tear', 'mute'] as const) {
      for (const when of ['before', 'after'] as const) {
        const chip = v2Chip();
        const { purse, channel } = await opened(chip);
        const host = authorize(readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL })));
        chip.arm({ kind, command: 'credit', when });
        expect(await purse.creditLoad(host)).toMatchObject({ kind: 'unknown' });
        expect(channel.sent.filter((command) => command.startsWith('8052'))).toHaveLength(1);
        expect(chip.balance).toBe(when === 'after' ? 0x0ed8 + 5000 : 0x0ed8);
      }
    }
  });

  test('torn while the TAC is fetched over T=0: unknown', async () => {
    const chip = v2Chip({ interface: 'contact' });
    const { purse } = await opened(chip);
    const host = authorize(readyInit(await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL })));
    chip.arm({ kind: 'tear', command: 'getResponse', when: 'before' });
    expect(await purse.creditLoad(host)).toMatchObject({ kind: 'unknown' });
    expect(chip.balance).toBe(0x0ed8 + 5000);
  });

  test.each(['9302', '6985', '6982', '6700'])('CREDIT answered %s: refused, nothing changed', async (statusWord) => {
    expect(await credited(statusWord)).toEqual({ kind: 'refused', statusWord });
  });

  test.each(['6901', '6581', '6F00', '6F01', '9303', '6A81', '6C04', '9000', '6281', '1B2838899100', '1B2838896985', '00'])(
    'CREDIT answered %s: unknown',
    async (answer) => {
      expect(await credited(answer)).toMatchObject({ kind: 'unknown' });
    },
  );

  test.each(['6985', '6700', '9302', '6C04'])('6104, then GET RESPONSE answered %s: that refuses nothing of the load', async (answer) => {
    expect(await credited('6104', answer)).toMatchObject({ kind: 'unknown' });
  });

  test.each<DeviceErrorCode>(['offline', 'timeout', 'outcomeUnknown', 'mediaMoved', 'aborted', 'hardwareError'])(
    'the reader fails with %s: unknown',
    async (code) => {
      expect(await credited(new DeviceError(code, 'reader'))).toEqual({ kind: 'unknown', why: 'reader' });
    },
  );
});

/** What a chip answers to the reading of it, to be played again before something no chip would say. */
async function openingOf(chip: Chip): Promise<string[]> {
  const answers: string[] = [];
  const channel = chipChannel(chip);
  const transmit = async (apdu: Uint8Array): Promise<Uint8Array> => {
    const answer = await channel.transmit(apdu);
    answers.push(Buffer.from(answer).toString('hex'));
    return answer;
  };
  await openPurse({ ...channel, transmit }, profiles, { businessDate: TODAY });
  return answers;
}
