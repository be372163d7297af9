/**
 * The steps of a replacement. Each announces itself in the journal, acts, and writes down the outcome before anyone is told of it; each ends in
 * a closed set of outcomes. Whatever the journal can do, a card that was begun and is not good goes to the bin. Nothing here decides what comes next.
 */
import { ZERO_FEN, type Fen } from '../../common/fen.ts';
import type { CardRef, Tender } from '../../common/journal-kinds.ts';
import type { HeldCard } from '../loss-report/ports.ts';
import type { AppendedEntry, Ports } from '../ports.ts';
import { detailOf, journaled, type JournalFailed, type OpenTransaction, type StepFailed } from '../top-up/step.ts';
import type { GrantOutcome } from './ports.ts';

export type Grant = Extract<GrantOutcome, { kind: 'granted' }>;

export interface OpenRequest {
  readonly card: HeldCard;
  readonly identificationId: string;
  readonly tender: Tender;
  readonly fee: Fen;
  readonly locale: string;
}

/** The transaction of the fee, and what the issuer granted in it. */
export interface OpenReplacement extends OpenTransaction {
  readonly replacementId: string;
  readonly fee: Fen;
}

export type OpenOutcome =
  | { readonly kind: 'granted'; readonly replacement: OpenReplacement; readonly grant: Grant }
  | { readonly kind: 'refused'; readonly code: string }
  /** Nobody answered: what the issuer made of it, it is told to forget in the background. */
  | StepFailed
  | JournalFailed;

/** The issuer is asked before the person pays. */
export function openReplacement(ports: Ports, { card, identificationId, tender, fee, locale }: OpenRequest): Promise<OpenOutcome> {
  return journaled<OpenOutcome>(async () => {
    const [transactionId, replacementId, reference] = [ports.ids.uuid(), ports.ids.uuid(), ports.journal.newReference()];
    const { serial, tail } = card;
    // of a card that is not here nobody knows application and issuer
    const body = { type: 'replacement' as const, reference, card: { aid: '', issuer: '', serial, tail }, tender, requested: fee, balanceBefore: 0, locale };
    ports.journal.append({ kind: 'transaction.opened', transactionId, body });
    ports.journal.append({ kind: 'replacement.granting', transactionId, body: { replacementId, identificationId, serial, tail, amount: fee } });
    let outcome: GrantOutcome;
    try {
      outcome = await ports.replacements.grant({ replacementId, identificationId, serial, reference });
    } catch (error) {
      abandoned(ports, transactionId);
      return { kind: 'failed', detail: detailOf(error) };
    }
    if (outcome.kind === 'refused') {
      ports.journal.append({ kind: 'replacement.refused', transactionId, body: { replacementId, code: outcome.code.slice(0, 40) } });
      abandoned(ports, transactionId);
      return outcome;
    }
    const effectiveAt = new Date(outcome.effectiveAt).toISOString();
    ports.journal.append({ kind: 'replacement.granted', transactionId, body: { replacementId, effectiveAt } });
    return { kind: 'granted', replacement: { transactionId, reference, replacementId, fee }, grant: outcome };
  });
}

function abandoned(ports: Ports, transactionId: string): void {
  ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } });
}

export type LetGoOutcome = { readonly kind: 'letGo' } | JournalFailed;

/** Nothing was taken: the issuer learns that nothing will be made, now or in the background. @param open the transaction has no end yet */
export function letGo(ports: Ports, { transactionId, replacementId, open }: OpenReplacement & { readonly open: boolean }): Promise<LetGoOutcome> {
  return journaled<LetGoOutcome>(async () => {
    if (open) abandoned(ports, transactionId);
    await tellCancelled(ports, transactionId, replacementId);
    return { kind: 'letGo' };
  });
}

export type DispensedOutcome =
  | { readonly kind: 'inside'; readonly blankId: string }
  /** None is left. */
  | { readonly kind: 'empty' }
  /** It is somewhere on its way. */
  | { readonly kind: 'spoilt'; readonly blankId: string; readonly why: string }
  | JournalFailed;

export function dispenseBlank(ports: Ports, { transactionId, replacementId }: OpenReplacement): Promise<DispensedOutcome> {
  return journaled<DispensedOutcome>(async () => {
    const blankId = ports.ids.uuid();
    ports.journal.append({ kind: 'replacement.dispensing', transactionId, body: { replacementId, blankId } });
    try {
      if ((await ports.blanks.dispense(blankId)) === 'inside') return { kind: 'inside', blankId };
    } catch (error) {
      return { kind: 'spoilt', blankId, why: detailOf(error) };
    }
    ports.journal.append({ kind: 'replacement.capturing', transactionId, body: { blankId, why: 'empty' } });
    ports.journal.append({ kind: 'replacement.captured', transactionId, body: { blankId, place: 'stacker' } });
    return { kind: 'empty' };
  });
}

