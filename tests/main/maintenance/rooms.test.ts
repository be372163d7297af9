/** The rooms over a real journal: the box with its own entries, a transaction's story and its proof, search, export to a stick, the last word of staff. */
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { boxRoom } from '../../../main/maintenance/box-room.ts';
import { JournalFolds } from '../../../main/maintenance/journal-folds.ts';
import { inThisThread, journalWork } from '../../../main/maintenance/journal-work.ts';
import { redactLogLine } from '../../../main/maintenance/redact.ts';
import { storyOf } from '../../../main/maintenance/story.ts';
import { storyRoom } from '../../../main/maintenance/story-room.ts';
import { closedBy } from '../../../main/maintenance/system-room.ts';
import { verifyExport } from '../../../main/journal/verify-export.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { JournalDesk } from '../../../main/terminal/ports/journal-port.ts';
import type { ReceiptContent, Recovered } from '../../../state-machines/ports.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { append, Bench, countingRandom, START, topUp } from '../journal/bench.ts';
import { notesTaken } from './notes.ts';

const ZONE = 'Asia/Shanghai';
const CARD = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170907984', tail: '7984' };

function terminal(...entries: readonly NewEntry[]) {
  const bench = new Bench();
  const journal = bench.open();
  append(journal, [START, ...entries]);
  const { clock, ids, key } = bench;
  const desk = new JournalDesk({ journal, clock, random: countingRandom(), shortName: 'A01', businessDate: () => '2026-11-22', onHealth: () => {} });
  const folds = new JournalFolds({ journal, clock });
  const changes: boolean[] = [];
  const box = boxRoom({
    journal,
    desk,
    folds,
    printer: undefined,
    config: CONFIG,
    denominations: [5000, 10_000],
    onChanging: (changing) => changes.push(changing),
  });
  const slips: ReceiptContent[] = [];
  const told: Recovered = {
    outcome: 'delivered',
    reference: 'A01-1122-0001-0',
    tender: 'cash',
    ref: CARD,
    amount: fen(5000),
    balanceBefore: fen(1250),
    entry: { epoch: 1, seq: 10, hash: 'ab'.repeat(32), at: clock.now() },
  };
  const stick = join(bench.folder, 'stick');
  mkdirSync(stick);
  const stories = storyRoom({
    journal,
    desk,
    clock,
    ids,
    key,
    timeZone: ZONE,
    receipts: {
      ...new FakeWorld().ports.receipts,
      print: async (_, content) => {
        slips.push(content);
        return { state: 'printed', confirmedBy: 'processId', sha256: 'AB', byteCount: 1 };
      },
    },
    printSettlement: (settlementId, locale) => box.printSlip(settlementId, locale),
    slips: { linkOf: () => 'https://verify.example/#x' },
    told: () => told,
    settledWithinHours: 24,
    locale: 'zh-CN',
    work: journalWork({ journal: bench.path, publicKey: key.publicKey, exportFolder: stick, terminalId: 'T-0001' }, async (order) => inThisThread(order)),
  });
  return { bench, journal, desk, folds, box, changes, stories, slips, stick };
}

const CONFIG = {
  site: {
    operator: '一卡通',
    place: '图书馆',
    hotline: '96123',
    hotlineHours: '24 h',
    slots: { card: 'right', cash: 'right', receipt: 'below' },
    verifyUrl: 'https://verify.example/',
    notice: undefined,
  },
  terminal: { id: 'T-0001', shortName: 'A01', timeZone: ZONE, terminalNumber: '000001000050' },
} as const;

test('settlement in the running journal: what came short is in suspense, the rest in transit, and the head is signed', async () => {
  const { bench, journal, box } = terminal(...notesTaken('tx-0001', 10_000, 5000));
  expect((await box.read()).content.notes).toEqual([
    { denomination: 10_000, count: 1 },
    { denomination: 5000, count: 1 },
  ]);
  const first = await box.step({ by: '0533', boxOut: 'B-1', boxIn: 'B-2' });
  if (!first.ok) throw new Error(first.problem);
  const { settlementId } = first.settlement;
  await box.step({ by: '0533', settlementId });
  await box.step({ by: '0533', settlementId });
  await box.step({ by: '0533', settlementId, counted: [{ denomination: 10_000, count: 1 }] });
  const last = await box.step({ by: '0533', settlementId });
  expect(last).toMatchObject({ ok: true, settlement: { phase: 'closed', difference: -5000 } });
  const { break: found, balances, signedUpTo, entries } = verifyJournal(bench.path, { publicKey: bench.key.publicKey });
  expect({ found, signedUpTo }).toEqual({ found: undefined, signedUpTo: entries });
  expect(balances).toMatchObject({ 'cash.box': 0, 'cash.transit': 10_000, suspense: 5000, 'cash.overShort': 0 });
  expect(journal.head.seq).toBe(entries);
});

