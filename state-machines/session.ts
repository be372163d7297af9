/**
 * The session: one person in front of the terminal, from the attract screen to the card in their hand. It owns the card path between
 * flows, the person's preferences and what lies over the screen; flows are invoked by it. After a restart it first tells what became
 * of interrupted money.
 */
import { and, assign, cancel, enqueueActions, fromCallback, fromPromise, not, raise, sendTo, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import type { CardRef } from '../common/journal-kinds.ts';
import { typed } from './chart-types.ts';
import type {
  Availability,
  CardEvent,
  CardProblem,
  CardReading,
  CardReadOutcome,
  EarlierLoad,
  Ports,
  Recovered,
  ServiceName,
  UnfinishedTopUp,
  WaitingLoad,
} from './ports.ts';
import { accountMachine } from './account.ts';
import { pendingLoadMachine } from './pending-load.ts';
import { callbackMachine } from './callback.ts';
import { chatMachine } from './chat.ts';
import { deskMachine } from './desk.ts';
import type { DeskOutput } from './desk/context.ts';
import { diagnose, ticketKindOf, type Diagnosis, type IssuerWord } from './diagnosis.ts';
import type { SupportOutput } from './support/context.ts';
import type { HeadphoneEvent } from './keypad.ts';
import { maintenanceMachine } from './maintenance.ts';
import type { StaffCalled } from './maintenance/context.ts';
import { lossReportMachine } from './loss-report.ts';
import type { LossInput, LossOutput } from './loss-report/context.ts';
import { replacementMachine } from './replacement.ts';
import { statementMachine } from './statement.ts';
import { supportMachine } from './support.ts';
import { mayAsk } from './survey/context.ts';
import { surveyMachine } from './survey.ts';
import { topUpMachine } from './top-up.ts';
import type { TopUpOutput } from './top-up/context.ts';
import type { UiMachineEvent } from './ui-events.ts';
import type { Overlay, Preferences, Site } from './view.ts';
import { delaysOf, patiently, waitOf, type RunningWait } from './waiting.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const sessionDelays = {
  insertCard: 45_000, // finding the card in a bag
  menu: 45_000, // kiosk-ux.md 8
  warning: 20_000, // WCAG 2.2.1
  cardProblem: 45_000, // a verdict and what to do
  takeCard: 30_000, // kiosk-ux.md 8: then captured or kept at the gate
  wishes: 90_000, // at the idle screen: no warning, nothing but wishes is lost
  goodbye: 3_000, // seen, not waited for
  afterRestart: 120_000, // somebody may still stand here, with money in the machine; a voucher's code must be written down
  captured: 20_000, // says where the card is, to whoever comes back
  keptCard: 15_000, // a jam is cleared, a reader is back: within the minute that a terminal may take
} as const;
type DelayName = keyof typeof sessionDelays;
/** Name of the one timer that runs at the idle screen. */
const WISHES = 'wishes';

export interface SessionInput {
  readonly ports: Ports;
  readonly site: Site;
  /** What every session starts with. */
  readonly preferences: Preferences;
  readonly notice: string | undefined;
}

export interface SessionContext extends SessionInput {
  readonly defaults: Preferences;
  readonly availability: Availability;
  readonly overlay: Exclude<Overlay['kind'], 'idle-warning'> | undefined;
  readonly service: ServiceName | undefined;
  readonly card: CardReading | undefined;
  readonly problem: CardProblem | undefined;
  /** Of a card that says who it is, and can't be read further: a blocked one. */
  readonly refusedRef: CardRef | undefined;
  /** What brings them to the support desk. */
  readonly errand: SupportOutput['errand'];
  /** The call back that they want to change. */
  readonly appointment: DeskOutput['appointment'];
  /** Whether they want to know what is the matter with their card, and what was found. */
  readonly diagnosing: boolean;
  readonly issuer: IssuerWord;
  readonly diagnosis: Diagnosis | undefined;
  /** What waits at the issuer for the card; empty also where the issuer can't be asked. */
  readonly waiting: readonly WaitingLoad[];
  readonly unfinished: UnfinishedTopUp | undefined;
  /** What the loss report is made for. */
  readonly lossPurpose: LossInput['purpose'];
  /** The lost card, and who it is that wants a new one. */
  readonly replace: LossOutput['replace'];
  /** The flow that they used last, for the question at the end. */
  readonly used: Exclude<Flow, 'survey' | 'maintenance'> | undefined;
  /** What interrupted transactions and earlier loads became; the first one is on the screen. */
  readonly recovered: readonly (Recovered | EarlierLoad)[];
  /** Staff wants in, and is let in when nobody is served. */
  readonly staffCalled: boolean;
  readonly wait: RunningWait | undefined;
}

export type SessionEvent =
  | UiMachineEvent
  | CardEvent
  | HeadphoneEvent
  | StaffCalled
  | { readonly type: 'AVAILABILITY'; readonly availability: Availability }
  | { readonly type: 'wait.ended' | 'wishes.ended' };

type WithPorts = { readonly ports: Ports };

/** A card action at the end of a session: the reader may be in trouble, the session ends all the same. */
type CardAct = 'done' | 'failed';
async function attempt(act: Promise<void>): Promise<CardAct> {
  try {
    await act;
    return 'done';
  } catch {
    return 'failed'; // the reader's own status says what is wrong, and the availability takes the services off
  }
}