export interface BlankRequest {
  readonly replacement: OpenReplacement;
  readonly blankId: string;
}

export type WrittenOutcome =
  | { readonly kind: 'written'; readonly card: CardRef; readonly scriptId: string; readonly uid: string | undefined }
  /** This blank is no good: another one may be. */
  | { readonly kind: 'spoilt'; readonly why: string; readonly scriptId: string | undefined }
  /** No blank would be any good now: the issuer can't be reached, or does not write one. */
  | { readonly kind: 'hopeless'; readonly why: string; readonly scriptId: string | undefined }
  | JournalFailed;

/** The issuer's refusals that are about this blank, not about the replacement. */
const ABOUT_THE_BLANK: readonly string[] = ['blankUsed', 'scriptOpen', 'notOffered', 'unknownCard'];
/** More rounds than any script can need: every command may be given a few times. */
const MOST_ROUNDS = 200;

/** Relays the issuer's script to the blank, command by command: a challenge goes up, a finished command comes down. */
export function writeBlank(ports: Ports, { replacement, blankId }: BlankRequest): Promise<WrittenOutcome> {
  const { transactionId, replacementId, reference } = replacement;
  return journaled<WrittenOutcome>(async () => {
    let scriptId: string | undefined;
    try {
      const blank = await ports.blanks.read();
      if (blank.kind === 'unreadable') return { kind: 'spoilt', why: blank.why, scriptId };
      const { card, uid } = blank;
      scriptId = ports.ids.uuid();
      ports.journal.append({ kind: 'replacement.writing', transactionId, body: { blankId, scriptId, card } });
      const named = uid === undefined ? {} : { uid };
      const begun = await asked(() => ports.replacements.start({ scriptId: scriptId ?? '', replacementId, card, reference, ...named }));
      if (begun === undefined) return { kind: 'hopeless', why: 'issuerOffline', scriptId };
      if (begun.kind === 'refused') return { kind: ABOUT_THE_BLANK.includes(begun.code) ? 'spoilt' : 'hopeless', why: begun.code, scriptId };
      return await relay(ports, { transactionId, blankId, scriptId, card, uid });
    } catch (error) {
      return { kind: 'spoilt', why: detailOf(error), scriptId };
    }
  });
}

interface Relay {
  readonly transactionId: string;
  readonly blankId: string;
  readonly scriptId: string;
  readonly card: CardRef;
  readonly uid: string | undefined;
}

async function relay(ports: Ports, { transactionId, blankId, scriptId, card, uid }: Relay): Promise<WrittenOutcome> {
  let last: { step: number; status: string } | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const challenge = await ports.blanks.challenge();
    if (challenge === undefined) return { kind: 'spoilt', why: 'silent', scriptId };
    const said = last;
    const next = await asked(() =>
      ports.replacements.next({ scriptId, challenge, ...(uid === undefined ? {} : { uid }), ...(said === undefined ? {} : { last: said }) }),
    );
    if (next === undefined) return { kind: 'hopeless', why: 'issuerOffline', scriptId };
    if (next.kind === 'failed') return { kind: 'spoilt', why: next.code, scriptId };
    if (next.kind === 'written') return { kind: 'written', card, scriptId, uid };
    const { step, name, apdu } = next;
    const statusWord = await ports.blanks.command(apdu);
    const body = { blankId, step, name: name.slice(0, 40), ...(statusWord === undefined ? {} : { statusWord }) };
    ports.journal.append({ kind: 'replacement.commanded', transactionId, body });
    last = { step, status: statusWord ?? 'none' };
  }
  return { kind: 'spoilt', why: 'endless', scriptId };
}

export type CheckedOutcome =
  { readonly kind: 'good' } | { readonly kind: 'spoilt'; readonly why: string } | { readonly kind: 'hopeless'; readonly why: string } | JournalFailed;

/** Read back from the chip as it is now, and judged by its issuer. */
export function checkBlank(
  ports: Ports,
  { replacement, blankId, card, scriptId }: BlankRequest & { readonly card: CardRef; readonly scriptId: string },
): Promise<CheckedOutcome> {
  return journaled<CheckedOutcome>(async () => {
    try {
      const read = await ports.blanks.readBack(card);
      if (read === undefined) return { kind: 'spoilt', why: 'notReadBack' };
      const answer = await asked(() => ports.replacements.confirm({ scriptId, ...read }));
      if (answer === undefined) return { kind: 'hopeless', why: 'issuerOffline' };
      if (answer.kind === 'failed') return { kind: 'spoilt', why: answer.code };
    } catch (error) {
      return { kind: 'spoilt', why: detailOf(error) };
    }
    ports.journal.append({ kind: 'replacement.written', transactionId: replacement.transactionId, body: { blankId } });
    return { kind: 'good' };
  });
}

/** Undefined: nobody answered in time; the key is known, so that whatever was done is done once. */
async function asked<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    detailOf(error);
    return undefined;
  }
}

