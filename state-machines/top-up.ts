/**
 * The top-up flow (充值) as a statechart: amount → tender → money → load → proof, with a way out of every state. It decides what comes
 * next; the money steps it runs are in top-up-steps.ts, what the screen shows of it in top-up-view.ts. Invoked by session.
 */
import { assign, raise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { addFen, fen, ZERO_FEN, type Fen } from '../common/fen.ts';
import type { JournalBody, Outcome, Tender } from '../common/journal-kinds.ts';
import { typed } from './chart-types.ts';
import type { AppendedEntry, CardEvent, CardReading, CashEvent, OrderState, Ports, QrOrder, ReceiptContent } from './ports.ts';
import { topUpActors } from './top-up-actors.ts';
import { slipOf } from './top-up-slip.ts';
import type { Captured, OpenTransaction, SettleReason } from './top-up-steps.ts';
import type { UiMachineEvent } from './ui-events.ts';
import type { Preferences, ViewBodyOf } from './view.ts';
import { paceOf, patiently, type RunningWait } from './waiting.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const topUpDelays = {
  chooseAmount: 60_000, // a person with a wallet in one hand
  chooseTender: 60_000, // looking for notes or a phone
  nextNote: 60_000, // since the last note
  warning: 20_000, // WCAG 2.2.1: at least 20 s to say "I am here"
  readTrouble: 45_000, // four lines of text
  orderEndsSoon: 30_000, // what is left of an order's life when the ring turns amber
  putBack: 120_000, // the card is still within arm's reach
  result: 20_000, // delivered: the card is what people wait for
  settledResult: 60_000, // not delivered: the number must be read, perhaps written down
} as const;
type DelayName = keyof typeof topUpDelays;

/** A load is tried anew after a certain "not credited", but not for ever. */
const MAX_LOAD_ATTEMPTS = 2;

export interface CashNote {
  readonly denomination: Fen;
  readonly state: 'held' | 'stacking' | 'stacked' | 'returning';
}

export interface TopUpInput {
  readonly ports: Ports;
  readonly card: CardReading;
  readonly preferences: Preferences;
}

export interface TopUpOutput {
  readonly outcome: Outcome;
  /** `menu`: nothing happened, the card is inside; `another`: done, more to do; `finish`: card back, goodbye. */
  readonly next: 'menu' | 'another' | 'finish';
}

type Trouble = ViewBodyOf<'trouble'>['trouble'];

export interface TopUpContext extends TopUpInput {
  readonly purseLimit: Fen;
  readonly selected: Fen | undefined;
  readonly digits: string;
  readonly digitsError: 'aboveMaximum' | 'belowMinimum' | undefined;
  readonly tender: Tender | undefined;
  readonly transaction: OpenTransaction | undefined;
  readonly notes: readonly CashNote[];
  /** What only evidence can tell: notes nobody can place, an order that may have been paid. */
  readonly disputed: Fen;
  readonly cashMessage: ViewBodyOf<'top-up-cash'>['message'];
  /** A note that came to escrow while the one before was still being taken. */
  readonly nextNote: Fen | undefined;
  readonly order: QrOrder | undefined;
  readonly orderState: OrderState['state'];
  readonly captured: Captured | undefined;
  /** Money taken and not yet delivered. */
  readonly held: Fen;
  readonly pending: JournalBody<'load.committing'> | undefined;
  readonly loadAttempts: number;
  readonly tac: string | undefined;
  readonly loaded: Fen;
  readonly balanceAfter: Fen | undefined;
  /** The put-back screen waits for a load that was sent (`examine`) or for one that never began (`start`). */
  readonly putBackFor: 'examine' | 'start';
  readonly otherTail: string | undefined;
  readonly trouble: Trouble | undefined;
  readonly settleReason: ViewBodyOf<'settled'>['why'];
  readonly outcome: Outcome;
  readonly next: TopUpOutput['next'];
  readonly card: CardReading;
  readonly cardPlace: 'inside' | 'atGate' | 'taken';
  readonly entry: AppendedEntry | undefined;
  readonly receipt: ViewBodyOf<'done'>['receipt'];
  readonly wait: RunningWait | undefined;
  /** Elapsed time at which money began to move. */
  readonly movingSince: number;
}

export type TopUpEvent =
  | UiMachineEvent
  | CardEvent
  | CashEvent
  | { readonly type: 'ORDER.STATE'; readonly state: OrderState }
  | { readonly type: 'PREFERENCES'; readonly preferences: Preferences }
  | { readonly type: 'wait.ended' };

/** Most that may be loaded now. */
export function maximumOf(context: Pick<TopUpContext, 'ports' | 'purseLimit' | 'card'>): Fen {
  return fen(Math.max(0, Math.min(context.ports.settings.maximumLoad, context.purseLimit - context.card.balance)));
}

