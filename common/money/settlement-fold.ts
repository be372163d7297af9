/**
 * The cash of a terminal as a fold over its whole journal: what is in the box by denomination, how far each settlement has come, and
 * which differences nobody has explained yet. Pure and total, as fold.ts is for transactions. Used by settlement, verify and the reports.
 */
import {
  contentTotal,
  journalKinds,
  notesTotal,
  type BoxContent,
  type JournalBody,
  type JournalKind,
  type NewEntry,
  type NoteCounts,
} from '../journal-kinds.ts';
import type { CashAnomalyCode, CashEntry, CashState, SettlementPhase, SettlementState } from './settlement-state.ts';

export const EMPTY_BOX: BoxContent = { notes: [], unspecified: 0 };

export const NO_CASH: CashState = { boxId: undefined, content: EMPTY_BOX, settlements: [], differences: [], continued: false, anomalies: [] };

/** Name of the difference that an earlier epoch left in `suspense`. */
export const CARRIED_DIFFERENCE = 'carried';

/** What the fold reads; FORMAT.md has a row for each. */
export const CASH_KINDS = [
  'journal.replaced',
  'cash.stacked',
  'case.resolved',
  'settlement.opened',
  'box.removed',
  'box.inserted',
  'settlement.counted',
  'settlement.closed',
  'suspense.resolved',
  'case.funded',
] as const satisfies readonly JournalKind[];
type CashKind = (typeof CASH_KINDS)[number];

/** Entries of one journal in order. Never throws. */
export function foldCash(entries: Iterable<CashEntry>): CashState {
  let state = NO_CASH;
  for (const entry of entries) state = foldCashEntry(state, entry);
  return state;
}

/**
 * The fold of a new epoch after the entries that it carries: what they say of boxes and settlements still holds, while their sums, and
 * what is in the box, come with `journal.replaced`.
 */
export function nextEpoch({ boxId, settlements }: CashState): CashState {
  return { ...NO_CASH, boxId, settlements };
}

/** One step of {@link foldCash}. */
export function foldCashEntry(state: CashState, entry: CashEntry): CashState {
  if (!isCashKind(entry.kind)) return state;
  const draft: Draft = { ...state };
  const flag = (code: CashAnomalyCode, detail: string): void => {
    draft.anomalies = [...draft.anomalies, { seq: entry.seq, code, detail }];
  };
  const known = journalKinds[entry.kind].safeParse(entry.body);
  if (known.success) apply({ draft, flag, entry }, { kind: entry.kind, body: known.data } as CashNews);
  else flag('malformed', `the body does not fit ${entry.kind}`);
  return draft;
}

/** `more` on top of `notes`, or taken from them where negative; the largest first. */
export function addNotes(notes: NoteCounts, more: NoteCounts): NoteCounts {
  const counts = new Map(notes.map(({ denomination, count }) => [denomination, count]));
  for (const { denomination, count } of more) counts.set(denomination, (counts.get(denomination) ?? 0) + count);
  return [...counts]
    .map(([denomination, count]) => ({ denomination, count }))
    .filter(({ count }) => count !== 0)
    .sort((one, other) => other.denomination - one.denomination);
}

/** Counted − expected of every denomination where they differ, the largest first: over is positive. Tells nothing of `unspecified`. */
export function noteDifferences(expected: NoteCounts, counted: NoteCounts): NoteCounts {
  return addNotes(
    counted,
    expected.map(({ denomination, count }) => ({ denomination, count: -count })),
  );
}

type Draft = { -readonly [Key in keyof CashState]: CashState[Key] };

interface Step {
  readonly draft: Draft;
  readonly flag: (code: CashAnomalyCode, detail: string) => void;
  readonly entry: CashEntry;
}

type CashNews = Extract<NewEntry, { kind: CashKind }>;

function isCashKind(kind: JournalKind): kind is CashKind {
  return CASH_KINDS.some((known) => known === kind);
}

function apply(step: Step, { kind, body }: CashNews): void {
  const { draft } = step;
  switch (kind) {
    case 'journal.replaced':
      continueEpoch(draft, body);
      break;
    case 'cash.stacked':
      draft.content = { ...draft.content, notes: addNotes(draft.content.notes, [{ denomination: body.denomination, count: 1 }]) };
      break;
    case 'case.resolved':
      if (body.resolution === 'nothingOwed') addDifference(draft, body.reference, body.amount);
      break;
    case 'settlement.opened':
      openSettlement(step, body);
      break;
    case 'box.removed':
      removeBox(step, body);
      break;
    case 'box.inserted':
      insertBox(step, body);
      break;
    case 'settlement.counted':
      count(step, body);
      break;
    case 'settlement.closed':
      close(step, body);
      break;
    case 'suspense.resolved':
      explain(step, body);
      break;
    case 'case.funded':
      if (body.source === 'count') takeDifference(step, body.settlementId, body.denomination);
      break;
  }
}

/** Sums come over from the damaged epoch, denominations and settlements don't. */
function continueEpoch(draft: Draft, { balances }: JournalBody<'journal.replaced'>): void {
  draft.content = { notes: [], unspecified: balances['cash.box'] ?? 0 };
  draft.continued = true;
  addDifference(draft, CARRIED_DIFFERENCE, 0 - (balances.suspense ?? 0));
}

