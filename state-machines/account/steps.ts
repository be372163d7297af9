/**
 * The steps of the card's own services that ask the world: what is offered, the issuer's script on the card, the release of a loss report, a new
 * service password. Each says what came of it; what can't be taken back is in the journal before.
 */
import { businessDates } from '../../common/business-date.ts';
import type { JournalBody, NewEntry } from '../../common/journal-kinds.ts';
import { continueCardScript, startCardScript, type RunningScript, type ScriptOutcome, type ScriptStarted } from '../card-script.ts';
import type { IdentifiedPerson } from '../loss-report/context.ts';
import { isJournalFailure, PortError, type Ports } from '../ports.ts';
import { servicesFor, type AccountInput, type CardService, type ServedCard } from './context.ts';
import type { ReleaseOutcome } from './ports.ts';

export type Offered = { readonly kind: 'offered'; readonly services: readonly CardService[] } | { readonly kind: 'unreachable' };

export async function findServices(input: AccountInput, signal: AbortSignal): Promise<Offered> {
  const { ports, card } = input;
  try {
    const offered = await ports.accounts.offers(card.ref, signal);
    const today = businessDates(ports.settings.timeZone)(ports.clock.now());
    return { kind: 'offered', services: servicesFor(input, offered, today) };
  } catch {
    return { kind: 'unreachable' };
  }
}

export interface Wanted {
  readonly card: ServedCard;
  readonly service: CardService;
  readonly person: IdentifiedPerson | undefined;
}

export function startService(ports: Ports, { card, service, person }: Wanted): Promise<ScriptStarted> {
  if (!('offer' in service)) throw new Error(`account: ${service.name} is no script`);
  const { offer } = service;
  return startCardScript(ports, {
    scriptId: ports.ids.uuid(),
    function: offer.function,
    card: card.ref,
    reference: ports.journal.newReference(),
    ...(person === undefined ? {} : { identificationId: person.identificationId }),
    ...(offer.function === 'enableService' ? { service: offer.service } : {}),
  });
}

/** `until`: validity as the card has it now. */
export type ServiceOutcome = Exclude<ScriptOutcome, { kind: 'confirmed' }> | { readonly kind: 'confirmed'; readonly until: string | undefined };

export async function continueService(ports: Ports, script: RunningScript): Promise<ServiceOutcome> {
  const outcome = await continueCardScript(ports, script);
  return outcome.kind === 'confirmed' ? { kind: 'confirmed', until: await validUntil(ports) } : outcome;
}

/** Of the card as it is now; what is confirmed is so, also where it can't be read once more. */
async function validUntil(ports: Ports): Promise<string | undefined> {
  try {
    return (await ports.card.read()).card?.validUntil;
  } catch {
    return undefined;
  }
}

export type Released =
  | ReleaseOutcome
  /** The issuer may have heard it: it is asked again in the background. */
  | { readonly kind: 'open'; readonly reference: string }
  | { readonly kind: 'cardGone' | 'cardRefused' | 'journalFailed' };

/** The card proves that it is there; durable before the issuer is told. */
export async function releaseLoss(ports: Ports, { card, person }: { readonly card: ServedCard; readonly person: IdentifiedPerson }): Promise<Released> {
  const shown = await ports.card.script.prove(card.ref).catch(() => ({ kind: 'removed' as const }));
  if (shown.kind === 'refused') return { kind: 'cardRefused' };
  if (shown.kind !== 'proof') return { kind: 'cardGone' };
  const releaseId = ports.ids.uuid();
  const request: JournalBody<'release.asking'> = {
    releaseId,
    identificationId: person.identificationId,
    card: card.ref,
    proof: shown.proof,
    reference: ports.journal.newReference(),
    by: person.by,
    takenAt: new Date(ports.clock.now()).toISOString(),
  };
  if (!announced(ports, { kind: 'release.asking', transactionId: releaseId, body: request })) return { kind: 'journalFailed' };
  try {
    const outcome = await ports.accounts.release(request);
    note(ports, releaseEntry(releaseId, outcome));
    return outcome;
  } catch (error) {
    note(ports, { kind: 'release.queued', transactionId: releaseId, body: { releaseId, why: error instanceof PortError ? error.code : 'unexpected' } });
    return { kind: 'open', reference: request.reference };
  }
}

/** What the issuer answered, as an entry. Also written by the background delivery. */
export function releaseEntry(releaseId: string, outcome: ReleaseOutcome): NewEntry {
  if (outcome.kind === 'refused') return { kind: 'release.refused', transactionId: releaseId, body: { releaseId, code: outcome.code } };
  const { releasedAt, everywhereAt } = outcome;
  const body = { releaseId, releasedAt: new Date(releasedAt).toISOString(), everywhereAt: new Date(everywhereAt).toISOString() };
  return { kind: 'release.released', transactionId: releaseId, body };
}

export type PasswordSet =
  | { readonly kind: 'set' }
  | { readonly kind: 'refused'; readonly code: string }
  /** It may be set: what became of it is asked in the background. */
  | { readonly kind: 'open'; readonly reference: string }
  | { readonly kind: 'journalFailed' };

export interface NewPassword {
  readonly card: ServedCard;
  readonly person: IdentifiedPerson;
  readonly password: string;
}

export async function setPassword(ports: Ports, { card, person, password }: NewPassword): Promise<PasswordSet> {
  const changeId = ports.ids.uuid();
  const { identificationId, by } = person;
  const reference = ports.journal.newReference();
  if (!announced(ports, { kind: 'password.setting', transactionId: changeId, body: { changeId, identificationId, card: card.ref, reference, by } }))
    return { kind: 'journalFailed' };
  try {
    const outcome = await ports.accounts.setPassword({ changeId, identificationId, serial: card.ref.serial, password });
    note(ports, passwordEntry(changeId, outcome.kind === 'set' ? undefined : outcome.code));
    return outcome;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { kind: 'open', reference };
  }
}

/** @param refusal undefined: it is set */
export function passwordEntry(changeId: string, refusal: string | undefined): NewEntry {
  if (refusal === undefined) return { kind: 'password.set', transactionId: changeId, body: { changeId } };
  return { kind: 'password.refused', transactionId: changeId, body: { changeId, code: refusal } };
}

function announced({ journal }: Ports, entry: NewEntry): boolean {
  try {
    journal.append(entry);
    return true;
  } catch (error) {
    if (isJournalFailure(error)) return false;
    throw error;
  }
}

/** The outcome is what it is; an entry that can't be written now is made up for by the background delivery, which asks again. */
function note({ journal }: Ports, entry: NewEntry): void {
  try {
    journal.append(entry);
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
  }
}
