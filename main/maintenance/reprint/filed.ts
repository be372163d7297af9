/**
 * What the journal files under a number and is no transaction of money: loss reports, what was handed to the desk, what was done to a card,
 * settlements. One row a kind: how it is found, how it stands, and what its slip says once more. Pure.
 */
import type { ChainedEntry } from '../../../common/upstream-api/journal.ts';
import { foldCardScript, type ScriptAsk } from '../../../common/card-script.ts';
import { foldSubmission } from '../../../common/desk-submission.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { journalKinds, type JournalKind } from '../../../common/journal-kinds.ts';
import { foldLossReport } from '../../../common/loss-report.ts';
import { parseJson } from '../../../common/parse-json.ts';
import { envelopeBodies } from '../../../common/upstream-api/support.ts';
import type { FiledType } from '../../../state-machines/maintenance/rooms/journal-screens.ts';
import type { AccountContent, CallbackContent, LossContent, TicketContent } from '../../../state-machines/ports.ts';

/** What a row of a search shows of it. */
export interface FiledAbout {
  readonly type: FiledType;
  /** Under which its entries are filed. */
  readonly id: string;
  readonly reference: string;
  /** Empty: it is about no card. */
  readonly tail: string;
}

/** What every copy says besides. */
export interface CopyMarks {
  readonly locale: string;
  readonly largePrint: boolean;
  /** How many copies there are with this one. */
  readonly reprint: number;
}

export type FiledSlip =
  | { readonly slip: 'loss'; readonly content: LossContent }
  | { readonly slip: 'ticket'; readonly content: TicketContent }
  | { readonly slip: 'callback'; readonly content: CallbackContent }
  | { readonly slip: 'account'; readonly content: AccountContent }
  /** Made of its own fold (box-room.ts). */
  | { readonly slip: 'settlement'; readonly settlementId: string };

type Standing = 'done' | 'open' | 'refused';

interface Filed {
  /** The entry that opens it. */
  readonly opens: JournalKind;
  /** `undefined`: an entry of this kind that is another thing. */
  readonly about: (body: JournalEntry['body']) => Omit<FiledAbout, 'type'> | undefined;
  readonly stands: (entries: readonly JournalEntry[]) => Standing;
  /** `undefined`: there is no slip of it. @param now ms since 1970 */
  readonly slip: (entries: readonly JournalEntry[], marks: CopyMarks, now: number) => FiledSlip | undefined;
}

const FILED: Readonly<Record<FiledType, Filed>> = {
  loss: {
    opens: 'loss.reporting',
    about: (body) => {
      const { reportId: id, reference, tail } = journalKinds['loss.reporting'].parse(body);
      return { id, reference, tail };
    },
    stands: (entries) => STANDINGS[foldLossReport(kinds(entries)).state],
    slip: lossSlip,
  },
  ticket: {
    opens: 'desk.submitting',
    about: (body) => submissionOf(body, 'ticket.created'),
    stands: (entries) => STANDINGS[foldSubmission(kinds(entries)).state],
    slip: ticketSlip,
  },
  callback: {
    opens: 'desk.submitting',
    about: (body) => submissionOf(body, 'callback.booked'),
    stands: (entries) => STANDINGS[foldSubmission(kinds(entries)).state],
    slip: callbackSlip,
  },
  release: {
    opens: 'release.asking',
    about: (body) => {
      const { releaseId: id, reference, card } = journalKinds['release.asking'].parse(body);
      return { id, reference, tail: card.tail };
    },
    stands: (entries) => endedBy(entries, 'release.released', 'release.refused'),
    slip: releaseSlip,
  },
  password: {
    opens: 'password.setting',
    about: (body) => {
      const { changeId: id, reference, card } = journalKinds['password.setting'].parse(body);
      return { id, reference, tail: card.tail };
    },
    stands: (entries) => endedBy(entries, 'password.set', 'password.refused'),
    slip: passwordSlip,
  },
  script: {
    opens: 'script.asking',
    about: (body) => {
      const { scriptId: id, reference, card } = journalKinds['script.asking'].parse(body);
      return { id, reference, tail: card.tail };
    },
    stands: (entries) => STANDINGS[foldCardScript(kinds(entries)).state],
    slip: scriptSlip,
  },
  settlement: {
    opens: 'settlement.opened',
    about: (body) => {
      const { settlementId } = journalKinds['settlement.opened'].parse(body);
      return { id: settlementId, reference: settlementId, tail: '' };
    },
    stands: (entries) => endedBy(entries, 'settlement.closed', undefined),
    slip: (entries) => (find(entries, 'settlement.closed') === undefined ? undefined : settlementSlip(entries)),
  },
};
const TYPES = Object.keys(FILED) as FiledType[];

