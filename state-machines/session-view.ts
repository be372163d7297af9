/** The whole View of a moment: a pure function of where the session and its flow stand. Used by the terminal's publisher. */
import type { AccountSnapshot } from './account.ts';
import { accountPicture } from './account/view.ts';
import type { CallbackSnapshot } from './callback.ts';
import { callbackPicture } from './callback/view.ts';
import type { ChatSnapshot } from './chat.ts';
import { chatPicture } from './chat/view.ts';
import type { CardReading, EarlierLoad, ServiceName } from './ports.ts';
import { noticesOf } from './notices.ts';
import type { PendingLoadSnapshot } from './pending-load.ts';
import { pendingLoadPicture } from './pending-load/view.ts';
import { pictureOf, type Picture } from './picture.ts';
import type { SessionContext, SessionSnapshot } from './session.ts';
import type { DeskSnapshot } from './desk.ts';
import { ownServiceFor } from './diagnosis.ts';
import { deskPicture } from './desk/view.ts';
import type { MaintenanceSnapshot } from './maintenance.ts';
import { maintenancePicture } from './maintenance/view.ts';
import { lossReportPicture } from './loss-report/view.ts';
import type { ReplacementSnapshot } from './replacement.ts';
import { replacementPicture } from './replacement/view.ts';
import type { LossReportSnapshot } from './loss-report.ts';
import type { StatementSnapshot } from './statement.ts';
import { statementPicture } from './statement/view.ts';
import type { SupportSnapshot } from './support.ts';
import { supportPicture } from './support/view.ts';
import type { SurveySnapshot } from './survey.ts';
import { surveyPicture } from './survey/view.ts';
import { moneySourceOf, topUpPicture, voucherOf } from './top-up/view.ts';
import type { TopUpSnapshot } from './top-up.ts';
import { VIEW_VERSION, type Overlay, type View, type ViewBody } from './view.ts';
import { leftOf } from './waiting.ts';

/** @param clock local time `HH:MM` */
export function viewOf(snapshot: SessionSnapshot, seq: number, clock: string): View {
  const { context } = snapshot;
  const picture = shownOf(snapshot);
  const overlay = overlayOf(context, picture);
  return {
    version: VIEW_VERSION,
    seq,
    site: context.site,
    preferences: context.preferences,
    clock,
    ...(picture.step === undefined ? {} : { step: picture.step }),
    utilities: !picture.moneyMoves,
    ...keypadOf(context),
    body: picture.body,
    ...(overlay === undefined ? {} : { overlay }),
  };
}

function keypadOf({ ports: { keypad } }: SessionContext): Pick<View, 'keypad'> {
  if (keypad === undefined) return {};
  const { headphone, switches, scanMs } = keypad;
  return { keypad: { headphone, switches, scanMs } };
}

/** Hidden stays hidden whatever happens; a warning beats what the person opened; nothing lies over moving money. */
function overlayOf(context: SessionContext, picture: Picture): Overlay | undefined {
  if (context.overlay === 'hidden') return { kind: 'hidden' };
  if (picture.overlay !== undefined) return picture.overlay;
  return context.overlay === undefined || picture.moneyMoves ? undefined : { kind: context.overlay };
}

