/** Random settlements, lawful ones and others, over all that a random journal says of its cash. Used by journals.ts and stories.ts. */
import { journalKinds, contentTotal, notesTotal, type BoxContent, type NewEntry, type NoteCounts } from '../../common/journal-kinds.ts';
import { CARRIED_DIFFERENCE, addNotes, foldCash, foldCashEntry, NO_CASH } from '../../common/money/settlement-fold.ts';
import type { CashEntry, CashState, SettlementPhase, SettlementState } from '../../common/money/settlement-state.ts';
import type { Dice } from '../fuzz/generate.ts';

const SETTLEMENTS = ['S1', 'S1', 'S2', '清机'];
const BOXES = ['B-1', 'B-2'];
const SAID = { by: '张三', why: '查监控' };
const NO_SETTLEMENT: Pick<SettlementState, 'settlementId' | 'boxOut' | 'boxIn' | 'expected' | 'counted' | 'difference'> = {
  settlementId: 'S3',
  boxOut: 'B-1',
  boxIn: 'B-2',
  expected: { notes: [], unspecified: 0 },
  difference: 0,
};

type Draw = (dice: Dice, state: CashState) => NewEntry;

/** One that has come as far as `phase`, if there is one. */
function settlementIn(dice: Dice, { settlements }: CashState, phase: SettlementPhase): typeof NO_SETTLEMENT {
  const there = settlements.filter((known) => known.phase === phase);
  return dice.pick(there.length > 0 && dice.below(8) > 0 ? there : [...settlements, NO_SETTLEMENT]);
}

/** Mostly `notes`; else one more or less of some denomination. */
function miscounted(dice: Dice, notes: NoteCounts): NoteCounts {
  if (dice.below(3) > 0) return notes;
  const more = addNotes(notes, [{ denomination: dice.pick([1000, 5000, ...notes.map(({ denomination }) => denomination)]), count: dice.pick([1, -1]) }]);
  return more.filter(({ count }) => count > 0);
}

function odd(dice: Dice, content: BoxContent): BoxContent {
  if (dice.below(12) > 0) return content;
  return dice.pick([
    { ...content, unspecified: content.unspecified + 100 },
    { ...content, notes: miscounted(dice, content.notes) },
  ]);
}

const openDifference = (dice: Dice, { differences }: CashState): { readonly of: string; readonly amount: number } =>
  dice.pick([...differences, { of: dice.pick([...SETTLEMENTS, CARRIED_DIFFERENCE]), amount: dice.pick([0, 1, -5000]) }]);
const part = (dice: Dice, amount: number): number => dice.pick([amount, amount, Math.sign(amount), amount + 1, amount - 1, -amount, 0]);

const DRAWS: readonly Draw[] = [
  (dice, state) => ({
    kind: 'settlement.opened',
    body: {
      settlementId: dice.pick(SETTLEMENTS),
      by: SAID.by,
      boxOut: dice.below(8) === 0 ? dice.pick(BOXES) : (state.boxId ?? 'B-1'),
      boxIn: dice.pick(BOXES),
      expected: odd(dice, state.content),
    },
  }),
  (dice, state) => {
    const { settlementId, boxOut } = settlementIn(dice, state, 'opened');
    return { kind: 'box.removed', body: { settlementId, boxId: dice.pick([boxOut, boxOut, ...BOXES]), content: odd(dice, state.content) } };
  },
  (dice, state) => {
    const { settlementId, boxIn } = settlementIn(dice, state, 'removed');
    return { kind: 'box.inserted', body: { settlementId, boxId: dice.pick([boxIn, boxIn, ...BOXES]) } };
  },
  (dice, state) => {
    const { settlementId, boxOut, expected } = settlementIn(dice, state, 'inserted');
    const counted = miscounted(dice, expected.notes);
    return {
      kind: 'settlement.counted',
      body: { settlementId, boxId: dice.pick([boxOut, boxOut, ...BOXES]), by: '李四', expected: odd(dice, expected), counted },
    };
  },
  (dice, state) => {
    const { settlementId, expected, counted = [], difference } = settlementIn(dice, state, 'counted');
    const body = { settlementId, expected: contentTotal(expected), counted: notesTotal(counted), difference };
    return { kind: 'settlement.closed', body: dice.below(8) === 0 ? { ...body, difference: difference + 1 } : body };
  },
  (dice, state) => {
    const { of, amount } = openDifference(dice, state);
    return { kind: 'suspense.resolved', body: { resolution: dice.pick(['recounted', 'writtenOff']), of, amount: part(dice, amount), ...SAID } };
  },
  (dice, state) => {
    const { of, amount } = openDifference(dice, state);
    return { kind: 'suspense.resolved', body: { resolution: 'offset', of, against: openDifference(dice, state).of, amount: part(dice, amount), ...SAID } };
  },
];

const TRIES = 60;

/** The cash of one epoch as it grows. */
export class RandomCash {
  #state: CashState = NO_CASH;

  /** What the epoch says so far, when its journal was opened. */
  begin(entries: Iterable<CashEntry>): void {
    this.#state = foldCash(entries);
  }

  /** Every entry goes through here. */
  add(entry: NewEntry): void {
    this.#state = this.#after(entry);
  }

  isLawful(entry: NewEntry): boolean {
    return this.#after(entry).anomalies.length === this.#state.anomalies.length;
  }

  /** The settlements that have left a difference, for cases that are funded by one; `S1` where there is none. */
  difference(dice: Dice): string {
    return dice.pick(this.#state.differences.length > 0 ? this.#state.differences.map(({ of }) => of) : ['S1']);
  }

  /** An entry that may stand next, or, if `lawless`, any that fits its kind. `undefined`: none was drawn. */
  next(dice: Dice, lawless: boolean): NewEntry | undefined {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const drawn = dice.pick(DRAWS)(dice, this.#state);
      if (journalKinds[drawn.kind].safeParse(drawn.body).success && (lawless || this.isLawful(drawn))) return drawn;
    }
    return undefined;
  }

  #after({ kind, body }: NewEntry): CashState {
    return foldCashEntry(this.#state, { epoch: 1, seq: 1, at: '2026-11-22T05:33:00.000Z', businessDate: '2026-11-22', kind, body });
  }
}
