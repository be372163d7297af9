import { describe, expect, it } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { storageProfileSchema } from '../../../../drivers/card/mifare/profile.ts';
import {
  examineStorageLoad,
  openStoragePurse,
  StorageSequenceError,
  type PendingStorageLoad,
  type PrepareOutcome,
  type StorageOpenOutcome,
  type StoragePurse,
} from '../../../../drivers/card/mifare/purse.ts';
import { SimulatedMifare } from '../../../../drivers/card/mifare/simulated-card.ts';
import { scriptedChannel } from '../channels.ts';
import { campus, campusCard, COPY, keys, KEY_A, MAIN, storageChannel, valueHex } from './cards.ts';

const AID = '4D46040001';

function expectOpen(outcome: StorageOpenOutcome): StoragePurse {
  if (!outcome.ok) throw new Error(`${outcome.problem}: ${outcome.detail}`);
  return outcome.purse;
}

function expectReady(outcome: PrepareOutcome): PendingStorageLoad {
  if (outcome.kind !== 'ready') throw new Error(outcome.kind);
  return outcome.pending;
}

const damaged = { blocks: { [MAIN]: '00'.repeat(16) } };

describe('opening the purse of a storage card', () => {
  it('reads the value and who the card is, and writes nothing', async () => {
    const channel = storageChannel(campusCard(1234));
    const outcome = await openStoragePurse(channel, campus(), { keys });
    expect(outcome).toMatchObject({
      ok: true,
      card: { ref: { aid: AID, issuer: '', serial: '04A1B2C3', tail: 'B2C3' }, balance: 1234, purseLimit: 100_000, torn: false },
    });
    expect(channel.done).toEqual(['authenticate 16 B', 'read 16', 'read 17']);
  });

  it('takes the value for the balance when the copy was left behind, and says so', async () => {
    const outcome = await openStoragePurse(storageChannel(campusCard(900, 1000)), campus(), { keys });
    expect(outcome).toMatchObject({ ok: true, card: { balance: 900, torn: true } });
  });

  it('takes the copy when the value is damaged', async () => {
    const outcome = await openStoragePurse(storageChannel(campusCard(900, 900, { blocks: { [MAIN]: 'FF'.repeat(16) } })), campus(), { keys });
    expect(outcome).toMatchObject({ ok: true, card: { balance: 900, torn: true } });
  });

  it.each([
    ['both blocks damaged', campusCard(1, 1, { blocks: { [MAIN]: '00'.repeat(16), [COPY]: '00'.repeat(16) } })],
    ['a negative value', campusCard(-1)],
    ['a value above the limit', campusCard(100_001)],
  ])('with %s is unreadable', async (_, card) => {
    expect(await openStoragePurse(storageChannel(card), campus(), { keys })).toMatchObject({ ok: false, problem: 'unreadable', ref: { serial: '04A1B2C3' } });
  });

  it('of another scheme, whose key is another, is unknown, and no key is in what is said of it', async () => {
    const outcome = await openStoragePurse(storageChannel(new SimulatedMifare()), campus(), { keys });
    expect(outcome).toMatchObject({ ok: false, problem: 'unknown' });
    expect(JSON.stringify(outcome)).not.toContain('B1B2B3');
  });

  it('of a chip that is no MIFARE Classic, or too small a one, is unknown', async () => {
    expect(await openStoragePurse(scriptedChannel([], false), campus(), { keys })).toMatchObject({ ok: false, problem: 'unknown' });
    expect(await openStoragePurse(storageChannel(new SimulatedMifare()), campus({ sector: 33 }), { keys })).toMatchObject({ ok: false, problem: 'unknown' });
  });

  it('without the scheme’s key in the store fails before the card is asked', async () => {
    const channel = storageChannel(campusCard(1));
    const profile = campus({ key: { type: 'A', name: 'missing' } });
    await expect(openStoragePurse(channel, profile, { keys })).rejects.toMatchObject({ code: 'invalidState', message: expect.stringContaining('missing') });
    expect(channel.done).toEqual([]);
  });

  it('that leaves while it is read is removed', async () => {
    const card = campusCard(1);
    card.arm({ command: 'read', nth: 2, when: 'before' });
    expect(await openStoragePurse(storageChannel(card), campus(), { keys })).toMatchObject({ ok: false, problem: 'removed' });
  });
});