/** Of the session itself or of the flow that runs. */
function shownOf(snapshot: SessionSnapshot): Picture {
  const { topUp, pendingLoad, statement, support, lossReport, desk, callback, chat, replacement, account, survey, maintenance } = snapshot.children;
  if (snapshot.matches('topUp') && topUp !== undefined) return topUpPicture(topUp.getSnapshot() as TopUpSnapshot);
  if (snapshot.matches('pendingLoad') && pendingLoad !== undefined) return pendingLoadPicture(pendingLoad.getSnapshot() as PendingLoadSnapshot);
  if (snapshot.matches('statement') && statement !== undefined) return statementPicture(statement.getSnapshot() as StatementSnapshot);
  if (snapshot.matches('support') && support !== undefined) return supportPicture(support.getSnapshot() as SupportSnapshot);
  if (snapshot.matches('lossReport') && lossReport !== undefined) return lossReportPicture(lossReport.getSnapshot() as LossReportSnapshot);
  if (snapshot.matches('desk') && desk !== undefined) return deskPicture(desk.getSnapshot() as DeskSnapshot);
  if (snapshot.matches('callback') && callback !== undefined) return callbackPicture(callback.getSnapshot() as CallbackSnapshot);
  if (snapshot.matches('chat') && chat !== undefined) return chatPicture(chat.getSnapshot() as ChatSnapshot);
  if (snapshot.matches('replacement') && replacement !== undefined) return replacementPicture(replacement.getSnapshot() as ReplacementSnapshot);
  if (snapshot.matches('account') && account !== undefined) return accountPicture(account.getSnapshot() as AccountSnapshot);
  if (snapshot.matches('survey') && survey !== undefined) return surveyPicture(survey.getSnapshot() as SurveySnapshot);
  if (snapshot.matches('maintenance') && maintenance !== undefined) {
    const picture = maintenancePicture(maintenance.getSnapshot() as MaintenanceSnapshot);
    if (picture !== undefined) return picture;
  }
  return pictureOf(snapshot, bodyOf(snapshot));
}

function servicesOf({ availability }: SessionContext, names: readonly ServiceName[]) {
  return names.map((name) => {
    const service = availability.services[name];
    return service.available ? { name, available: true } : { name, available: false, reason: service.reason };
  });
}

function cardOf(card: CardReading) {
  return { tail: card.ref.tail, balance: card.balance, validUntil: card.validUntil };
}

function bodyOf(snapshot: SessionSnapshot): ViewBody {
  const { context } = snapshot;
  const wait = leftOf(context.wait, context.ports.clock);
  const waiting = wait === undefined ? {} : { wait };
  const { value } = snapshot;
  const state = typeof value === 'string' ? value : Object.keys(value)[0];
  switch (state) {
    case 'idle':
      return snapshot.matches({ idle: 'outOfService' }) ? outOfService(context) : attract(context);
    case 'insertCard':
    case 'takingBack':
      return { kind: 'insert-card', service: context.service ?? 'balance' };
    case 'readingCard':
    case 'choosing':
    case 'topUp':
    case 'pendingLoad':
    case 'statement':
    case 'support':
    case 'lossReport':
    case 'desk':
    case 'callback':
    case 'chat':
    case 'diagnosing':
    case 'replacement':
    case 'account':
      return { kind: 'reading-card' };
    case 'cardProblem':
      return problemBody(context);
    case 'verdict':
      return diagnosisBody(context);
    case 'menu':
      return context.card === undefined ? { kind: 'reading-card' } : menu(context, context.card);
    case 'afterRestart':
      return recoveredBody(context, context.recovered[0]);
    case 'takeCard':
    case 'leavingCard':
    case 'keptAtGate':
      return {
        kind: 'take-card',
        ...(context.card === undefined ? {} : { tail: context.card.ref.tail }),
        wait: wait ?? { leftMs: 0, totalMs: 1, tone: 'normal' },
      };
    case 'captured':
      return { kind: 'trouble', trouble: 'cardCaptured', canRetry: false, ...waiting };
    case 'goodbye':
    case 'survey':
      return { kind: 'goodbye' };
    case 'recovering':
    case 'maintenance':
    case undefined:
    default:
      return { kind: 'starting' };
  }
}

/** A card that only has to be activated, extended or unblocked can have that done here. */
function problemBody({ problem = 'unreadable', card, refusedRef, availability }: SessionContext): ViewBody {
  const service = ownServiceFor(problem);
  return {
    kind: 'card-problem',
    problem,
    ...(card === undefined ? {} : { card: cardOf(card) }),
    ...(refusedRef === undefined ? {} : { tail: refusedRef.tail }),
    ...((card === undefined && refusedRef === undefined) || service === undefined || !availability.services.account.available ? {} : { service }),
  };
}

/** What waits for the card comes first: it costs nothing, and the card's own services have their place once it is collected. */
function menu(context: SessionContext, card: CardReading): ViewBody {
  const { waiting, unfinished, ports } = context;
  const notices = noticesOf({ card, waiting, unfinished, settings: ports.settings, now: ports.clock.now() });
  return {
    kind: 'menu',
    card: cardOf(card),
    services: servicesOf(context, waiting.length === 0 ? ['topUp', 'statement', 'account'] : ['pendingLoad', 'topUp', 'statement']),
    ...(notices.length === 0 ? {} : { notices: [...notices] }),
  };
}

