/** The statement flow: what is listed, how far it is on paper, and how it is left. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import type { CardRecord, ReceiptOutcome } from '../../state-machines/ports.ts';
import { PortError } from '../../state-machines/ports.ts';
import { statementDelays } from '../../state-machines/statement/context.ts';
import { joinRecords } from '../../state-machines/statement/lines.ts';
import { statementMachine } from '../../state-machines/statement.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const line = (at: string, kind: CardRecord['kind'], yuan: number): CardRecord => ({ at, kind, amount: fen(yuan * 100) });
/** The world's day is 2026-11-22. */
const OF_CARD = [line('2026-11-22T07:55:12', 'purchase', 2), line('2026-11-20T08:14:00', 'load', 50), line('2025-03-01T10:00:00', 'purchase', 3)];
const OF_ACCOUNT = [line('2026-11-20T08:14:00', 'load', 50), line('2026-09-30T09:00:00', 'load', 100)];

interface Remembered {
  readonly records?: readonly CardRecord[];
  readonly account?: readonly CardRecord[] | Error;
}

async function atStatement({ records = OF_CARD, account = OF_ACCOUNT }: Remembered = {}): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  bench.world.card = { ...bench.world.card, records };
  bench.world.script.read.set({ ok: true, card: bench.world.card });
  bench.world.script.history.set(account);
  await bench.touch({ type: 'service', service: 'statement' });
  bench.world.insert();
  await bench.settle();
  return bench;
}

const many = (count: number): CardRecord[] =>
  Array.from({ length: count }, (_, index) =>
    line(`2026-11-${String(21 - (index % 20)).padStart(2, '0')}T08:00:${String(index).padStart(2, '0')}`, 'purchase', 2),
  );

describe('what is listed', () => {
  test('is of card and account, newest first, nothing twice', async () => {
    const { total, lines, source, range } = (await atStatement()).body('statement');
    expect({ total, source, range }).toEqual({ total: 4, source: 'account', range: 'last10' });
    expect(lines.map(({ at }) => at)).toEqual(['2026-11-22T07:55:12', '2026-11-20T08:14:00', '2026-09-30T09:00:00', '2025-03-01T10:00:00']);
  });

  test('goes back as far as is asked for', async () => {
    const bench = await atStatement();
    await bench.touch({ type: 'range', range: 'month' });
    expect(bench.body('statement').lines.map(({ at }) => at)).toEqual(['2026-11-22T07:55:12', '2026-11-20T08:14:00']);
    await bench.touch({ type: 'range', range: 'quarter' });
    expect(bench.body('statement').total).toBe(3);
  });

  test('is the card’s own when the account can’t be asked, and says so', async () => {
    const bench = await atStatement({ account: new PortError('offline', 'no line') });
    expect(bench.body('statement')).toMatchObject({ source: 'cardOnly', total: 3 });
  });

  test('is turned page by page, and no further than there are', async () => {
    const bench = await atStatement({ records: many(20), account: [] });
    await bench.touch({ type: 'range', range: 'month' });
    expect(bench.body('statement')).toMatchObject({ page: 0, pages: 2 });
    await bench.touch({ type: 'page', to: 'previous' });
    expect(bench.body('statement').page).toBe(0);
    await bench.touch({ type: 'page', to: 'next' }, { type: 'page', to: 'next' }, { type: 'page', to: 'next' });
    const { page, lines } = bench.body('statement');
    expect([page, lines.length]).toEqual([1, 10]);
  });

  test('in larger print has more pages, and the one on the glass is one of them', async () => {
    const bench = await atStatement({ records: many(20), account: [] });
    await bench.touch({ type: 'range', range: 'month' }, { type: 'prefer', preferences: { size: 'xlarge' } });
    expect(bench.body('statement')).toMatchObject({ page: 0, pages: 4 });
    await bench.touch(
      { type: 'page', to: 'next' },
      { type: 'page', to: 'next' },
      { type: 'page', to: 'next' },
      { type: 'prefer', preferences: { size: 'standard' } },
    );
    expect(bench.body('statement')).toMatchObject({ page: 1, pages: 2 });
  });
});

describe('deeds of card and account', () => {
  const record = fc.record({
    at: fc.constantFrom('2026-11-20T08:14:00', '2026-11-20T08:14:01'),
    kind: fc.constantFrom('load' as const, 'purchase' as const),
    amount: fc.constantFrom(100, 200).map(fen),
  });
  const countOf = (records: readonly CardRecord[], wanted: CardRecord): number =>
    records.filter((one) => JSON.stringify(one) === JSON.stringify(wanted)).length;

  test('are told as often as the one of them that tells them more often does', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), fc.array(record, { maxLength: 8 }), (card, account) => {
        const joined = joinRecords(card, account);
        for (const one of [...card, ...account]) expect(countOf(joined, one)).toBe(Math.max(countOf(card, one), countOf(account, one)));
        expect(joined.map(({ at }) => at)).toEqual(
          joined
            .map(({ at }) => at)
            .toSorted()
            .toReversed(),
        );
      }),
    );
  });
});

