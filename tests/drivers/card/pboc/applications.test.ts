/** Each application's purse from end to end: read, loaded, torn at CREDIT and examined, as its profile says. Truth is what the chip holds. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { cardKeys, loadSessionKey, mac2, tac } from '../../../../common/pboc.ts';
import { fromHex, toHex } from '../../../../common/hex.ts';
import type { Chip } from '../../../../drivers/card/pboc/chip.ts';
import { createChip, type ChipApplication } from '../../../../drivers/card/pboc/chip-kinds.ts';
import { examineLoad } from '../../../../drivers/card/pboc/examine-load.ts';
import type { CardProfile } from '../../../../drivers/card/pboc/profile.ts';
import { openPurse, type Purse } from '../../../../drivers/card/pboc/purse.ts';
import { chipChannel, type RecordingChannel } from '../channels.ts';
import { cjtProfile, countingRandom, HOST, profile, TERMINAL, TODAY, V1_KEYS, V2_KEYS } from './cards.ts';

const company = (changes: Record<string, unknown> = {}): CardProfile =>
  profile({ name: 'company', aid: undefined, path: ['3F00', '3F01'], acceptedIssuers: ['44'], balanceLimit: 100_000, ...changes });

interface Scheme {
  readonly profile: CardProfile;
  /** GET BALANCE and the head of INITIALIZE FOR LOAD: ED 01, EP 02 (1.8, 2.2). */
  readonly balance: string;
  readonly initialize: string;
  readonly type: 1 | 2;
}

const EP = { balance: '805C000204', initialize: '805000020B01', type: 2 } as const;
const ED = { balance: '805C000104', initialize: '805000010B01', type: 1 } as const;
const SCHEMES: Readonly<Record<ChipApplication, Scheme>> = {
  jtt978: { profile: profile(), ...EP },
  cjt: { profile: cjtProfile(), ...EP },
  pbocEp: { profile: company(), ...EP },
  pbocEd: { profile: company({ purseType: 1, pin: { value: '123456', beforeLoad: true } }), ...ED },
};
const ALL = Object.keys(SCHEMES) as ChipApplication[];

const chipOf = (application: ChipApplication, state = {}): Chip =>
  createChip({ kind: 'valid', keys: V2_KEYS, random: countingRandom(), today: TODAY, application, state: { balance: 1000, onlineCounter: 7, ...state } });

async function opened(chip: Chip, scheme: Scheme): Promise<{ purse: Purse; channel: RecordingChannel; balance: number }> {
  const channel = chipChannel(chip);
  const outcome = await openPurse(channel, [scheme.profile], { businessDate: TODAY });
  if (!outcome.ok) throw new Error(`${outcome.problem}: ${outcome.detail}`);
  return { purse: outcome.purse, channel, balance: outcome.card.balance };
}

async function initialized(chip: Chip, scheme: Scheme) {
  const { purse, channel } = await opened(chip, scheme);
  const outcome = await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL });
  if (outcome.kind !== 'ready') throw new Error(JSON.stringify(outcome));
  const keys = cardKeys(V2_KEYS, purse.ref);
  const permission = { ...HOST, mac2: toHex(mac2(loadSessionKey(keys.loadKey, outcome.init), outcome.init, HOST)) };
  return { purse, channel, init: outcome.init, permission, tac: toHex(tac(keys.tacKey, outcome.init, HOST)) };
}

describe.each(ALL)('a %s purse', (application) => {
  const scheme = SCHEMES[application];

  it('tells its balance and takes a load under its own purse type', async () => {
    const chip = chipOf(application);
    const { purse, channel, init, permission, tac: receipt } = await initialized(chip, scheme);
    expect(init).toMatchObject({ purseType: scheme.type, balanceBefore: 1000, onlineCounter: 7 });
    expect(await purse.creditLoad(permission)).toEqual({ kind: 'credited', tac: receipt });
    expect([chip.balance, chip.onlineCounter]).toEqual([6000, 8]);
    expect(await purse.readBalance()).toEqual({ kind: 'balance', balance: 6000 });
    expect(channel.sent).toContain(scheme.balance);
    expect(channel.sent.filter((apdu) => apdu.startsWith(scheme.initialize))).toHaveLength(1);
    // Never a command of the other purse.
    const other = scheme.type === 1 ? /^80(?:5C|50)0002/ : /^80(?:5C|50)0001/;
    expect(channel.sent.filter((apdu) => other.test(apdu))).toEqual([]);
  });

  it.each(['before', 'after'] as const)('torn %s CREDIT is examined to what the chip really did', async (when) => {
    const chip = chipOf(application);
    const { purse, init, permission } = await initialized(chip, scheme);
    chip.arm({ kind: 'tear', command: 'credit', when });
    expect(await purse.creditLoad(permission)).toMatchObject({ kind: 'unknown' });
    const pending = { ...init, ...permission, loadId: 'load-1' };
    const outcome = await examineLoad(chipChannel(chip), [scheme.profile], pending, purse.ref, { checkTac: async () => 'good' });
    expect(outcome.kind).toBe(when === 'after' ? 'credited' : 'notCredited');
    expect(chip.balance).toBe(when === 'after' ? 6000 : 1000);
  });
});

