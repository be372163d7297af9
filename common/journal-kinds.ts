/**
 * The kinds of journal entries and the shape of each body: the words in which money is spoken of. The terminal writes them, the
 * fold and every verifier read them. A kind is never changed, only added: old journals are read for years.
 *
 * Amounts are fen; times inside bodies are ISO 8601 UTC; byte strings are upper-case hexadecimal.
 */
import { z } from 'zod';
import { REFUSALS, ROLES, SIGN_IN_METHODS, SIGN_OUTS } from './maintenance/verbs.ts';

const amount = z.int().min(1).max(0xffff_ffff);
const balance = z.int().min(0).max(0xffff_ffff);
const hex = z.string().regex(/^(?:[0-9A-F]{2})*$/);
/** Code of the `device.fault` of a transaction in which a note jammed before its value was known: it is the person's, and needs a case. */
export const NOTE_STUCK = 'noteStuck';

const id = z.string().min(1).max(80);
const note = z.strictObject({ noteId: id, denomination: amount });
const acceptorMemory = z.string().max(1000);
const total = z.int();
/** Who did it, and why, in a person's own words. */
const words = z.string().min(1).max(200);
/** By which the operator knows somebody; never their name. */
const staffNumber = z.string().regex(/^[0-9]{1,12}$/);
const boxId = z.string().regex(/^[A-Za-z0-9._-]{1,40}$/);

/** Fen. */
export function notesTotal(notes: Notes): number {
  return notes.reduce((sum, { denomination, count }) => sum + denomination * count, 0);
}

/** Fen. */
export function contentTotal({ notes, unspecified }: { readonly notes: Notes; readonly unspecified: number }): number {
  return notesTotal(notes) + unspecified;
}

type Notes = readonly { readonly denomination: number; readonly count: number }[];

/** So many notes of each denomination (fen), the largest first, each once; their sum is a safe integer. */
export const noteCountsSchema = z
  .array(z.strictObject({ denomination: amount, count: z.int().min(1).max(1_000_000) }))
  .max(32)
  .refine(
    (notes) => notes.every(({ denomination }, index) => index === 0 || denomination < (notes[index - 1]?.denomination ?? 0)),
    'expected the largest first, each once',
  )
  .refine((notes) => Number.isSafeInteger(notesTotal(notes)), 'beyond any sum of money')
  .readonly();
export type NoteCounts = z.infer<typeof noteCountsSchema>;

/**
 * What is in a box by the journal. `unspecified`: fen whose denominations are not known, because an earlier epoch took them in and only
 * its sum came over.
 */
export const boxContentSchema = z
  .strictObject({ notes: noteCountsSchema, unspecified: total })
  .refine((content) => Number.isSafeInteger(contentTotal(content)), 'beyond any sum of money');
export type BoxContent = Readonly<z.infer<typeof boxContentSchema>>;

/** The card a transaction is bound to: what recovery must find again. */
export const cardRefSchema = z.strictObject({
  /** Selected application. */
  aid: hex,
  /** Issuer identifier, file 15 bytes 0–7. */
  issuer: hex,
  /** Application serial number, 10 bytes: needed for clearing, masked wherever a person sees it. */
  serial: hex,
  /** Last four digits, as shown to the person. */
  tail: z.string().min(1).max(4),
});
export type CardRef = z.infer<typeof cardRefSchema>;

/** Everything PBOC recovery needs about a load, written before CREDIT FOR LOAD is sent (card-application.md 3.2). */
export const pendingLoadSchema = z.strictObject({
  /** Idempotency key of the authorisation. */
  loadId: id,
  amount,
  /** 01 = ED, 02 = EP. */
  purseType: z.union([z.literal(1), z.literal(2)]),
  terminalId: hex,
  balanceBefore: balance,
  onlineCounter: z.int().min(0).max(0xffff),
  cardRandom: hex,
  keyVersion: z.int().min(0).max(255),
  algorithm: z.int().min(0).max(255),
  mac1: hex,
});
export type PendingLoadInit = z.infer<typeof pendingLoadSchema>;

