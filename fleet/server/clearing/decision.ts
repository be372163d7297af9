/**
 * What one record of a clearing file does to the load that it names: every record has an outcome, and what was decided is never turned
 * around by a word alone. Pure. Used by import.ts.
 */
import { storedRequest, type LoadRow, type TacProof } from '../issuer/load-rows.ts';
import type { ClearingLoad } from './clearing-file.ts';

export const clearingOutcomes = [
  'resolvedCredited',
  'resolvedNotCredited',
  /** Decided before in the same way. */
  'already',
  /** Neither side knows: it waits for the card. */
  'stillOpen',
  /** Kept as it was; `reason` says what is wrong, and a person has to look. */
  'contradicts',
  /** Our open or credited load of that day, which the sender's file does not have. */
  'notInFile',
] as const;
export type ClearingOutcome = (typeof clearingOutcomes)[number];

export const contradictions = {
  unknownLoad: 'no terminal here ever asked for this load',
  refused: 'it was refused here: no card can have executed it',
  amountDiffers: 'another amount here',
  cardDiffers: 'another card here',
  termsDiffer: 'another terminal, counter, balance or time here',
  badTac: 'its TAC is not the card’s: it proves nothing',
  bookedCredited: 'booked as credited here',
  bookedNotCredited: 'decided as not credited here, and no TAC proves otherwise',
} as const;
export type Contradiction = keyof typeof contradictions;

export interface Decision {
  readonly outcome: ClearingOutcome;
  readonly reason?: Contradiction;
  /** What the books learn. */
  readonly change?: Partial<LoadRow>;
}

/** @param proof of the record's TAC under our keys */
export function decide(row: LoadRow | undefined, load: ClearingLoad, proof: TacProof | undefined): Decision {
  if (row === undefined || row.request === '') return { outcome: 'contradicts', reason: 'unknownLoad' };
  if (row.state === 'refused') return { outcome: 'contradicts', reason: 'refused' };
  const differs = difference(row, load);
  if (differs !== undefined) return { outcome: 'contradicts', reason: differs };
  switch (load.state) {
    case 'credited':
      return credited(row, load, proof);
    case 'notCredited':
      return notCredited(row);
    case 'undetermined':
      return isOpen(row) ? { outcome: 'stillOpen' } : { outcome: 'already' };
  }
}

/** A good TAC is proof against anything, as everywhere else in the issuer. */
function credited(row: LoadRow, { tac }: ClearingLoad, proof: TacProof | undefined): Decision {
  if (proof === 'good') {
    if (row.state === 'credited' && row.tac_verdict === 'good') return { outcome: 'already' };
    const change = { state: 'credited', tac_verdict: 'good', tac: tac ?? null, disputed: 0 } as const;
    if (row.state === 'reversed') return { outcome: 'resolvedCredited', change: { ...change, after_reversal: 1 } };
    return { outcome: row.state === 'credited' ? 'already' : 'resolvedCredited', change };
  }
  if (proof !== 'absent') return { outcome: 'contradicts', reason: 'badTac', change: disputed(row) };
  if (row.state === 'credited') return { outcome: 'already' };
  if (row.state === 'reversed') return { outcome: 'contradicts', reason: 'bookedNotCredited', change: disputed(row) };
  return { outcome: 'resolvedCredited', change: { state: 'credited', tac_verdict: 'absent', disputed: 0 } };
}

function notCredited(row: LoadRow): Decision {
  if (row.state === 'credited') return { outcome: 'contradicts', reason: 'bookedCredited', change: disputed(row) };
  if (row.state === 'reversed') return { outcome: 'already' };
  return { outcome: 'resolvedNotCredited', change: { state: 'reversed', disputed: 0 } };
}

/** A proved credit is beyond dispute. */
function disputed(row: LoadRow): Partial<LoadRow> {
  return row.state === 'credited' && row.tac_verdict === 'good' ? {} : { disputed: 1 };
}

function difference(row: LoadRow, load: ClearingLoad): Contradiction | undefined {
  const { card, init } = storedRequest(row);
  if (row.amount !== load.amount) return 'amountDiffers';
  if (row.serial !== load.serial || card.issuer !== load.issuer) return 'cardDiffers';
  const ours = [row.terminal_id, init.terminalId, init.purseType, init.balanceBefore, init.onlineCounter, row.host_date, row.host_time, row.reference];
  const theirs = [load.terminalId, load.cardTerminalId, load.purseType, load.balanceBefore, load.onlineCounter, load.hostDate, load.hostTime, load.reference];
  return ours.some((value, index) => value !== theirs[index]) ? 'termsDiffer' : undefined;
}

function isOpen({ state }: LoadRow): boolean {
  return state === 'reserved' || state === 'undetermined';
}