/** Ticks and crosses first: what was looked at, and how it is. */
function diagnosisBody({ diagnosis, card, problem, issuer, ports, availability }: SessionContext): ViewBody {
  if (diagnosis === undefined) return { kind: 'reading-card' };
  const { verdict, fix, amount, reference } = diagnosis;
  const offered = fix === 'ticket' || fix === 'retry' || (availability.services[fix].available && ports.card.media === 'inside');
  const service = offered && fix === 'account' ? ownServiceFor(verdict) : undefined;
  return {
    kind: 'diagnosis',
    verdict,
    fix: offered ? fix : 'ticket',
    ...(service === undefined ? {} : { service }),
    checks: {
      card: problem === undefined ? 'ok' : 'bad',
      machine: verdict === 'undecided' || verdict === 'owed' ? 'bad' : 'ok',
      issuer: issuer === 'unreachable' ? 'unknown' : issuer.allowed || issuer.reason === 'limit' ? 'ok' : 'bad',
    },
    ...(card === undefined ? {} : { tail: card.ref.tail, balance: card.balance }),
    ...(amount === undefined ? {} : { amount }),
    ...(reference === undefined ? {} : { reference }),
  };
}

function attract(context: SessionContext): ViewBody {
  return {
    kind: 'attract',
    services: servicesOf(context, ['topUp', 'balance', 'statement']),
    receipts: context.availability.receipts,
    ...(context.availability.replacement && context.availability.lossReport.available ? { replacement: true } : {}),
    ...(context.notice === undefined ? {} : { notice: context.notice }),
  };
}

function outOfService({ availability }: SessionContext): ViewBody {
  const { topUp } = availability.services;
  return { kind: 'out-of-service', reason: topUp.available ? 'starting' : topUp.reason };
}

function earlierBody(context: SessionContext, { verdict, ref, amount, reference, balance }: EarlierLoad): ViewBody {
  const wait = leftOf(context.wait, context.ports.clock);
  return {
    kind: 'earlier-load',
    verdict,
    tail: ref.tail,
    amount,
    reference,
    ...(balance === undefined ? {} : { balance }),
    ...(wait === undefined ? {} : { wait }),
  };
}

function recoveredBody(context: SessionContext, recovered: SessionContext['recovered'][number] | undefined): ViewBody {
  if (recovered === undefined) return { kind: 'starting' };
  if (recovered.outcome === 'earlier') return earlierBody(context, recovered);
  const wait = leftOf(context.wait, context.ports.clock);
  const { media } = context.ports.card;
  const common = {
    tail: recovered.ref.tail,
    amount: recovered.amount,
    reference: recovered.reference,
    receipts: context.availability.receipts,
    receipt: 'onScreen' as const,
    receiptQr: context.ports.slips.linkOf({ ...recovered, cardTail: recovered.ref.tail }),
    ...(wait === undefined ? {} : { wait }),
  };
  if (recovered.outcome === 'delivered') {
    return {
      kind: 'done',
      ...common,
      balanceBefore: recovered.balanceBefore,
      ...(recovered.balanceAfter === undefined ? {} : { balanceAfter: recovered.balanceAfter }),
      card: media === 'inside' ? 'inside' : media === 'atGate' ? 'atGate' : 'taken',
    };
  }
  return {
    kind: 'settled',
    ...common,
    outcome: recovered.outcome,
    why: recovered.replacement === true ? 'restartReplacing' : 'restart',
    tender: moneySourceOf(recovered.tender),
    ...(recovered.noteStuck === true ? { noteStuck: true } : {}),
    ...(recovered.voucher === undefined ? {} : { voucher: voucherOf(recovered.voucher, context.ports.settings, true) }),
    settledWithinHours: context.ports.settings.settledWithinHours,
    card: media === 'inside' ? 'inside' : media === 'atGate' ? 'atGate' : 'absent',
  };
}