describe('a deposit', () => {
  it('asks for its PIN before it tells its balance, once', async () => {
    const { channel, balance } = await opened(chipOf('pbocEd'), SCHEMES.pbocEd);
    expect(balance).toBe(1000);
    expect(channel.sent.filter((apdu) => apdu.startsWith('0020'))).toEqual(['0020000003123456']);
  });

  it('beside a purse in one application is examined by the profile of the purse that was loaded', async () => {
    const chip = chipOf('pbocEd');
    const { purse, init, permission } = await initialized(chip, SCHEMES.pbocEd);
    chip.arm({ kind: 'tear', command: 'credit', when: 'after' });
    await purse.creditLoad(permission);
    const pending = { ...init, ...permission, loadId: 'load-1' };
    const both = [company({ name: 'purse' }), SCHEMES.pbocEd.profile];
    expect(await examineLoad(chipChannel(chip), both, pending, purse.ref)).toMatchObject({ kind: 'credited', balance: 6000 });
    const purseOnly = await examineLoad(chipChannel(chip), [company()], pending, purse.ref);
    expect(purseOnly).toMatchObject({ kind: 'undetermined', row: 12 });
  });

  it('is not read with the command of a purse', async () => {
    const outcome = await openPurse(chipChannel(chipOf('pbocEd')), [company()], { businessDate: TODAY });
    expect(outcome).toMatchObject({ ok: false, problem: 'unreadable' });
  });
});

describe('a CJ/T card', () => {
  it('logs the load of 6.2 in file 1A, where the recovery finds it', async () => {
    const chip = createChip({ kind: 'valid', keys: V1_KEYS, random: countingRandom(), today: '2026-03-15', application: 'cjt' });
    const channel = chipChannel(chip);
    const outcome = await openPurse(channel, [cjtProfile()], { businessDate: '2026-03-15' });
    if (!outcome.ok) throw new Error(outcome.detail);
    const ready = await outcome.purse.initializeLoad({ amount: fen(1), terminalId: '000001000050' });
    if (ready.kind !== 'ready') throw new Error(ready.kind);
    const host = { hostDate: '20260315', hostTime: '081530' };
    const key = loadSessionKey(cardKeys(V1_KEYS, outcome.purse.ref).loadKey, ready.init);
    await outcome.purse.creditLoad({ ...host, mac2: toHex(mac2(key, ready.init, host)) });
    // The record of 6.2, counter after.
    expect(toHex(chip.transmit(fromHex('00B201D417')) ?? new Uint8Array(0))).toBe('00010000000000000102000001000050202603150815309000');
    expect(toHex(chip.transmit(fromHex('00B201C417')) ?? new Uint8Array(0))).toBe('6A83');
  });

  it('keeps no composite file in 1A: it is its load log', async () => {
    const { purse, channel } = await opened(chipOf('cjt'), SCHEMES.cjt);
    const before = channel.sent.length;
    expect(await purse.readTravel()).toEqual({ kind: 'travel', records: [], composite: [] });
    expect(channel.sent.slice(before)).toEqual(['00B201F430']);
  });
});

describe('what a JT/T 978 card keeps of travel', () => {
  /** 1.7: EP exit, metro, 4 yuan, 34 yuan left, accepted in 0100 by institution 01011000FFFFFFFF. Composed from the table by hand. */
  const RIDE = `04 0000000012345678 01 01020304050607 00000190 00000D48 20261121073015 0100 01011000FFFFFFFF 000000000000`.replaceAll(' ', '');
  const BUS = `2702${'AB'.repeat(126)}`;

  it('is read from files 1E and 1A, newest first, slots that were never written left out', async () => {
    const chip = chipOf('jtt978', { travelLog: [RIDE, '00'.repeat(48)], compositeFile: [BUS, 'FF'.repeat(128)] });
    const { purse, channel } = await opened(chip, SCHEMES.jtt978);
    expect(await purse.readTravel()).toEqual({
      kind: 'travel',
      records: [
        {
          type: 4,
          terminal: '0000000012345678',
          industry: 1,
          line: '01020304050607',
          amount: 400,
          balanceAfter: 3400,
          date: '20261121',
          time: '073015',
          city: '0100',
          institution: '01011000FFFFFFFF',
        },
      ],
      composite: [BUS],
    });
    expect(channel.sent).toContain('00B201F430');
    expect(channel.sent).toContain('00B201D480');
  });

  it('is empty on a card without those files', async () => {
    const { purse } = await opened(chipOf('jtt978'), SCHEMES.jtt978);
    expect(await purse.readTravel()).toEqual({ kind: 'travel', records: [], composite: [] });
  });

  it('ends a load that was initialized', async () => {
    const { purse, permission } = await initialized(chipOf('jtt978'), SCHEMES.jtt978);
    await purse.readTravel();
    await expect(purse.creditLoad(permission)).rejects.toMatchObject({ code: 'noLoadInProgress' });
  });

  it('of a card that leaves is removed', async () => {
    const chip = chipOf('jtt978');
    const { purse } = await opened(chip, SCHEMES.jtt978);
    chip.arm({ kind: 'tear', command: 'readRecord', when: 'before' });
    expect(await purse.readTravel()).toEqual({ kind: 'removed' });
  });
});
