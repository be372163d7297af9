/** What the screen shows of the card's own services: a pure function of where their chart stands. Used by session-view. Masks are made here. */
import { localMoment as momentIn } from '../../common/local-moment.ts';
import type { AccountSnapshot } from '../account.ts';
import type { IdentificationSnapshot } from '../identification.ts';
import { identifyBody } from '../loss-report/view.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { leftOf } from '../waiting.ts';
import { PASSWORD_DIGITS, type AccountContext, type CardService } from './context.ts';

export function accountPicture(snapshot: AccountSnapshot): Picture {
  const identification = snapshot.children.identification?.getSnapshot() as IdentificationSnapshot | undefined;
  if (snapshot.matches('identifying') && identification !== undefined) {
    const body = identification.matches('trouble') ? unidentifiedBody(identification, snapshot.context) : identifyBody(identification);
    return pictureOf(identification, body);
  }
  return pictureOf(snapshot, bodyOf(snapshot), snapshot.hasTag('committed'));
}

/** Nothing was to be reported here: each in the words of the card's own services. */
function unidentifiedBody({ context: { trouble } }: IdentificationSnapshot, context: AccountContext): ViewBodyOf<'trouble'> {
  const said = trouble === 'lossUnknown' ? 'accountNotHolder' : trouble === 'lossLocked' ? 'accountLocked' : 'accountOffline';
  return { kind: 'trouble', trouble: said, canRetry: true, ...troubleCard(context) };
}

function bodyOf(snapshot: AccountSnapshot): ViewBody {
  const { context } = snapshot;
  const { tail } = context.card.ref;
  if (snapshot.matches('choosing')) return menuBody(context);
  if (snapshot.matches('confirming')) return confirmBody(context);
  if (snapshot.matches({ password: 'first' })) return typingBody(context, 'newPassword');
  if (snapshot.matches({ password: 'again' })) return typingBody(context, 'repeatPassword');
  if (snapshot.matches('finding') || snapshot.matches('starting') || snapshot.matches('releasing') || snapshot.matches('password'))
    return { kind: 'account-working', what: 'asking', tail };
  if (snapshot.matches('writing')) return { kind: 'account-working', what: 'writing', tail };
  if (snapshot.matches('putBack')) return putBackBody(context);
  if (snapshot.matches('trouble')) return { kind: 'trouble', trouble: context.trouble, canRetry: canRetry(context), ...troubleCard(context) };
  return snapshot.matches('told') || snapshot.matches('printing') ? toldBody(context) : { kind: 'reading-card' };
}

function canRetry({ trouble }: AccountContext): boolean {
  return trouble === 'accountOffline' || trouble === 'journalUnavailable';
}

/** What it says of itself. */
function cardOf({ card: { ref, balance, validUntil } }: AccountContext) {
  return { tail: ref.tail, ...(balance === undefined ? {} : { balance }), ...(validUntil === undefined ? {} : { validUntil }) };
}

/** Only a card that could be read stands beside a trouble. */
function troubleCard({ card: { ref, balance, validUntil } }: AccountContext) {
  return balance === undefined || validUntil === undefined ? {} : { card: { tail: ref.tail, balance, validUntil } };
}

/** Functions that have words of their own. */
const NAMED = ['access', 'library', 'subsidy'] as const;

function serviceOf(service: CardService) {
  if (service.name !== 'enable') return { name: service.name };
  return { name: service.name, service: NAMED.find((name) => name === service.offer.service) ?? ('other' as const) };
}

function menuBody(context: AccountContext): ViewBodyOf<'account-menu'> {
  return { kind: 'account-menu', card: cardOf(context), services: context.services.map((service, index) => ({ index, ...serviceOf(service) })) };
}

function confirmBody(context: AccountContext): ViewBody {
  const { chosen } = context;
  return chosen === undefined ? menuBody(context) : { kind: 'account-confirm', ...serviceOf(chosen), card: cardOf(context) };
}

function typingBody({ digits, fresh, passwordProblem }: AccountContext, field: 'newPassword' | 'repeatPassword'): ViewBodyOf<'loss-typing'> {
  const hidden = digits.length - (fresh ? 1 : 0);
  return {
    kind: 'loss-typing',
    field,
    shown: '•'.repeat(hidden) + digits.slice(hidden),
    count: digits.length,
    least: PASSWORD_DIGITS,
    ...(passwordProblem === undefined ? {} : { problem: passwordProblem }),
  };
}

function putBackBody({ card, script, otherTail, wait, ports }: AccountContext): ViewBodyOf<'account-put-back'> {
  return {
    kind: 'account-put-back',
    tail: card.ref.tail,
    reference: script?.ask.reference ?? '',
    ...(otherTail === undefined ? {} : { otherTail }),
    wait: leftOf(wait, ports.clock) ?? { leftMs: 0, totalMs: 1, tone: 'normal' },
  };
}

function toldBody(context: AccountContext): ViewBody {
  const { card, result, ports } = context;
  if (result === undefined) return { kind: 'account-working', what: 'asking', tail: card.ref.tail };
  const wait = leftOf(context.wait, ports.clock);
  return {
    kind: 'account-told',
    state: result.kind === 'open' ? result.why : result.kind,
    tail: card.ref.tail,
    ...(result.kind === 'extended' ? { until: result.until } : {}),
    ...(result.kind === 'released' ? { since: localMoment(result.releasedAt, context), everywhere: localMoment(result.everywhereAt, context) } : {}),
    ...('reference' in result ? { reference: result.reference } : {}),
    document: context.person?.by === 'document',
    canRetry: result.kind === 'open' && ports.card.media === 'inside',
    receipts: ports.availability.current.receipts,
    receipt: context.receipt,
    ...(wait === undefined ? {} : { wait }),
  };
}

/** @param at ms since 1970 */
function localMoment(at: number, { ports }: AccountContext): string {
  return momentIn(ports.settings.timeZone, at);
}