const actors = {
  recover: fromPromise<readonly Recovered[], WithPorts>(({ input }) => input.ports.recovery.run()),
  world: fromCallback<SessionEvent, WithPorts>(({ input, sendBack }) => {
    const { staff } = input.ports;
    const call = (called: boolean): void => sendBack({ type: 'STAFF.CALLED', called });
    const ends = [
      staff.onCalled(call),
      input.ports.card.onEvent(sendBack),
      input.ports.availability.onChange((availability) => sendBack({ type: 'AVAILABILITY', availability })),
    ];
    const { keypad } = input.ports;
    if (keypad !== undefined) ends.push(keypad.onHeadphone(sendBack));
    // The session was made before the devices were waited for: what changed until now it has not heard.
    if (keypad?.headphone === true) sendBack({ type: 'KEYPAD.HEADPHONE', plugged: true });
    sendBack({ type: 'AVAILABILITY', availability: input.ports.availability.current });
    if (staff.called) call(true);
    return () => ends.forEach((end) => end());
  }),
  openGate: fromPromise<CardAct, WithPorts>(({ input }) => attempt(input.ports.card.setEntry(true))),
  closeGate: fromPromise<CardAct, WithPorts>(({ input }) => attempt(input.ports.card.setEntry(false))),
  readCard: fromPromise<Pick<SessionContext, 'recovered' | 'waiting' | 'unfinished'> & { read: CardReadOutcome }, WithPorts>(
    async ({ input: { ports }, signal }) => {
      const read = await ports.card.read(signal);
      if (!read.ok) return { read, recovered: [], waiting: [], unfinished: undefined };
      const [recovered, waiting] = await Promise.all([ports.recovery.resolveWith(read.card), glanceAtWaiting(ports, read.card.ref, signal)]);
      return { read, recovered, waiting, unfinished: ports.recovery.unfinishedOf(read.card.ref) };
    },
  ),
  /** Never rejects: what can't be asked is no fault of the card's. */
  askIssuer: fromPromise<IssuerWord, WithPorts & Pick<SessionContext, 'card' | 'problem'>>(({ input: { ports, card, problem }, signal }) =>
    card === undefined || problem !== undefined ? Promise.resolve('unreachable') : ports.issuer.checkCard(card.ref, signal).catch(() => 'unreachable' as const),
  ),
  presentCard: fromPromise<CardAct, WithPorts>(({ input }) => attempt(input.ports.card.present())),
  /** A card that is stuck somewhere on its way out; one that lies at the gate stays there. */
  nudgeCard: fromPromise<CardAct, WithPorts>(async ({ input: { ports } }) => (ports.card.media === 'atGate' ? 'done' : attempt(ports.card.present()))),
  retractCard: fromPromise<CardAct, WithPorts>(({ input }) => attempt(input.ports.card.retract())),
  /** Nobody took the card: captured or left at the gate, as the site wants. */
  leaveCard: fromPromise<'captured' | 'kept', WithPorts>(async ({ input: { ports } }) => {
    const keep = async (): Promise<'kept'> => {
      if (ports.card.media === 'inside') await attempt(ports.card.present());
      return 'kept';
    };
    if (ports.settings.untakenCard === 'keepAtGate' || !ports.card.canRetain) return keep();
    ports.journal.append({ kind: 'card.captured', body: { reason: 'not taken' } });
    if ((await attempt(ports.card.retain())) === 'done') return 'captured';
    // Announced and not done: the journal says so too, and the card stays where its holder finds it.
    ports.journal.append({ kind: 'device.fault', body: { device: 'cardReader', code: 'notCaptured', detail: ports.card.media } });
    return keep();
  }),
  topUp: topUpMachine,
  pendingLoad: pendingLoadMachine,
  statement: statementMachine,
  support: supportMachine,
  lossReport: lossReportMachine,
  desk: deskMachine,
  callback: callbackMachine,
  chat: chatMachine,
  replacement: replacementMachine,
  account: accountMachine,
  survey: surveyMachine,
  maintenance: maintenanceMachine,
};

type Flow =
  'topUp' | 'pendingLoad' | 'statement' | 'support' | 'lossReport' | 'desk' | 'callback' | 'chat' | 'replacement' | 'account' | 'survey' | 'maintenance';

/** What a flow hears of its person and of the card; what lies over the screen is the session's. */
function duringFlow(to: Flow) {
  const passOn = { type: 'passOn' as const, params: { to } };
  const tellPreferences = { type: 'tellPreferences' as const, params: { to } };
  return {
    'CARD.*': { actions: passOn },
    'ui.*': { actions: [passOn, { type: 'use' as const, params: { flow: to } }] },
    'ui.open': { actions: ['openOverlay' as const, passOn] },
    'ui.close': { actions: ['closeOverlay' as const, passOn] },
    'ui.prefer': { actions: ['prefer' as const, tellPreferences, passOn] },
    'KEYPAD.HEADPHONE': { actions: ['hearHeadphone' as const, tellPreferences] },
  };
}