/** Room left under the purse limit and the site's maximum after the notes that are in. */
export function roomOf(context: TopUpContext): Fen {
  return fen(Math.max(0, maximumOf(context) - context.held));
}

export function typedAmount(digits: string): Fen {
  return fen(Number(digits === '' ? 0 : digits) * 100);
}

function within(context: TopUpContext, amount: Fen | undefined): amount is Fen {
  return amount !== undefined && amount >= context.ports.settings.minimumLoad && amount <= maximumOf(context);
}

/** A fault of the chart itself, not of the world: said loudly, caught by the machine's error transitions. */
function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`top-up: ${what} is not known in this state`);
  return value;
}

function openRequest(context: TopUpContext, tender: Tender) {
  return { card: context.card, tender, requested: known(context.selected, 'amount'), locale: context.preferences.locale };
}

function settleRequest(context: TopUpContext) {
  const reason = context.settleReason;
  if (reason === 'restart' || reason === 'refundUndetermined' || reason === 'cardCaptured') throw new Error(`top-up: never settles for ${reason}`);
  return {
    transaction: known(context.transaction, 'transaction'),
    tender: known(context.tender, 'tender'),
    held: context.held,
    disputed: context.disputed,
    reason: reason satisfies SettleReason,
    orderId: context.order?.orderId,
    pendingLoadId: context.pending?.loadId,
  };
}

export function slipFor(context: TopUpContext): ReceiptContent {
  const status = context.outcome === 'delivered' || context.outcome === 'refunded' || context.outcome === 'voucher' ? context.outcome : 'pending';
  return slipOf(context.ports, {
    status,
    reference: known(context.transaction, 'transaction').reference,
    card: context.card,
    tender: known(context.tender, 'tender'),
    channel: context.captured === undefined ? undefined : { name: context.captured.channel, tail: context.captured.channelRef.slice(-4) },
    amount: amountOf(context),
    fee: ZERO_FEN,
    balanceAfter: context.balanceAfter,
    notes: context.notes.filter((note) => note.state === 'stacked').map((note) => note.denomination),
    entry: context.entry,
    preferences: context.preferences,
  });
}

/** The amount a result screen or slip is about. */
export function amountOf(context: TopUpContext): Fen {
  if (context.loaded > 0 && context.outcome === 'delivered') return context.loaded;
  return context.held + context.disputed > 0 ? addFen(context.held, context.disputed) : (context.selected ?? ZERO_FEN);
}

function delaysOf<D extends Record<string, number>>(named: D) {
  type Delay = (args: { context: TopUpContext }) => number;
  return Object.fromEntries(Object.entries(named).map(([name, ms]) => [name, (({ context }) => ms * paceOf(context.preferences)) satisfies Delay])) as Record<
    keyof D & string,
    Delay
  >;
}

const machineSetup = setup({
  types: typed<{
    context: TopUpContext;
    events: TopUpEvent;
    input: TopUpInput;
    output: TopUpOutput;
    tags: 'idleWarning' | 'moneyMoves' | 'noteMoves';
  }>(),
  actors: topUpActors,
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }): RunningWait => ({
        startedAt: context.ports.clock.monotonic(),
        totalMs: topUpDelays[params.delay] * paceOf(context.preferences),
        tone: params.tone,
      }),
    }),
    startOrderWait: assign({
      wait: ({ context }): RunningWait => ({ startedAt: context.ports.clock.monotonic(), totalMs: known(context.order, 'order').lifeMs, tone: 'normal' }),
    }),
    warnOrderEnds: assign({ wait: ({ context }) => (context.wait === undefined ? undefined : { ...context.wait, tone: 'warn' as const }) }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    startMoving: assign({ movingSince: ({ context }) => context.ports.clock.monotonic() }),
    settleFor: assign({ settleReason: (_, params: { reason: SettleReason }) => params.reason }),
    troubleIs: assign({ trouble: (_, params: { trouble: Trouble }) => params.trouble }),
    cashSays: assign({ cashMessage: (_, params: { message: TopUpContext['cashMessage'] }) => params.message }),
    loadHeld: assign(({ context }) => ({ selected: context.held, loadAttempts: 0 })),
    leaveTo: assign({ next: (_, params: { next: TopUpOutput['next'] }) => params.next }),
    cardTaken: assign({ cardPlace: 'taken' as const }),
    printing: assign({ receipt: 'printing' as const }),
    forget: assign({ transaction: undefined, order: undefined, orderState: 'waiting' as const, tender: undefined }),
  },
  guards: {
    hasMoney: ({ context }) => context.held > 0,
    hasDisputed: ({ context }) => context.disputed > 0,
    mayTryAgain: ({ context }) => context.loadAttempts < MAX_LOAD_ATTEMPTS,
    nothingFits: ({ context }) => context.ports.cash.denominations.every((denomination) => denomination > roomOf(context)),
    paperExpected: ({ context }) => {
      const { receipts } = context.ports.availability.current;
      return receipts === 'available' || receipts === 'paperLow';
    },
  },
  delays: {
    ...delaysOf(topUpDelays),
    orderLife: ({ context }) => known(context.order, 'order').lifeMs,
    orderAlmostOver: ({ context }) => Math.max(0, known(context.order, 'order').lifeMs - topUpDelays.orderEndsSoon),
  },
});