test('while the boxes are changed it is said with each step that no note may be taken, and again when another one is in', async () => {
  const { box, changes } = terminal(...notesTaken('tx-0001', 5000));
  for (let step = 0; step < 3; step += 1) await box.step({ by: '0533', boxOut: 'B-1', boxIn: 'B-2' });
  expect(changes).toEqual([true, true, false]);
});

test('without a printer the settlement stands, and its slip is not said to be printed', async () => {
  const { box } = terminal(...notesTaken('tx-0001', 5000));
  const step = await box.step({ by: '0533', boxOut: 'B-1', boxIn: 'B-2' });
  if (!step.ok) throw new Error(step.problem);
  expect(await box.printSlip(step.settlement.settlementId, 'zh-CN')).toBe('failed');
});

test('the folds follow what is written after they were read', async () => {
  const { journal, folds } = terminal(...notesTaken('tx-0001', 5000));
  await folds.read();
  append(journal, [...notesTaken('tx-0002', 10_000), filled('blankCards', 200), filled('paper')]);
  expect(folds.follow()).toMatchObject({
    cash: {
      content: {
        notes: [
          { denomination: 10_000, count: 1 },
          { denomination: 5000, count: 1 },
        ],
      },
    },
    filled: { blankCards: { count: 200 }, paper: {} },
  });
});

function filled(supply: 'blankCards' | 'paper', count?: number): NewEntry {
  return { kind: 'supply.filled', body: { sessionId: 'v', staff: '0417', supply, ...(count === undefined ? {} : { count }) } };
}

describe('a story', () => {
  test('delivered: the money goes from the person over the terminal to the card, and all of it is proved', () => {
    const { bench, journal } = terminal(...topUp('tx-0001'));
    journal.checkpoint();
    const story = storyOf('tx-0001', { journal, key: bench.key, timeZone: ZONE });
    expect(story).toMatchObject({
      reference: 'A01-1122-0001-0',
      outcome: 'delivered',
      money: { taken: 5000, loaded: 5000, held: 0, counter: { before: 7, after: 8 } },
    });
    expect(story?.rows.map(({ kind, lane }) => [kind, lane])).toEqual([
      ['transaction.opened', 'cardholder'],
      ['note.escrowed', 'cardholder'],
      ['note.stacking', 'cardholder'],
      ['cash.stacked', 'held'],
      ['load.authorizing', 'held'],
      ['load.authorized', 'held'],
      ['load.committing', 'held'],
      ['load.committed', 'card'],
      ['transaction.closed', 'card'],
    ]);
    expect(story?.proof).toEqual([
      { check: 'inOrder', good: true },
      { check: 'postings', good: true },
      { check: 'chain', good: true },
      { check: 'checkpoint', good: true },
      { check: 'receipt', good: false },
    ]);
    expect(JSON.stringify(story)).not.toContain(CARD.serial);
  });

  test('one entry changed by somebody with the file: the chain does not hold', () => {
    const { bench, journal } = terminal(...topUp('tx-0001'));
    bench.closeAll();
    bench.tamper((db) => db.prepare('UPDATE entries SET entry = replace(entry, \'"denomination":5000\', \'"denomination":9000\') WHERE seq = 5').run());
    expect(journal.head.seq).toBe(10);
    const again = bench.open({ wholeUpTo: 10 });
    const chain = storyOf('tx-0001', { journal: again, key: bench.key, timeZone: ZONE })?.proof.find(({ check }) => check === 'chain');
    expect(chain).toEqual({ check: 'chain', good: false });
  });

  test('a load of which nobody knows whether the card took it is one to resolve', () => {
    const loadId = 'load tx-0001';
    const { bench, journal } = terminal(
      ...topUp('tx-0001', false),
      { kind: 'load.undetermined', transactionId: 'tx-0001', body: { loadId, why: 'no answer' } },
      { kind: 'case.opened', transactionId: 'tx-0001', body: { reference: 'A01-1122-0001-0', reason: 'loadUndetermined', amount: 5000, disputed: 0 } },
      { kind: 'transaction.closed', transactionId: 'tx-0001', body: { outcome: 'case', loaded: 0, refunded: 0, owed: 5000 } },
    );
    const story = storyOf('tx-0001', { journal, key: bench.key, timeZone: ZONE });
    expect(story).toMatchObject({ undetermined: true, outcome: 'case', printable: true });
    expect(story?.rows.find(({ kind }) => kind === 'load.undetermined')?.tone).toBe('doubt');
  });
});