/** Of the folds' own words. */
const STANDINGS = {
  none: 'open',
  open: 'open',
  asked: 'open',
  running: 'open',
  reported: 'done',
  stored: 'done',
  confirmed: 'done',
  refused: 'refused',
  failed: 'refused',
  abandoned: 'refused',
} as const satisfies Record<string, Standing>;

/** `undefined`: this entry opens nothing of the kind. */
export function filedAbout({ kind, body }: Pick<JournalEntry, 'kind' | 'body'>): FiledAbout | undefined {
  for (const type of TYPES) {
    const { opens, about } = FILED[type];
    const found = opens === kind ? about(body) : undefined;
    if (found !== undefined) return { type, ...found };
  }
  return undefined;
}

/** All of one thing's entries, the first of which opens it. */
export function standingOfFiled(type: FiledType, entries: readonly JournalEntry[]): Standing {
  return FILED[type].stands(entries);
}

/** As it stands by the journal now, marked as a copy. `undefined`: there is none. @param now ms since 1970 */
export function slipOfFiled(type: FiledType, entries: readonly JournalEntry[], marks: CopyMarks, now: number): FiledSlip | undefined {
  return FILED[type].slip(entries, marks, now);
}

function lossSlip(entries: readonly JournalEntry[], marks: CopyMarks, now: number): FiledSlip | undefined {
  const fold = foldLossReport(kinds(entries));
  if (fold.state !== 'open' && fold.state !== 'reported') return undefined;
  const { report } = fold;
  const common = { at: momentOf(entries), cardTail: report.tail, ...marks };
  if (fold.state === 'open') return { slip: 'loss', content: { ...common, reference: report.reference, state: 'queued', since: Date.parse(report.takenAt) } };
  const { answer } = fold;
  const [reported, effective] = [Date.parse(answer.reportedAt), Date.parse(answer.effectiveAt)];
  const state = effective > reported && effective > now ? 'scheduled' : 'effective';
  return { slip: 'loss', content: { ...common, reference: answer.reference, state, since: effective } };
}

function ticketSlip(entries: readonly JournalEntry[], marks: CopyMarks): FiledSlip | undefined {
  const fold = foldSubmission(kinds(entries));
  if (fold.state !== 'open' && fold.state !== 'stored') return undefined;
  const ticket = envelopeBodies['ticket.created'].safeParse(parseJson(fold.submission.body));
  if (!ticket.success) return undefined;
  const { ticketId: id, number: reference, kind: topic, card } = ticket.data;
  const dueAt = fold.state === 'stored' ? fold.answer.dueAt : undefined;
  return {
    slip: 'ticket',
    content: {
      at: momentOf(entries),
      state: fold.state === 'stored' ? 'stored' : 'kept',
      id,
      reference,
      topic,
      ...(card === undefined ? {} : { cardTail: card.tail }),
      ...(dueAt === undefined ? {} : { dueAt: Date.parse(dueAt) }),
      ...marks,
    },
  };
}

function callbackSlip(entries: readonly JournalEntry[], marks: CopyMarks): FiledSlip | undefined {
  const fold = foldSubmission(kinds(entries));
  if (fold.state !== 'open' && fold.state !== 'stored') return undefined;
  const booked = envelopeBodies['callback.booked'].safeParse(parseJson(fold.submission.body));
  if (!booked.success) return undefined;
  const { callbackId: id, number: reference, slot, card } = booked.data;
  // the desk's word where it gave another time than the one that was wished for
  const given = fold.state === 'stored' ? fold.answer.dueAt : undefined;
  const start = new Date(given ?? slot).getTime();
  return {
    slip: 'callback',
    content: {
      at: momentOf(entries),
      state: fold.state === 'stored' ? 'booked' : 'kept',
      id,
      reference,
      start,
      ...(card === undefined ? {} : { cardTail: card.tail }),
      ...marks,
    },
  };
}

