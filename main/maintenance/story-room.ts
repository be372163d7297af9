/** The journal as the rooms read it: search from the newest back, one story, a slip once more, verify, export. */
import { delay, type Clock } from '../../common/clock.ts';
import { journalKinds } from '../../common/journal-kinds.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';
import { localMoment } from '../../common/local-moment.ts';
import { foldTransaction } from '../../common/money/fold.ts';
import type { FoundTransactions, JournalFinding, ReplayedEntry, StoriesPort } from '../../state-machines/maintenance/rooms-port.ts';
import type { Found, SearchField } from '../../state-machines/maintenance/rooms/journal-screens.ts';
import type { Ids } from '../../common/ids.ts';
import { PortError, type ReceiptPort, type Recovered, type SlipPort } from '../../state-machines/ports.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { JournalDesk } from '../terminal/ports/journal-port.ts';
import { copyOf, printCopy } from './reprint/copies.ts';
import { filedAbout, standingOfFiled, type FiledAbout } from './reprint/filed.ts';
import { filedEntries, outcomeOf, storyOf, type StorySources } from './story.ts';

export interface StoryRoomOptions extends StorySources {
  readonly journal: Journal;
  readonly desk: JournalDesk;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly receipts: ReceiptPort;
  /** The slip of a settlement is made of its own fold. */
  readonly printSettlement: (settlementId: string, locale: string) => Promise<'printed' | 'failed'>;
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
  const known = whole === undefined ? undefined : foundIn(options, whole);
  if (known !== undefined) return { found: [known], cut: false };
  const found: Found[] = [];
  const wanted = field === 'amount' ? fenOf(text) : undefined;
  const { epoch, seq } = journal.head;
  const end = Math.max(0, seq - LOOK_BACK);
  for (let upTo = seq; upTo > end; upTo -= PAGE) {
    const from = Math.max(end, upTo - PAGE);
    for (const { entry } of journal.entriesAfter(epoch, from, upTo - from).toReversed()) {
      const about = aboutOf(entry);
      if (about === undefined || !mayBe(about, entry, field, text)) continue;
      const each = about.type === undefined ? foundIn(options, about.id) : foundFiled(options, { ...about, type: about.type }, entry);
      if (each !== undefined && (wanted === undefined || each.amount === wanted)) found.push(each);
      if (found.length >= MOST_FOUND) return { found, cut: true };
    }
    await delay(clock, 0, signal);
  }
  return { found, cut: end > 0 };
}

interface Opened {
  /** Absent: a transaction of money. */
  readonly type?: FiledAbout['type'];
  readonly id: string;
  readonly reference: string;
  readonly tail: string;
}

/** `undefined`: this entry opens nothing that has a number. */
function aboutOf(entry: JournalEntry): Opened | undefined {
  if (entry.kind !== 'transaction.opened' || entry.transactionId === undefined) return filedAbout(entry);
  const { reference, card } = journalKinds['transaction.opened'].parse(entry.body);
  return { id: entry.transactionId, reference, tail: card.tail };
}

/** By the opening entry alone. */
function mayBe({ type, reference, tail }: Opened, { businessDate }: JournalEntry, field: SearchField, text: string): boolean {
  switch (field) {
    case 'reference':
      return reference.replaceAll('-', '').includes(text.replaceAll('-', ''));
    case 'tail':
      return tail === text;
    case 'day':
      return businessDate.slice(5).replace('-', '') === text;
    case 'amount':
      return type === undefined;
  }
}

function foundFiled({ journal, timeZone }: StoryRoomOptions, { id, type, reference, tail }: FiledAbout, { at }: JournalEntry): Found {
  const entries = filedEntries(id, journal).map(({ entry }) => entry);
  return { transactionId: id, reference, at: localMoment(timeZone, Date.parse(at)), type, tail, outcome: standingOfFiled(type, entries) };
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
  if (opened === undefined) return undefined;
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

/** As it was told at the end, marked as a copy. */
async function reprint(options: StoryRoomOptions, id: string): Promise<'printed' | 'failed'> {
  const { journal, desk, ids } = options;
  const copies = journal.transaction(id).filter(({ entry }) => entry.kind === 'receipt.printing' && entry.body['reprint'] !== 0).length;
  const copy = copyOf(id, copies + 1, options);
  if (copy === undefined) return 'failed';
  if (copy.slip === 'settlement') return options.printSettlement(copy.settlementId, options.locale);
  const jobId = ids.uuid();
  desk.append({ kind: 'receipt.printing', transactionId: id, body: { jobId, reprint: copies + 1 } });
  const outcome = await printCopy(options.receipts, jobId, copy);
  if (outcome.state !== 'printed') {
    desk.append({ kind: 'receipt.failed', transactionId: id, body: { jobId, state: outcome.state, trouble: outcome.trouble } });
    return 'failed';
  }
  const { state: _state, replaced, ...known } = outcome;
  desk.append({ kind: 'receipt.printed', transactionId: id, body: { jobId, ...known, ...(replaced === undefined ? {} : { replaced: [...replaced] }) } });
  return 'printed';
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