/** What a flow is called in the answers. */
const SURVEYED: Readonly<Record<Exclude<Flow, 'survey' | 'maintenance'>, string>> = {
  topUp: 'topUp',
  pendingLoad: 'pendingLoad',
  statement: 'statement',
  support: 'support',
  desk: 'support',
  callback: 'support',
  chat: 'support',
  lossReport: 'lossReport',
  replacement: 'replacement',
  account: 'cardService',
};

/** Never rejects: nobody waits for an issuer that can't be asked, and what waits there goes on waiting. */
async function glanceAtWaiting(ports: Ports, ref: CardReading['ref'], signal: AbortSignal): Promise<readonly WaitingLoad[]> {
  if (!ports.availability.current.services.pendingLoad.available) return [];
  return ports.issuer.waitingLoads(ref, 'glance', signal).catch(() => []);
}

/** Nobody has asked for one, or it is over. */
const NO_DIAGNOSIS = { errand: undefined, diagnosing: false, issuer: 'unreachable', diagnosis: undefined } as const satisfies Partial<SessionContext>;

const withPorts = ({ context }: { context: SessionContext }): WithPorts => ({ ports: context.ports });

/** Something can be had, or will be in a moment: a terminal that is starting says so on its tiles, not by a closed door. */
function serves(availability: Availability): boolean {
  return Object.values(availability.services).some((service) => service.available || service.reason === 'starting');
}