function releaseSlip(entries: readonly JournalEntry[], marks: CopyMarks): FiledSlip | undefined {
  const asked = find(entries, 'release.asking');
  if (asked === undefined || find(entries, 'release.refused') !== undefined) return undefined;
  const { card, reference } = journalKinds['release.asking'].parse(asked.body);
  const released = find(entries, 'release.released');
  const common = { at: momentOf(entries), cardTail: card.tail, ...marks };
  if (released === undefined) return { slip: 'account', content: { ...common, state: 'releaseOpen', reference } };
  const { releasedAt, everywhereAt } = journalKinds['release.released'].parse(released.body);
  return { slip: 'account', content: { ...common, state: 'released', releasedAt: Date.parse(releasedAt), everywhereAt: Date.parse(everywhereAt) } };
}

function passwordSlip(entries: readonly JournalEntry[], marks: CopyMarks): FiledSlip | undefined {
  const asked = find(entries, 'password.setting');
  if (asked === undefined || find(entries, 'password.refused') !== undefined) return undefined;
  const { card, reference } = journalKinds['password.setting'].parse(asked.body);
  const common = { at: momentOf(entries), cardTail: card.tail, ...marks };
  return find(entries, 'password.set') === undefined
    ? { slip: 'account', content: { ...common, state: 'passwordOpen', reference } }
    : { slip: 'account', content: { ...common, state: 'passwordSet' } };
}

const SCRIPT_DONE = {
  activate: 'activated',
  extendValidity: 'extended',
  enableService: 'enabled',
  unblockApplication: 'unblocked',
} as const satisfies Record<ScriptAsk['function'], AccountContent['state']>;

/** The last day of a card that was extended stands on the card and in no entry: a copy goes without it. */
function scriptSlip(entries: readonly JournalEntry[], marks: CopyMarks): FiledSlip | undefined {
  const fold = foldCardScript(kinds(entries));
  if (fold.state !== 'running' && fold.state !== 'asked' && fold.state !== 'confirmed') return undefined;
  const { ask } = fold;
  const common = { at: momentOf(entries), cardTail: ask.card.tail, ...marks };
  if (fold.state === 'confirmed') return { slip: 'account', content: { ...common, state: SCRIPT_DONE[ask.function] } };
  const left = find(entries, 'script.left');
  const why = left === undefined ? undefined : journalKinds['script.left'].parse(left.body).why;
  return { slip: 'account', content: { ...common, state: why === 'issuerOffline' ? 'issuerOffline' : 'cardGone', reference: ask.reference } };
}

function settlementSlip(entries: readonly JournalEntry[]): FiledSlip | undefined {
  const opened = find(entries, 'settlement.opened');
  return opened === undefined ? undefined : { slip: 'settlement', settlementId: journalKinds['settlement.opened'].parse(opened.body).settlementId };
}

function submissionOf(body: JournalEntry['body'], envelope: 'ticket.created' | 'callback.booked'): Omit<FiledAbout, 'type'> | undefined {
  const submission = journalKinds['desk.submitting'].parse(body);
  if (submission.envelope !== envelope) return undefined;
  const said = envelopeBodies[envelope].safeParse(parseJson(submission.body));
  return { id: submission.submissionId, reference: submission.reference, tail: said.success ? (said.data.card?.tail ?? '') : '' };
}

function endedBy(entries: readonly JournalEntry[], done: JournalKind, refused: JournalKind | undefined): Standing {
  if (find(entries, done) !== undefined) return 'done';
  return refused !== undefined && find(entries, refused) !== undefined ? 'refused' : 'open';
}

/** When its person was told: the last entry that changed how it stands, prints aside. */
function momentOf(entries: readonly JournalEntry[]): number {
  return Date.parse(entries.findLast(({ kind }) => !kind.startsWith('receipt.'))?.at ?? '');
}

function find(entries: readonly JournalEntry[], kind: JournalKind): JournalEntry | undefined {
  return entries.findLast((entry) => entry.kind === kind);
}

/** For the folds, which know kinds. */
function kinds(entries: readonly JournalEntry[]): { readonly kind: JournalKind; readonly body: unknown }[] {
  return entries.flatMap(({ kind, body }) => (isKind(kind) ? [{ kind, body }] : []));
}

function isKind(kind: string): kind is JournalKind {
  return Object.hasOwn(journalKinds, kind);
}

/** Of stored entries. */
export function entriesIn(stored: readonly Pick<ChainedEntry, 'entry'>[]): JournalEntry[] {
  return stored.map(({ entry }) => entry);
}
