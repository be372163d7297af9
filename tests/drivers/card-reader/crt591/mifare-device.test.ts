/** A MIFARE purse through the whole driver: CRT-591 frames, the simulated unit, and a chip that keeps what was really stored. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { fromHex } from '../../../../common/hex.ts';
import { identifyCard } from '../../../../drivers/card/identify.ts';
import { examineStorageLoad, openStoragePurse, type StoragePurse } from '../../../../drivers/card/mifare/purse.ts';
import type { SimulatedMifare } from '../../../../drivers/card/mifare/simulated-card.ts';
import { campus, campusCard, COPY, KEY_B, keys, MAIN } from '../../card/mifare/cards.ts';
import { CountingCard } from '../counting-card.ts';
import { loseAnswersTo, withCardInside, type ReaderBench } from './reader-bench.ts';

const contactless = { options: { interfaces: ['contactless'] } };

async function opened(card: SimulatedMifare): Promise<{ bench: ReaderBench; purse: StoragePurse }> {
  const bench = await withCardInside(card, contactless);
  const channel = await bench.settled(bench.reader.activate());
  const outcome = await bench.settled(openStoragePurse(channel, campus(), { keys }));
  if (!outcome.ok) throw new Error(`${outcome.problem}: ${outcome.detail}`);
  return { bench, purse: outcome.purse };
}

describe('a MIFARE purse in a CRT-591', () => {
  it('is opened, loaded and read back, and no frame trace holds its key', async () => {
    const card = campusCard(1234);
    const bench = await withCardInside(card, contactless);
    const traced: string[] = [];
    bench.reader.onFrame(({ bytes }) => traced.push(bytes));
    const channel = await bench.settled(bench.reader.activate());
    expect(channel).toMatchObject({ uid: card.uid, sak: 0x08, atqa: fromHex('0004'), iso7816: false });
    const outcome = await bench.settled(openStoragePurse(channel, campus(), { keys }));
    if (!outcome.ok) throw new Error(outcome.detail);
    await bench.settled(outcome.purse.prepareLoad(fen(5000)));
    expect(await bench.settled(outcome.purse.creditLoad())).toEqual({ kind: 'credited', balance: 6234 });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([6234, 6234]);
    expect(traced.length).toBeGreaterThan(10);
    expect(traced.join(' ')).not.toContain(KEY_B);
    expect(bench.line.sent.some((bytes) => Buffer.from(bytes).toString('hex').toUpperCase().includes(KEY_B))).toBe(true);
  });

  it('with another key is no card of the scheme, and can be activated again', async () => {
    const card = campusCard(1234);
    const bench = await withCardInside(card, contactless);
    const wrong = { sectorKey: () => fromHex('FFFFFFFFFFFF') };
    const first = await bench.settled(bench.reader.activate());
    expect(await bench.settled(openStoragePurse(first, campus(), { keys: wrong }))).toMatchObject({ ok: false, problem: 'unknown' });
    const second = await bench.settled(bench.reader.activate());
    expect(await bench.settled(openStoragePurse(second, campus(), { keys }))).toMatchObject({ ok: true, card: { balance: 1234 } });
  });

  it('torn out of the field after the increment was stored is examined to credited, once', async () => {
    const card = campusCard(1234);
    const { bench, purse } = await opened(card);
    const prepared = await bench.settled(purse.prepareLoad(fen(5000)));
    if (prepared.kind !== 'ready') throw new Error(prepared.kind);
    card.arm({ command: 'transfer', when: 'after' });
    expect(await bench.settled(purse.creditLoad())).toMatchObject({ kind: 'unknown' });
    const again = await bench.settled(bench.reader.activate());
    const load = { pending: prepared.pending, ref: purse.ref, usedElsewhere: 'no' } as const;
    expect(await bench.settled(examineStorageLoad(again, campus(), load, { keys }))).toMatchObject({ kind: 'credited', mended: true, balance: 6234 });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([6234, 6234]);
  });

  it('whose increment is executed but whose answers are lost is not incremented again', async () => {
    const card = campusCard(1234);
    const { bench, purse } = await opened(card);
    const prepared = await bench.settled(purse.prepareLoad(fen(5000)));
    if (prepared.kind !== 'ready') throw new Error(prepared.kind);
    bench.commands();
    loseAnswersTo(bench, 0x60);
    expect(await bench.settled(purse.creditLoad())).toMatchObject({ kind: 'unknown' });
    expect(bench.commands().filter((command) => command === '6033')).toHaveLength(1);
    expect(card.value(MAIN)).toBe(6234);
    bench.onWire = (bytes) => bytes;
    const again = await bench.settled(bench.reader.activate());
    const load = { pending: prepared.pending, ref: purse.ref, usedElsewhere: 'no' } as const;
    expect(await bench.settled(examineStorageLoad(again, campus(), load, { keys }))).toMatchObject({ kind: 'credited', mended: true });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([6234, 6234]);
  });

  it('pulled by hand before the copy was written is removed, then mended when it comes back', async () => {
    const card = campusCard(1234);
    const { bench, purse } = await opened(card);
    const prepared = await bench.settled(purse.prepareLoad(fen(5000)));
    if (prepared.kind !== 'ready') throw new Error(prepared.kind);
    const crediting = purse.creditLoad();
    while (card.value(MAIN) !== 6234) await bench.clock.advance(5);
    bench.unit.pullCard();
    expect(await bench.settled(crediting)).toMatchObject({ kind: 'unknown' });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([6234, 1234]);
    await bench.clock.advance(2_000);
    expect(bench.unit.insertCard(card)).toBe(true);
    await bench.clock.advance(2_000);
    const again = await bench.settled(bench.reader.activate());
    const load = { pending: prepared.pending, ref: purse.ref, usedElsewhere: 'no' } as const;
    expect(await bench.settled(examineStorageLoad(again, campus(), load, { keys }))).toMatchObject({ kind: 'credited', mended: true });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([6234, 6234]);
  });

  it('is told apart by identification without any key', async () => {
    const bench = await withCardInside(campusCard(1), contactless);
    const channel = await bench.settled(bench.reader.activate());
    expect(await bench.settled(identifyCard(channel, []))).toMatchObject({ kind: 'mifareClassic', layout: 'classic1k', tail: 'B2C3' });
  });
});

describe('a chip that is no MIFARE Classic in a CRT-591', () => {
  it('offers no storage', async () => {
    const bench = await withCardInside(new CountingCard(), contactless);
    expect((await bench.settled(bench.reader.activate())).storage).toBeUndefined();
  });
});
