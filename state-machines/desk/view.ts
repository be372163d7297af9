/** What the screen shows of the support desk: a pure function of where its chart stands. Used by session-view. Masks are made here. */
import { localMoment as momentIn } from '../../common/local-moment.ts';
import type { DeskSnapshot } from '../desk.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { mayChange, standingLeaf, topicLeaf, typedNumber, maskedPhone, type DeskContext } from './context.ts';
import type { Standing } from './steps.ts';

export function deskPicture(snapshot: DeskSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot), snapshot.matches({ ticket: 'handing' }));
}

function bodyOf(snapshot: DeskSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.matches({ ticket: 'topics' })) return topics(context);
  if (snapshot.matches({ ticket: 'phone' })) return { kind: 'ticket-phone', shown: shownPhone(context), count: context.digits.length };
  if (snapshot.matches({ ticket: 'review' })) return review(context);
  if (snapshot.matches({ ticket: 'handing' })) return { kind: 'desk-asking', what: 'submit' };
  if (snapshot.matches({ progress: 'number' })) return typing(context);
  if (snapshot.matches({ progress: 'list' })) return list(context);
  if (snapshot.matches('trouble')) return { kind: 'trouble', trouble: context.trouble, canRetry: context.trouble !== 'journalUnavailable' };
  return context.handed === undefined ? { kind: 'desk-asking', what: 'progress' } : told(context, context.handed);
}

function topics(context: DeskContext): ViewBodyOf<'ticket-topics'> {
  const { items, page, pages } = topicLeaf(context);
  return { kind: 'ticket-topics', topics: [...items], page, pages };
}

/** Nothing but how many there are, and for a moment the last one; in the groups that people say it in. */
export function shownPhone({ digits, fresh }: Pick<DeskContext, 'digits' | 'fresh'>): string {
  const hidden = digits.length - (fresh ? 1 : 0);
  const symbols = '•'.repeat(hidden) + digits.slice(hidden);
  return [symbols.slice(0, 3), symbols.slice(3, 7), symbols.slice(7)].filter((group) => group !== '').join(' ');
}

function shownNumber(context: DeskContext): string {
  return typedNumber(context) ?? context.symbols;
}

function review(context: DeskContext): ViewBodyOf<'ticket-review'> {
  const { topic = 'other', card, transaction, digits } = context;
  return {
    kind: 'ticket-review',
    topic,
    ...(card === undefined ? {} : { tail: card.ref.tail }),
    ...(transaction === undefined
      ? {}
      : { transaction: { reference: transaction.reference, at: localMoment(transaction.at, context), amount: transaction.amount } }),
    ...(digits === '' ? {} : { phone: maskedPhone(digits) }),
  };
}

function told(context: DeskContext, { state, number, dueAt }: NonNullable<DeskContext['handed']>): ViewBodyOf<'ticket-told'> {
  const { ports, topic, receipt } = context;
  const within = state === 'kept' && topic !== undefined ? ports.desk.terms?.promise(topic) : undefined;
  return {
    kind: 'ticket-told',
    state,
    number,
    ...(dueAt === undefined ? {} : { due: localMoment(dueAt, context) }),
    ...(within === undefined ? {} : { within }),
    receipts: ports.availability.current.receipts,
    receipt,
  };
}

function typing(context: DeskContext): ViewBodyOf<'progress-number'> {
  const { scan } = context;
  return { kind: 'progress-number', number: shownNumber(context), complete: typedNumber(context) !== undefined, ...(scan === undefined ? {} : { scan }) };
}

function list(context: DeskContext): ViewBodyOf<'progress-list'> {
  const { items, page, pages } = standingLeaf(context);
  const { card, symbols, scanned } = context;
  return {
    kind: 'progress-list',
    ...(card === undefined || symbols !== '' || scanned !== undefined ? {} : { tail: card.ref.tail }),
    items: items.map((standing) => itemOf(standing, context)),
    page,
    pages,
  };
}

function itemOf(standing: Standing, context: DeskContext): ViewBodyOf<'progress-list'>['items'][number] {
  const { number } = standing;
  if (standing.what === 'kept') return { what: 'ticket', number, topic: standing.topic, state: 'kept', received: localMoment(standing.submittedAt, context) };
  if (standing.what === 'keptCallback') return { what: 'callback', number, state: 'kept', start: localMoment(standing.start, context) };
  if (standing.what === 'callback') {
    const { state, start, end, waits } = standing;
    return {
      what: 'callback',
      number,
      state,
      start: localMoment(start, context),
      end: localMoment(end, context),
      ...(mayChange(standing) ? { change: true } : {}),
      ...(waits === undefined ? {} : { waits }),
    };
  }
  const { kind, state, receivedAt, dueAt, promise, resolution, asks } = standing;
  return {
    what: 'ticket',
    number,
    topic: kind,
    state,
    received: localMoment(receivedAt, context),
    ...(dueAt === null || promise === 'kept' ? {} : { due: localMoment(dueAt, context) }),
    ...(promise === 'breached' ? { late: true } : {}),
    ...(resolution === null ? {} : { resolution }),
    ...(asks === null ? {} : { asks }),
  };
}

/** @param at ms since 1970 @returns `YYYY-MM-DDTHH:MM:SS` where the terminal stands */
export function localMoment(at: number, { ports }: Pick<DeskContext, 'ports'>): string {
  return momentIn(ports.settings.timeZone, at);
}
