import { createHash } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import canonicalize from 'canonicalize';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { BASE_TYPE, baseDigest, type Base } from '../../../main/journal/base.ts';
import { damageIn } from '../../../main/journal/old-part.ts';
import { exportJournal } from '../../../main/journal/export.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { openForWriting } from '../../../main/journal/schema.ts';
import type { Verification } from '../../../main/journal/verification.ts';
import { verifyExport } from '../../../main/journal/verify-export.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { readSurvey } from '../../../main/maintenance/stopped-journal.ts';
import { upstreamKeyPair } from '../../verifier/journals.ts';
import { keyOf } from '../../verifier/keys.ts';
import * as make from '../../common/money/entries.ts';
import { append, Bench, START, STOP } from './bench.ts';
import { cut, DAY, filler, finished, NOW, of, pruneAll, receipted, RULE, settlement, withCase } from './pruning-bench.ts';

const LOSS: NewEntry = {
  kind: 'loss.reporting',
  body: {
    reportId: 'r-1',
    identificationId: 'i-1',
    serial: '00004100000012345678',
    tail: '5678',
    reference: 'A01-1122-5DEG-K',
    by: 'document',
    takenAt: '2026-05-01T00:14:07.000Z',
  },
};

const CARD = { aid: 'A000000632010105', issuer: '0123456789ABCDEF', serial: '00004100000012345678', tail: '5678' };
const PROOF = {
  amount: 1,
  purseType: 2,
  terminalId: '000000000001',
  balanceBefore: 0,
  onlineCounter: 1,
  cardRandom: '00000000',
  keyVersion: 1,
  algorithm: 0,
  mac1: '00000000',
} as const;
const ASKED = { identificationId: 'i-1', card: CARD, reference: 'A01-1122-5DEG-K', by: 'document' } as const;
const AT = '2026-05-01T00:14:07.000Z';
const TICKET: NewEntry = {
  kind: 'desk.submitting',
  body: { submissionId: 's-1', envelope: 'ticket', reference: 'A01-1122-5DEG-K', body: '{}', submittedAt: AT },
};
const RELEASE: NewEntry = { kind: 'release.asking', body: { ...ASKED, releaseId: 'r-1', proof: PROOF, takenAt: AT } };
const PASSWORD: NewEntry = { kind: 'password.setting', body: { ...ASKED, changeId: 'c-1' } };
const SCRIPT: readonly NewEntry[] = [
  { kind: 'script.asking', body: { scriptId: 's-1', function: 'activate', card: CARD, reference: 'A01-1122-5DEG-K' } },
  { kind: 'script.issued', body: { scriptId: 's-1', steps: 2 } },
  { kind: 'script.sending', body: { scriptId: 's-1', step: 0, name: 'UPDATE BINARY' } },
];
const EXAMINED: NewEntry = {
  kind: 'foreign.load.examined',
  body: { examinationId: 'e-1', loadId: 'l-1', reference: 'A01-1122-5DEG-K', card: CARD, amount: 5000, balanceBefore: 0, verdict: 'credited' },
};

/** Both ways to look: the file and its export. They must agree. */
function verified(bench: Bench): Verification {
  const options = { publicKey: bench.key.publicKey, upstreamKey: upstreamKeyPair.publicKey };
  const file = verifyJournal(bench.path, options);
  const lines: string[] = [];
  exportJournal(bench.path, (line) => lines.push(line));
  expect(verifyExport(Buffer.from(`${lines.join('\n')}\n`), options)).toEqual(file);
  return file;
}

/** Half a year ago three top-ups and a settlement, one top-up with a case; entries of today, all of it upstream. */
function old(bench = new Bench()): { readonly bench: Bench; readonly journal: Journal; readonly oldHead: number } {
  const journal = bench.open();
  append(journal, [START, ...finished('tx-1'), ...withCase('tx-2'), ...settlement('S-1', 2)]);
  receipted(journal, NOW - 200 * DAY);
  append(journal, finished('tx-3'));
  receipted(journal, NOW - 190 * DAY);
  const oldHead = journal.head.seq;
  append(journal, [...settlement('S-2', 1, 'B-2', 'B-3'), ...finished('tx-4'), ...filler(12)]);
  receipted(journal, NOW);
  return { bench, journal, oldHead };
}