export const sessionMachine = setup({
  types: typed<{ context: SessionContext; events: SessionEvent; input: SessionInput; tags: 'idleWarning' }>(),
  actors,
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, sessionDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    /** Somebody stands at the idle screen: from here on the time runs after which they are taken to have gone. */
    awaitWishes: enqueueActions(({ enqueue }) => {
      enqueue.cancel(WISHES);
      enqueue.raise({ type: 'wishes.ended' }, { id: WISHES, delay: 'wishes' });
    }),
    /** End of a person's time: nothing of it stays, neither data nor wishes. */
    forget: assign({
      // Whoever still has a headphone in the jack still listens.
      preferences: ({ context: { defaults, ports } }) => (ports.keypad?.headphone === true ? { ...defaults, speech: true } : defaults),
      overlay: undefined,
      service: undefined,
      card: undefined,
      problem: undefined,
      refusedRef: undefined,
      ...NO_DIAGNOSIS,
      waiting: [],
      unfinished: undefined,
      replace: undefined,
      used: undefined,
      wait: undefined,
    }),
    hearAvailability: assign({ availability: ({ context, event }) => (event.type === 'AVAILABILITY' ? event.availability : context.availability) }),
    hearCall: assign({ staffCalled: ({ context, event }) => (event.type === 'STAFF.CALLED' ? event.called : context.staffCalled) }),
    openOverlay: assign({ overlay: ({ context, event }) => (event.type === 'ui.open' ? event.overlay : context.overlay) }),
    prefer: assign({
      preferences: ({ context, event }) => (event.type === 'ui.prefer' ? preferring(context.preferences, event.preferences) : context.preferences),
    }),
    /** A headphone in the jack asks for speech; pulled out, it is asked for no more: nobody shall hear what it said. */
    hearHeadphone: assign({
      preferences: ({ context, event }) =>
        event.type === 'KEYPAD.HEADPHONE' ? preferring(context.preferences, { speech: event.plugged }) : context.preferences,
    }),
    refuseCard: assign({
      card: undefined,
      refusedRef: undefined,
      problem: ({ context, event }) => (event.type === 'CARD.REFUSED' ? event.problem : context.problem),
    }),
    findVerdict: assign(({ context: { ports, card, refusedRef, problem, issuer, waiting, unfinished } }) => ({
      diagnosis: diagnose(
        { problem, card, ref: refusedRef, issuer, waiting, unfinished, latest: card === undefined ? undefined : ports.recovery.latestOf(card.ref) },
        ports.settings,
      ),
    })),
    endDiagnosis: assign(NO_DIAGNOSIS),
    reportFor: assign({ lossPurpose: (_, params: { purpose: LossInput['purpose'] }) => params.purpose }),
    nextRecovered: assign({ recovered: ({ context }) => context.recovered.slice(1) }),
    closeOverlay: assign({ overlay: undefined }),
    use: assign({ used: ({ context }, params: { flow: Flow }) => (params.flow === 'survey' || params.flow === 'maintenance' ? context.used : params.flow) }),
    passOn: sendTo(
      (_, params: { to: Flow }) => params.to,
      ({ event }) => event,
    ),
    tellPreferences: sendTo(
      (_, params: { to: Flow }) => params.to,
      ({ context }) => ({ type: 'PREFERENCES' as const, preferences: context.preferences }),
    ),
  },
  guards: {
    cardInside: ({ context }) => context.ports.card.media === 'inside',
    /** A card that can be given out; a reader that doesn't know yet has none. */
    cardHere: ({ context }) => context.ports.card.media === 'inside' || context.ports.card.media === 'atGate',
    /** Nobody signs in where nobody could be judged. */
    staffMaySignIn: ({ context }) => context.ports.staff.methods.length > 0,
    staffWaits: ({ context }) => context.staffCalled && context.ports.staff.methods.length > 0,
    diagnosing: ({ context }) => context.diagnosing,
    mayReplace: ({ context }) => context.availability.replacement && context.availability.lossReport.available,
    mayReportLoss: ({ context }) => context.availability.lossReport.available,
    /** Also of a card that can be used for nothing else. */
    accountOffered: ({ context, event }) =>
      event.type === 'ui.service' &&
      event.service === 'account' &&
      (context.card !== undefined || context.refusedRef !== undefined) &&
      context.availability.services.account.available,
    cardRead: ({ context }) => context.card !== undefined && context.problem === undefined,
    outOfService: ({ context }) => !serves(context.availability),
    serves: ({ context }) => serves(context.availability),
    wantsTopUp: ({ context }) => context.service === 'topUp' && context.availability.services.topUp.available,
    wantsPendingLoad: ({ context }) => context.service === 'pendingLoad' && context.availability.services.pendingLoad.available,
    wantsAccount: ({ context }) => context.service === 'account' && context.availability.services.account.available,
    /** Something was begun on this card and has no outcome. */
    hasUnfinishedScript: ({ context }) => context.card !== undefined && context.ports.recovery.unfinishedScriptOf(context.card.ref) !== undefined,
    wantsStatement: ({ context }) => context.service === 'statement',
    mayAsk: ({ context }) => context.used !== undefined && mayAsk(context.ports),
    moreRecovered: ({ context }) => context.recovered.length > 1,
  },
  delays: delaysOf(sessionDelays),
}).createMachine({
  id: 'session',
  context: ({ input }) => ({
    ...input,
    defaults: input.preferences,
    availability: input.ports.availability.current,
    overlay: undefined,
    service: undefined,
    card: undefined,
    problem: undefined,
    refusedRef: undefined,
    ...NO_DIAGNOSIS,
    appointment: undefined,
    waiting: [],
    unfinished: undefined,
    lossPurpose: 'report',
    replace: undefined,
    used: undefined,
    recovered: [],
    staffCalled: false,
    wait: undefined,
  }),
  invoke: { src: 'world', input: withPorts },
  on: {
    AVAILABILITY: { actions: 'hearAvailability' },
    'KEYPAD.HEADPHONE': { actions: 'hearHeadphone' },
    'STAFF.CALLED': { actions: 'hearCall' },
    'ui.open': { actions: 'openOverlay' },
    'ui.close': { actions: assign({ overlay: undefined }) },
    'ui.prefer': {
      actions: 'prefer',
    },
  },
  initial: 'recovering',
  states: {
    recovering: {
      invoke: {
        src: 'recover',
        input: withPorts,
        onDone: [
          { guard: ({ event }) => event.output.length > 0, target: 'afterRestart', actions: assign({ recovered: ({ event }) => event.output }) },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'idle' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'idle' }],
      },
    },
    /** First what happened and where the money is, then the card. */
    afterRestart: {
      entry: { type: 'startWait', params: { delay: 'afterRestart', tone: 'normal' } },
      after: { afterRestart: [{ guard: 'cardHere', target: 'leavingCard' }, { target: 'idle' }] },
      exit: [assign({ recovered: [] }), 'noWait'],
      on: {
        'ui.finish': [{ guard: 'moreRecovered', actions: 'nextRecovered' }, { guard: 'cardHere', target: 'takeCard' }, { target: 'goodbye' }],
        'ui.receipt': [{ guard: 'moreRecovered', actions: 'nextRecovered' }, { guard: 'cardHere', target: 'takeCard' }, { target: 'goodbye' }],
      },
    },

    /** Nobody is served. A service that goes or comes back takes nothing from who stands here: what they opened or chose ends with their time. */
    idle: {
      entry: 'forget',
      exit: cancel(WISHES),
      // who was served first has gone
      always: { guard: 'staffWaits', target: 'maintenance' },
      initial: 'attract',
      on: {
        'ui.staff': { guard: 'staffMaySignIn', target: '#session.maintenance' },
        'ui.open': { actions: ['openOverlay', 'awaitWishes'] },
        'ui.close': { actions: [assign({ overlay: undefined }), 'awaitWishes'] },
        'ui.prefer': { actions: ['prefer', 'awaitWishes'] },
        'ui.support': '#session.support',
        'wishes.ended': { actions: 'forget' },
      },
      states: {
        attract: {
          always: [
            { guard: 'outOfService', target: 'outOfService' },
            { guard: 'cardInside', target: '#session.readingCard' },
          ],
          initial: 'opening',
          states: {
            opening: { invoke: { src: 'openGate', input: withPorts, onDone: 'open', onError: 'open' } },
            open: {},
          },
          on: {
            // A reader that was away has forgotten that cards are welcome.
            AVAILABILITY: { target: '.opening', actions: 'hearAvailability' },
            'CARD.INSERTED': '#session.readingCard',
            'CARD.REFUSED': { target: '#session.cardProblem', actions: 'refuseCard' },
            'ui.replace-card': { guard: 'mayReplace', target: '#session.lossReport', actions: { type: 'reportFor', params: { purpose: 'replace' } } },
            'ui.report-loss': [
              { guard: 'mayReportLoss', target: '#session.lossReport', actions: { type: 'reportFor', params: { purpose: 'report' } } },
              { actions: [assign({ overlay: 'lost-card' as const }), 'awaitWishes'] },
            ],
            'ui.start': '#session.insertCard',
            'ui.service': { target: '#session.insertCard', actions: assign({ service: ({ event }) => event.service }) },
          },
        },
        outOfService: {
          invoke: { src: 'closeGate', input: withPorts },
          always: { guard: 'serves', target: 'attract' },
        },
      },
    },
    /** The prompt and what is behind it: nobody is served meanwhile. A staff card that is left in the reader comes out at the end. */
    maintenance: {
      entry: ['noWait', 'closeOverlay', assign({ staffCalled: false })],
      invoke: [
        { src: 'closeGate', input: withPorts },
        {
          id: 'maintenance',
          src: 'maintenance',
          input: ({ context: { ports, preferences } }) => ({ ports, preferences }),
          onDone: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'idle' }],
          onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'idle' }],
        },
      ],
      on: {
        ...duringFlow('maintenance'),
        'STAFF.CALLED': { actions: { type: 'passOn', params: { to: 'maintenance' } } },
      },
    },
    insertCard: {
      ...patiently('insertCard'),
      invoke: { src: 'openGate', input: withPorts },
      always: [
        { guard: 'outOfService', target: 'idle.outOfService' },
        { guard: 'cardInside', target: 'readingCard' },
      ],
      on: {
        'CARD.INSERTED': 'readingCard',
        'CARD.REFUSED': [
          { guard: 'diagnosing', target: 'diagnosing', actions: 'refuseCard' },
          { target: 'cardProblem', actions: 'refuseCard' },
        ],
        'ui.support': 'support',
        'ui.back': 'idle',
        'ui.cancel': 'idle',
        'ui.finish': 'idle',
        'wait.ended': 'idle',
        'ui.open': { target: '.calm', actions: 'openOverlay' },
      },
    },
    readingCard: {
      entry: 'noWait',
      invoke: {
        src: 'readCard',
        input: withPorts,
        onDone: [
          {
            guard: ({ event }) => event.output.recovered.length > 0,
            target: 'afterRestart',
            actions: assign({ recovered: ({ event }) => event.output.recovered }),
          },
          {
            guard: 'diagnosing',
            target: 'diagnosing',
            actions: assign({
              card: ({ event }) => event.output.read.card,
              problem: ({ event }) => (event.output.read.ok ? undefined : event.output.read.problem),
              refusedRef: ({ event }) => (event.output.read.ok ? undefined : event.output.read.ref),
              waiting: ({ event }) => event.output.waiting,
              unfinished: ({ event }) => event.output.unfinished,
            }),
          },
          {
            guard: ({ event }) => event.output.read.ok,
            target: 'choosing',
            actions: assign({
              card: ({ event }) => (event.output.read.ok ? event.output.read.card : undefined),
              waiting: ({ event }) => event.output.waiting,
              unfinished: ({ event }) => event.output.unfinished,
              problem: undefined,
              refusedRef: undefined,
            }),
          },
          {
            target: 'cardProblem',
            actions: assign({
              card: ({ event }) => event.output.read.card,
              problem: ({ event }) => (event.output.read.ok ? undefined : event.output.read.problem),
              refusedRef: ({ event }) => (event.output.read.ok ? undefined : event.output.read.ref),
            }),
          },
        ],
        onError: { target: 'cardProblem', actions: assign({ card: undefined, refusedRef: undefined, problem: 'unreadable' as const }) },
      },
    },
    /** The issuer is asked about the card that was read; then there is a verdict. */
    diagnosing: {
      entry: 'noWait',
      invoke: {
        src: 'askIssuer',
        input: ({ context: { ports, card, problem } }) => ({ ports, card, problem }),
        onDone: { target: 'verdict', actions: [assign({ issuer: ({ event }) => event.output }), 'findVerdict'] },
        onError: { target: 'verdict', actions: [assign({ issuer: 'unreachable' as const }), 'findVerdict'] },
      },
    },
    /** What is the matter with the card, and what puts it right. */
    verdict: {
      ...patiently('menu'),
      on: {
        'ui.retry': [{ guard: 'cardInside', target: 'readingCard' }, { target: 'insertCard' }],
        'ui.service': [
          {
            guard: and(['cardInside', 'accountOffered']),
            target: 'account',
            actions: 'endDiagnosis',
          },
          {
            guard: and([
              'cardInside',
              'cardRead',
              ({ context, event }) => event.type === 'ui.service' && context.availability.services[event.service].available,
            ]),
            target: 'choosing',
            actions: [assign({ service: ({ event }) => event.service }), 'endDiagnosis'],
          },
        ],
        'ui.desk': { guard: ({ event }) => event.purpose === 'ticket', target: 'desk', actions: assign({ errand: 'ticket' as const }) },
        'ui.support': 'support',
        'ui.finish': 'takeCard',
        'ui.back': 'takeCard',
        'ui.cancel': 'takeCard',
        'wait.ended': 'takeCard',
        'CARD.INSERTED': 'readingCard',
        'CARD.REFUSED': { target: 'diagnosing', actions: 'refuseCard' },
        'ui.open': { target: '.calm', actions: 'openOverlay' },
        'ui.prefer': { target: '.calm', actions: 'prefer' },
      },
    },
    choosing: {
      always: [
        { guard: 'wantsTopUp', target: 'topUp', actions: assign({ service: undefined }) },
        { guard: 'wantsPendingLoad', target: 'pendingLoad', actions: assign({ service: undefined }) },
        { guard: 'hasUnfinishedScript', target: 'account', actions: assign({ service: undefined }) },
        { guard: 'wantsStatement', target: 'statement', actions: assign({ service: undefined }) },
        { guard: 'wantsAccount', target: 'account', actions: assign({ service: undefined }) },
        { target: 'menu' },
      ],
    },
    cardProblem: {
      entry: { type: 'startWait', params: { delay: 'cardProblem', tone: 'normal' } },
      exit: 'noWait',
      after: { cardProblem: 'takeCard' },
      on: {
        'ui.retry': [{ guard: 'cardInside', target: 'readingCard' }, { target: 'insertCard' }],
        'ui.finish': 'takeCard',
        'ui.back': 'takeCard',
        'ui.cancel': 'takeCard',
        'ui.support': 'support',
        'ui.service': { guard: 'accountOffered', target: 'account' },
        'CARD.INSERTED': 'readingCard',
      },
    },
    menu: {
      ...patiently('menu'),
      on: {
        'ui.service': [
          { guard: ({ context, event }) => event.service === 'topUp' && context.availability.services.topUp.available, target: 'topUp' },
          {
            guard: ({ context, event }) => event.service === 'pendingLoad' && context.availability.services.pendingLoad.available,
            target: 'pendingLoad',
          },
          { guard: ({ event }) => event.service === 'statement', target: 'statement' },
          { guard: ({ context, event }) => event.service === 'account' && context.availability.services.account.available, target: 'account' },
        ],
        'ui.support': 'support',
        'ui.finish': 'takeCard',
        'ui.back': 'takeCard',
        'ui.cancel': 'takeCard',
        'CARD.REMOVED': 'goodbye',
        'wait.ended': 'takeCard',
        'ui.open': { target: '.calm', actions: 'openOverlay' },
        'ui.prefer': {
          target: '.calm',
          actions: 'prefer',
        },
      },
    },
    topUp: {
      entry: 'noWait',
      invoke: {
        id: 'topUp',
        src: 'topUp',
        input: ({ context }) => {
          if (context.card === undefined) throw new Error('session: a top-up needs a card');
          return { ports: context.ports, card: context.card, preferences: context.preferences };
        },
        onDone: [
          { guard: ({ event, context }) => next(event.output) === 'menu' && context.ports.card.media === 'inside', target: 'menu' },
          { guard: ({ event, context }) => next(event.output) === 'another' && context.ports.card.media === 'notPresent', target: 'insertCard' },
          { guard: ({ event }) => next(event.output) === 'another', target: 'takingBack' },
          { guard: ({ event }) => next(event.output) === 'support', target: 'support' },
          { guard: ({ event, context }) => next(event.output) === 'account' && context.ports.card.media === 'inside', target: 'account' },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'goodbye' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'goodbye' }],
      },
      on: duringFlow('topUp'),
    },
    pendingLoad: {
      entry: 'noWait',
      invoke: {
        id: 'pendingLoad',
        src: 'pendingLoad',
        input: ({ context }) => {
          if (context.card === undefined) throw new Error('session: a pending load needs a card');
          return { ports: context.ports, card: context.card, preferences: context.preferences };
        },
        onDone: [
          // The card is read anew: it holds more than before, or less waits for it.
          { guard: ({ event, context }) => next(event.output) === 'menu' && context.ports.card.media === 'inside', target: 'readingCard' },
          { guard: ({ event, context }) => next(event.output) === 'another' && context.ports.card.media === 'notPresent', target: 'insertCard' },
          { guard: ({ event }) => next(event.output) === 'another', target: 'takingBack' },
          { guard: ({ event, context }) => next(event.output) === 'account' && context.ports.card.media === 'inside', target: 'account' },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'goodbye' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'goodbye' }],
      },
      on: duringFlow('pendingLoad'),
    },
    statement: {
      entry: 'noWait',
      invoke: {
        id: 'statement',
        src: 'statement',
        input: ({ context }) => {
          if (context.card === undefined) throw new Error('session: a statement needs a card');
          return { ports: context.ports, card: context.card, preferences: context.preferences };
        },
        onDone: [
          { guard: ({ event, context }) => event.output.next === 'menu' && context.ports.card.media === 'inside', target: 'menu' },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'goodbye' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'goodbye' }],
      },
      on: duringFlow('statement'),
    },
    /** Also for a card that can be used for nothing else until it is activated, extended, unblocked or released. */
    account: {
      entry: 'noWait',
      invoke: {
        id: 'account',
        src: 'account',
        input: ({ context }) => {
          const { ports, problem, preferences, refusedRef } = context;
          const card = context.card ?? (refusedRef === undefined ? undefined : { ref: refusedRef });
          if (card === undefined) throw new Error('session: the services of a card need a card');
          return { ports, card, problem, preferences };
        },
        onDone: [
          // The card is read anew: it is another one than before, or nothing else can be done with it.
          { guard: ({ event, context }) => event.output.next === 'menu' && context.ports.card.media === 'inside', target: 'readingCard' },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'goodbye' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'goodbye' }],
      },
      on: duringFlow('account'),
    },
    /** With a card or without; one that comes meanwhile is what they want to talk about. */
    support: {
      entry: ['noWait', 'endDiagnosis'],
      invoke: {
        id: 'support',
        src: 'support',
        input: ({ context }) => ({ ports: context.ports, preferences: context.preferences }),
        onDone: [
          {
            guard: ({ event }) => event.output.next === 'service',
            target: 'afterHelp',
            actions: assign({ service: ({ event }) => event.output.service }),
          },
          {
            guard: ({ event }) => event.output.errand === 'diagnosis',
            target: 'afterHelp',
            actions: assign({ diagnosing: true, service: 'balance', card: undefined }),
          },
          { guard: ({ event }) => event.output.errand === 'callback', target: 'callback' },
          { guard: ({ event }) => event.output.errand === 'chat', target: 'chat' },
          {
            guard: ({ event }) => event.output.next === 'desk',
            target: 'desk',
            actions: assign({ errand: ({ event }) => event.output.errand }),
          },
          { guard: ({ event }) => event.output.next === 'back', target: 'afterHelp', actions: assign({ service: undefined }) },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'idle' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'idle' }],
      },
      on: {
        ...duringFlow('support'),
        // the answer about a lost card leads to its report, which wants the reader empty; else to the telephone
        'ui.report-loss': [
          { guard: and(['mayReportLoss', not('cardHere')]), target: 'lossReport', actions: { type: 'reportFor', params: { purpose: 'report' } } },
          { actions: raise({ type: 'ui.open', overlay: 'lost-card' }) },
        ],
        'CARD.INSERTED': 'readingCard',
        'CARD.REFUSED': { target: 'cardProblem', actions: 'refuseCard' },
        'CARD.REMOVED': { actions: assign({ card: undefined }) },
      },
    },
    /** With a card or without; one that comes meanwhile is read when they are done. */
    desk: {
      entry: 'noWait',
      invoke: {
        id: 'desk',
        src: 'desk',
        input: ({ context: { ports, preferences, errand, card, problem, diagnosis } }) => ({
          ports,
          preferences,
          purpose: errand === 'progress' ? 'progress' : 'ticket',
          card: problem === undefined ? card : undefined,
          ...(diagnosis === undefined ? {} : { found: { kind: ticketKindOf(diagnosis.verdict), verdict: diagnosis.verdict } }),
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.next === 'callback',
            target: 'callback',
            actions: assign({ appointment: ({ event }) => event.output.appointment }),
          },
          { guard: and(['cardInside', not('cardRead')]), target: 'readingCard' },
          { guard: ({ event }) => event.output.next === 'back', target: 'support' },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'goodbye' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'idle' }],
      },
      on: { ...duringFlow('desk'), 'CARD.REMOVED': { actions: assign({ card: undefined }) } },
    },
    /** As at the desk: a card that comes meanwhile is read when they are done. */
    callback: {
      entry: 'noWait',
      exit: assign({ appointment: undefined }),
      invoke: {
        id: 'callback',
        src: 'callback',
        input: ({ context: { ports, preferences, card, problem, appointment } }) => ({
          ports,
          preferences,
          card: problem === undefined ? card : undefined,
          appointment,
        }),
        onDone: [
          { guard: ({ event }) => event.output.next === 'ticket', target: 'desk', actions: assign({ errand: 'ticket' as const }) },
          { guard: and(['cardInside', not('cardRead')]), target: 'readingCard' },
          {
            guard: ({ context, event }) => event.output.next === 'back' && context.appointment !== undefined,
            target: 'desk',
            actions: assign({ errand: 'progress' as const }),
          },
          { guard: ({ event }) => event.output.next === 'back', target: 'support' },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'goodbye' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'idle' }],
      },
      on: { ...duringFlow('callback'), 'CARD.REMOVED': { actions: assign({ card: undefined }) } },
    },
    /** As at the desk: a card that comes meanwhile is read when they are done. */
    chat: {
      entry: 'noWait',
      invoke: {
        id: 'chat',
        src: 'chat',
        input: ({ context: { ports, preferences } }) => ({ ports, preferences }),
        onDone: [
          { guard: ({ event }) => event.output.next === 'ticket', target: 'desk', actions: assign({ errand: 'ticket' as const }) },
          { guard: ({ event }) => event.output.next === 'callback', target: 'callback' },
          { guard: and(['cardInside', not('cardRead')]), target: 'readingCard' },
          { guard: ({ event }) => event.output.next === 'back', target: 'support' },
          { guard: 'cardHere', target: 'takeCard' },
          { target: 'goodbye' },
        ],
        onError: [{ guard: 'cardHere', target: 'takeCard' }, { target: 'idle' }],
      },
      on: { ...duringFlow('chat'), 'CARD.REMOVED': { actions: assign({ card: undefined }) } },
    },
    /** On with what an answer led to, or back to where help was asked for. */
    afterHelp: {
      always: [
        { guard: and(['cardInside', 'cardRead']), target: 'choosing' },
        { guard: 'cardInside', target: 'readingCard' },
        { guard: 'cardHere', target: 'takeCard' },
        { guard: ({ context }) => context.service !== undefined, target: 'insertCard' },
        { target: 'idle' },
      ],
    },
    /** Without a card; the gate stays shut, so that none comes in meanwhile. */
    lossReport: {
      entry: ['noWait', 'closeOverlay'],
      invoke: [
        { src: 'closeGate', input: withPorts },
        {
          id: 'lossReport',
          src: 'lossReport',
          input: ({ context }) => ({ ports: context.ports, preferences: context.preferences, purpose: context.lossPurpose }),
          onDone: [
            { guard: 'cardInside', target: 'readingCard' },
            {
              guard: ({ event, context }) => event.output.replace !== undefined && context.availability.replacement,
              target: 'replacement',
              actions: assign({ replace: ({ event }) => event.output.replace }),
            },
            { guard: ({ event }) => event.output.told, target: 'goodbye' },
            { target: 'idle' },
          ],
          onError: [{ guard: 'cardInside', target: 'readingCard' }, { target: 'idle' }],
        },
      ],
      on: duringFlow('lossReport'),
    },
    /** The gate stays shut: what comes out of it is the new card. */
    replacement: {
      entry: 'noWait',
      invoke: {
        id: 'replacement',
        src: 'replacement',
        input: ({ context }) => {
          if (context.replace === undefined) throw new Error('session: a replacement needs a lost card');
          return { ports: context.ports, preferences: context.preferences, ...context.replace };
        },
        onDone: { target: 'goodbye', actions: assign({ replace: undefined }) },
        onError: { target: 'goodbye', actions: assign({ replace: undefined }) },
      },
      on: duringFlow('replacement'),
    },
    /** More to do, and the card still lies at the gate. */
    takingBack: {
      invoke: {
        src: 'retractCard',
        input: withPorts,
        onDone: [{ guard: 'cardInside', target: 'readingCard' }, { target: 'insertCard' }],
        onError: 'insertCard',
      },
    },

    takeCard: {
      entry: { type: 'startWait', params: { delay: 'takeCard', tone: 'normal' } },
      exit: 'noWait',
      always: { guard: ({ context }) => context.ports.card.media === 'notPresent', target: 'goodbye' },
      invoke: { src: 'presentCard', input: withPorts },
      after: { takeCard: 'leavingCard' },
      // A reader that was away is back, or the card was pushed in again: it comes out once more.
      on: { 'CARD.REMOVED': 'goodbye', 'CARD.INSERTED': { target: 'takeCard', reenter: true } },
    },
    leavingCard: {
      invoke: {
        src: 'leaveCard',
        input: withPorts,
        onDone: [{ guard: ({ event }) => event.output === 'captured', target: 'captured' }, { target: 'keptAtGate' }],
        onError: 'keptAtGate',
      },
      on: { 'CARD.REMOVED': 'goodbye' },
    },
    /**
     * The card lies at the gate with nobody there: the screen is wiped and says so until it is taken. One that could not be moved, in a jam that
     * may be cleared by now or a reader that was away, is tried again and again: no terminal stays closed for a card that could come out.
     */
    keptAtGate: {
      entry: 'forget',
      always: { guard: ({ context }) => context.ports.card.media === 'notPresent', target: 'idle' },
      invoke: { src: 'nudgeCard', input: withPorts },
      after: { keptCard: { target: 'keptAtGate', reenter: true } },
      on: { 'CARD.REMOVED': 'idle' },
    },
    captured: {
      entry: ['forget', { type: 'startWait', params: { delay: 'captured', tone: 'normal' } }],
      after: { captured: 'idle' },
      on: { 'ui.finish': 'idle', 'ui.back': 'idle', 'ui.cancel': 'idle' },
    },
    goodbye: {
      entry: assign({ ...NO_DIAGNOSIS, card: undefined, waiting: [], unfinished: undefined, overlay: undefined, wait: undefined }),
      always: { guard: 'mayAsk', target: 'survey' },
      after: { goodbye: 'idle' },
      on: { 'CARD.INSERTED': 'readingCard', 'ui.start': 'idle' },
    },
    /** In the place of the goodbye: the card is in its holder's hand, and whoever comes next is not kept. */
    survey: {
      invoke: {
        id: 'survey',
        src: 'survey',
        input: ({ context: { ports, preferences, used = 'support' } }) => ({ ports, preferences, service: SURVEYED[used] }),
        onDone: [{ guard: 'cardInside', target: 'readingCard', actions: 'forget' }, { target: 'idle' }],
        onError: 'idle',
      },
      on: duringFlow('survey'),
    },
  },
});

/** The wishes that were said replace the old ones; what wasn't said stays. */
function preferring(old: Preferences, said: Extract<UiMachineEvent, { type: 'ui.prefer' }>['preferences']): Preferences {
  const wishes = Object.entries(said).filter(([, wish]) => wish !== undefined);
  return { ...old, ...(Object.fromEntries(wishes) as Partial<Preferences>) };
}

function next(output: TopUpOutput): TopUpOutput['next'] {
  return output.next;
}

export type SessionActor = ActorRefFrom<typeof sessionMachine>;
export type SessionSnapshot = SnapshotFrom<typeof sessionMachine>;
