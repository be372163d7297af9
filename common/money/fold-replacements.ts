/**
 * The part of the fold that speaks of a new card for a lost one: what the issuer granted, and every blank from the stacker to a hand or the bin.
 * Used by fold.ts.
 */
import type { JournalBody, NewEntry } from '../journal-kinds.ts';
import { blankInPath } from './standing.ts';
import type { AnomalyCode, BlankState, ReplacementState, TransactionState } from './transaction-state.ts';

/** The fold's draft and its way to name what can't have happened. */
interface ReplacementStep {
  readonly draft: { -readonly [Key in keyof TransactionState]: TransactionState[Key] };
  readonly flag: (code: AnomalyCode, detail: string) => void;
}

export type ReplacementEntry = Extract<NewEntry, { kind: `replacement.${string}` }>;

export function rememberReplacement(step: ReplacementStep, entry: ReplacementEntry): void {
  const { draft, flag } = step;
  switch (entry.kind) {
    case 'replacement.granting':
      announce(step, entry.body);
      break;
    case 'replacement.granted':
    case 'replacement.refused':
    case 'replacement.cancelled':
    case 'replacement.reported':
      moveReplacement(step, entry.body.replacementId, REACHES[entry.kind]);
      break;
    case 'replacement.dispensing':
      dispense(step, entry.body);
      break;
    case 'replacement.writing':
      moveBlank(step, entry.body.blankId, 'writing', { scriptId: entry.body.scriptId, card: entry.body.card });
      break;
    case 'replacement.commanded':
      moveBlank(step, entry.body.blankId, 'writing', {}, ['writing']);
      break;
    case 'replacement.written':
      moveBlank(step, entry.body.blankId, 'written', { written: true });
      break;
    case 'replacement.presenting':
      if (feeOf(draft) > draft.held) flag('overdrawn', `the fee is ${feeOf(draft)} fen, held are ${draft.held}`);
      moveBlank(step, entry.body.blankId, 'presenting', { presented: true });
      break;
    case 'replacement.retracting':
    case 'replacement.capturing':
    case 'replacement.captured':
    case 'replacement.stuck':
    case 'replacement.freed':
      moveBlank(step, entry.body.blankId, GOES[entry.kind]);
      break;
    case 'replacement.delivered':
      if (feeOf(draft) !== entry.body.amount) flag('amountDiffers', `the fee is ${feeOf(draft)} fen, not ${entry.body.amount}`);
      moveBlank(step, entry.body.blankId, 'taken');
      break;
  }
}

const REACHES = {
  'replacement.granted': 'granted',
  'replacement.refused': 'refused',
  'replacement.cancelled': 'cancelled',
  'replacement.reported': 'reported',
} as const;
const GOES = {
  'replacement.retracting': 'retracting',
  'replacement.capturing': 'capturing',
  'replacement.captured': 'captured',
  'replacement.stuck': 'stuck',
  'replacement.freed': 'freed',
} as const;

/** Every state with those that it may follow. */
const REPLACEMENT_AFTER: Readonly<Record<ReplacementState['state'], readonly ReplacementState['state'][]>> = {
  granting: [],
  granted: ['granting'],
  refused: ['granting'],
  cancelled: ['granting', 'granted'],
  reported: ['granted'],
};
const BLANK_AFTER: Readonly<Record<BlankState['state'], readonly BlankState['state'][]>> = {
  dispensing: [],
  writing: ['dispensing'],
  written: ['writing'],
  presenting: ['written'],
  retracting: ['presenting'],
  taken: ['presenting', 'retracting'],
  capturing: ['dispensing', 'writing', 'written'],
  captured: ['capturing', 'retracting'],
  stuck: ['capturing', 'retracting'],
  freed: ['stuck'],
};

function announce({ draft, flag }: ReplacementStep, { replacementId, amount }: JournalBody<'replacement.granting'>): void {
  if (draft.replacement === undefined) draft.replacement = { replacementId, fee: amount, state: 'granting' };
  else flag('announcedTwice', `replacement ${replacementId}`);
}

function moveReplacement({ draft, flag }: ReplacementStep, replacementId: string, state: ReplacementState['state']): void {
  const known = draft.replacement;
  if (known?.replacementId !== replacementId) {
    flag('notAnnounced', `replacement ${replacementId}`);
    return;
  }
  if (!REPLACEMENT_AFTER[state].includes(known.state)) flag('outOfOrder', `replacement ${replacementId} was ${known.state}`);
  draft.replacement = { ...known, state };
}

/** Of what the issuer granted; 0: nothing is. */
function feeOf({ replacement }: Pick<TransactionState, 'replacement'>): number {
  return replacement?.state === 'granted' ? replacement.fee : 0;
}

/** One at a time, for what the issuer granted. */
function dispense({ draft, flag }: ReplacementStep, { replacementId, blankId }: JournalBody<'replacement.dispensing'>): void {
  if (draft.replacement?.state !== 'granted') flag('outOfOrder', `replacement ${replacementId} is not granted`);
  if (blankInPath(draft) !== undefined) flag('undetermined', 'another blank is in the path');
  if (draft.blanks.some((known) => known.blankId === blankId)) flag('announcedTwice', `blank ${blankId}`);
  else draft.blanks = [...draft.blanks, { blankId, state: 'dispensing', written: false, presented: false }];
}

function moveBlank(
  { draft, flag }: ReplacementStep,
  blankId: string,
  state: BlankState['state'],
  more: Partial<BlankState> = {},
  lawful: readonly BlankState['state'][] = BLANK_AFTER[state],
): void {
  const known = draft.blanks.find((blank) => blank.blankId === blankId);
  if (known === undefined) {
    flag('notAnnounced', `blank ${blankId}`);
    return;
  }
  if (!lawful.includes(known.state)) flag('outOfOrder', `blank ${blankId} was ${known.state}`);
  draft.blanks = draft.blanks.map((blank) => (blank === known ? { ...blank, ...more, state } : blank));
}
