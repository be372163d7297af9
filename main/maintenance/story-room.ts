/** The journal as the rooms read it: search from the newest back, one story, a slip once more, verify, export. */
import { delay, type Clock } from '../../common/clock.ts';
import { journalKinds } from '../../common/journal-kinds.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';
import { localMoment } from '../../common/local-moment.ts';
import { foldLossReport } from '../../common/loss-report.ts';
import { foldTransaction } from '../../common/money/fold.ts';
import { fen } from '../../common/fen.ts';
import type { FoundTransactions, JournalFinding, ReplayedEntry, StoriesPort } from '../../state-machines/maintenance/rooms-port.ts';
import type { Found, SearchField } from '../../state-machines/maintenance/rooms/journal-screens.ts';
import type { Ids } from '../../common/ids.ts';
import { PortError, type ReceiptContent, type ReceiptPort, type Recovered, type SlipPort } from '../../state-machines/ports.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { JournalDesk } from '../terminal/ports/journal-port.ts';
import { outcomeOf, storyOf, type StorySources } from './story.ts';

export interface StoryRoomOptions extends StorySources {
  readonly journal: Journal;
  readonly desk: JournalDesk;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly receipts: Pick<ReceiptPort, 'print'>;
  readonly slips: SlipPort;
  /** What its holder was told. */
  readonly told: (transactionId: string) => Recovered | undefined;
  readonly settledWithinHours: number;
  readonly locale: string;
  readonly work: JournalWork;
}

/** What reads the whole file, beside the terminal: main/maintenance/journal-work.ts. Rejects with a JournalError. */
export interface JournalWork {
  verify(): Promise<JournalFinding>;
  /** @param name of the file, without its folder */
  export(name: string): Promise<JournalFinding>;
}

const MOST_FOUND = 48;
/** Entries that are looked through at once, and how many in a page. */
const LOOK_BACK = 200_000;
const PAGE = 500;

export function storyRoom(options: StoryRoomOptions): StoriesPort {
  const { journal, work } = options;
  return {
    search: (field, text, signal) => inPortWords(() => search(options, field, text, signal)),
    story: (transactionId) => inPortWords(async () => storyOf(transactionId, options)),
    replay: (transactionId, signal) => inPortWords(() => replay(options, transactionId, signal)),
    reprint: (transactionId) => reprint(options, transactionId).catch(() => 'failed' as const),
    verify: () => inPortWords(() => work.verify()),
    export: () =>
      inPortWords(() => {
        journal.checkpoint(); // signed up to its last entry
        const { epoch, seq } = journal.head;
        return work.export(`journal-${epoch}-${seq}.jsonl`);
      }),
  };
}

async function search(options: StoryRoomOptions, field: SearchField, text: string, signal: AbortSignal | undefined): Promise<FoundTransactions> {
  const { journal, clock } = options;
  const whole = field === 'reference' ? journal.findByReference(text) : undefined;
  if (whole !== undefined) {
    const found = foundIn(options, whole);
    return { found: found === undefined ? [] : [found], cut: false };
  }
  const found: Found[] = [];
  const { epoch, seq } = journal.head;
  const end = Math.max(0, seq - LOOK_BACK);
  for (let upTo = seq; upTo > end; upTo -= PAGE) {
    const from = Math.max(end, upTo - PAGE);
    for (const { entry } of journal.entriesAfter(epoch, from, upTo - from).toReversed()) {
      if (entry.transactionId === undefined || !mayBe(entry, field, text)) continue;
      const each = foundIn(options, entry.transactionId);
      if (each !== undefined && (field !== 'amount' || each.amount === fenOf(text))) found.push(each);
      if (found.length >= MOST_FOUND) return { found, cut: true };
    }
    await delay(clock, 0, signal);
  }
  return { found, cut: end > 0 };
}

/** What an opening entry says by itself: of a transaction, or of a loss report. */
function openingOf({ kind, body }: JournalEntry): { readonly reference: string; readonly tail: string; readonly moves: boolean } | undefined {
  if (kind === 'loss.reporting') return { ...journalKinds[kind].parse(body), moves: false };
  if (kind !== 'transaction.opened') return undefined;
  const { reference, card } = journalKinds[kind].parse(body);
  return { reference, tail: card.tail, moves: true };
}

/** By the opening entry alone. */
function mayBe(entry: JournalEntry, field: SearchField, text: string): boolean {
  const opening = openingOf(entry);
  if (opening === undefined) return false;
  switch (field) {
    case 'reference':
      return opening.reference.replaceAll('-', '').includes(text.replaceAll('-', ''));
    case 'tail':
      return opening.tail === text;
    case 'day':
      return entry.businessDate.slice(5).replace('-', '') === text;
    case 'amount':
      return opening.moves;
  }
}

/** `50`, `50.5` and `50.50` are the same sum. */
function fenOf(text: string): number {
  const [yuan = '', cents = ''] = text.split('.');
  return Number(yuan) * 100 + Number(cents.padEnd(2, '0').slice(0, 2));
}

