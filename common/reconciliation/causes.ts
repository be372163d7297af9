/** Why two books can differ: a closed, numbered list. Each cause says where the money is and what to do. main/maintenance/README.md has the table. */

export const causes = {
  capturedThereUnknownHere: {
    number: 1,
    where: 'with the acquirer; the terminal does not know the order',
    todo: 'look for the journal that has it (an earlier epoch, another disk); if none has, refund it upstream',
  },
  capturedThereOpenHere: {
    number: 2,
    where: 'with the acquirer; the terminal has not learned it yet',
    todo: 'nothing: the terminal asks again, and refunds it under its case',
  },
  capturedThereClosedHere: {
    number: 3,
    where: 'with the acquirer; the terminal closed the order as not paid',
    todo: 'refund it upstream: nothing was loaded for it',
  },
  capturedHereUnknownThere: {
    number: 4,
    where: 'nowhere: the terminal gave value for a payment that the acquirer does not have',
    todo: 'ask the acquirer for the order by its channel reference',
  },
  captureAmountDiffers: {
    number: 5,
    where: 'the difference is with the acquirer where it is positive, and missing there where it is negative',
    todo: 'ask the acquirer which amount was paid',
  },
  refundRequestedUnknownThere: {
    number: 6,
    where: 'with the acquirer; the person has not got it back yet',
    todo: 'the terminal repeats it under the same id; where its transaction is closed without a case, refund it upstream',
  },
  refundCompletedHereUnknownThere: {
    number: 7,
    where: 'with the acquirer; the terminal told the person that it was refunded',
    todo: 'refund it upstream under the same id',
  },
  refundedThereOpenHere: {
    number: 8,
    where: 'with the person; the terminal has not learned it yet',
    todo: 'nothing: the terminal asks again under the same id',
  },
  refundedThereUnknownHere: {
    number: 9,
    where: 'with the person; no entry of the terminal asks for it',
    todo: 'find out who refunded it; if its value was loaded too, the person has it twice',
  },
  refundAmountDiffers: {
    number: 10,
    where: 'the difference is with the person where it is negative, and with the acquirer where it is positive',
    todo: 'ask the acquirer which amount was refunded',
  },
  committedHereNotConfirmedThere: {
    number: 11,
    where: 'on the card; the issuer keeps it reserved',
    todo: 'nothing while the terminal still has to confirm it; else confirm it at the issuer with the TAC in the journal',
  },
  committedHereTacBad: {
    number: 12,
    where: 'on the card, by the terminal; the issuer disputes the TAC',
    todo: 'compare the card’s log and the keys (kioskctl pboc vector); the issuer decides',
  },
  committedHereUnknownThere: {
    number: 13,
    where: 'on the card; the issuer has released it or never authorized it',
    todo: 'show the issuer the TAC in the journal: a good one is booked even after a reversal',
  },
  confirmedThereOpenHere: {
    number: 14,
    where: 'on the card, by the issuer; the terminal does not know it yet',
    todo: 'resolve the case as credited: kioskctl settle resolve --case … --as credited',
  },
  confirmedThereNotCreditedHere: {
    number: 15,
    where: 'on the card, by the issuer; the terminal says that the card was not written',
    todo: 'read the card: if it has the value, what was refunded or paid out for it must come back',
  },
  confirmedThereUnknownHere: {
    number: 16,
    where: 'on the card, by the issuer; no entry of the terminal speaks of it',
    todo: 'look for the journal that has it; if none has, the issuer takes it back',
  },
  loadAmountDiffers: {
    number: 17,
    where: 'on the card; how much, the card says',
    todo: 'read the card’s log and correct the book that is wrong',
  },
  reservedNeverReleased: {
    number: 18,
    where: 'nowhere: reserved at the issuer for a card that was not written',
    todo: 'start the terminal, which releases it; else release it at the issuer',
  },
  countedNotJournaled: {
    number: 19,
    where: 'in the cash that was counted; the journal has no such note in that box',
    todo: 'hold it against the notes in suspense; keep it in suspense until somebody asks for it',
  },
  journaledNotCounted: {
    number: 20,
    where: 'nowhere: the journal has the note in that box, the count has not',
    todo: 'look into the acceptor’s path and count once more; then kioskctl settle resolve',
  },
  countedNoteInCase: {
    number: 21,
    where: 'in the cash that was counted; an open case asks for just such a note',
    todo: 'kioskctl settle resolve --case … --as counted: the case then owes it to its person',
  },
  boxNotCounted: {
    number: 22,
    where: 'in transit: the box was taken out, and the cash office has no count of it',
    todo: 'ask where the box is',
  },
  boxUnknownHere: {
    number: 23,
    where: 'with the cash office; no settlement took that box out',
    todo: 'look at the number on the box and on the slip in it',
  },
  differenceUnexplained: {
    number: 24,
    where: 'in suspense: the count of a settlement differed, and nobody knows why yet',
    todo: 'find out, then kioskctl settle resolve',
  },
  inFlight: {
    number: 25,
    where: 'in both books, under different dates, or too near to the end of the statement to be in it',
    todo: 'nothing: it belongs to the other date',
  },
  pendingDiffers: {
    number: 26,
    where: 'on the card; one book has it as value that waited at the issuer, the other as money that was paid',
    todo: 'compare the claim in the journal with the issuer’s pending load: who owes whom follows from it',
  },
  unexplained: {
    number: 99,
    where: 'not known',
    todo: 'compare the totals entry by entry: kioskctl journal verify, and the statement’s own proof',
  },
} as const satisfies Readonly<Record<string, { readonly number: number; readonly where: string; readonly todo: string }>>;

export type Cause = keyof typeof causes;