describe('loading a storage card', () => {
  it('raises the value by the chip, copies it, and reads both back', async () => {
    const card = campusCard(1234);
    const channel = storageChannel(card);
    const purse = expectOpen(await openStoragePurse(channel, campus(), { keys }));
    channel.done.length = 0;
    expect(await purse.prepareLoad(fen(5000))).toEqual({ kind: 'ready', pending: { amount: 5000, balanceBefore: 1234, balanceAfter: 6234 } });
    expect(await purse.creditLoad()).toEqual({ kind: 'credited', balance: 6234 });
    expect(channel.done).toEqual(['read 16', 'read 17', 'readValue 16', 'increment 16', 'read 16', 'read 17', 'copy 16 17', 'read 16', 'read 17']);
    expect([card.value(MAIN), card.value(COPY)]).toEqual([6234, 6234]);
  });

  it('writes the copy as a block where the reader cannot copy, and leaves its address byte alone', async () => {
    const card = campusCard(1234);
    const purse = expectOpen(await openStoragePurse(storageChannel(card, { canCopyValue: false }), campus(), { keys }));
    await purse.prepareLoad(fen(1));
    expect(await purse.creditLoad()).toEqual({ kind: 'credited', balance: 1235 });
    expect(toHex(card.block(COPY))).toBe(valueHex(1235, COPY));
  });

  it.each([
    ['the scheme wants it', campus({ credit: 'write' }), 1234, 'right'],
    ['the value reads the same both ways, so that the reader’s byte order is not proved', campus(), 0, 'right'],
    ['the reader turns values round', campus(), 1234, 'turnedRound'],
    ['the reader has no command for values', campus(), 1234, 'notSupported'],
  ] as const)('writes the whole block when %s', async (_, profile, balance, valueOrder) => {
    const card = campusCard(balance);
    const channel = storageChannel(card, { valueOrder });
    const purse = expectOpen(await openStoragePurse(channel, profile, { keys }));
    await purse.prepareLoad(fen(500));
    expect(await purse.creditLoad()).toEqual({ kind: 'credited', balance: balance + 500 });
    expect(channel.done).toContain('write 16');
    expect(channel.done).not.toContain('increment 16');
    expect([card.value(MAIN), card.value(COPY)]).toEqual([balance + 500, balance + 500]);
  });

  it('mends a copy that was left behind before anything else', async () => {
    const card = campusCard(900, 1000);
    const purse = expectOpen(await openStoragePurse(storageChannel(card), campus(), { keys }));
    expect(await purse.prepareLoad(fen(100))).toMatchObject({ kind: 'ready', pending: { balanceBefore: 900, balanceAfter: 1000 } });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([900, 900]);
    expect(await purse.creditLoad()).toEqual({ kind: 'credited', balance: 1000 });
  });

  it('mends a damaged value from its copy', async () => {
    const card = campusCard(900, 900, damaged);
    const purse = expectOpen(await openStoragePurse(storageChannel(card), campus(), { keys }));
    expectReady(await purse.prepareLoad(fen(100)));
    expect([card.value(MAIN), card.value(COPY)]).toEqual([900, 900]);
  });

  it('refuses more than the purse may hold, to the fen', async () => {
    const card = campusCard(99_000);
    const purse = expectOpen(await openStoragePurse(storageChannel(card), campus(), { keys }));
    expect(await purse.prepareLoad(fen(1001))).toEqual({ kind: 'refused', why: 'balanceLimit' });
    expect(await purse.prepareLoad(fen(1000))).toMatchObject({ kind: 'ready' });
  });

  it('does not raise anything without a load prepared directly before, and never twice', async () => {
    const card = campusCard(100);
    const purse = expectOpen(await openStoragePurse(storageChannel(card), campus(), { keys }));
    await expect(purse.creditLoad()).rejects.toThrow(StorageSequenceError);
    await purse.prepareLoad(fen(50));
    await purse.creditLoad();
    await expect(purse.creditLoad()).rejects.toThrow(StorageSequenceError);
    await purse.prepareLoad(fen(50));
    await purse.prepareLoad(fen(100_000));
    await expect(purse.creditLoad()).rejects.toThrow(StorageSequenceError);
    expect(card.value(MAIN)).toBe(150);
  });

  it('with a key that may not raise the value has an unknown outcome, and the card says not credited', async () => {
    const card = campusCard(100);
    const profile = campus({ key: { type: 'A', name: 'campus-read' } });
    const readKeys = { sectorKey: () => fromHex(KEY_A) };
    const outcome = await openStoragePurse(storageChannel(card), profile, { keys: readKeys });
    const purse = expectOpen(outcome);
    const pending = expectReady(await purse.prepareLoad(fen(50)));
    expect(await purse.creditLoad()).toMatchObject({ kind: 'unknown' });
    const load = { pending, ref: purse.ref, usedElsewhere: 'no' } as const;
    expect(await examineStorageLoad(storageChannel(card), profile, load, { keys: readKeys })).toMatchObject({ kind: 'notCredited', mended: true });
  });

  it('that leaves while it is prepared is removed, and whole', async () => {
    const card = campusCard(900, 1000);
    const purse = expectOpen(await openStoragePurse(storageChannel(card), campus(), { keys }));
    card.arm({ command: 'transfer', when: { programmed: 3 } });
    expect(await purse.prepareLoad(fen(100))).toEqual({ kind: 'removed' });
    expect(await openStoragePurse(storageChannel(card), campus(), { keys })).toMatchObject({ ok: true, card: { balance: 900 } });
  });
});