const hostPart = { /** YYYYMMDD */ hostDate: z.string().regex(/^\d{8}$/), /** HHMMSS */ hostTime: z.string().regex(/^\d{6}$/), mac2: hex };

/** The card's own proof that it is there: its answer to INITIALIZE FOR LOAD, which no load follows (card-application.md 2.2). */
export const presenceProofSchema = pendingLoadSchema.omit({ loadId: true }).extend({ /** 0 where the card takes it. */ amount: balance });
export type PresenceProof = z.infer<typeof presenceProofSchema>;

/** What a card showed of a load, as the recovery table was asked (card-application.md 3.2). Absent: the card didn't tell, or wasn't asked. */
export const examinedEvidenceSchema = z.strictObject({
  /** Row of the table. */
  row: z.int().min(1).max(16),
  balanceNow: balance.optional(),
  counterNow: z.int().min(0).max(0xffff).optional(),
  proof: z.enum(['good', 'bad', 'unchecked', 'none', 'unsupported']).optional(),
  log: z.enum(['found', 'notFound', 'unreadable']).optional(),
});
export type ExaminedEvidence = z.infer<typeof examinedEvidenceSchema>;

/**
 * `qr`: the person's phone scanned this terminal's code. `qrPresented`: this terminal scanned theirs. `card`: a bank card at the bank's own
 * payment terminal. `voucher`: the money comes from a voucher that a terminal issued before. `pending`: it waits for the card at its issuer.
 */
export const tenderSchema = z.enum(['cash', 'qr', 'qrPresented', 'card', 'voucher', 'pending']);
export type Tender = z.infer<typeof tenderSchema>;

export const outcomeSchema = z.enum(['delivered', 'refunded', 'voucher', 'case', 'abandoned']);
export type Outcome = z.infer<typeof outcomeSchema>;

/** How it became certain that a load was, or was not, executed by the card. */
export const loadEvidenceSchema = z.enum(['cardAnswer', 'cardRefusal', 'recoveryTable', 'issuerClearing']);

export const caseReasonSchema = z.enum(['loadUndetermined', 'noteUndetermined', 'paymentUndetermined', 'refundUndetermined', 'cardCaptured', 'cashNotLoaded']);

export const accounts = [
  'cash.box',
  'cash.transit',
  'acquirer.receivable',
  'issuer.receivable',
  'cardholder.held',
  'issuer.payable',
  'fee.income',
  'voucher.outstanding',
  'suspense',
  'cash.overShort',
] as const;
export type Account = (typeof accounts)[number];