describe('search', () => {
  const two = () => terminal(...topUp('tx-0001'), ...notesTaken('tx-0002', 10_000), ...topUp('tx-0003'));

  test.each([
    ['reference', 'A01-1122-0003-0', ['tx-0003']],
    ['reference', '0001', ['tx-0001']],
    ['tail', '7984', ['tx-0003', 'tx-0002', 'tx-0001']],
    ['tail', '1111', []],
    ['day', '1122', ['tx-0003', 'tx-0002', 'tx-0001']],
    ['day', '1121', []],
    ['amount', '100', ['tx-0002']],
    ['amount', '50.00', ['tx-0003', 'tx-0001']],
  ] as const)('by %s %s, the newest first', async (field, text, expected) => {
    const { bench, stories } = two();
    const searched = stories.search(field, text);
    await bench.clock.advance(10);
    expect((await searched).found.map(({ transactionId }) => transactionId)).toEqual(expected);
  });

  test.each([
    ['reference', 'A01-1122-7K4M-9', 1],
    ['reference', '7K4M', 1],
    ['tail', '6688', 1],
    ['tail', '7984', 1],
    ['day', '1122', 2],
    ['amount', '50', 1],
  ] as const)('a loss report by %s %s: it moves no money, and is found by whatever names it', async (field, text, count) => {
    const { bench, stories } = terminal(...topUp('tx-0001'), ...lossReport());
    const searched = stories.search(field, text);
    await bench.clock.advance(10);
    const { found } = await searched;
    expect(found).toHaveLength(count);
    const report = found.find(({ type }) => type === 'loss');
    if (field === 'amount' || text === '7984') expect(report).toBeUndefined();
    else expect(report).toMatchObject({ transactionId: 'report-1', reference: 'A01-1122-7K4M-9', tail: '6688', outcome: 'open' });
  });

  test.each([
    ['done', { kind: 'loss.reported', body: { reportId: 'report-1', report: 'new', reference: 'L-1', reportedAt: TAKEN_AT, effectiveAt: TAKEN_AT } }],
    ['refused', { kind: 'loss.refused', body: { reportId: 'report-1', code: 'notHoldersCard' } }],
  ] as const)('a loss report that the issuer answered is %s', async (outcome, answer) => {
    const { bench, stories } = terminal(...lossReport(), { ...answer, transactionId: 'report-1' });
    const searched = stories.search('tail', '6688');
    await bench.clock.advance(10);
    expect((await searched).found).toMatchObject([{ outcome }]);
  });
});

const TAKEN_AT = '2026-11-22T00:14:00.000Z';

/** Taken, and not with the issuer yet. */
function lossReport(): NewEntry[] {
  const body = {
    reportId: 'report-1',
    identificationId: 'who-1',
    serial: '03105170010170906688',
    tail: '6688',
    reference: 'A01-1122-7K4M-9',
    by: 'phone' as const,
    takenAt: TAKEN_AT,
  };
  return [
    { kind: 'loss.reporting', transactionId: 'report-1', body },
    { kind: 'loss.queued', transactionId: 'report-1', body: { reportId: 'report-1', why: 'offline' } },
  ];
}

