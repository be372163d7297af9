/** What the screen shows of a loss report: a pure function of where its chart stands. Used by session-view. Masks are made here. */
import { localMoment as momentIn } from '../../common/local-moment.ts';
import type { LossReportSnapshot } from '../loss-report.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { leftOf } from '../waiting.ts';
import { cardsOfPage, FIELDS, mayReplace, pagesOf, type Field, type LossContext } from './context.ts';
import type { HeldCard } from './ports.ts';
import { standingOf } from './steps.ts';

export function lossReportPicture(snapshot: LossReportSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot), snapshot.matches('reporting'));
}

function bodyOf(snapshot: LossReportSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.status === 'done') return { kind: 'goodbye' };
  if (snapshot.matches('identifying')) return identifyBody(snapshot);
  if (snapshot.matches('choosing')) return cardsBody(context);
  const tail = context.chosen?.tail ?? '';
  if (snapshot.matches('confirming')) return { kind: 'loss-confirm', tail };
  if (snapshot.matches('reporting')) return { kind: 'loss-asking', what: 'report', tail };
  if (snapshot.matches('trouble')) return troubleBody(context);
  return toldBody(context, tail);
}

type IdentifyState = 'ways' | 'document' | 'documentRefused' | 'sending' | 'asking';

/** A chart that has the states of identify.ts as `identifying`. */
interface Identifying {
  readonly context: LossContext;
  matches(state: { readonly identifying: IdentifyState }): boolean;
}

/** While somebody says who they are. */
export function identifyBody(snapshot: Identifying): ViewBody {
  const { context } = snapshot;
  if (snapshot.matches({ identifying: 'ways' })) return waysBody(context);
  if (snapshot.matches({ identifying: 'document' }) || snapshot.matches({ identifying: 'documentRefused' })) {
    const state = snapshot.matches({ identifying: 'document' }) ? 'waiting' : 'refused';
    return { kind: 'loss-document', state, ...(context.documentProblem === undefined ? {} : { problem: context.documentProblem }) };
  }
  if (snapshot.matches({ identifying: 'sending' })) return { kind: 'loss-asking', what: 'code' };
  if (snapshot.matches({ identifying: 'asking' })) return { kind: 'loss-asking', what: 'person' };
  return typingBody(context);
}

/** Nobody was identified, or nothing could be reported. */
export function troubleBody({ trouble }: LossContext): ViewBody {
  return { kind: 'trouble', trouble, canRetry: trouble !== 'journalUnavailable' };
}

/** A reader that was never fitted is not spoken of; one that is away is, with its reason. */
function waysBody({ ports, ways: offered, serial }: LossContext): ViewBodyOf<'loss-ways'> {
  const { documents } = ports.availability.current;
  const ways = offered.filter((name) => name !== 'document' || documents !== 'notFitted');
  return {
    kind: 'loss-ways',
    ways: ways.map((name) => ({ name, available: name !== 'document' || documents === 'available' })),
    ...(serial === undefined ? {} : { cardHere: true }),
  };
}

function typingBody(context: LossContext): ViewBodyOf<'loss-typing'> {
  const { field, digits, typingProblem, triesLeft } = context;
  return {
    kind: 'loss-typing',
    field,
    shown: masked(context),
    count: digits.length,
    least: FIELDS[field].least,
    ...(typingProblem === undefined ? {} : { problem: typingProblem }),
    ...(triesLeft === undefined ? {} : { triesLeft }),
  };
}

/** Sizes of the groups that a number is printed in; secrets are one group. */
const GROUPS: Readonly<Record<Field, readonly number[]>> = { card: [4, 4, 4, 4, 4], password: [6], phone: [3, 4, 4], code: [6] };

/** Nothing but how many there are, and for a moment the last one. */
function masked({ field, digits, fresh }: LossContext): string {
  const hidden = digits.length - (fresh ? 1 : 0);
  const symbols = '•'.repeat(hidden) + digits.slice(hidden);
  const groups: string[] = [];
  let from = 0;
  for (const size of GROUPS[field]) {
    groups.push(symbols.slice(from, from + size));
    from += size;
  }
  return groups.filter((group) => group !== '').join(' ');
}

function cardsBody(context: LossContext): ViewBodyOf<'loss-cards'> {
  const { cards, name } = context;
  const pages = pagesOf(context);
  // in larger print there are more pages, in smaller fewer
  const page = Math.min(context.page, pages - 1);
  const length = cardsOfPage(context);
  const from = page * length;
  return {
    kind: 'loss-cards',
    ...(name === undefined ? {} : { name }),
    cards: cards.slice(from, from + length).map((card, place) => cardRow(card, from + place, context)),
    page,
    pages,
    ...(context.purpose === 'replace' ? { purpose: context.purpose } : {}),
  };
}

function cardRow({ tail, status, loss }: HeldCard, index: number, context: LossContext): ViewBodyOf<'loss-cards'>['cards'][number] {
  if (status === 'replaced') return { index, tail, state: 'replaced' };
  if (loss !== undefined) return { index, tail, state: 'reported', reference: loss.reference, since: localMoment(loss.effectiveAt, context) };
  return { index, tail, state: status === 'active' ? 'open' : status === 'lost' ? 'reported' : status };
}

function toldBody(context: LossContext, tail: string): ViewBody {
  const { result, receipt, ports, name } = context;
  if (result === undefined) return { kind: 'loss-asking', what: 'report', tail };
  const wait = leftOf(context.wait, ports.clock);
  const said =
    result.kind === 'queued'
      ? { state: 'queued' as const, earlier: false, since: localMoment(result.takenAt, context) }
      : { state: standingOf(result, ports), earlier: result.earlier, since: localMoment(result.effectiveAt, context) };
  return {
    kind: 'loss-told',
    ...said,
    tail,
    reference: result.reference,
    document: name !== undefined,
    ...(mayReplace(context) ? { replacement: true } : {}),
    receipts: ports.availability.current.receipts,
    receipt,
    ...(wait === undefined ? {} : { wait }),
  };
}

/** @param at ms since 1970 */
function localMoment(at: number, { ports }: LossContext): string {
  return momentIn(ports.settings.timeZone, at);
}