const ports = ({ context }: { context: TopUpContext }) => ({ ports: context.ports, request: undefined });
const transactionIdOf = (context: TopUpContext): string => known(context.transaction, 'transaction').transactionId;

/** Touches that change nothing in the flow but show that somebody is there. */
const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;

export const topUpMachine = machineSetup.createMachine({
  id: 'topUp',
  context: ({ input }) => ({
    ...input,
    purseLimit: input.card.purseLimit,
    selected: undefined,
    digits: '',
    digitsError: undefined,
    tender: undefined,
    transaction: undefined,
    notes: [],
    disputed: ZERO_FEN,
    cashMessage: undefined,
    nextNote: undefined,
    order: undefined,
    orderState: 'waiting',
    captured: undefined,
    held: ZERO_FEN,
    pending: undefined,
    loadAttempts: 0,
    tac: undefined,
    loaded: ZERO_FEN,
    balanceAfter: undefined,
    putBackFor: 'start',
    otherTail: undefined,
    trouble: undefined,
    settleReason: 'cancelled',
    outcome: 'abandoned',
    next: 'finish',
    cardPlace: 'inside',
    entry: undefined,
    receipt: 'choice',
    wait: undefined,
    movingSince: 0,
  }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'checking',
  output: ({ context }) => ({ outcome: context.outcome, next: context.next }),
  states: {
    /** The issuer is asked before the person invests anything. */
    checking: {
      entry: 'noWait',
      invoke: {
        src: 'checkCard',
        input: ({ context }) => ({ ports: context.ports, request: context.card.ref }),
        onDone: [
          { guard: ({ event }) => 'kind' in event.output, target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
          {
            guard: ({ event }) => 'allowed' in event.output && !event.output.allowed && event.output.reason === 'reportedLost',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'cardReportedLost' } },
          },
          {
            guard: ({ event }) => 'allowed' in event.output && !event.output.allowed,
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'issuerRefused' } },
          },
          {
            target: 'limits',
            actions: assign({
              purseLimit: ({ context, event }) =>
                'allowed' in event.output && event.output.allowed ? fen(Math.min(event.output.purseLimit, context.card.purseLimit)) : context.purseLimit,
            }),
          },
        ],
        onError: { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
      },
      on: { 'CARD.REMOVED': 'left' },
    },
    limits: {
      always: [
        {
          guard: ({ context }) => maximumOf(context) < context.ports.settings.minimumLoad,
          target: 'trouble',
          actions: { type: 'troubleIs', params: { trouble: 'cardFull' } },
        },
        { target: 'amount' },
      ],
    },
    amount: {
      ...patiently('chooseAmount'),
      on: {
        'ui.amount': {
          target: '.calm',
          guard: ({ context, event }) => within(context, fen(event.amount)),
          actions: assign({ selected: ({ event }) => fen(event.amount) }),
        },
        'ui.custom-amount': { target: 'custom', actions: assign({ digits: '', digitsError: undefined }) },
        'ui.confirm': { target: 'tender', guard: ({ context }) => within(context, context.selected) },
        'ui.back': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    custom: {
      ...patiently('chooseAmount'),
      on: {
        'ui.digit': {
          target: '.calm',
          guard: ({ context, event }) => context.digits.length < 5 && !(context.digits === '' && event.digit === '0'),
          actions: assign({ digits: ({ context, event }) => context.digits + event.digit, digitsError: undefined }),
        },
        'ui.erase': { target: '.calm', actions: assign({ digits: ({ context }) => context.digits.slice(0, -1), digitsError: undefined }) },
        'ui.clear': { target: '.calm', actions: assign({ digits: '', digitsError: undefined }) },
        'ui.confirm': [
          {
            guard: ({ context }) => within(context, typedAmount(context.digits)),
            target: 'tender',
            actions: assign({ selected: ({ context }) => typedAmount(context.digits) }),
          },
          {
            target: '.calm',
            actions: assign({
              digitsError: ({ context }) => (typedAmount(context.digits) > maximumOf(context) ? ('aboveMaximum' as const) : ('belowMinimum' as const)),
            }),
          },
        ],
        'ui.back': 'amount',
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    tender: {
      ...patiently('chooseTender'),
      on: {
        'ui.tender': [
          {
            guard: ({ context, event }) => event.tender === 'cash' && context.ports.availability.current.tenders.cash.available,
            target: 'cash',
            actions: assign({ tender: 'cash' }),
          },
          {
            guard: ({ context, event }) => event.tender === 'qr' && context.ports.availability.current.tenders.qr.available,
            target: 'qr',
            actions: assign({ tender: 'qr' }),
          },
        ],
        'ui.back': 'amount',
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },

    cash: {
      initial: 'opening',
      entry: assign({ notes: [], cashMessage: undefined, nextNote: undefined }),
      invoke: { src: 'cashEvents', input: ({ context }) => ({ ports: context.ports }) },
      on: {
        'CASH.TROUBLE': { actions: [{ type: 'cashSays', params: { message: 'acceptorDown' } }], target: '.troubled' },
      },
      states: {
        opening: {
          invoke: {
            src: 'openCash',
            input: ({ context }) => ({ ports: context.ports, request: { ...openRequest(context, 'cash'), room: maximumOf(context) } }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'open',
                target: 'ready',
                actions: assign({ transaction: ({ event }) => (event.output.kind === 'open' ? event.output.transaction : undefined) }),
              },
              {
                guard: ({ event }) => event.output.kind === 'journalFailed',
                target: '#topUp.trouble',
                actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
              },
              { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
            ],
            onError: { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
          },
          // What the acceptor says while it is being opened is asked again by its first note or its status.
          on: { 'CASH.TROUBLE': {} },
        },
        ready: {
          ...patiently('nextNote'),
          always: { guard: ({ context }) => context.held > 0 && maximumOf(context) <= context.held, target: 'closing' },
          on: {
            'NOTE.ACCEPTING': '.calm',
            'NOTE.ESCROWED': {
              target: 'taking',
              actions: assign({
                notes: ({ context, event }) => [...context.notes, { denomination: event.denomination, state: 'stacking' as const }],
                cashMessage: undefined,
              }),
            },
            'NOTE.REJECTED': [
              {
                guard: ({ event }) => event.reason === 'inhibited',
                target: '.calm',
                actions: { type: 'cashSays', params: { message: 'noteOverLimit' } },
              },
              { target: '.calm', actions: { type: 'cashSays', params: { message: 'noteRejected' } } },
            ],
            'ui.confirm': { guard: 'hasMoney', target: 'closing' },
            'ui.cancel': { target: 'leaving', actions: { type: 'leaveTo', params: { next: 'menu' } } },
            'ui.back': { guard: ({ context }) => context.held === 0, target: 'leaving', actions: { type: 'leaveTo', params: { next: 'menu' } } },
            ...stillHere,
            'CARD.REMOVED': [{ guard: 'hasMoney', target: 'closing' }, { target: 'leaving' }],
            'wait.ended': [{ guard: 'hasMoney', target: 'closing' }, { target: 'leaving' }],
          },
        },
        taking: {
          tags: ['noteMoves', 'moneyMoves'],
          entry: 'noWait',
          // The step itself ends with what is known of the note; a trouble told meanwhile would cut it short.
          on: {
            'CASH.TROUBLE': { actions: { type: 'cashSays', params: { message: 'acceptorDown' } } },
            'NOTE.ESCROWED': { actions: assign({ nextNote: ({ event }) => event.denomination }) },
          },
          invoke: {
            src: 'takeNote',
            input: ({ context }) => ({
              ports: context.ports,
              request: { transactionId: transactionIdOf(context), denomination: known(context.notes.at(-1), 'note').denomination, room: roomOf(context) },
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'stacked',
                target: 'counted',
                actions: assign({
                  notes: ({ context }) => [
                    ...context.notes.slice(0, -1),
                    { denomination: known(context.notes.at(-1), 'note').denomination, state: 'stacked' as const },
                  ],
                  held: ({ context }) => addFen(context.held, known(context.notes.at(-1), 'note').denomination),
                }),
              },
              {
                guard: ({ event }) => event.output.kind === 'returned',
                target: 'counted',
                actions: assign({
                  notes: ({ context }) => context.notes.slice(0, -1),
                  cashMessage: ({ event }) =>
                    event.output.kind === 'returned' && event.output.overLimit ? ('noteOverLimit' as const) : ('noteReturned' as const),
                }),
              },
              {
                guard: ({ event }) => event.output.kind === 'suspense',
                target: 'closing',
                actions: assign({
                  disputed: ({ context }) => addFen(context.disputed, known(context.notes.at(-1), 'note').denomination),
                  notes: ({ context }) => context.notes.slice(0, -1),
                }),
              },
              { target: 'closing' },
            ],
            onError: {
              target: 'closing',
              actions: assign({
                disputed: ({ context }) => addFen(context.disputed, known(context.notes.at(-1), 'note').denomination),
                notes: ({ context }) => context.notes.slice(0, -1),
              }),
            },
          },
        },
        /** After a note: on with the next, unless nothing more fits or the acceptor is in trouble. */
        counted: {
          always: [
            { guard: ({ context }) => context.cashMessage === 'acceptorDown', target: 'troubled' },
            {
              guard: ({ context }) => context.nextNote !== undefined,
              target: 'taking',
              actions: assign({
                notes: ({ context }) => [...context.notes, { denomination: known(context.nextNote, 'note'), state: 'stacking' as const }],
                nextNote: undefined,
              }),
            },
            { guard: 'nothingFits', target: 'closing' },
            { target: 'ready' },
          ],
        },
        troubled: {
          always: [
            { guard: 'hasMoney', target: 'closing' },
            { guard: 'hasDisputed', target: 'closing' },
            { target: 'leaving', actions: { type: 'troubleIs', params: { trouble: 'cashDown' } } },
          ],
        },
        /** No more notes; then what is in the box is loaded. */
        closing: {
          entry: 'noWait',
          tags: 'moneyMoves',
          on: { 'CASH.TROUBLE': {} },
          invoke: {
            src: 'stopCash',
            input: ports,
            onDone: [
              { guard: 'hasMoney', target: '#topUp.load', actions: 'loadHeld' },
              { guard: 'hasDisputed', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
              // The journal refused the note, so it went back: nothing was taken.
              { target: '#topUp.unwritten' },
            ],
            onError: { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'noteUndetermined' } } },
          },
        },
        /** The person leaves: with nothing in the box nothing happened, otherwise a voucher. */
        leaving: {
          entry: 'noWait',
          tags: 'moneyMoves',
          on: { 'CASH.TROUBLE': {} },
          invoke: {
            src: 'stopCash',
            input: ports,
            onDone: [
              { guard: 'hasMoney', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
              { target: '#topUp.abandoning' },
            ],
            onError: [
              { guard: 'hasMoney', target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
              { target: '#topUp.abandoning' },
            ],
          },
        },
      },
    },

    qr: {
      initial: 'creating',
      entry: assign({ order: undefined, orderState: 'waiting' as const, captured: undefined }),
      states: {
        creating: {
          entry: 'noWait',
          invoke: {
            src: 'createOrder',
            input: ({ context }) => ({ ports: context.ports, request: openRequest(context, 'qr') }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'created',
                target: 'shown',
                actions: assign({
                  transaction: ({ event }) => (event.output.kind === 'created' ? event.output.transaction : undefined),
                  order: ({ event }) => (event.output.kind === 'created' ? event.output.order : undefined),
                }),
              },
              {
                guard: ({ event }) => event.output.kind === 'journalFailed',
                target: '#topUp.trouble',
                actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
              },
              { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
            ],
            onError: { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'paymentOffline' } } },
          },
        },
        shown: {
          entry: 'startOrderWait',
          invoke: { src: 'watchOrder', input: ({ context }) => ({ ports: context.ports, orderId: known(context.order, 'order').orderId }) },
          after: {
            orderAlmostOver: { actions: 'warnOrderEnds' },
            orderLife: { target: 'closing', actions: { type: 'troubleIs', params: { trouble: 'paymentExpired' } } },
          },
          on: {
            'ORDER.STATE': [
              {
                guard: ({ event }) => event.state.state === 'captured',
                target: 'recording',
                actions: assign({ captured: ({ event }) => (event.state.state === 'captured' ? event.state : undefined) }),
              },
              {
                guard: ({ event }) => event.state.state === 'declined',
                target: 'closing',
                actions: { type: 'troubleIs', params: { trouble: 'paymentDeclined' } },
              },
              {
                guard: ({ event }) => event.state.state === 'closed',
                target: 'closing',
                actions: { type: 'troubleIs', params: { trouble: 'paymentExpired' } },
              },
              { actions: assign({ orderState: ({ event }) => event.state.state }) },
            ],
            'ui.back': { target: 'closing', actions: assign({ trouble: undefined, next: 'menu' as const }) },
            'ui.cancel': { target: 'closing', actions: assign({ trouble: undefined, next: 'menu' as const }) },
            'CARD.REMOVED': { target: 'closing', actions: assign({ trouble: undefined, next: 'finish' as const, cardPlace: 'taken' as const }) },
          },
        },
        recording: {
          entry: 'noWait',
          tags: 'moneyMoves',
          invoke: {
            src: 'recordCaptured',
            input: ({ context }) => ({
              ports: context.ports,
              request: { transactionId: transactionIdOf(context), orderId: known(context.order, 'order').orderId, state: known(context.captured, 'payment') },
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'captured',
                target: '#topUp.load',
                actions: [assign({ held: ({ event }) => (event.output.kind === 'captured' ? event.output.amount : ZERO_FEN) }), 'loadHeld'],
              },
              // Paid, but nothing can be written down: recovery finds the order and refunds it.
              { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => known(context.captured, 'payment').amount }) },
            ],
            onError: { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => known(context.captured, 'payment').amount }) },
          },
        },
        /** An order is never left before it is certain that it can't be paid any more. */
        closing: {
          entry: 'noWait',
          tags: 'moneyMoves',
          invoke: {
            src: 'closeOrder',
            input: ({ context }) => ({
              ports: context.ports,
              request: { transactionId: transactionIdOf(context), orderId: known(context.order, 'order').orderId },
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'captured',
                target: '#topUp.load',
                actions: [
                  assign({
                    captured: ({ event }) => (event.output.kind === 'captured' ? event.output.state : undefined),
                    held: ({ event }) => (event.output.kind === 'captured' ? event.output.state.amount : ZERO_FEN),
                  }),
                  'loadHeld',
                ],
              },
              { guard: ({ event, context }) => event.output.kind === 'closed' && context.trouble !== undefined, target: '#topUp.trouble' },
              { guard: ({ event, context }) => event.output.kind === 'closed' && context.next === 'finish', target: '#topUp.left' },
              { guard: ({ event }) => event.output.kind === 'closed', target: '#topUp.tender', actions: 'forget' },
              {
                guard: ({ event }) => event.output.kind === 'undetermined',
                target: '#topUp.settling',
                actions: [
                  assign({ disputed: ({ context }) => context.selected ?? ZERO_FEN }),
                  { type: 'settleFor', params: { reason: 'paymentUndetermined' } },
                ],
              },
              { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => context.selected ?? ZERO_FEN }) },
            ],
            onError: { target: '#topUp.unwritten', actions: assign({ disputed: ({ context }) => context.selected ?? ZERO_FEN }) },
          },
        },
      },
    },

    load: {
      initial: 'authorizing',
      tags: 'moneyMoves',
      entry: ['noWait', 'startMoving'],
      states: {
        authorizing: {
          invoke: {
            src: 'authorizeLoad',
            input: ({ context }) => ({
              ports: context.ports,
              request: { transaction: known(context.transaction, 'transaction'), ref: context.card.ref, amount: context.held },
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'authorized',
                target: 'committing',
                actions: assign({
                  pending: ({ event }) => (event.output.kind === 'authorized' ? event.output.pending : undefined),
                  loadAttempts: ({ context }) => context.loadAttempts + 1,
                }),
              },
              {
                guard: ({ event }) => event.output.kind === 'otherCard' || event.output.kind === 'removed',
                target: '#topUp.putBack',
                actions: assign({
                  putBackFor: 'start' as const,
                  otherTail: ({ event }) => (event.output.kind === 'otherCard' ? event.output.tail : undefined),
                }),
              },
              {
                guard: ({ event }) => event.output.kind === 'refused',
                target: '#topUp.settling',
                actions: { type: 'settleFor', params: { reason: 'issuerRefused' } },
              },
              {
                guard: ({ event }) => event.output.kind === 'cardRefused',
                target: '#topUp.settling',
                actions: { type: 'settleFor', params: { reason: 'cardRefused' } },
              },
              { guard: ({ event }) => event.output.kind === 'journalFailed', target: '#topUp.unwritten' },
              { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'issuerOffline' } } },
            ],
            // The reader failed before anything was sent to the chip that could change it.
            onError: { target: '#topUp.putBack', actions: assign({ putBackFor: 'start' as const, otherTail: undefined }) },
          },
        },
        committing: {
          invoke: {
            src: 'commitLoad',
            input: ({ context }) => ({ ports: context.ports, request: { transactionId: transactionIdOf(context), pending: known(context.pending, 'load') } }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'credited',
                target: 'verifying',
                actions: assign({
                  tac: ({ event }) => (event.output.kind === 'credited' ? event.output.tac : undefined),
                  loaded: ({ context }) => context.held,
                  balanceAfter: undefined,
                }),
              },
              {
                guard: ({ event, context }) => event.output.kind === 'notCredited' && context.loadAttempts < MAX_LOAD_ATTEMPTS,
                target: 'authorizing',
                actions: assign({ pending: undefined }),
              },
              {
                guard: ({ event }) => event.output.kind === 'notCredited',
                target: '#topUp.settling',
                actions: [assign({ pending: undefined }), { type: 'settleFor', params: { reason: 'cardRefused' } }],
              },
              { guard: ({ event }) => event.output.kind === 'journalFailed', target: '#topUp.unwritten' },
              { target: 'examining' },
            ],
            onError: 'examining',
          },
        },
        /** A load was sent and nobody knows: only the card can say. */
        examining: {
          invoke: {
            src: 'examineLoad',
            input: ({ context }) => ({
              ports: context.ports,
              request: { transactionId: transactionIdOf(context), pending: known(context.pending, 'load'), ref: context.card.ref },
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'credited',
                target: 'verifying',
                actions: assign({
                  tac: ({ event }) => (event.output.kind === 'credited' ? event.output.tac : undefined),
                  balanceAfter: ({ event }) => (event.output.kind === 'credited' ? event.output.balance : undefined),
                  loaded: ({ context }) => context.held,
                }),
              },
              {
                guard: ({ event, context }) => event.output.kind === 'notCredited' && context.loadAttempts < MAX_LOAD_ATTEMPTS,
                target: 'authorizing',
                actions: assign({ pending: undefined }),
              },
              {
                guard: ({ event }) => event.output.kind === 'notCredited',
                target: '#topUp.settling',
                actions: [assign({ pending: undefined }), { type: 'settleFor', params: { reason: 'cardRefused' } }],
              },
              {
                guard: ({ event }) => event.output.kind === 'otherCard' || event.output.kind === 'removed',
                target: '#topUp.putBack',
                actions: assign({
                  putBackFor: 'examine' as const,
                  otherTail: ({ event }) => (event.output.kind === 'otherCard' ? event.output.tail : undefined),
                }),
              },
              {
                guard: ({ event }) => event.output.kind === 'undetermined',
                target: '#topUp.settling',
                actions: [assign({ pending: undefined }), { type: 'settleFor', params: { reason: 'loadUndetermined' } }],
              },
              { target: '#topUp.unwritten' },
            ],
            onError: { target: '#topUp.putBack', actions: assign({ putBackFor: 'examine' as const, otherTail: undefined }) },
          },
        },
        verifying: {
          invoke: {
            src: 'finishLoad',
            input: ({ context }) => ({
              ports: context.ports,
              request: {
                transaction: known(context.transaction, 'transaction'),
                loadId: known(context.pending, 'load').loadId,
                amount: context.loaded,
                tac: context.tac,
                balanceAfter: context.balanceAfter,
                disputed: context.disputed,
              },
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'finished',
                target: '#topUp.finished',
                actions: assign({
                  balanceAfter: ({ event }) => (event.output.kind === 'finished' ? event.output.balanceAfter : undefined),
                  entry: ({ event }) => (event.output.kind === 'finished' ? event.output.entry : undefined),
                  held: ZERO_FEN,
                  outcome: ({ context }) => (context.disputed > 0 ? ('case' as const) : ('delivered' as const)),
                  settleReason: 'noteUndetermined' as const,
                }),
              },
              { target: '#topUp.unwritten' },
            ],
            onError: '#topUp.unwritten',
          },
        },
      },
    },

    putBack: {
      initial: 'opening',
      entry: { type: 'startWait', params: { delay: 'putBack', tone: 'warn' } },
      exit: 'noWait',
      after: { putBack: '.givenUp' },
      on: {
        'ui.give-up-card': '.givenUp',
        'CARD.INSERTED': '.deciding',
      },
      states: {
        /** A card that is inside (another one, or one whose chip fell silent) goes out to be taken; with none inside the gate opens. */
        opening: {
          invoke: {
            src: 'openGate',
            input: ports,
            onDone: [{ guard: ({ event }) => event.output === 'presented', target: 'presented' }, { target: 'open' }],
            onError: 'open',
          },
        },
        presented: { on: { 'CARD.REMOVED': 'opening' } },
        open: {},
        deciding: {
          always: [{ guard: ({ context }) => context.putBackFor === 'examine', target: '#topUp.load.examining' }, { target: '#topUp.load.authorizing' }],
        },
        givenUp: {
          invoke: {
            src: 'closeGate',
            input: ports,
            onDone: [
              {
                guard: ({ context }) => context.putBackFor === 'examine',
                target: '#topUp.settling',
                actions: { type: 'settleFor', params: { reason: 'loadUndetermined' } },
              },
              { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cardGone' } } },
            ],
            onError: { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cardGone' } } },
          },
        },
      },
    },

    /** Money that was taken gets a definite place. */
    settling: {
      tags: 'moneyMoves',
      entry: 'noWait',
      invoke: {
        src: 'settle',
        input: ({ context }) => ({ ports: context.ports, request: settleRequest(context) }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'journalFailed', target: 'unwritten' },
          {
            target: 'finished',
            actions: assign({
              outcome: ({ event, context }) => (event.output.kind === 'journalFailed' ? context.outcome : event.output.kind),
              entry: ({ event }) => ('entry' in event.output ? event.output.entry : undefined),
              settleReason: ({ event, context }) =>
                event.output.kind === 'case' && event.output.reason === 'refundUndetermined' ? ('refundUndetermined' as const) : context.settleReason,
            }),
          },
        ],
        onError: 'unwritten',
      },
    },
    /** The journal can't write: what happened stays as it is until recovery reads it back, and the person gets the number. */
    unwritten: {
      entry: [assign({ outcome: 'case' as const }), { type: 'settleFor', params: { reason: 'journalUnavailable' } }],
      always: 'finished',
    },

    /** The result: card back first, then paper. */
    finished: {
      initial: 'presenting',
      states: {
        presenting: {
          tags: 'moneyMoves',
          invoke: {
            src: 'presentCard',
            input: ports,
            onDone: {
              target: 'paper',
              actions: assign({ cardPlace: ({ event, context }) => (event.output === 'presented' ? ('atGate' as const) : context.cardPlace) }),
            },
            onError: 'paper',
          },
          on: { 'CARD.REMOVED': { actions: 'cardTaken' } },
        },
        /** What isn't delivered prints by itself: the number must not depend on a choice. */
        paper: {
          always: [
            {
              guard: ({ context }) =>
                context.outcome !== 'delivered' && context.outcome !== 'refunded' && context.transaction !== undefined && context.entry !== undefined,
              target: 'printing',
            },
            { target: 'result' },
          ],
        },
        result: {
          initial: 'choosing',
          states: { choosing: {} },
          entry: [
            {
              type: 'startWait',
              params: ({ context }) => ({ delay: context.outcome === 'delivered' ? ('result' as const) : ('settledResult' as const), tone: 'normal' as const }),
            },
          ],
          after: {
            result: { guard: ({ context }) => context.outcome === 'delivered', target: '#topUp.over' },
            settledResult: { target: '#topUp.over' },
          },
          on: {
            'ui.receipt': [
              {
                guard: ({ event, context }) => event.choice === 'print' && (context.receipt === 'choice' || context.receipt === 'onScreen'),
                target: 'printing',
              },
              { guard: ({ event }) => event.choice === 'screen', target: 'result', reenter: true, actions: assign({ receipt: 'onScreen' as const }) },
              { guard: ({ event }) => event.choice === 'none', actions: assign({ receipt: 'none' as const }), target: '#topUp.over' },
            ],
            'ui.another': { target: '#topUp.over', actions: { type: 'leaveTo', params: { next: 'another' } } },
            'ui.finish': '#topUp.over',
          },
        },
        printing: {
          entry: ['printing', 'noWait'],
          invoke: {
            src: 'printSlip',
            input: ({ context }) => ({ ports: context.ports, request: { transactionId: transactionIdOf(context), content: slipFor(context) } }),
            onDone: {
              target: 'result',
              actions: assign({ receipt: ({ event }) => (event.output.state === 'printed' ? ('printed' as const) : ('failed' as const)) }),
            },
            onError: { target: 'result', actions: assign({ receipt: 'failed' as const }) },
          },
        },
      },
      on: { 'CARD.REMOVED': { actions: 'cardTaken' } },
    },

    /** Nothing was taken, the transaction was opened. */
    abandoning: {
      invoke: {
        src: 'abandon',
        input: ({ context }) => ({ ports: context.ports, request: transactionIdOf(context) }),
        onDone: [{ guard: ({ context }) => context.trouble !== undefined, target: 'trouble' }, { target: 'left' }],
        onError: 'left',
      },
    },
    trouble: {
      initial: 'reading',
      entry: [{ type: 'startWait', params: { delay: 'readTrouble', tone: 'normal' } }, assign({ transaction: undefined, tender: undefined })],
      states: { reading: {} },
      after: { readTrouble: 'left' },
      on: {
        'ui.retry': [
          {
            guard: ({ context }) => context.trouble === 'issuerOffline' || context.trouble === 'journalUnavailable',
            target: 'checking',
            actions: assign({ trouble: undefined }),
          },
          {
            guard: ({ context }) =>
              context.trouble === 'paymentOffline' ||
              context.trouble === 'paymentDeclined' ||
              context.trouble === 'paymentExpired' ||
              context.trouble === 'cashDown',
            target: 'tender',
            actions: assign({ trouble: undefined }),
          },
        ],
        'ui.back': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
      },
    },
    left: { type: 'final' },
    over: { type: 'final' },
  },
});

export type TopUpActor = ActorRefFrom<typeof topUpMachine>;
export type TopUpSnapshot = SnapshotFrom<typeof topUpMachine>;
