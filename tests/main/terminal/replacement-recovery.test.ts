/**
 * What a start makes of a new card that the process before had begun: by the last entry about it, and by what the sensors say of the path. What
 * it makes of one when the process was really killed: crash-replacement.test.ts.
 */
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { JournalKind, NewEntry } from '../../../common/journal-kinds.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import { Recovery } from '../../../main/terminal/recovery/recovery.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { NEW_CARD, type FakeNewCards } from '../../support/fake-new-cards.ts';

const ID = 't1';
const FEE = 2000;
const REPLACEMENT = 'r1';
const BLANK = 'b1';
const OLD = { aid: '', issuer: '', serial: '03105170010170906688', tail: '6688' };

const of = (kind: NewEntry['kind'], body: object): NewEntry => ({ kind, transactionId: ID, body }) as NewEntry;
const blank = (kind: NewEntry['kind'], body: object = {}): NewEntry => of(kind, { blankId: BLANK, ...body });

const OPENED = of('transaction.opened', {
  type: 'replacement',
  reference: 'A01-1122-7K4M-9',
  card: OLD,
  tender: 'cash',
  requested: FEE,
  balanceBefore: 0,
  locale: 'zh-CN',
});
const GRANTING = of('replacement.granting', { replacementId: REPLACEMENT, identificationId: 'i1', serial: OLD.serial, tail: OLD.tail, amount: FEE });
const GRANTED = of('replacement.granted', { replacementId: REPLACEMENT, effectiveAt: '2026-11-22T00:14:00.000Z' });
const PAID = [
  of('note.escrowed', { noteId: 'n1', denomination: FEE }),
  of('note.stacking', { noteId: 'n1', denomination: FEE }),
  of('cash.stacked', { noteId: 'n1', denomination: FEE, evidence: 'vendValid' }),
];
const BEGUN = [OPENED, GRANTING, GRANTED, ...PAID];
const DISPENSING = blank('replacement.dispensing', { replacementId: REPLACEMENT });
const WRITING = blank('replacement.writing', { scriptId: 's1', card: NEW_CARD });
const COMMANDED = blank('replacement.commanded', { step: 1, name: 'write key load', statusWord: '9000' });
const WRITTEN = blank('replacement.written');
const PRESENTING = blank('replacement.presenting');
const RETRACTING = blank('replacement.retracting');
const CAPTURING = blank('replacement.capturing', { why: 'cardRefused' });
const DELIVERED = blank('replacement.delivered', { replacementId: REPLACEMENT, amount: FEE });

/** The issuer still has to hear how it ended. */
class Stand {
  readonly world = new FakeWorld();
  readonly recovery: Recovery;
  readonly before: number;

  constructor(entries: readonly NewEntry[], at: (cards: FakeNewCards) => void = () => {}) {
    this.world.entries.push(...entries);
    this.before = entries.length;
    at(this.world.newCards);
    const of = (kind: JournalKind): boolean => this.world.entries.some((entry) => entry.kind === kind);
    this.recovery = new Recovery({
      ports: this.world.ports,
      read: {
        openTransactions: () => (of('transaction.closed') ? [] : [ID]),
        transaction: () => this.#stored().map((entry) => ({ entry, hash: entry.seq.toString(16).padStart(64, '0') })),
        lacking: (kind, answers) => (of(kind) && !answers.some(of) ? [ID] : []),
        lackingSince: () => [],
        latest: (count) => this.#stored().slice(-count),
        byReference: () => undefined,
      },
      issuerReachable: () => true,
      powerUp: () => undefined,
      log: () => {},
    });
  }

  get added(): readonly string[] {
    return this.world.entries.slice(this.before).map(({ kind }) => kind);
  }

  get state() {
    return foldTransaction(this.#stored());
  }

  #stored(): readonly JournalEntry[] {
    const more = { epoch: 1, id: '', at: '2026-11-22T00:14:00.000Z', businessDate: '2026-11-22', terminalId: 'T-0001', postings: [] };
    return this.world.entries.map((entry, index) => ({ ...more, seq: index + 1, ...entry }));
  }
}

async function start(entries: readonly NewEntry[], at: (cards: FakeNewCards) => void = () => {}): Promise<Stand> {
  const stand = new Stand(entries, at);
  await stand.recovery.run();
  return stand;
}

const found = (where: FakeNewCards['found']) => (cards: FakeNewCards) => void (cards.found = where);
const settledByVoucher = ['voucher.issued', 'voucher.registering', 'reference.shown', 'transaction.closed'];
const heldByCase = ['case.opened', 'reference.shown', 'transaction.closed'];

describe('nothing had left the stacker', () => {
  test('asked for, and nobody answered: nothing was paid, and it is over', async () => {
    expect((await start([OPENED, GRANTING])).added).toEqual(['transaction.closed']);
  });

  test('granted and paid: the money becomes a voucher', async () => {
    expect((await start(BEGUN)).added).toEqual(settledByVoucher);
  });
});