describe('examining a load of a storage card', () => {
  const pending: PendingStorageLoad = { amount: fen(50), balanceBefore: fen(100), balanceAfter: fen(150) };
  const ref = { aid: AID, issuer: '', serial: '04A1B2C3', tail: 'B2C3' };
  const examine = (card: SimulatedMifare, usedElsewhere: 'no' | 'possible' = 'no') =>
    examineStorageLoad(storageChannel(card), campus(), { pending, ref, usedElsewhere }, { keys });

  it.each([
    ['old', 100, 100, { kind: 'notCredited', balance: 100, mended: true }],
    ['credited whole', 150, 150, { kind: 'credited', balance: 150, mended: true }],
    ['credited, copy behind', 150, 100, { kind: 'credited', balance: 150, mended: true }],
    ['the copy ahead', 100, 150, { kind: 'undetermined', mended: false }],
    ['spent from since', 120, 120, { kind: 'undetermined', mended: false }],
  ])('that shows it %s', async (_, main, copy, expected) => {
    const card = campusCard(main, copy);
    const outcome = await examine(card);
    expect(outcome).toMatchObject(expected);
    if (expected.mended) expect(card.value(COPY)).toBe(card.value(MAIN));
    else expect([card.value(MAIN), card.value(COPY)]).toEqual([main, copy]);
  });

  it('mends nothing and decides nothing when another terminal may have worked the card', async () => {
    const card = campusCard(150, 100);
    expect(await examine(card, 'possible')).toMatchObject({ kind: 'undetermined', mended: false });
    expect(card.value(COPY)).toBe(100);
  });

  it('keeps its verdict when the card leaves while it is mended, and mends it the next time', async () => {
    const card = campusCard(150, 100);
    card.arm({ command: 'transfer', when: { programmed: 9 } });
    expect(await examine(card)).toMatchObject({ kind: 'credited', mended: false, balance: 150 });
    expect(await examine(card)).toMatchObject({ kind: 'credited', mended: true, balance: 150 });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([150, 150]);
  });

  it('of another card asks nothing of it', async () => {
    const channel = storageChannel(campusCard(150, 150, { uid: fromHex('0B0C0D0E') }));
    expect(await examineStorageLoad(channel, campus(), { pending, ref, usedElsewhere: 'no' }, { keys })).toEqual({ kind: 'otherCard', tail: '0D0E' });
    expect(channel.done).toEqual([]);
  });

  it('under a profile that keeps its value elsewhere asks nothing of the card', async () => {
    const channel = storageChannel(campusCard(150));
    expect(await examineStorageLoad(channel, campus({ sector: 5 }), { pending, ref, usedElsewhere: 'no' }, { keys })).toMatchObject({ kind: 'otherCard' });
    expect(channel.done).toEqual([]);
  });

  it('of a card that leaves at once is asked for again', async () => {
    const card = campusCard(150);
    card.arm({ command: 'authenticate', when: 'before' });
    expect(await examine(card)).toEqual({ kind: 'removed' });
  });
});

describe('a storage profile', () => {
  const base = { name: 'campus', sector: 4, mainBlock: 0, copyBlock: 1, key: { type: 'B', name: 'k' }, balanceLimit: 1 };
  it.each([
    [{ copyBlock: 0 }, 'value and copy need two blocks'],
    [{ copyBlock: 3 }, 'the last block of a sector holds its keys'],
    [{ sector: 32, copyBlock: 15 }, 'Too big'],
    [{ sector: 0 }, 'Too small'],
    [{ key: { type: 'B', name: 'k', bytes: 'FFFFFFFFFFFF' } }, 'Unrecognized key'],
  ])('with %j is refused', (changes, message) => {
    const parsed = storageProfileSchema.safeParse({ ...base, ...changes });
    expect(parsed.error?.issues[0]?.message).toContain(message);
  });

  it('may use all fifteen blocks of a large sector', () => {
    expect(storageProfileSchema.safeParse({ ...base, sector: 39, mainBlock: 13, copyBlock: 14 }).success).toBe(true);
  });
});