function foundIn({ journal, timeZone }: StoryRoomOptions, transactionId: string): Found | undefined {
  const entries = journal.transaction(transactionId).map(({ entry }) => entry);
  const state = foldTransaction(entries);
  const { opened, taken, loaded } = state;
  if (opened === undefined) return lossFound(entries, transactionId, timeZone);
  return {
    transactionId,
    reference: opened.reference,
    at: localMoment(timeZone, Date.parse(opened.at)),
    type: opened.type,
    tail: opened.card.tail,
    amount: loaded > 0 ? loaded : taken > 0 ? taken : opened.requested,
    outcome: outcomeOf(state),
  };
}

function lossFound(entries: readonly JournalEntry[], transactionId: string, timeZone: string): Found | undefined {
  const opening = entries.find(({ kind }) => kind === 'loss.reporting');
  if (opening === undefined) return undefined;
  const { reference, tail } = journalKinds['loss.reporting'].parse(opening.body);
  const { state } = foldLossReport(entries);
  const outcome = state === 'reported' || state === 'refused' ? state : 'queued';
  return { transactionId, reference, at: localMoment(timeZone, Date.parse(opening.at)), type: 'loss-report', tail, amount: 0, outcome };
}

/** Of entries of another epoch it is not known what was between them: the terminal was started anew in any case. */
async function replay(
  { journal, clock }: StoryRoomOptions,
  transactionId: string,
  signal: AbortSignal | undefined,
): Promise<readonly ReplayedEntry[] | undefined> {
  const stored = journal.transaction(transactionId);
  if (stored.length === 0) return undefined;
  const replayed: ReplayedEntry[] = [];
  for (const [index, { entry }] of stored.entries()) {
    const { epoch, seq, at, kind, body } = entry;
    const before = stored[index - 1]?.entry;
    const restarted = before !== undefined && (before.epoch !== epoch || (await startedBetween(journal, { epoch, from: before.seq, to: seq }, clock, signal)));
    replayed.push({ epoch, seq, at, kind, body, restarted });
  }
  return replayed;
}

async function startedBetween(
  journal: StoryRoomOptions['journal'],
  { epoch, from, to }: { readonly epoch: number; readonly from: number; readonly to: number },
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  // an answer that took more entries than are looked through came long after anybody stood there
  if (to - from > LOOK_BACK) return true;
  for (let after = from; after < to - 1; after += PAGE) {
    const between = journal.entriesAfter(epoch, after, Math.min(PAGE, to - 1 - after));
    if (between.some(({ entry }) => entry.kind === 'terminal.started')) return true;
    if (to - after > PAGE) await delay(clock, 0, signal);
  }
  return false;
}

async function reprint(options: StoryRoomOptions, transactionId: string): Promise<'printed' | 'failed'> {
  const { journal, desk, ids, receipts } = options;
  const told = options.told(transactionId);
  if (told === undefined || told.replacement === true) return 'failed';
  const earlier = journal.transaction(transactionId).filter(({ entry }) => entry.kind === 'receipt.printing').length;
  const copy = Math.max(1, earlier);
  const jobId = ids.uuid();
  desk.append({ kind: 'receipt.printing', transactionId, body: { jobId, reprint: copy } });
  const outcome = await receipts.print(jobId, contentOf(told, copy, options));
  if (outcome.state !== 'printed') {
    desk.append({ kind: 'receipt.failed', transactionId, body: { jobId, state: outcome.state, trouble: outcome.trouble } });
    return 'failed';
  }
  const { state: _state, replaced, ...known } = outcome;
  desk.append({ kind: 'receipt.printed', transactionId, body: { jobId, ...known, ...(replaced === undefined ? {} : { replaced: [...replaced] }) } });
  return 'printed';
}

/** As it was told at the end, marked as a copy. */
function contentOf(told: Recovered, reprintNumber: number, { slips, settledWithinHours, locale }: StoryRoomOptions): ReceiptContent {
  const { outcome, reference, tender, ref, amount, noteStuck, balanceBefore, balanceAfter, voucher, entry } = told;
  return {
    kind: 'topUp',
    status: outcome === 'case' ? 'pending' : outcome,
    reference,
    at: entry.at,
    cardTail: ref.tail,
    tender,
    amount,
    ...(noteStuck === true ? { noteStuck } : {}),
    fee: fen(0),
    balanceBefore,
    ...(balanceAfter === undefined ? {} : { balanceAfter }),
    ...(voucher === undefined ? {} : { voucher }),
    ...(outcome === 'delivered' ? {} : { settledWithinHours }),
    reprint: reprintNumber,
    locale,
    largePrint: false,
    journal: { seq: entry.seq, hash: entry.hash.slice(0, 8) },
    qr: slips.linkOf({ entry, reference, outcome, amount, tender, cardTail: ref.tail }),
  };
}

/** What the journal can't tell now. */
async function inPortWords<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof JournalError) throw new PortError('journalUnavailable', error.message, { detail: error.code, cause: error });
    throw error;
  }
}
