/**
 * The recovery table for a load whose outcome is unknown (card-application.md 3.2, rows 1–16), as a pure function: what the card shows now →
 * credited, not credited, or undetermined. Owns no I/O; `examineLoad` gathers the evidence, and a host's later word on the TAC can be judged anew.
 */

export type LoadProof =
  /** `9000` with a TAC. `counterSent`: N0+1 as a rule; N0 only for a card that is known to count "before". */
  | { readonly kind: 'tac'; readonly tac: string; readonly checked: 'good' | 'bad' | 'unchecked'; readonly counterSent: 'after' | 'before' }
  /** `9406`: the card has no proof for this counter. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unsupported' };

/** L of the table: the log holds a record with the load's type, amount, terminal, date and time. */
export type LoadLog =
  | { readonly kind: 'found' }
  /** `provesAbsence`: the log is empty or reaches back before the load, so that its record can't have been pushed out. */
  | { readonly kind: 'notFound'; readonly provesAbsence: boolean }
  | { readonly kind: 'unreadable' };

export interface LoadEvidence {
  /** A, fen, at least 1. */
  readonly amount: number;
  readonly balanceBefore: number;
  /** B1; undefined when the card didn't tell. */
  readonly balanceNow: number | undefined;
  readonly counterBefore: number;
  /** N1; undefined when the card didn't tell. */
  readonly counterNow: number | undefined;
  readonly proof: LoadProof;
  readonly log: LoadLog;
}

export type Verdict =
  /** `tac` is absent when balance, counter and log alone prove the load: confirm with the flag "no TAC". */
  | { readonly kind: 'credited'; readonly row: number; readonly tac?: string }
  | { readonly kind: 'notCredited'; readonly row: number }
  /** `tac`: ask the host whether it belongs to this load, then judge again with `checked` set. */
  | { readonly kind: 'undetermined'; readonly row: number; readonly why: string; readonly tac?: string };

/** Never answers anything but `undetermined` for evidence the table doesn't name (row 16). */
export function loadVerdict(evidence: LoadEvidence): Verdict {
  const { amount, balanceNow, counterNow } = evidence;
  if (!Number.isInteger(amount) || amount < 1) return undetermined(16, 'an amount of nothing leaves no trace on the card', evidence);
  const balanceChange = balanceNow === undefined ? undefined : balanceNow - evidence.balanceBefore;
  const counterChange = counterNow === undefined ? undefined : (counterNow - evidence.counterBefore) & 0xffff;
  if (counterChange === undefined) return withoutCounter(evidence, balanceChange);
  if (counterChange > 0x7fff) return undetermined(12, 'the online counter went backwards: another card or another journal', evidence);
  if (counterChange >= 2) return laterTransactions(evidence);
  if (balanceChange === undefined) return withoutBalance(evidence, counterChange);
  if (counterChange === 0) return counterUnchanged(evidence, balanceChange);
  return balanceChange === amount ? movedAsOrdered(evidence) : movedOtherwise(evidence);
}

/** Rows 1–3: balance and counter moved exactly as the load would have moved them. */
function movedAsOrdered(evidence: LoadEvidence): Verdict {
  const { proof, log } = evidence;
  switch (proof.kind) {
    case 'tac':
      if (proof.checked === 'bad') return undetermined(3, 'the host refused the TAC: another device may have loaded the same amount', evidence);
      if (proof.checked === 'good' || proof.counterSent === 'after') return { kind: 'credited', row: 1, tac: proof.tac };
      return log.kind === 'found' ? { kind: 'credited', row: 2 } : undetermined(2, 'only the host can say whether the TAC is of this load', evidence);
    case 'none':
      return log.kind === 'found' ? { kind: 'credited', row: 2 } : undetermined(2, 'no proof and no record of this load', evidence);
    case 'unsupported':
      return log.kind === 'notFound' ? undetermined(2, 'the log holds no record of this load', evidence) : { kind: 'credited', row: 2 };
  }
}

/** Rows 4–7. */
function counterUnchanged(evidence: LoadEvidence, balanceChange: number): Verdict {
  const { proof, log } = evidence;
  if (balanceChange > 0 || log.kind === 'found') return undetermined(7, 'the card shows the load but has not counted it', evidence);
  if (proof.kind !== 'tac') return { kind: 'notCredited', row: balanceChange === 0 ? 4 : 6 };
  const row = balanceChange === 0 ? 5 : 6;
  switch (proof.checked) {
    case 'good':
      return undetermined(row, 'the card proves a load that it has not counted', evidence);
    case 'bad':
      return { kind: 'notCredited', row };
    case 'unchecked':
      return undetermined(row, 'only the host can say whether the TAC is of this load', evidence);
  }
}

/** Rows 8–10: one online transaction, and the balance moved by something else too. */
function movedOtherwise(evidence: LoadEvidence): Verdict {
  const { proof, log } = evidence;
  if (proof.kind === 'tac') {
    if (proof.checked === 'good') return { kind: 'credited', row: 8, tac: proof.tac };
    if (proof.checked === 'unchecked') return undetermined(8, 'only the host can say whether the TAC is of this load', evidence);
    return undetermined(10, 'the host refused the TAC: another online transaction took the number', evidence);
  }
  return log.kind === 'found' ? { kind: 'credited', row: 9 } : undetermined(10, 'another online transaction may have taken the number', evidence);
}

/** Row 11. */
function laterTransactions(evidence: LoadEvidence): Verdict {
  return creditedIfProven(11, 'later online transactions, and neither proof nor record of this load', evidence);
}

/** Rows 13, 14 and the default. */
function withoutCounter(evidence: LoadEvidence, balanceChange: number | undefined): Verdict {
  const { proof, log } = evidence;
  if (balanceChange === evidence.amount) return creditedIfProven(13, 'the online counter can not be read', evidence);
  if (balanceChange !== 0) return undetermined(16, 'the online counter can not be read', evidence);
  const absent = proof.kind === 'none' && log.kind === 'notFound' && log.provesAbsence;
  return absent ? { kind: 'notCredited', row: 14 } : undetermined(14, 'the online counter can not be read', evidence);
}

/** Row 15. */
function withoutBalance(evidence: LoadEvidence, counterChange: number): Verdict {
  if (counterChange === 1) return creditedIfProven(15, 'the balance can not be read', evidence);
  const nothing = evidence.proof.kind !== 'tac' && evidence.log.kind !== 'found';
  return nothing ? { kind: 'notCredited', row: 15 } : undetermined(15, 'the balance can not be read', evidence);
}

/** "good, or L found → CREDITED; else UNDETERMINED" */
function creditedIfProven(row: number, why: string, evidence: LoadEvidence): Verdict {
  const { proof, log } = evidence;
  if (proof.kind === 'tac' && proof.checked === 'good') return { kind: 'credited', row, tac: proof.tac };
  return log.kind === 'found' ? { kind: 'credited', row } : undetermined(row, why, evidence);
}

function undetermined(row: number, why: string, evidence: LoadEvidence): Verdict {
  const { proof } = evidence;
  const unchecked = proof.kind === 'tac' && proof.checked === 'unchecked';
  return { kind: 'undetermined', row, why, ...(unchecked ? { tac: proof.tac } : {}) };
}
