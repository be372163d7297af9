/** One transaction as a timeline: its entries, where the money was after each, what it came to, and what proves it. Pure, but for the journal it reads. */
import { canonicalEntry, hashCanonicalEntryText, genesisOf, type JournalEntry } from '../../common/journal-entry.ts';
import { localMoment } from '../../common/local-moment.ts';
import { foldTransaction } from '../../common/money/fold.ts';
import { isOpenCase } from '../../common/money/standing.ts';
import type { TransactionState } from '../../common/money/transaction-state.ts';
import { CHECKPOINT_TYPE } from '../../common/upstream-api/journal.ts';
import type { Lane, Story, StoryRow } from '../../state-machines/maintenance/rooms/journal-screens.ts';
import type { TerminalKey } from '../identity/terminal-key.ts';
import type { Journal } from '../journal/journal.ts';
import { filedAbout, slipOfFiled, standingOfFiled } from './reprint/filed.ts';
import { jwsVerifier } from '../journal/jws.ts';
import type { StoredEntry } from '../journal/lines.ts';

export interface StorySources {
  readonly journal: Pick<Journal, 'transaction' | 'entriesAfter' | 'checkpointsAfter' | 'lastReceipt' | 'epoch'>;
  readonly key: Pick<TerminalKey, 'publicKey'>;
  readonly timeZone: string;
}

const MOST_ROWS = 200;
/** A pause that somebody who reads should see. */
const PAUSE_MS = 60_000;
/** Between these nobody knew whether the card was written. */
const DOUBT_BEGINS: ReadonlySet<string> = new Set(['load.undetermined', 'payment.undetermined', 'refund.undetermined', 'note.suspense']);
const DOUBT_ENDS: ReadonlySet<string> = new Set([
  'load.committed',
  'load.notCredited',
  'case.resolved',
  'payment.captured',
  'payment.closed',
  'refund.completed',
]);

/** `undefined`: the journal has no such transaction. */
export function storyOf(transactionId: string, sources: StorySources): Story | undefined {
  const stored = sources.journal.transaction(transactionId);
  const state = foldTransaction(stored.map(({ entry }) => entry));
  const { opened } = state;
  if (opened === undefined) return storyOfFiled(transactionId, sources);
  const load = state.loads.findLast(({ state: how }) => how !== 'refused') ?? state.loads.at(-1);
  const balanceAfter = stored.map(({ entry }) => entry.body['balanceAfter']).findLast((value) => typeof value === 'number');
  const outcome = outcomeOf(state);
  return {
    reference: opened.reference,
    type: opened.type,
    tail: opened.card.tail,
    outcome,
    money: {
      tender: opened.tender,
      taken: state.taken,
      loaded: state.loaded,
      refunded: state.refunded,
      owed: state.owed,
      held: state.held,
      balanceBefore: opened.balanceBefore,
      ...(typeof balanceAfter === 'number' ? { balanceAfter } : {}),
      ...(load === undefined
        ? {}
        : { counter: { before: load.init.onlineCounter, ...(load.state === 'committed' ? { after: load.init.onlineCounter + 1 } : {}) } }),
    },
    rows: rowsOf(stored, sources.timeZone),
    proof: proofOf(stored, state.anomalies.length === 0, sources),
    undetermined: isUndetermined(state),
    printable: outcome !== 'open' && outcome !== 'abandoned',
  };
}

/** What moved no money of a person's: a report, something for the desk, what was done to a card, a settlement. */
function storyOfFiled(id: string, sources: StorySources): Story | undefined {
  const stored = filedEntries(id, sources.journal);
  const [first] = stored;
  const about = first === undefined ? undefined : filedAbout(first.entry);
  if (about === undefined) return undefined;
  const { type, reference, tail } = about;
  const entries = stored.map(({ entry }) => entry);
  return {
    reference,
    type,
    tail,
    outcome: standingOfFiled(type, entries),
    rows: rowsOf(stored, sources.timeZone),
    proof: proofOf(stored, true, sources),
    undetermined: false,
    printable: slipOfFiled(type, entries, { locale: '', largePrint: false, reprint: 1 }, 0) !== undefined,
  };
}

const MOST_ENTRIES = 5000;

/** Settlements are filed by place: their name is where their first entry stands (settlement.ts). */
export function filedEntries(id: string, journal: Pick<Journal, 'transaction' | 'entriesAfter'>): readonly StoredEntry[] {
  const [, epoch, seq] = /^S-(\d+)-(\d+)$/.exec(id) ?? [];
  if (epoch === undefined || seq === undefined) return journal.transaction(id);
  return journal.entriesAfter(Number(epoch), Number(seq) - 1, MOST_ENTRIES).filter(({ entry }) => entry.body['settlementId'] === id);
}