export interface CaptureRequest extends BlankRequest {
  readonly why: string;
  readonly scriptId: string | undefined;
  /** It was at the gate, good and for its person: a hand may be faster than the motor. */
  readonly offered: boolean;
}

/** `taken`: by its person, after all; `stuck`: no further blank can come in. */
export type CapturedOutcome = { readonly kind: 'captured' } | { readonly kind: 'taken' } | { readonly kind: 'stuck' } | JournalFailed;

/** Into the bin. The card goes there whether or not it can be written down. */
export async function captureBlank(ports: Ports, { replacement, blankId, why, scriptId, offered }: CaptureRequest): Promise<CapturedOutcome> {
  const { transactionId } = replacement;
  const announced = await journaled(async () =>
    offered
      ? ports.journal.append({ kind: 'replacement.retracting', transactionId, body: { blankId } })
      : ports.journal.append({ kind: 'replacement.capturing', transactionId, body: { blankId, why: why.slice(0, 40) } }),
  );
  const outcome = await ports.blanks.capture().catch((error: unknown) => (detailOf(error), 'stuck' as const));
  if (offered && ports.blanks.fateOf(blankId) === 'taken') return { kind: 'taken' };
  if ('kind' in announced) return announced;
  return journaled<CapturedOutcome>(async () => {
    if (outcome === 'stuck') ports.journal.append({ kind: 'replacement.stuck', transactionId, body: { blankId } });
    else ports.journal.append({ kind: 'replacement.captured', transactionId, body: { blankId, place: 'bin' } });
    if (scriptId !== undefined) await asked(() => ports.replacements.abandon(scriptId));
    return { kind: outcome === 'stuck' ? 'stuck' : 'captured' };
  });
}

export type PresentedOutcome = { readonly kind: 'presented' } | StepFailed | JournalFailed;

/** From here on it may be the person's. */
export function presentNewCard(ports: Ports, { replacement, blankId }: BlankRequest): Promise<PresentedOutcome> {
  return journaled<PresentedOutcome>(async () => {
    ports.journal.append({ kind: 'replacement.presenting', transactionId: replacement.transactionId, body: { blankId } });
    try {
      await ports.blanks.present();
    } catch (error) {
      return { kind: 'failed', detail: detailOf(error) };
    }
    return { kind: 'presented' };
  });
}

export type DeliveredOutcome = { readonly kind: 'delivered'; readonly entry: AppendedEntry } | JournalFailed;

/** The person has it: the fee is earned, and the issuer learns it, now or in the background. */
export function deliverNewCard(ports: Ports, { replacement, blankId }: BlankRequest): Promise<DeliveredOutcome> {
  const { transactionId, replacementId, fee } = replacement;
  return journaled<DeliveredOutcome>(async () => {
    ports.journal.append({ kind: 'replacement.delivered', transactionId, body: { replacementId, blankId, amount: fee } });
    const entry = ports.journal.append({
      kind: 'transaction.closed',
      transactionId,
      body: { outcome: 'delivered', loaded: 0, refunded: 0, owed: 0 },
    });
    await tellDelivered(ports, transactionId, replacementId, 'taken');
    return { kind: 'delivered', entry };
  });
}

export type KeptOutcome = { readonly kind: 'case'; readonly entry: AppendedEntry } | JournalFailed;

/** Nobody took the new card, and it is in the machine: a case holds the fee, under the number that the person was given. */
export function keepFee(ports: Ports, { transactionId, replacementId, reference, fee }: OpenReplacement): Promise<KeptOutcome> {
  return journaled<KeptOutcome>(async () => {
    ports.journal.append({ kind: 'case.opened', transactionId, body: { reference, reason: 'cardCaptured', amount: fee, disputed: ZERO_FEN } });
    ports.journal.append({ kind: 'reference.shown', transactionId, body: { reference, where: 'screen' } });
    const entry = ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome: 'case', loaded: 0, refunded: 0, owed: fee } });
    await tellDelivered(ports, transactionId, replacementId, 'captured');
    return { kind: 'case', entry };
  });
}

/** Its fee has its place again: the issuer learns that nothing will be delivered. */
export async function tellCancelled(ports: Ports, transactionId: string, replacementId: string): Promise<void> {
  const answer = await asked(() => ports.replacements.cancel(replacementId));
  if (answer === 'over') await tellDelivered(ports, transactionId, replacementId, 'captured');
  else if (answer === 'cancelled') ports.journal.append({ kind: 'replacement.cancelled', transactionId, body: { replacementId } });
}

async function tellDelivered(ports: Ports, transactionId: string, replacementId: string, delivery: 'taken' | 'captured'): Promise<void> {
  const told = await asked(async () => {
    await ports.replacements.deliver({ replacementId, delivery });
    return true;
  });
  if (told === true) ports.journal.append({ kind: 'replacement.reported', transactionId, body: { replacementId, delivery } });
}