describe('on paper', () => {
  const PRINTED = { state: 'printed', confirmedBy: 'processId', sha256: 'AB'.repeat(32), byteCount: 900 } as const;

  test('slip by slip, all lines once and in order', async () => {
    const bench = await atStatement({ records: many(23), account: [] });
    await bench.touch({ type: 'range', range: 'month' }, { type: 'receipt', choice: 'print' });
    const { statementSlips } = bench.world;
    expect(statementSlips.map(({ first, total, lines, continued }) => [first, lines.length, total, continued])).toEqual([
      [1, 10, 23, false],
      [11, 10, 23, false],
      [21, 3, 23, false],
    ]);
    expect(statementSlips.flatMap(({ lines }) => lines)).toHaveLength(23);
    expect(bench.body('statement')).toMatchObject({ print: 'done', printed: 23 });
  });

  test('paper out in the middle: said, and gone on from the last confirmed line when there is paper', async () => {
    const bench = await atStatement({ records: many(23), account: [] });
    bench.world.script.print.set(PRINTED, { state: 'interrupted', trouble: 'paperOut' });
    await bench.touch({ type: 'range', range: 'month' }, { type: 'receipt', choice: 'print' });
    bench.world.change({ receipts: 'paperOut' });
    await bench.settle();
    expect(bench.body('statement')).toMatchObject({ print: 'stopped', printed: 10, receipts: 'paperOut' });
    await bench.touch({ type: 'retry' });
    expect(bench.body('statement').print).toBe('stopped');
    bench.world.change({ receipts: 'available' });
    bench.world.script.print.set(PRINTED);
    await bench.touch({ type: 'retry' });
    expect(bench.world.statementSlips.map(({ first, continued }) => [first, continued])).toEqual([
      [1, false],
      [11, false],
      [11, true],
      [21, false],
    ]);
    expect(bench.body('statement')).toMatchObject({ print: 'done', printed: 23 });
  });

  test('not begun: the slip that follows does not say that it goes on', async () => {
    const bench = await atStatement();
    bench.world.script.print.set({ state: 'failedBefore', trouble: 'coverOpen' }, PRINTED);
    await bench.touch({ type: 'receipt', choice: 'print' }, { type: 'retry' });
    expect(bench.world.statementSlips.map(({ continued }) => continued)).toEqual([false, false]);
  });

  test('back while it prints: no other slip follows', async () => {
    const bench = await atStatement({ records: many(23), account: [] });
    const slip = Promise.withResolvers<ReceiptOutcome>();
    bench.world.statementOutcome = () => slip.promise;
    await bench.touch({ type: 'range', range: 'month' }, { type: 'receipt', choice: 'print' }, { type: 'back' });
    expect(bench.body('statement').print).toBe('printing');
    slip.resolve(PRINTED);
    await bench.settle();
    expect(bench.world.statementSlips).toHaveLength(1);
    expect(bench.body('statement')).toMatchObject({ print: 'none', printed: 10 });
  });

  test('another range is another print', async () => {
    const bench = await atStatement();
    await bench.touch({ type: 'receipt', choice: 'print' }, { type: 'range', range: 'quarter' });
    expect(bench.body('statement')).toMatchObject({ print: 'none', printed: 0 });
  });

  test('nothing to list, or no printer: nothing is printed', async () => {
    const bench = await atStatement({ records: [], account: [] });
    await bench.touch({ type: 'receipt', choice: 'print' });
    const other = await atStatement();
    other.world.change({ receipts: 'printerDown' });
    await other.touch({ type: 'receipt', choice: 'print' });
    expect([...bench.world.statementSlips, ...other.world.statementSlips]).toEqual([]);
  });
});

describe('is left', () => {
  test.each([
    ['back', 'menu'],
    ['cancel', 'menu'],
    ['finish', 'take-card'],
  ] as const)('by %s: %s', async (type, kind) => {
    const bench = await atStatement();
    await bench.touch({ type });
    expect(bench.kind).toBe(kind);
  });

  test('by itself when nobody reads any more, after a warning', async () => {
    const bench = await atStatement();
    await bench.world.clock.advance(statementDelays.read);
    expect(bench.overlay).toMatchObject({ kind: 'idle-warning', money: 'none' });
    await bench.world.clock.advance(statementDelays.warning);
    expect(bench.kind).toBe('take-card');
  });

  test('from the menu it is one touch away', async () => {
    const bench = await atStatement();
    await bench.touch({ type: 'back' }, { type: 'service', service: 'statement' });
    expect(bench.kind).toBe('statement');
  });

  test('from every state by what happens by itself', () => {
    const world = new FakeWorld();
    const preferences = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } as const;
    const places = walk({
      machine: statementMachine,
      input: { ports: world.ports, card: world.card, preferences },
      outputs: {
        gather: [
          { lines: many(23), source: 'account' },
          { lines: [], source: 'cardOnly' },
        ],
        printSlip: [
          { state: 'printed', confirmedBy: 'processId', sha256: '', byteCount: 1 },
          { state: 'interrupted', trouble: 'paperOut' },
          { state: 'failedBefore', trouble: 'offline' },
        ],
      },
      events: {
        ...Object.fromEntries(
          ['ui.back', 'ui.cancel', 'ui.finish', 'ui.retry', 'ui.extend', 'ui.open', 'ui.close', 'ui.prefer', 'CARD.REMOVED', 'wait.ended'].map((type) => [
            type,
            [{ type }],
          ]),
        ),
        'ui.receipt': [{ type: 'ui.receipt', choice: 'print' } as never],
        'ui.page': [{ type: 'ui.page', to: 'next' } as never],
        'ui.range': [{ type: 'ui.range', range: 'quarter' } as never],
        PREFERENCES: [{ type: 'PREFERENCES', preferences } as never],
      },
      key: ({ value, context }) => JSON.stringify([value, context.print, context.printed, context.broken]),
    });
    expect(traps(places)).toEqual([]);
  });
});