export function outcomeOf({ closed, cases }: TransactionState): Story['outcome'] {
  if (closed === undefined) return 'open';
  const answered = cases.findLast(({ resolution }) => resolution !== undefined)?.resolution;
  if (answered === 'credited') return 'delivered';
  return answered === 'refunded' || answered === 'returned' ? 'refunded' : closed.outcome;
}

/** A load of which nobody has said whether the card took it. */
export function isUndetermined({ loads, cases }: TransactionState): boolean {
  return (
    loads.some(({ state }) => state === 'undetermined' || state === 'committing') &&
    cases.some((known) => known.reason === 'loadUndetermined' && isOpenCase(known))
  );
}

function rowsOf(stored: readonly StoredEntry[], timeZone: string): StoryRow[] {
  let held = 0;
  let loaded = false;
  let doubt = false;
  let lane: Lane = 'cardholder';
  let lastAt: number | undefined;
  let day = '';
  return stored.slice(0, MOST_ROWS).map(({ entry }) => {
    const { kind, at, body, postings } = entry;
    for (const { account, amount } of postings) if (account === 'cardholder.held') held -= amount;
    loaded ||= kind === 'load.committed';
    if (DOUBT_BEGINS.has(kind)) doubt = true;
    if (DOUBT_ENDS.has(kind)) doubt = false;
    const before = lane;
    lane = held > 0 || (doubt && lane === 'held') ? 'held' : loaded ? 'card' : 'cardholder';
    const now = Date.parse(at);
    const paused = lastAt !== undefined && now - lastAt > PAUSE_MS;
    lastAt = now;
    const [date = '', time = ''] = localMoment(timeZone, now).split('T');
    const newDay = date !== day;
    day = date;
    return {
      seq: entry.seq,
      epoch: entry.epoch,
      time: `${time}.${at.slice(20, 23)}`,
      ...(newDay ? { day: date } : {}),
      kind,
      ...numbersOf(body),
      lane,
      tone: doubt ? 'doubt' : lane !== before || postings.length > 0 ? 'money' : 'plain',
      ...(paused ? { after: true as const } : {}),
    };
  });
}

/** Of a body nothing but sums and counters: nothing in them says who it was. */
function numbersOf(body: JournalEntry['body']): Pick<StoryRow, 'amount' | 'balance' | 'counter'> {
  const first = (...names: readonly string[]): number | undefined => names.map((name) => body[name]).find((value) => typeof value === 'number');
  const amount = first('amount', 'denomination', 'requested', 'loaded');
  const balance = first('balanceAfter', 'balanceBefore');
  const counter = first('onlineCounter');
  return {
    ...(amount === undefined || amount === 0 ? {} : { amount }),
    ...(balance === undefined ? {} : { balance }),
    ...(counter === undefined ? {} : { counter }),
  };
}

function proofOf(stored: readonly StoredEntry[], inOrder: boolean, { journal, key }: StorySources): Story['proof'] {
  const own = stored.filter(({ entry }) => entry.epoch === journal.epoch);
  const last = own.at(-1)?.entry.seq ?? 0;
  const sums = stored.every(({ entry }) => entry.postings.reduce((sum, { amount }) => sum + amount, 0) === 0);
  const verify = jwsVerifier(key.publicKey);
  const [signed] = last === 0 ? [] : journal.checkpointsAfter(last - 1, 1);
  const receipt = journal.lastReceipt(journal.epoch);
  return [
    { check: 'inOrder', good: inOrder },
    { check: 'postings', good: sums },
    { check: 'chain', good: own.every((link) => linkIsWhole(link, journal)) },
    { check: 'checkpoint', good: signed !== undefined && verify(signed.jws, CHECKPOINT_TYPE).ok },
    { check: 'receipt', good: receipt !== undefined && receipt.upToSeq >= last },
  ];
}

/** The hash beside it is the one of this entry after the one before it. */
function linkIsWhole({ entry, hash }: StoredEntry, journal: StorySources['journal']): boolean {
  const [before] = entry.seq === 1 ? [] : journal.entriesAfter(entry.epoch, entry.seq - 2, 1);
  const previous = entry.seq === 1 ? genesisOf(entry.terminalId) : before?.entry.seq === entry.seq - 1 ? Buffer.from(before.hash, 'hex') : undefined;
  return previous !== undefined && hashCanonicalEntryText(previous, canonicalEntry(entry)) === hash;
}
