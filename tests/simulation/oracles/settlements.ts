/**
 * 清机: the notes that the books say came out with each box are those that fell into it, by denomination; what a collector said that they
 * counted stands in the books once, and what it differs by stands in `suspense` and nowhere else; nothing is taken while boxes change; the glass
 * and the slip say what is written. The sums are made here from the entries, not by the terminal's fold.
 */
import { contentTotal, notesTotal, type JournalBody, type JournalKind, type NewEntry, type NoteCounts } from '../../../common/journal-kinds.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { View, ViewBodyOf } from '../../../state-machines/view.ts';
import { countsOf } from '../boxes.ts';
import type { World, Witness } from '../world.ts';
import { readEntries, readLedger } from './ledger.ts';
import { slipsIn } from './slips.ts';

const STEPS = ['settlement.opened', 'box.removed', 'box.inserted', 'settlement.counted', 'settlement.closed'] as const satisfies readonly JournalKind[];
type Step = (typeof STEPS)[number];
type BoxBody = ViewBodyOf<'maintenance-box'>;

/** What is on disk before the glass asks for the next step. */
const NEEDED: Readonly<Partial<Record<BoxBody['step'], Step>>> = {
  takeOut: 'settlement.opened',
  putIn: 'box.removed',
  count: 'box.inserted',
  review: 'box.inserted',
  told: 'settlement.closed',
};

export class SettlementOracle implements Witness {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  onEntry(entry: NewEntry): void {
    if (entry.kind === 'box.removed') checkFallen(this.#world, `when ${entry.body.boxId} came out`);
  }