describe('entries that upstream has had for longer than the retention', () => {
  test('leave the terminal, but those of a case that waits for its answer; sums, head and the rest are as before', () => {
    const { bench, journal, oldHead } = old();
    const before = { balances: journal.balances(), open: journal.openTransactions(), undecided: journal.transactionsLacking('case.opened', ['case.resolved']) };
    const kept = journal.transaction('tx-2').map(({ entry, hash }) => ({ seq: entry.seq, hash }));
    const rest = journal.entriesAfter(1, oldHead, 1000);
    expect(cut(journal)).toEqual({ upToSeq: oldHead, entries: oldHead, kept: kept.length });
    expect(journal.pruned).toMatchObject({ upToSeq: oldHead, announced: rest.length + oldHead + 1 });
    expect(journal.transaction('tx-1')).toEqual([]);
    expect(journal.transaction('tx-2').map(({ entry, hash }) => ({ seq: entry.seq, hash }))).toEqual(kept);
    expect(journal.entriesAfter(1, 0, 1000).slice(0, rest.length)).toEqual(rest);
    expect(journal.entriesAfter(1, 0, 1000).at(-1)?.entry).toMatchObject({ kind: 'journal.pruned', body: { upToSeq: oldHead, receiptAt: NOW - 190 * DAY } });
    const reopened = (): Journal => {
      journal.close();
      return bench.open();
    };
    for (const look of [() => journal, reopened]) {
      const looked = look();
      expect(looked.replacement).toBeUndefined();
      expect(looked.balances()).toEqual(before.balances);
      expect(looked.openTransactions()).toEqual(before.open);
      expect(looked.transactionsLacking('case.opened', ['case.resolved'])).toEqual(before.undecided);
      expect(looked.findByReference(make.REFERENCE)).toBeDefined();
      expect(looked.epochs()).toEqual([1]);
    }
    expect(verified(bench)).toMatchObject({ ok: true, carried: kept.length, balances: before.balances, pruned: { upToSeq: oldHead }, openTransactions: [] });
    expect(damageIn(bench.path, bench.secondPath)).toBeUndefined();
    expect(bench.troubles).toEqual([]);
  });

  test('leave in as many cuts as it takes, each at a receipt; nothing is left to cut then', () => {
    const bench = new Bench();
    const journal = bench.open();
    for (let day = 0; day < 60; day += 1) {
      append(journal, [...finished(`tx-${day}`), ...settlement(`S-${day}`, 1, `B-${day}`, `B-${day + 1}`)]);
      receipted(journal, NOW - (250 - day) * DAY);
    }
    append(journal, filler(10));
    receipted(journal, NOW);
    const balances = journal.balances();
    const written = journal.head.seq;
    expect(pruneAll(journal)).toBe(59 * 15); // the last settlement and what follows it stays
    expect(journal.head.seq).toBe(written + 4); // four cuts of at most 256 entries, each announced
    expect(cut(journal)).toBeUndefined();
    expect(journal.balances()).toEqual(balances);
    expect(verified(bench)).toMatchObject({ ok: true, entries: 15 + 10 + 4 });
  });

  test('take the kept ones with them when their case has been answered, once that is old enough too', () => {
    const { bench, journal } = old();
    pruneAll(journal);
    expect(journal.transaction('tx-2')).toHaveLength(10);
    append(journal, [...of('tx-2', [make.caseResolved('credited', 5000), make.confirmed()]), ...filler(10)]);
    receipted(journal, NOW + DAY);
    append(journal, [...settlement('S-3', 1, 'B-3', 'B-4'), ...filler(10)]);
    receipted(journal, NOW + 170 * DAY);
    pruneAll(journal);
    expect(journal.transaction('tx-2')).toHaveLength(12);
    append(journal, filler(1));
    receipted(journal, NOW + 190 * DAY);
    expect(pruneAll(journal)).toBeGreaterThan(0);
    expect(journal.transaction('tx-2')).toEqual([]);
    expect(verified(bench)).toMatchObject({ ok: true, carried: 0, pruned: { kept: { entries: 0 } } });
  });

  test.each<[string, readonly NewEntry[], NewEntry]>([
    [
      'a claim that is given back and of which the issuer was not told',
      [make.opened('pending', 5000), make.claiming(), make.claimGivenUp(), make.closed('abandoned', 0, 0, 0)],
      make.claimReturned(),
    ],
    ['a lost card of which the issuer was not told', [LOSS], { kind: 'loss.refused', body: { reportId: 'r-1', code: 'unknownCard' } }],
    ['a ticket that the desk has not got', [TICKET], { kind: 'desk.stored', body: { submissionId: 's-1' } }],
    ['a release that the issuer has not answered', [RELEASE], { kind: 'release.refused', body: { releaseId: 'r-1', code: 'noReport' } }],
    ['a password of which nobody knows whether it was set', [PASSWORD], { kind: 'password.set', body: { changeId: 'c-1' } }],
    ['a card whose script is half done', SCRIPT, { kind: 'script.confirmed', body: { scriptId: 's-1' } }],
    [
      'a load of another terminal of which the issuer was not told',
      [EXAMINED],
      { kind: 'foreign.load.reported', body: { examinationId: 'e-1', loadId: 'l-1', state: 'credited' } },
    ],
  ])('but not %s, though nobody has asked the journal for it yet', (_what, story, end) => {
    const journal = new Bench().open();
    append(journal, [START, ...of('tx-1', story)]);
    receipted(journal, NOW - 200 * DAY);
    append(journal, filler(12));
    receipted(journal, NOW);
    expect(cut(journal)).toMatchObject({ kept: story.length });
    append(journal, [...of('tx-1', [end]), ...filler(12)]);
    receipted(journal, NOW + 200 * DAY);
    append(journal, filler(12));
    receipted(journal, NOW + 400 * DAY);
    expect(cut(journal)).toMatchObject({ kept: 0 });
  });

  test('a settlement finds in the books what it would have found', () => {
    const { bench, journal } = old();
    const before = readSurvey(bench.path);
    pruneAll(journal);
    const after = readSurvey(bench.path);
    expect(after.cash).toEqual({ ...before.cash, settlements: before.cash.settlements.slice(-1), continued: true });
    expect(after.candidates).toEqual(before.candidates);
    append(journal, settlement('S-3', 1, 'B-3', 'B-4'));
    expect(verified(bench).ok).toBe(true);
  });

  test('of a settlement that was under way at the cut and is closed by now: its count still holds', () => {
    const bench = new Bench();
    const journal = bench.open();
    const [opened, removed, inserted, counted, closed] = settlement('S-1', 1);
    if (opened === undefined || removed === undefined || inserted === undefined || counted === undefined || closed === undefined) throw new Error('five steps');
    append(journal, [...finished('tx-1'), opened, removed, inserted]);
    receipted(journal, NOW - 200 * DAY);
    append(journal, [counted, closed, ...settlement('S-2', 0, 'B-2', 'B-3'), ...filler(10)]);
    receipted(journal, NOW);
    expect(cut(journal)).toMatchObject({ entries: 13 });
    expect(journal.pruned?.cash.settlements).toMatchObject([{ settlementId: 'S-1', phase: 'inserted', boxOut: 'B-1' }]);
    expect(verified(bench).ok).toBe(true);
  });
});