export const journalKinds = {
  'terminal.started': z.strictObject({ version: z.string(), reason: z.enum(['start', 'restart', 'newEpoch']) }),
  'terminal.stopped': z.strictObject({ reason: z.string() }),
  /**
   * First entry of an epoch that replaces a damaged journal. `carried` are the earlier epoch's entries kept beside this one (without
   * an upstream receipt, or of an open transaction): how many, and SHA-256 over their hashes in order. `balances` is what the provable
   * entries add up to, earlier epochs included; an account that it does not name holds nothing, so that accounts can be added.
   */
  'journal.replaced': z.strictObject({
    damagedFile: z.string(),
    lastProvableSeq: z.int().min(0),
    lastProvableHash: hex,
    reason: z.string(),
    carried: z.strictObject({ entries: z.int().min(0), sha256: hex }),
    balances: z.partialRecord(z.enum(accounts), z.int()),
  }),
  /**
   * Entries up to `upToSeq`, whose hash is `headHash`, are about to leave this terminal: upstream has them, by its receipt of `receiptAt`
   * (ms since 1970). `base` is the SHA-256 of what takes their place (main/journal/base.ts). Where no such base follows, they stayed.
   */
  'journal.pruned': z.strictObject({ upToSeq: z.int().min(0), headHash: hex, receiptAt: z.int(), base: hex }),
  /**
   * The terminal's clock, which `at` of every entry is by, is so far from upstream's: `offsetMs` is upstream's time minus the terminal's,
   * `uncertaintyMs` how far from the truth that may be. Holds until the next one or the next `terminal.started`; without one since then
   * the clock was right, or upstream was not there to tell.
   */
  'clock.skewed': z.strictObject({ offsetMs: z.int(), uncertaintyMs: z.int().min(0) }),
  /** The device and the journal could not agree; a technician must look. */
  'device.fault': z.strictObject({ device: z.string(), code: z.string(), detail: z.string() }),
  /** It came up and said who it is. */
  'device.identified': z.strictObject({
    device: z.string(),
    model: z.string(),
    maker: z.string().optional(),
    firmware: z.string().optional(),
    serialNumber: z.string().optional(),
  }),
  /** What the acceptor's driver must know again after a restart, opaque to everyone else; the latest counts. Moves nothing. */
  'acceptor.memory': z.strictObject({ text: acceptorMemory }),
  /** It went away, or never came up at this start. */
  'device.lost': z.strictObject({ device: z.string(), code: z.string(), detail: z.string() }),
  /** Staff made a guided test of it (common/maintenance/self-tests.ts); `device` may be a part of the terminal too: `journal`, `screen` … */
  'device.tested': z.strictObject({
    sessionId: id,
    device: z.string().max(40),
    model: z.string(),
    test: z.string().max(40),
    result: z.enum(['passed', 'failed', 'skipped']),
    why: z.string().max(40).optional(),
    detail: words.optional(),
  }),
  /** All tests in one report, which the terminal signed; `sha256` is of the compact JWS. `paused`: what it goes without when it serves again. */
  'readiness.reported': z.strictObject({
    sessionId: id,
    by: words,
    verdict: z.enum(['ready', 'limited', 'notReady']),
    failed: z.array(z.string()),
    skipped: z.array(z.string()),
    paused: z.array(z.string()),
    sha256: hex,
  }),

  'transaction.opened': z.strictObject({
    /** `replacement`: the fee of a new card; `card` is the lost one, of which number and tail are known and the rest is empty. */
    type: z.enum(['top-up', 'replacement']),
    reference: z.string(),
    card: cardRefSchema,
    tender: tenderSchema,
    /** Chosen amount; 0 for cash, where what goes in is what is loaded. */
    requested: balance,
    balanceBefore: balance,
    locale: z.string(),
  }),

  // cash: ESCROWED → STACK_ORDERED → CREDITED, or → RETURN_ORDERED → RETURNED (cash-acceptor.md 6.1)
  'note.escrowed': note,
  'note.stacking': note,
  /**
   * The note is in the box. `evidence`: what the acceptor said; `powerUpInStacker`: it was away, and said so when it came back. Moves cash.box.
   * `memory`: as in `acceptor.memory`, durable together with the money.
   */
  'cash.stacked': z.strictObject({ ...note.shape, evidence: z.enum(['vendValid', 'stacked', 'powerUpInStacker']), memory: acceptorMemory.optional() }),
  'note.returning': note,
  'note.returned': z.strictObject({ ...note.shape, evidence: z.enum(['returned', 'idle', 'noteInAcceptor']) }),
  /** Nobody can say where the note is until the box is counted: no money is posted, a case is. */
  'note.suspense': z.strictObject({ ...note.shape, why: z.string() }),

  // QR: one order is one payment; orderId is the idempotency key
  'payment.requested': z.strictObject({ orderId: id, amount }),
  'payment.captured': z.strictObject({ orderId: id, amount, channel: z.string(), channelRef: z.string() }),
  /** The acquirer confirmed that this order can no longer be paid and was not. */
  'payment.closed': z.strictObject({ orderId: id }),
  'payment.undetermined': z.strictObject({ orderId: id, why: z.string() }),
  'refund.requested': z.strictObject({ refundId: id, orderId: id, amount }),
  'refund.completed': z.strictObject({ refundId: id, orderId: id, amount }),
  'refund.undetermined': z.strictObject({ refundId: id, orderId: id, why: z.string() }),

  // load
  'load.authorizing': pendingLoadSchema,
  'load.authorized': z.strictObject({ loadId: id, ...hostPart }),
  'load.refused': z.strictObject({ loadId: id, code: z.string() }),
  'load.committing': z.strictObject({ ...pendingLoadSchema.shape, ...hostPart }),
  /** The card holds the money. Moves issuer.payable. `tac` is absent when only counter, balance and log prove it. */
  'load.committed': z.strictObject({ loadId: id, amount, tac: hex.optional(), balanceAfter: balance.optional(), evidence: loadEvidenceSchema }),
  'load.notCredited': z.strictObject({ loadId: id, evidence: loadEvidenceSchema, statusWord: hex.optional() }),
  /** Nobody knows yet: never load again, never refund, until card or clearing says which. */
  'load.undetermined': z.strictObject({ loadId: id, why: z.string() }),
  /** The issuer took the TAC (or the "no TAC" confirmation). */
  'load.confirmed': z.strictObject({ loadId: id, tacChecked: z.enum(['good', 'bad', 'absent']) }),
  /** The issuer released the reservation of a load that did not happen. */
  'load.reversed': z.strictObject({ loadId: id }),

  'voucher.issued': z.strictObject({ reference: z.string(), amount }),
  /** `amount` is what the terminal holds for the person (posted to voucher.outstanding); `disputed` what only evidence can tell. */
  'case.opened': z.strictObject({ reference: z.string(), reason: caseReasonSchema, amount: balance, disputed: balance }),
  /** The person was given the reference. A case nobody was told of is a bug. */
  'reference.shown': z.strictObject({ reference: z.string(), where: z.enum(['screen', 'paper']) }),
  /** An open case was closed by evidence found later, here or upstream. */
  'case.resolved': z.strictObject({
    reference: z.string(),
    /** `returned`: it waits for the card at its issuer again. */
    resolution: z.enum(['credited', 'notCredited', 'refunded', 'returned', 'paidOut', 'nothingOwed']),
    amount: balance,
  }),

  'receipt.printing': z.strictObject({ jobId: id, reprint: z.int().min(0) }),
  'receipt.printed': z.strictObject({
    jobId: id,
    confirmedBy: z.enum(['processId', 'queueAnswer', 'presenter']),
    sha256: hex,
    byteCount: z.int().min(0),
    /** What became of it at the presenter: retracted or ejected = nobody took it. Absent where the printer has none. */
    presented: z.enum(['taken', 'retracted', 'ejected', 'jammed', 'unknown']).optional(),
    /** Characters that stand as 〓 on the slip (code points); absent: none. */
    replaced: z.array(z.string()).optional(),
  }),
  'receipt.failed': z.strictObject({ jobId: id, state: z.enum(['failedBefore', 'interrupted', 'unconfirmed']), trouble: z.string() }),

  'card.captured': z.strictObject({ reason: z.string() }),
  'transaction.closed': z.strictObject({ outcome: outcomeSchema, loaded: balance, refunded: balance, owed: balance }),

  // a load that another terminal left open and that the issuer named (fleet/README.md): of no transaction here, posts nothing
  /** What the card says of it. Written before the issuer is told; `examinationId` is the key of that call. */
  'foreign.load.examined': z.strictObject({
    examinationId: id,
    loadId: id,
    /** Given to the person by the terminal that began the load. */
    reference: z.string(),
    card: cardRefSchema,
    amount,
    balanceBefore: balance,
    verdict: z.enum(['credited', 'notCredited', 'undetermined']),
    tac: hex.optional(),
    evidence: examinedEvidenceSchema.optional(),
  }),
  /** The issuer has it. `state`: what the load is to the issuer since. */
  'foreign.load.reported': z.strictObject({ examinationId: id, loadId: id, state: z.enum(['open', 'credited', 'notCredited']) }),
  /** The person is told on the screen. */
  'foreign.load.told': z.strictObject({ examinationId: id, loadId: id }),

  // a loss report (挂失): of no transaction, filed under the report's id, posts nothing (common/loss-report.ts). Who reports is not in it
  /** The person has confirmed, the issuer is about to be told. `reportId` is the key of that call, `identificationId` the issuer's word for who asks. */
  'loss.reporting': z.strictObject({
    reportId: id,
    identificationId: id,
    serial: hex,
    /** Last four digits, as shown to the person. */
    tail: z.string().min(1).max(4),
    /** The number that the person was given; empty: none was. */
    reference: z.string().max(40),
    by: z.enum(['document', 'phone', 'password']),
    takenAt: z.iso.datetime(),
  }),
  /** Nobody answered: the person is told that it is not in effect yet, and the issuer is told again until it answers. */
  'loss.queued': z.strictObject({ reportId: id, why: z.string().max(40) }),
  /** The issuer has it. `earlier`: the card was reported before, and number and times are those of the report that is in force. */
  'loss.reported': z.strictObject({
    reportId: id,
    report: z.enum(['new', 'earlier']),
    reference: z.string().max(40),
    reportedAt: z.iso.datetime(),
    effectiveAt: z.iso.datetime(),
  }),
  /** The issuer said no: the card is not reported. */
  'loss.refused': z.strictObject({ reportId: id, code: z.string().max(40) }),

  // what a person hands to the support desk: of no transaction, filed under the submission's id, posts nothing (common/desk-submission.ts)
  /**
   * The person has confirmed: it is the terminal's to deliver from here on. `envelope` names the kind, `body` is its JSON
   * (common/upstream-api/support.ts), personal data in it sealed to the desk. `submissionId` is the key of the call.
   */
  'desk.submitting': z.strictObject({
    submissionId: id,
    envelope: z.string().max(40),
    /** The number that the person was given. */
    reference: z.string().max(40),
    body: z.string(),
    submittedAt: z.iso.datetime(),
  }),
  /** The desk has it. `dueAt`: when an answer, or the call, is promised. */
  'desk.stored': z.strictObject({ submissionId: id, dueAt: z.iso.datetime().optional() }),
  /** The desk can't take it, and keeps what was said. */
  'desk.refused': z.strictObject({ submissionId: id, code: z.string().max(40) }),
  // a new card for a lost one (补卡), in the transaction of its fee: granting → granted, or refused; then, blank by blank, dispensing → writing →
  // written → presenting → delivered, or → capturing → captured. What was begun and not delivered never leaves the terminal
  /** Before the issuer is asked for the replacement of the card `serial`. `replacementId` is the key of that call, `amount` the fee. */
  'replacement.granting': z.strictObject({ replacementId: id, identificationId: id, serial: hex, tail: z.string().min(1).max(4), amount }),
  /** From `effectiveAt` on the lost card is refused, and its report can't be taken back. */
  'replacement.granted': z.strictObject({ replacementId: id, effectiveAt: z.iso.datetime() }),
  'replacement.refused': z.strictObject({ replacementId: id, code: z.string().max(40) }),
  /** Before a blank leaves the stacker. */
  'replacement.dispensing': z.strictObject({ replacementId: id, blankId: id }),
  /** The blank has said who it is, and is about to be written: from here on it may be half-written. `scriptId` is the key of the issuer's script. */
  'replacement.writing': z.strictObject({ blankId: id, scriptId: id, card: cardRefSchema }),
  /** A command of the script was given to the card. `statusWord`: absent where no answer came. */
  'replacement.commanded': z.strictObject({
    blankId: id,
    step: z.int().min(1).max(32),
    name: z.string().max(40),
    statusWord: hex.optional(),
  }),
  /** Read back, and the issuer has said that it is good. */
  'replacement.written': z.strictObject({ blankId: id }),
  /** Before the new card goes to the gate: from here on it may be the person's. */
  'replacement.presenting': z.strictObject({ blankId: id }),
  /** Before a new card that was offered is drawn in again, to the bin: a hand may be faster. */
  'replacement.retracting': z.strictObject({ blankId: id }),
  /** Before a blank goes to the bin. */
  'replacement.capturing': z.strictObject({ blankId: id, why: z.string().max(40) }),
  /** `stacker`: it never left it. */
  'replacement.captured': z.strictObject({ blankId: id, place: z.enum(['bin', 'stacker']) }),
  /** It can't be moved: no card is served until it is. */
  'replacement.stuck': z.strictObject({ blankId: id }),
  'replacement.freed': z.strictObject({ blankId: id }),
  /** The person has the new card: the fee is earned. Moves fee.income. */
  'replacement.delivered': z.strictObject({ replacementId: id, blankId: id, amount }),
  /** The issuer knows that nothing was delivered, and that nothing will be. */
  'replacement.cancelled': z.strictObject({ replacementId: id }),
  /** The issuer knows what became of the new card. */
  'replacement.reported': z.strictObject({ replacementId: id, delivery: z.enum(['taken', 'captured']) }),
  // the release of a loss report (解挂): of no transaction, filed under the release's id, posts nothing (common/release.ts)
  /** The person has confirmed, the issuer is about to be told. All that the call needs again is here; who asks is not. */
  'release.asking': z.strictObject({
    releaseId: id,
    identificationId: id,
    card: cardRefSchema,
    proof: presenceProofSchema,
    /** The number that the person was given. */
    reference: z.string().max(40),
    by: z.enum(['document', 'phone', 'password']),
    takenAt: z.iso.datetime(),
  }),
  /** Nobody answered: the person is told that nothing is certain yet, and the issuer is asked again until it answers. */
  'release.queued': z.strictObject({ releaseId: id, why: z.string().max(40) }),
  /** The card is good again at the issuer; `everywhereAt`: wherever cards are taken without asking the issuer. */
  'release.released': z.strictObject({ releaseId: id, releasedAt: z.iso.datetime(), everywhereAt: z.iso.datetime() }),
  /** The issuer said no: what was reported stays reported. */
  'release.refused': z.strictObject({ releaseId: id, code: z.string().max(40) }),

  // a card's service password: of no transaction, filed under the change's id, posts nothing. It stands in no entry, sealed or not
  'password.setting': z.strictObject({
    changeId: id,
    identificationId: id,
    card: cardRefSchema,
    reference: z.string().max(40),
    by: z.enum(['document', 'phone', 'password']),
  }),
  'password.set': z.strictObject({ changeId: id }),
  /** The old one holds. `notArrived`: the issuer never got the new one, and never will. */
  'password.refused': z.strictObject({ changeId: id, code: z.string().max(40) }),

  // an issuer's script on a card: of no transaction, filed under the script's id, posts nothing (common/card-script.ts)
  /** The issuer is about to be asked. `reference`: the number that the person is given if it does not come to its end. */
  'script.asking': z.strictObject({
    scriptId: id,
    function: z.enum(['activate', 'extendValidity', 'enableService', 'unblockApplication']),
    card: cardRefSchema,
    uid: hex.optional(),
    reference: z.string().max(40),
    identificationId: id.optional(),
    /** Function `enableService`. */
    service: id.optional(),
  }),
  /** It has so many commands; none was given out yet. */
  'script.issued': z.strictObject({ scriptId: id, steps: z.int().min(0) }),
  /** The issuer said no: nothing was done to the card. */
  'script.refused': z.strictObject({ scriptId: id, code: z.string().max(40) }),
  /** The command is about to be sent to the card. Its bytes stand in no entry. */
  'script.sending': z.strictObject({ scriptId: id, step: z.int().min(0), name: z.string().max(40) }),
  /** What the card said, SW1 SW2; absent: nothing that anybody heard. */
  'script.answered': z.strictObject({ scriptId: id, step: z.int().min(0), status: hex.optional() }),
  /** The person goes without an outcome, with the number: the script goes on when the card is back. */
  'script.left': z.strictObject({ scriptId: id, why: z.string().max(40) }),
  /** Read back from the card, and the issuer has it. */
  'script.confirmed': z.strictObject({ scriptId: id }),
  /** The card refused a command, or does not say what was written: the issuer's own people have to look at it. */
  'script.failed': z.strictObject({ scriptId: id, code: z.string().max(40) }),
  /** Given up: here before the card was touched, or by the issuer, where the card began anew. */
  'script.abandoned': z.strictObject({ scriptId: id, by: z.enum(['terminal', 'issuer']) }),

  // settlement (清机): common/money/README.md, "Settlement"
  /** The box is about to be taken out. `expected` is what the journal says is in it. */
  'settlement.opened': z.strictObject({ settlementId: id, by: words, boxOut: boxId, boxIn: boxId, expected: boxContentSchema }),
  /** It is out, with all that the journal says is in it. Moves cash.box. */
  'box.removed': z.strictObject({ settlementId: id, boxId, content: boxContentSchema }),
  /** An empty one is in its place. */
  'box.inserted': z.strictObject({ settlementId: id, boxId }),
  /** What came out was counted, here or later at the cash office. Moves the difference to suspense. */
  'settlement.counted': z.strictObject({ settlementId: id, boxId, by: words, expected: boxContentSchema, counted: noteCountsSchema }),
  /** `difference` = counted − expected: over is positive, short is negative. */
  'settlement.closed': z.strictObject({ settlementId: id, expected: total, counted: total, difference: total }),
  /**
   * Why there was a difference. `of`: the settlement, or the case whose money was not owed, that left it in suspense. `amount`: how much
   * of it this explains, signed as the difference. `against`: the other difference that this one evens out.
   */
  'suspense.resolved': z.discriminatedUnion('resolution', [
    z.strictObject({ resolution: z.enum(['recounted', 'writtenOff']), of: id, amount: total, by: words, why: words }),
    z.strictObject({ resolution: z.literal('offset'), of: id, against: id, amount: total, by: words, why: words }),
  ]),
  /**
   * A note that a case disputes was found: from now on the case holds its money. `count`: it was over at that settlement; `found`: it lay
   * outside the box and went to the cash that was collected.
   */
  'case.funded': z.discriminatedUnion('source', [
    z.strictObject({ source: z.literal('count'), settlementId: id, reference: z.string(), ...note.shape, by: words, why: words }),
    z.strictObject({ source: z.literal('found'), reference: z.string(), ...note.shape, by: words, why: words }),
  ]),

  // what staff does at the cabinet, signed in (fleet.md, Maintenance mode): of no transaction, posts nothing. `sessionId`: the visit
  /** About to be done, or done: `verb` is what allowed it, `subject` on what, e.g. a reference, a settlement, a device. */
  'maintenance.act': z.strictObject({
    sessionId: id,
    staff: staffNumber,
    verb: z.string().max(40),
    what: z.string().max(40),
    subject: id.optional(),
    /** Who signed for it beside them. */
    second: staffNumber.optional(),
  }),
  /** `count`: pieces that are in since; absent where nobody counts them. */
  'supply.filled': z.strictObject({
    sessionId: id,
    staff: staffNumber,
    supply: z.enum(['paper', 'blankCards', 'rejectBin']),
    count: z.int().min(0).optional(),
  }),

  // a voucher of this terminal: redeemable once, here or elsewhere, by number and secret code
  /**
   * Before upstream is told, and before anyone sees number or code: what is owed under `reference` can be redeemed. `voucherId` is the
   * idempotency key; of the code only its salted hash (common/voucher-hash.ts) is kept. Valid to the end of the day of `validUntil`.
   */
  'voucher.registering': z.strictObject({
    voucherId: id,
    reference: z.string(),
    amount,
    salt: hex,
    codeHash: hex,
    validDays: z.int().min(1).max(3650),
    validUntil: z.iso.datetime(),
  }),
  /** Upstream has it. */
  'voucher.registered': z.strictObject({ voucherId: id }),

  // a voucher as a tender: redeeming → reserved → (load) → redeemed, or → releasing → released; redeemId is the idempotency key
  /** Before upstream is asked for the voucher `number`; at most `maximum` fits on the card. */
  'voucher.redeeming': z.strictObject({ redeemId: id, number: z.string().max(24), maximum: amount }),
  /** Nobody else can have it: its money is held here for the person. Moves voucher.outstanding, which the issuing terminal owed. */
  'voucher.reserved': z.strictObject({ redeemId: id, amount }),
  /** Upstream said no; nothing was reserved. */
  'voucher.refused': z.strictObject({ redeemId: id, code: z.string().max(40) }),
  /**
   * The voucher is given back, for good: from here on upstream is only told, however long that takes. `amount` is what was held for it;
   * 0 where no answer to `voucher.redeeming` ever came.
   */
  'voucher.releasing': z.strictObject({ redeemId: id, amount: balance }),
  /** Upstream knows: the voucher can be used again. */
  'voucher.released': z.strictObject({ redeemId: id }),
  /** Upstream knows that the voucher is used up: its money has its place. */
  'voucher.redeemed': z.strictObject({ redeemId: id }),

  // value that waits at the issuer (补登): claiming → claimed → (load), or → returning → returned; claimId is the idempotency key
  /** Before the issuer is asked for it. */
  'pending.claiming': z.strictObject({ claimId: id, pendingId: id, amount }),
  /** No other terminal can have it: its money is held here for the person. Moves issuer.receivable. */
  'pending.claimed': z.strictObject({ claimId: id, amount }),
  /** The issuer said no; nothing was claimed. */
  'pending.refused': z.strictObject({ claimId: id, code: z.string().max(40) }),
  /** It waits at the issuer again, for good: from here on the issuer is only told, however long that takes. */
  'pending.returning': z.strictObject({ claimId: id, amount }),
  /** No answer to `pending.claiming` ever came: the claim is given up, and can't be made afterwards. */
  'pending.givenUp': z.strictObject({ claimId: id }),
  /** The issuer knows that this terminal has no claim any more. */
  'pending.returned': z.strictObject({ claimId: id }),

  // maintenance: who came in, who was not let in (main/maintenance/sign-in)
  /** A try that counts from here on, whatever cuts it off: the answer is looked for afterwards. `judgedAt`: by which it is judged, never earlier than before. */
  'maintenance.trying': z.strictObject({
    attemptId: id,
    method: z.enum(SIGN_IN_METHODS),
    /** `second`: beside somebody who is in. */
    purpose: z.enum(['visit', 'second']),
    judgedAt: z.iso.datetime(),
    /** Of the card or grant whose signature is good: the PIN is looked at next. */
    serial: id.optional(),
  }),
  /** `staff`: only where a signature, or their own secret, proved who it was. */
  'maintenance.refused': z.strictObject({ attemptId: id, why: z.enum(REFUSALS), staff: staffNumber.optional() }),
  /** No more tries until then. `day`: so many failed that it takes a day; upstream alarms somebody. */
  'maintenance.locked': z.strictObject({ scope: z.enum(['wait', 'day']), failures: z.int().min(0), until: z.iso.datetime() }),
  /** `used`: the code or grant that can't be used again, or not so often. `verb`: of a second person, what they are asked for. */
  'maintenance.signedIn': z.strictObject({
    attemptId: id,
    sessionId: id,
    purpose: z.enum(['visit', 'second']),
    staff: staffNumber,
    role: z.enum(ROLES),
    method: z.enum(SIGN_IN_METHODS),
    verbs: z.array(z.string()),
    used: z.string().max(40).optional(),
    verb: z.string().max(40).optional(),
  }),
  /** `restart`: the terminal stopped meanwhile. */
  'maintenance.signedOut': z.strictObject({ sessionId: id, why: z.enum(SIGN_OUTS) }),
} as const;

export type JournalKind = keyof typeof journalKinds;
export type JournalBody<K extends JournalKind> = z.infer<(typeof journalKinds)[K]>;

/** What a flow hands to the journal: it adds epoch, seq, id, time, business date, terminal and postings itself. */
export type NewEntry = { [K in JournalKind]: { readonly kind: K; readonly transactionId?: string; readonly body: JournalBody<K> } }[JournalKind];

export interface Posting {
  readonly account: Account;
  /** Signed fen: assets grow positive, liabilities grow negative. */
  readonly amount: number;
}