describe('what a replay is read from', () => {
  const started: NewEntry = { kind: 'terminal.started', body: { version: '1.0.0', reason: 'restart' } };

  test('all entries of the transaction, the oldest first, as they were written', async () => {
    const { stories } = terminal(...topUp('tx-0001'), ...notesTaken('tx-0002', 10_000));
    const replayed = (await stories.replay('tx-0001')) ?? [];
    expect(replayed.map(({ kind, body }) => ({ kind, body }))).toEqual(topUp('tx-0001').map(({ kind, body }) => ({ kind, body })));
    expect(replayed.some(({ restarted }) => restarted)).toBe(false);
  });

  test('a start of the terminal in between is told where it was, and nowhere else', async () => {
    const entries = topUp('tx-0001');
    const { stories } = terminal(...entries.slice(0, 7), started, ...notesTaken('tx-0002', 10_000), ...entries.slice(7));
    const replayed = (await stories.replay('tx-0001')) ?? [];
    expect(replayed.flatMap(({ kind, restarted }) => (restarted ? [kind] : []))).toEqual(['load.committed']);
  });

  test('a start before the first entry and one after the last are none of it', async () => {
    const { stories } = terminal(started, ...topUp('tx-0001'), started);
    expect((await stories.replay('tx-0001'))?.some(({ restarted }) => restarted)).toBe(false);
  });

  test('also where many entries lie between', async () => {
    const entries = topUp('tx-0001');
    const between = Array.from({ length: 1200 }, (_, index): NewEntry => ({
      kind: 'device.lost',
      body: { device: 'idReader', code: 'offline', detail: `${index}` },
    }));
    const { bench, stories } = terminal(...entries.slice(0, 8), ...between.slice(0, 1100), started, ...between.slice(1100), ...entries.slice(8));
    const asked = stories.replay('tx-0001');
    for (let times = 0; times < 5; times += 1) await bench.clock.advance(1);
    expect((await asked)?.flatMap(({ kind, restarted }) => (restarted ? [kind] : []))).toEqual(['transaction.closed']);
  });

  test('of nothing that the journal knows there is none', async () => {
    const { stories } = terminal();
    expect(await stories.replay('tx-0009')).toBeUndefined();
  });
});

test('a slip once more: marked as a copy, and in the journal of its transaction', async () => {
  const { journal, stories, slips } = terminal(...topUp('tx-0001'));
  expect(await stories.reprint('tx-0001')).toBe('printed');
  expect(slips).toMatchObject([{ status: 'delivered', reference: 'A01-1122-0001-0', reprint: 1, cardTail: '7984' }]);
  expect(journal.transaction('tx-0001').slice(-2)).toMatchObject([
    { entry: { kind: 'receipt.printing', body: { reprint: 1 } } },
    { entry: { kind: 'receipt.printed' } },
  ]);
});

test('export to a stick: signed up to its last entry, and another machine proves it by the key alone', async () => {
  const { bench, stories, stick } = terminal(...topUp('tx-0001'));
  expect(await stories.export()).toMatchObject({ good: true, entries: 10 });
  expect(readdirSync(stick)).toEqual(['T-0001-journal-1-10.jsonl']);
  const elsewhere = verifyExport(readFileSync(join(stick, 'T-0001-journal-1-10.jsonl')), { publicKey: bench.key.publicKey });
  expect(elsewhere).toMatchObject({ ok: true, entries: 10, signedUpTo: 10, key: 'given' });
});

test('no stick: nothing is left half written, and it is said why', () => {
  const { bench } = terminal(...topUp('tx-0001'));
  const finding = inThisThread({ what: 'export', journal: bench.path, publicKey: bench.key.publicKey, file: join(bench.folder, 'nowhere', 'x.jsonl') });
  expect(finding).toMatchObject({ good: false, why: expect.stringContaining('ENOENT') as string });
});

test('the last word of staff holds after a restart', () => {
  const act = (what: string, subject?: string): NewEntry => ({
    kind: 'maintenance.act',
    body: { sessionId: 'v', staff: '0417', verb: 'terminal.outOfService', what, ...(subject === undefined ? {} : { subject }) },
  });
  const said = (...entries: readonly NewEntry[]) => {
    const { journal } = terminal(...entries);
    return closedBy(journal.entriesAfter(1, 0, 100).map(({ entry }) => entry));
  };
  expect(said()).toBeUndefined();
  expect(said(act('outOfService', 'repair'), START)).toBe('repair');
  expect(said(act('outOfService', 'repair'), act('backInService'), START)).toBeUndefined();
});

test('numbers that could be a card, a telephone or an identity do not leave with the log', () => {
  expect(redactLogLine('{"level":30,"time":1763769240000,"msg":"card 0310517001017090 and 13812345678","pin":"[redacted]"}')).toBe(
    '{"level":30,"time":1763769240000,"msg":"card [redacted] and *********78","pin":"[redacted]"}',
  );
  expect(redactLogLine('not a line: 11010519491231002X')).toBe('not a line: ****************2X');
});