describe('nothing leaves', () => {
  const LATER = NOW - 170 * DAY;
  const REASONS: Readonly<Record<string, (journal: Journal) => void>> = {
    'without a receipt': (journal) => append(journal, [...finished('tx-1'), ...filler(20)]),
    'before its time by upstream’s clock': (journal) => {
      append(journal, [...finished('tx-1'), ...settlement('S-1', 1)]);
      receipted(journal, LATER);
      append(journal, [...settlement('S-2', 0, 'B-2', 'B-3'), ...filler(20)]);
      receipted(journal, NOW);
    },
    'of the newest entries': (journal) => {
      append(journal, filler(9));
      receipted(journal, NOW - 200 * DAY);
      append(journal, filler(1));
      receipted(journal, NOW);
    },
    'while the transaction it belongs to is open': (journal) => {
      append(journal, of('tx-1', [make.opened('cash'), ...make.taken()]));
      receipted(journal, NOW - 200 * DAY);
      append(journal, [...settlement('S-1', 1), ...filler(20)]);
      receipted(journal, NOW);
    },
    'of cash that no settlement has taken out': (journal) => {
      append(journal, finished('tx-1'));
      receipted(journal, NOW - 200 * DAY);
      append(journal, filler(20));
      receipted(journal, NOW);
    },
    'since a box was taken out that nobody has counted': (journal) => {
      append(journal, settlement('S-1', 0).slice(0, 3));
      receipted(journal, NOW - 200 * DAY);
      append(journal, [...settlement('S-2', 0, 'B-2', 'B-3'), ...filler(20)]);
      receipted(journal, NOW);
    },
  };
  test.each(Object.entries(REASONS))('%s', (_why, write) => {
    const journal = new Bench().open();
    write(journal);
    const { head } = journal;
    expect(cut(journal)).toBeUndefined();
    expect(journal.head).toEqual(head);
    expect(journal.pruned).toBeUndefined();
  });

  test('when the terminal’s own clock runs ahead: only upstream’s counts', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [...filler(20)]);
    receipted(journal, NOW - DAY);
    bench.clock.jumpTo(NOW + 1000 * DAY);
    append(journal, filler(20));
    receipted(journal, NOW);
    expect(cut(journal)).toBeUndefined();
  });

  test('when the journal goes on between two steps; the announcement that is there then is proved as one without effect', () => {
    const { bench, journal, oldHead } = old();
    const [head, balances] = [journal.head.seq, journal.balances()];
    expect(cut(journal, RULE, () => journal.append(STOP))).toBe('disturbed');
    const steps = journal.prune(RULE);
    while (steps.next().done !== true && journal.entriesAfter(1, journal.head.seq - 1, 1)[0]?.entry.kind !== 'journal.pruned');
    journal.append(STOP);
    expect(steps.next()).toEqual({ done: true, value: 'disturbed' });
    expect(journal.entriesAfter(1, 0, 1)[0]?.entry.seq).toBe(1);
    expect(journal.balances()).toEqual(balances);
    expect(verified(bench)).toMatchObject({ ok: true });
    expect(verified(bench).pruned).toBeUndefined();
    expect(journal.head.seq).toBeGreaterThan(head);
    expect(cut(journal)).toMatchObject({ upToSeq: oldHead });
    expect(verified(bench)).toMatchObject({ ok: true, pruned: { upToSeq: oldHead } });
  });

  test('that is not what was written: the cut proves every link before it signs', () => {
    const { bench, journal } = old();
    journal.close();
    bench.tamper((db) => db.exec(`UPDATE entries SET entry = replace(entry, '"locale":"zh-CN"', '"locale":"zh-HK"') WHERE seq = 2`));
    const again = bench.open({ wholeUpTo: 0 });
    expect(() => cut(again)).toThrow(/the chain breaks at entry 2/);
    expect(again.mustReopen).toBe(true);
    expect(existsSync(`${bench.path}-doubt`)).toBe(true);
  });
});