describe('a blank that was on its way is never handed out', () => {
  const begun: readonly [string, readonly NewEntry[]][] = [
    ['dispensing', [DISPENSING]],
    ['writing', [DISPENSING, WRITING]],
    ['half written', [DISPENSING, WRITING, COMMANDED]],
    ['written and good', [DISPENSING, WRITING, COMMANDED, WRITTEN]],
  ];
  test.each(begun)('%s, found in the path: to the bin, and the fee becomes a voucher', async (_, blanks) => {
    const { added, state, world } = await start([...BEGUN, ...blanks], found('inPath'));
    expect(added).toEqual(['replacement.capturing', 'replacement.captured', ...settledByVoucher]);
    expect(world.acts).toContain('capture');
    expect(world.acts).not.toContain('present new card');
    expect(state).toMatchObject({ earned: 0, owed: FEE, anomalies: [] });
  });

  test.each(begun)('%s, gone: somebody emptied the path, and the fee becomes a voucher', async (name, blanks) => {
    const { added, world } = await start([...BEGUN, ...blanks], found('nothing'));
    expect(added).toEqual(['replacement.capturing', 'replacement.captured', ...settledByVoucher]);
    // what was not seen at the station never left the stacker
    expect(world.entries.find(({ kind }) => kind === 'replacement.captured')?.body).toMatchObject({ place: name === 'dispensing' ? 'stacker' : 'bin' });
    expect(world.acts).not.toContain('capture');
  });

  test('on its way to the bin already: the way is not announced twice', async () => {
    const { added } = await start([...BEGUN, DISPENSING, WRITING, CAPTURING], found('inPath'));
    expect(added).toEqual(['replacement.captured', ...settledByVoucher]);
  });

  test('one that does not move is written down, and the fee becomes a voucher all the same', async () => {
    const stand = await start([...BEGUN, DISPENSING], (cards) => {
      cards.found = 'inPath';
      cards.stuck = true;
    });
    expect(stand.added).toEqual(['replacement.capturing', 'replacement.stuck', ...settledByVoucher]);
    stand.world.newCards.stuck = false;
    await stand.recovery.tend();
    expect(stand.added).toContain('replacement.freed');
  });

  test('the reader does not say where it is: nothing is settled, and it is asked again', async () => {
    const stand = await start([...BEGUN, DISPENSING, WRITING], found('unknown'));
    expect(stand.added).toEqual([]);
    expect(stand.world.newCards.blanks.holds(BLANK)).toBe(true);
    stand.world.newCards.found = 'inPath';
    await stand.recovery.tend();
    expect(stand.added.slice(0, 2)).toEqual(['replacement.capturing', 'replacement.captured']);
  });
});

describe('a new card that had been offered', () => {
  const offered = [...BEGUN, DISPENSING, WRITING, WRITTEN, PRESENTING];

  test.each([
    ['presenting', offered],
    ['retracting', [...offered, RETRACTING]],
  ])('%s, and gone: it is its person’s, and the fee is earned', async (_, entries) => {
    const { added, state } = await start(entries, found('nothing'));
    expect(added).toEqual(['replacement.delivered', 'transaction.closed']);
    expect(state).toMatchObject({ earned: FEE, owed: 0, closed: { outcome: 'delivered' } });
  });

  test.each([
    ['presenting', offered, ['replacement.retracting', 'replacement.captured']],
    ['retracting', [...offered, RETRACTING], ['replacement.captured']],
  ])('%s, and still there: to the bin, and a case holds the fee', async (_, entries, way) => {
    const { added, state } = await start(entries, found('inPath'));
    expect(added).toEqual([...way, ...heldByCase]);
    expect(state).toMatchObject({ earned: 0, owed: FEE, cases: [{ reason: 'cardCaptured', amount: FEE }] });
  });

  test('taken, and the process died before the end was written: the end is written', async () => {
    expect((await start([...offered, DELIVERED])).added).toEqual(['transaction.closed']);
  });
});

describe('the issuer hears how it ended, in the background', () => {
  const closed = (outcome: string, owed = 0): NewEntry => of('transaction.closed', { outcome, loaded: 0, refunded: 0, owed });
  const taken = [...BEGUN, DISPENSING, WRITING, WRITTEN, PRESENTING, DELIVERED, closed('delivered')];

  test('a card that was taken', async () => {
    const stand = await start(taken);
    await stand.recovery.tend();
    expect([stand.world.newCards.told, stand.added]).toEqual([['taken'], ['replacement.reported']]);
  });

  test('one that never was made; asked again until it answers', async () => {
    const stand = await start([OPENED, GRANTING, closed('abandoned')], (cards) => void (cards.cancels = 'offline'));
    await stand.recovery.tend();
    expect(stand.added).toEqual([]);
    stand.world.newCards.cancels = 'cancelled';
    await stand.recovery.tend();
    expect([stand.world.newCards.told, stand.added]).toEqual([['cancel'], ['replacement.cancelled']]);
  });

  test('one that its issuer has as written, though nobody got it: it is told that the machine kept it', async () => {
    const stand = await start([OPENED, GRANTING, closed('abandoned')], (cards) => void (cards.cancels = 'over'));
    await stand.recovery.tend();
    expect([stand.world.newCards.told, stand.added]).toEqual([['cancel', 'captured'], ['replacement.reported']]);
  });

  test('not while it is open: the new card may still be made', async () => {
    const stand = new Stand([OPENED, GRANTING]);
    const open = stand.world.entries.length;
    stand.world.newCards.found = 'unknown';
    stand.world.entries.push(GRANTED, ...PAID, DISPENSING);
    await stand.recovery.run();
    await stand.recovery.tend();
    expect(stand.world.newCards.told).toEqual([]);
    expect(stand.world.entries.length).toBe(open + 1 + PAID.length + 1);
  });
});