function openSettlement({ draft, flag, entry }: Step, { settlementId, by, boxOut, boxIn, expected }: JournalBody<'settlement.opened'>): void {
  if (draft.settlements.some((known) => known.settlementId === settlementId)) {
    flag('announcedTwice', `settlement ${settlementId}`);
    return;
  }
  const unfinished = draft.settlements.find(({ phase }) => phase === 'opened' || phase === 'removed');
  if (unfinished !== undefined) flag('outOfOrder', `settlement ${unfinished.settlementId} has not changed its box yet`);
  if (draft.boxId !== undefined && draft.boxId !== boxOut) flag('otherBox', `box ${draft.boxId} is in, not ${boxOut}`);
  if (!sameContent(expected, draft.content)) flag('contentDiffers', 'the box does not hold what is expected');
  const { at, businessDate } = entry;
  draft.settlements = [
    ...draft.settlements,
    { settlementId, lastEpoch: entry.epoch, lastSeq: entry.seq, phase: 'opened', by, boxOut, boxIn, at, businessDate, expected, difference: 0 },
  ];
}

function removeBox(step: Step, { settlementId, boxId, content }: JournalBody<'box.removed'>): void {
  const { draft, flag } = step;
  advance(step, settlementId, ['opened'], 'removed', ({ boxOut }) => {
    if (boxId !== boxOut) flag('otherBox', `box ${boxOut} was to be taken out, not ${boxId}`);
    return { expected: content };
  });
  if (!sameContent(content, draft.content)) flag('contentDiffers', 'the box does not hold what is said to be taken out');
  draft.content = EMPTY_BOX;
  draft.boxId = undefined;
}

function insertBox(step: Step, { settlementId, boxId }: JournalBody<'box.inserted'>): void {
  advance(step, settlementId, ['removed'], 'inserted', ({ boxIn }) => {
    if (boxId !== boxIn) step.flag('otherBox', `box ${boxIn} was to be put in, not ${boxId}`);
    return {};
  });
  step.draft.boxId = boxId;
}

function count(step: Step, { settlementId, boxId, by, expected, counted }: JournalBody<'settlement.counted'>): void {
  const difference = notesTotal(counted) - contentTotal(expected);
  advance(step, settlementId, ['inserted'], 'counted', (known) => {
    if (boxId !== known.boxOut) step.flag('otherBox', `box ${known.boxOut} was taken out, not ${boxId}`);
    if (!sameContent(expected, known.expected)) step.flag('contentDiffers', 'not what was taken out with the box');
    return { counted, countedBy: by, difference };
  });
  addDifference(step.draft, settlementId, difference);
}

function close(step: Step, body: JournalBody<'settlement.closed'>): void {
  advance(step, body.settlementId, ['counted'], 'closed', ({ expected, counted = [], difference }) => {
    const says = body.expected === contentTotal(expected) && body.counted === notesTotal(counted) && body.difference === difference;
    if (!says) step.flag('contentDiffers', 'the totals are not those of the count');
    return {};
  });
}

function explain(step: Step, body: JournalBody<'suspense.resolved'>): void {
  takeDifference(step, body.of, body.amount);
  if (body.resolution === 'offset') takeDifference(step, body.against, -body.amount);
}

/** Takes `amount`, signed, out of an open difference of the same sign. */
function takeDifference({ draft, flag }: Step, of: string, amount: number): void {
  const open = draft.differences.find((known) => known.of === of)?.amount ?? 0;
  const known = open !== 0 || draft.differences.some((other) => other.of === of);
  const fits = amount !== 0 && Math.sign(amount) === Math.sign(open) && Math.abs(amount) <= Math.abs(open);
  if (!fits && (known || !draft.continued)) flag('overdrawn', `explaining ${amount} fen of ${of}, open are ${open}`);
  addDifference(draft, of, -amount);
}

function addDifference(draft: Draft, of: string, amount: number): void {
  const before = draft.differences.find((known) => known.of === of)?.amount ?? 0;
  const others = draft.differences.filter((known) => known.of !== of);
  draft.differences = before + amount === 0 ? others : [...others, { of, amount: before + amount }];
}

function advance(
  { draft, flag, entry }: Step,
  settlementId: string,
  after: readonly SettlementPhase[],
  phase: SettlementPhase,
  change: (known: SettlementState) => Partial<SettlementState>,
): void {
  const known = draft.settlements.find((other) => other.settlementId === settlementId);
  if (known === undefined) {
    if (!draft.continued) flag('notAnnounced', `settlement ${settlementId}`);
    return;
  }
  if (!after.includes(known.phase)) flag('outOfOrder', `settlement ${settlementId} was ${known.phase}`);
  const changed = { ...known, ...change(known), phase, lastEpoch: entry.epoch, lastSeq: entry.seq };
  draft.settlements = draft.settlements.map((other) => (other === known ? changed : other));
}

export function sameContent(one: BoxContent, other: BoxContent): boolean {
  return one.unspecified === other.unspecified && noteDifferences(one.notes, other.notes).length === 0;
}