describe('killed or cut off at any step', () => {
  test('the journal is the old or the new one, whole, and is pruned on', async () => {
    const { bench, journal, oldHead } = old();
    const balances = journal.balances();
    const steps = journal.prune(RULE);
    const found: (number | undefined)[] = [];
    for (let done: boolean | undefined = false; done !== true;) {
      done = steps.next().done;
      const after = await bench.afterKill();
      const again = after.open();
      expect(again.replacement).toBeUndefined();
      expect(again.balances()).toEqual(balances);
      expect(again.transactionsLacking('case.opened', ['case.resolved'])).toEqual(['tx-2']);
      expect(verified(after)).toMatchObject({ ok: true });
      found.push(again.pruned?.upToSeq);
      pruneAll(again);
      expect(again.pruned?.upToSeq).toBe(oldHead);
      expect(again.balances()).toEqual(balances);
      expect(verified(after)).toMatchObject({ ok: true });
      again.close();
    }
    expect(found.length).toBeGreaterThan(4);
    expect(found.slice(0, -1).every((upTo) => upTo === undefined)).toBe(true);
    expect(found.at(-1)).toBe(oldHead);
  });
});

describe('a pruned journal', () => {
  function pruned(): { readonly bench: Bench; readonly base: Base } {
    const { bench, journal } = old();
    pruneAll(journal);
    const base = journal.pruned;
    journal.close();
    if (base === undefined) throw new Error('nothing was pruned');
    return { bench, base };
  }

  const resigned = (bench: Bench, base: Base, changes: Partial<Base>, key = bench.key): void => {
    const jws = key.signJws(BASE_TYPE, { ...base, ...changes });
    bench.tamper((db) => db.prepare('UPDATE base SET jws = ?').run(jws));
  };

  const LIES: Readonly<Record<string, (bench: Bench, base: Base) => void>> = {
    'a base by another key': (bench, base) => resigned(bench, base, {}, keyOf('stranger')),
    'a base of another epoch': (bench, base) => resigned(bench, base, { epoch: 2 }),
    'a base of another terminal': (bench, base) => resigned(bench, base, { terminalId: 'T-0002' }),
    'other sums, by the terminal’s own key': (bench, base) => resigned(bench, base, { balances: { ...base.balances, suspense: 5000, 'cash.box': -5000 } }),
    'another hash': (bench, base) => resigned(bench, base, { hash: '00'.repeat(32) }),
    'a receipt for something else': (bench, base) => {
      const claims = { terminalId: base.terminalId, epoch: 1, upToSeq: base.upToSeq - 1, headHash: base.hash, at: NOW };
      resigned(bench, base, { receipt: upstreamKeyPair.signJws('kiosk-receipt+jwt', claims) });
    },
    'a receipt that upstream never signed': (bench, base) => {
      const claims = { terminalId: base.terminalId, epoch: 1, upToSeq: base.upToSeq, headHash: base.hash, at: NOW };
      resigned(bench, base, { receipt: keyOf('stranger').signJws('kiosk-receipt+jwt', claims) });
    },
    'an announcement that is none': (bench, base) => resigned(bench, base, { announced: base.announced - 1 }),
    'an announcement that is still to come': (bench, base) => resigned(bench, base, { announced: base.announced + 100 }),
    'no base at all': (bench) => bench.tamper((db) => db.exec('DELETE FROM base')),
    'a base that can’t be read': (bench) => bench.tamper((db) => db.exec(`UPDATE base SET jws = 'x.y.z'`)),
    'one kept entry less': (bench) => bench.tamper((db) => db.exec('DELETE FROM recovered_entries WHERE seq = (SELECT max(seq) FROM recovered_entries)')),
    'all kept entries gone': (bench) => bench.tamper((db) => db.exec('DELETE FROM recovered_entries')),
    'a kept entry that was changed': (bench) => bench.tamper((db) => db.exec(`UPDATE recovered_entries SET entry = replace(entry, '5000', '9000')`)),
    'one entry more gone than was pruned': (bench, base) => bench.tamper((db) => db.prepare('DELETE FROM entries WHERE seq = ?').run(base.upToSeq + 1)),
  };
  test.each(Object.entries(LIES))('with %s is broken', (_what, lie) => {
    const { bench, base } = pruned();
    expect(verified(bench).ok).toBe(true);
    lie(bench, base);
    const found = verifyJournal(bench.path, { publicKey: bench.key.publicKey, upstreamKey: upstreamKeyPair.publicKey });
    expect(found.ok).toBe(false);
  });

  test('cut off at its beginning without a base is found, as ever', () => {
    const { bench, journal, oldHead } = old();
    journal.close();
    bench.tamper((db) => {
      for (const table of ['entries', 'checkpoints', 'entry_index']) db.prepare(`DELETE FROM ${table} WHERE seq <= ?`).run(oldHead);
      db.prepare('DELETE FROM receipts WHERE up_to_seq <= ?').run(oldHead);
    });
    expect(verifyJournal(bench.path).break).toMatchObject({ check: 'sequence', detail: `entry 1 is missing, ${oldHead + 1} follows` });
    expect(damageIn(bench.path, bench.secondPath)).toMatch(/entry 1 is missing/);
  });

  test('is refused by an opening when what stands for the pruned entries was changed', () => {
    const { bench, base } = pruned();
    resigned(bench, base, {}, keyOf('stranger'));
    expect(() => bench.open({ damaged: 'refuse' })).toThrow(/not signed by the terminal/);
  });

  test('says in its chain, which upstream gets, what the base holds: its digest is SHA-256 of the canonical form', () => {
    const { bench, base } = pruned();
    const digest = createHash('sha256')
      .update(canonicalize(base) ?? '')
      .digest('hex')
      .toUpperCase();
    expect(baseDigest(base)).toBe(digest);
    const journal = bench.open();
    expect(journal.entriesAfter(1, base.announced - 1, 1)[0]?.entry).toMatchObject({
      kind: 'journal.pruned',
      body: { upToSeq: base.upToSeq, headHash: base.hash.toUpperCase(), base: digest },
      postings: [],
    });
  });

  test('is not said to fit by a receipt kept elsewhere that names another last entry', () => {
    const { bench, base } = pruned();
    const claims = { terminalId: base.terminalId, epoch: 1, upToSeq: base.upToSeq, headHash: 'ab'.repeat(32), at: NOW };
    const receipt = upstreamKeyPair.signJws('kiosk-receipt+jwt', claims);
    expect(verifyJournal(bench.path, { receipts: [receipt] }).break).toMatchObject({ check: 'base' });
  });

  test('refuses to lose more by mistake: what is above the base can’t be deleted', () => {
    const { bench } = pruned();
    const db = openForWriting(bench.path);
    onTestFinished(() => void db.close());
    for (const table of ['entries', 'checkpoints', 'entry_index', 'receipts', 'base'])
      expect(() => db.exec(`DELETE FROM ${table}`), table).toThrow(/the journal is append-only/);
    expect(() => db.exec('INSERT INTO base (up_to_seq, jws) VALUES (1, 1)')).toThrow(/a base only goes on/);
  });

  test('that is damaged is replaced: its sums, its open case and what became of it go over whole', () => {
    const { bench, journal } = old();
    pruneAll(journal);
    append(journal, of('tx-2', [make.caseResolved('credited', 5000)]));
    receipted(journal, NOW + DAY);
    append(journal, of('tx-5', [make.opened('cash'), ...make.taken()]));
    const balances = journal.balances();
    journal.close();
    bench.tamper((db) => db.exec('UPDATE entries SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM entries)'));
    const again = bench.open();
    expect(again.epoch).toBe(2);
    expect(again.balances()).toEqual(balances);
    expect(again.openTransactions()).toEqual(['tx-5']);
    expect(again.transaction('tx-2').at(-1)?.entry.kind).toBe('case.resolved');
    expect(again.transactionsLacking('case.opened', ['case.resolved'])).toEqual([]);
    again.close();
    expect(verified(bench)).toMatchObject({ ok: true, epoch: 2 });
  });

  test('whose file is gone is replaced from the second file alone, with its sums', () => {
    const { bench, journal } = old();
    pruneAll(journal);
    append(journal, of('tx-5', [make.opened('cash'), ...make.taken()]));
    const balances = journal.balances();
    journal.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(bench.path + suffix, { force: true });
    const again = bench.open();
    expect(again.balances()).toEqual(balances);
    expect(again.openTransactions()).toEqual(['tx-5']);
  });

  test('whose second file is gone gets a new one that begins where both begin', () => {
    const { bench } = pruned();
    const before = bench.open();
    const balances = before.balances();
    before.close();
    rmSync(bench.secondPath);
    bench.open().close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(bench.path + suffix, { force: true });
    expect(bench.open().balances()).toEqual(balances);
  });

  test('of an epoch that replaced another one keeps what that handed over, sealed as before', () => {
    const bench = new Bench();
    const first = bench.open();
    append(first, [START, ...of('tx-0', [make.opened('cash'), ...make.taken()])]);
    first.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(bench.path + suffix, { force: true });
    const journal = bench.open();
    append(journal, [...of('tx-0', [make.caseOpened('cashNotLoaded', 5000), make.closed('case', 0, 0, 5000)]), ...finished('tx-1')]);
    append(journal, of('tx-0', [make.caseResolved('paidOut', 5000)]));
    receipted(journal, NOW - 200 * DAY);
    const content = { notes: [{ denomination: 5000, count: 1 }], unspecified: 5000 };
    append(journal, [{ kind: 'settlement.opened', body: { settlementId: 'S-9', by: '张三', boxOut: 'B-1', boxIn: 'B-2', expected: content } }]);
    append(journal, [
      { kind: 'box.removed', body: { settlementId: 'S-9', boxId: 'B-1', content } },
      { kind: 'box.inserted', body: { settlementId: 'S-9', boxId: 'B-2' } },
      { kind: 'settlement.counted', body: { settlementId: 'S-9', boxId: 'B-1', by: '张三', expected: content, counted: [{ denomination: 5000, count: 2 }] } },
      { kind: 'settlement.closed', body: { settlementId: 'S-9', expected: 10_000, counted: 10_000, difference: 0 } },
      ...filler(10),
    ]);
    receipted(journal, NOW);
    const balances = journal.balances();
    expect(cut(journal)).toMatchObject({ kept: 3 });
    expect(journal.epochs()).toEqual([1, 2]);
    expect(journal.balances()).toEqual(balances);
    expect(journal.transaction('tx-0').map(({ entry }) => entry.kind)).toEqual([
      'transaction.opened',
      'note.escrowed',
      'note.stacking',
      'cash.stacked',
      'case.opened',
      'transaction.closed',
      'case.resolved',
    ]);
    expect(verified(bench)).toMatchObject({ ok: true, epoch: 2, openTransactions: [] });
  });
});

test('a file stops growing: what new entries take is what old ones left', () => {
  const bench = new Bench();
  const journal = bench.open();
  const sizes: number[] = [];
  for (let day = 0; day < 16; day += 1) {
    append(journal, [...Array.from({ length: 8 }, (_, n) => finished(`tx-${day}-${n}`)).flat(), ...settlement(`S-${day}`, 8, `B-${day}`, `B-${day + 1}`)]);
    receipted(journal, NOW + day * DAY);
    pruneAll(journal, { retentionMs: 3 * DAY, keepEntries: 10 });
    journal.checkpoint();
    sizes.push(statSync(bench.path).size);
  }
  expect(Math.max(...sizes.slice(8))).toBeLessThanOrEqual((sizes[7] ?? 0) * 1.1);
});