  onNoteInBox(): void {
    const changing = settlementsOf(this.#world).find(({ steps }) => !steps.has('box.inserted'));
    if (changing !== undefined) this.#world.violation('exchange', `a note falls while ${changing.settlementId} changes the boxes: into which of them?`);
  }

  onView({ body }: View): void {
    if (body.kind !== 'maintenance-box') return;
    const needed = NEEDED[body.step];
    if (needed === undefined) return;
    const own = settlementsOf(this.#world).find(({ settlementId }) => settlementId === body.settlementId);
    if (own?.steps.has(needed) !== true) this.#world.violation('box before disk', `${body.settlementId} is at ${body.step}, and no ${needed} is written`);
    else if (body.step === 'told') this.#told(body, own);
  }

  /** Whoever counted reads what they said, held against what came out. */
  #told({ countedTotal, expectedTotal, difference }: BoxBody, { settlementId, steps }: Settlement): void {
    const expected = contentTotal(contentOf(steps));
    const signed = this.#world.signed.get(settlementId) ?? [];
    const isSo = signed.some((counted) => notesTotal(counted) === countedTotal && notesTotal(counted) - expected === difference);
    if (isSo && expectedTotal === expected) return;
    const truth = `counted was ${JSON.stringify(signed)}, ${expected} fen came out`;
    this.#world.violation('screen', `${settlementId}: ${countedTotal} of ${expectedTotal} fen, difference ${difference}; ${truth}`);
  }
}

/** A settlement as its entries tell it, in their order. */
interface Settlement {
  readonly settlementId: string;
  readonly steps: ReadonlyMap<Step, readonly JournalEntry[]>;
}

function settlementsOf({ journal }: World): readonly Settlement[] {
  const own = readEntries(journal).filter(({ kind }) => STEPS.some((step) => step === kind));
  const bySettlement = Map.groupBy(own, ({ body }) => String(body['settlementId']));
  return [...bySettlement].map(([settlementId, entries]) => ({ settlementId, steps: Map.groupBy(entries, ({ kind }) => kind as Step) }));
}

/** @param entry one of that kind */
function bodyOf<K extends Step | 'cash.stacked'>(_kind: K, entry: JournalEntry): JournalBody<K> {
  return entry.body as JournalBody<K>;
}

function contentOf(steps: Settlement['steps']): JournalBody<'box.removed'>['content'] {
  const [removed] = steps.get('box.removed') ?? [];
  return removed === undefined ? { notes: [], unspecified: 0 } : bodyOf('box.removed', removed).content;
}

/** A box that came out is to be counted, one is half changed, or none is in. */
export function boxesWait(world: World): boolean {
  return world.cabinet.boxes.inside === undefined || settlementsOf(world).some(({ steps }) => !steps.has('settlement.closed'));
}

/** Of the whole journal, when all is quiet. */
export function checkSettlements(world: World): void {
  checkFallen(world, 'in the end');
  const settlements = settlementsOf(world);
  for (const settlement of settlements) checkSettlement(world, settlement);
  checkBoxContents(world);
  checkAccountsOf(world, settlements);
  checkSettlementSlips(world, settlements);
}

/** What was booked as fallen is what fell, by denomination, but for notes of which nobody knows. */
function checkFallen(world: World, when: string): void {
  const fallen = countsOf(world.cabinet.boxes.fallen);
  const found = countsOf(world.cabinet.found.filter((note) => typeof note === 'number'));
  const booked = countsOf(bookedNotes(world));
  const doubted = doubtedNotes(world);
  for (const denomination of new Set([...fallen, ...booked].map((note) => note.denomination))) {
    const more = countIn(fallen, denomination) - countIn(booked, denomination);
    const most = doubted === 'any' ? Number.POSITIVE_INFINITY : countIn(doubted, denomination);
    if (more > most || -more > countIn(found, denomination))
      world.violation('box', `${when}: ${countIn(fallen, denomination)} notes of ${denomination} fen fell, ${countIn(booked, denomination)} are booked`);
  }
}

/** Fen each, in the order in which they were booked. */
function bookedNotes({ journal }: World): readonly number[] {
  return readEntries(journal).flatMap((entry) => (entry.kind === 'cash.stacked' ? [bodyOf('cash.stacked', entry).denomination] : []));
}

/** Notes that may be in the box though no entry says so; `any`: one of unknown value is stuck. */
function doubtedNotes({ journal }: World): NoteCounts | 'any' {
  const states = readLedger(journal).map(({ state }) => state);
  if (states.some(({ noteStuck }) => noteStuck === 'unknown')) return 'any';
  const open = states.flatMap(({ notes }) => notes.filter(({ state }) => state !== 'stacked' && state !== 'returned'));
  return countsOf(open.map(({ denomination }) => denomination));
}

/** Each step once, of the day on which it was taken; the count is what somebody signed, held against what came out. */
function checkSettlement(world: World, { settlementId, steps }: Settlement): void {
  const object = (what: string): void => world.violation('settlement', `${settlementId}: ${what}`);
  for (const [kind, entries] of steps) if (entries.length > 1) object(`${kind} ${entries.length} times`);
  for (const { kind, at, businessDate } of [...steps.values()].flat())
    if (businessDate !== shanghaiDate(at)) object(`${kind} of ${at} is of business date ${businessDate}`);
  const [counted] = steps.get('settlement.counted') ?? [];
  const [closed] = steps.get('settlement.closed') ?? [];
  if (counted === undefined || closed === undefined) return object(`not ended: ${[...steps.keys()].join(' ')}`);
  const content = contentOf(steps);
  const count = bodyOf('settlement.counted', counted);
  if (!sameNotes(count.expected.notes, content.notes)) object('what was counted is held against something else than what came out');
  const signed = world.signed.get(settlementId) ?? [];
  if (!signed.some((notes) => sameNotes(notes, count.counted))) object(`${JSON.stringify(count.counted)} is booked, ${JSON.stringify(signed)} was counted`);
  const { difference } = bodyOf('settlement.closed', closed);
  if (difference !== notesTotal(count.counted) - contentTotal(content)) object(`a difference of ${difference} fen is told`);
}

/** Each box goes with all that was booked since the one before it went, by denomination. */
function checkBoxContents(world: World): void {
  let inside: readonly number[] = [];
  for (const entry of readEntries(world.journal)) {
    if (entry.kind === 'cash.stacked') inside = [...inside, bodyOf('cash.stacked', entry).denomination];
    if (entry.kind !== 'box.removed') continue;
    const { settlementId, content } = bodyOf('box.removed', entry);
    const due = countsOf(inside);
    if (!sameNotes(content.notes, due)) world.violation('box', `${settlementId} takes out ${JSON.stringify(content.notes)}, inside was ${JSON.stringify(due)}`);
    inside = [];
  }
}

/** Fen by account: in the box what fell since, in transit what was counted or waits for it, in suspense what the counts differ by. */
function checkAccountsOf(world: World, settlements: readonly Settlement[]): void {
  const proved = verifyJournal(world.journal);
  if (!proved.ok) return; // the journal's own oracle says so
  const booked = bookedNotes(world).reduce((sum, note) => sum + note, 0);
  const due = { 'cash.box': booked, 'cash.transit': 0, suspense: 0, 'cash.overShort': 0 };
  for (const { steps } of settlements) {
    const removed = contentTotal(contentOf(steps));
    const [counted] = steps.get('settlement.counted') ?? [];
    const found = counted === undefined ? removed : notesTotal(bodyOf('settlement.counted', counted).counted);
    due['cash.box'] -= removed;
    due['cash.transit'] += found;
    due.suspense += removed - found;
  }
  for (const account of ['cash.box', 'cash.transit', 'suspense', 'cash.overShort'] as const)
    if (proved.balances[account] !== due[account])
      world.violation('settlement', `${proved.balances[account]} fen stand in ${account}, ${due[account]} are due`);
}

const TITLE = /清机凭条|^ *Settlement *$/m;
const NUMBER = /\bS-\d+-\d+\b/;
/** Rows of a slip: the label, and the amount at the end. */
const AMOUNTS = {
  expected: /^ *(?:应有合计|Expected, total) +(.*)$/m,
  counted: /^ *(?:实点合计|Counted, total) +(.*)$/m,
  difference: /^ *(?:差额合计|Difference) +(.*)$/m,
} as const;

/** As far as each was printed, where nothing garbled the line to the printer, which has no check sum. */
function checkSettlementSlips(world: World, settlements: readonly Settlement[]): void {
  if ([...world.faults.struck.keys()].some((kind) => kind.startsWith('line.receiptPrinter.toDevice'))) return;
  for (const slip of slipsIn(world).filter((paper) => TITLE.test(paper))) {
    const [number] = NUMBER.exec(slip) ?? [];
    if (number === undefined) continue; // torn off before it
    const [counted] = settlements.find(({ settlementId }) => settlementId === number)?.steps.get('settlement.counted') ?? [];
    if (counted === undefined) world.violation('slip', `a slip says that ${number} was counted, the books don't`);
    else checkSettlementSlip(world, slip, number, bodyOf('settlement.counted', counted));
  }
}

function checkSettlementSlip(world: World, slip: string, number: string, { expected, counted }: JournalBody<'settlement.counted'>): void {
  const due = { expected: contentTotal(expected), counted: notesTotal(counted), difference: notesTotal(counted) - contentTotal(expected) };
  for (const name of ['expected', 'counted', 'difference'] as const) {
    const said = fenOn(AMOUNTS[name].exec(slip)?.[1]);
    if (said !== undefined && said !== due[name]) world.violation('slip', `${number}: ${name} is ${said} fen on the slip, ${due[name]} in the books: ${slip}`);
  }
}

/** `-20.00 元`, `-￥20.00`; undefined where it was cut off. */
function fenOn(text: string | undefined): number | undefined {
  const [, minus, yuan, rest] = /(-?)[￥¥]?(\d+)\.(\d\d)/.exec(text ?? '') ?? [];
  if (yuan === undefined || rest === undefined) return undefined;
  const amount = Number(yuan) * 100 + Number(rest);
  return minus === '-' ? 0 - amount : amount;
}

/** The calendar day at the terminal, of a moment in UTC: eight hours ahead, without summer time. */
function shanghaiDate(at: string): string {
  return new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10);
}

function sameNotes(one: NoteCounts, other: NoteCounts): boolean {
  return [...one, ...other].every(({ denomination }) => countIn(one, denomination) === countIn(other, denomination));
}

function countIn(notes: NoteCounts, denomination: number): number {
  return notes.find((note) => note.denomination === denomination)?.count ?? 0;
}
