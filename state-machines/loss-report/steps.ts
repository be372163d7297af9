/**
 * The steps of a loss report that ask the world: a code for a telephone, who somebody is, the report itself, its slip. Each says what came
 * of it; none rejects. What says who somebody is goes to the issuer and nowhere else.
 */
import type { JournalBody } from '../../common/journal-kinds.ts';
import { isJournalFailure, PortError, type Ports, type ReceiptOutcome } from '../ports.ts';
import type { DocumentReading, HeldCard, IdentifyOutcome, IdentifyProof, IdentifyWay, ReportOutcome } from './ports.ts';
import type { LossContext, LossResult } from './context.ts';

/** `unreachable`: nobody answered, or upstream can't reach the issuer. */
export type Asked<T> = T | { readonly kind: 'unreachable' } | { readonly kind: 'tooOften' };

export type DocumentLook = DocumentReading | { readonly kind: 'readerAway' };

export async function lookForDocument(ports: Ports, signal: AbortSignal): Promise<DocumentLook> {
  try {
    return await ports.documents.read(signal);
  } catch {
    return { kind: 'readerAway' };
  }
}

export type CodeSent = Asked<{ readonly kind: 'sent'; readonly codeRequestId: string }>;

export async function sendCode(ports: Ports, phone: string, signal: AbortSignal): Promise<CodeSent> {
  const codeRequestId = ports.ids.uuid();
  return asked(async () => {
    await ports.losses.sendCode({ codeRequestId, phone }, signal);
    return { kind: 'sent', codeRequestId };
  });
}

export type Identified = Asked<IdentifyOutcome & { readonly identificationId: string }>;

/** Each try is an identification of its own: what the issuer answered to one is final. */
export async function identify(ports: Ports, proof: IdentifyProof, signal: AbortSignal): Promise<Identified> {
  const identificationId = ports.ids.uuid();
  return asked(async () => ({ ...(await ports.losses.identify({ identificationId, proof }, signal)), identificationId }));
}

export interface ReportRequest {
  readonly card: HeldCard;
  readonly identificationId: string;
  readonly by: IdentifyWay;
}

export type Reported = LossResult | { readonly kind: 'refused'; readonly code: string } | { readonly kind: 'journalFailed' };

/** Durable before the issuer is told: from then on the report is the terminal's, also when nobody answers now. */
export async function reportLoss(ports: Ports, request: ReportRequest): Promise<Reported> {
  const report = announce(ports, request);
  if (report === undefined) return { kind: 'journalFailed' };
  const { reportId, reference, takenAt } = report;
  try {
    const outcome = await ports.losses.report(report);
    noted(() => ports.journal.append(answerEntry(reportId, outcome)));
    return outcome;
  } catch (error) {
    const why = error instanceof PortError ? error.code : 'unexpected';
    noted(() => ports.journal.append({ kind: 'loss.queued', transactionId: reportId, body: { reportId, why } }));
    return { kind: 'queued', takenAt: Date.parse(takenAt), reference };
  }
}

/** @returns `undefined` when the journal could not take it: nothing has happened */
function announce({ clock, ids, journal }: Ports, { card: { serial, tail }, identificationId, by }: ReportRequest): JournalBody<'loss.reporting'> | undefined {
  const reportId = ids.uuid();
  try {
    const body = { reportId, identificationId, serial, tail, reference: journal.newReference(), by, takenAt: new Date(clock.now()).toISOString() };
    journal.append({ kind: 'loss.reporting', transactionId: reportId, body });
    return body;
  } catch (error) {
    if (isJournalFailure(error)) return undefined;
    throw error;
  }
}

/** What the issuer answered, as an entry. Also written by the background delivery. */
export function answerEntry(reportId: string, outcome: ReportOutcome) {
  if (outcome.kind === 'refused') return { kind: 'loss.refused' as const, transactionId: reportId, body: { reportId, code: outcome.code } };
  const { reference, reportedAt, effectiveAt, earlier } = outcome;
  const body = {
    reportId,
    report: earlier ? ('earlier' as const) : ('new' as const),
    reference,
    reportedAt: new Date(reportedAt).toISOString(),
    effectiveAt: new Date(effectiveAt).toISOString(),
  };
  return { kind: 'loss.reported' as const, transactionId: reportId, body };
}

export function printLoss({ ports, result, chosen, preferences }: LossContext): Promise<ReceiptOutcome> {
  if (result === undefined || chosen === undefined) throw new Error('loss report: nothing to print yet');
  return ports.receipts.printLoss(ports.ids.uuid(), {
    at: ports.clock.now(),
    cardTail: chosen.tail,
    reference: result.reference,
    ...(result.kind === 'queued' ? { state: 'queued', since: result.takenAt } : { state: standingOf(result, ports), since: result.effectiveAt }),
    locale: preferences.locale,
    largePrint: preferences.size !== 'standard',
  });
}

/** By the issuer's clock a report may be in force at once and by this one's in a moment: only what is clearly later is. */
export function standingOf({ effectiveAt, reportedAt }: Extract<LossResult, { kind: 'reported' }>, { clock }: Pick<Ports, 'clock'>): 'effective' | 'scheduled' {
  return effectiveAt > reportedAt && effectiveAt > clock.now() ? 'scheduled' : 'effective';
}

async function asked<T extends { readonly kind: string }>(question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return await question();
  } catch (error) {
    return { kind: error instanceof PortError && error.detail === 'tooManyRequests' ? 'tooOften' : 'unreachable' };
  }
}

/** The outcome is what it is; an entry that can't be written now is made up for by the background delivery, which asks again. */
function noted(append: () => unknown): void {
  try {
    append();
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
  }
}
