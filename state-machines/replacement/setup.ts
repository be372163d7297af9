/** The chart's vocabulary: its actors, actions, guards and delays by name. The states are made of it. */
import { assign, fromCallback, fromPromise, raise, setup } from 'xstate';
import { typed } from '../chart-types.ts';
import type { OrderState, Ports } from '../ports.ts';
import * as money from '../top-up/steps.ts';
import { delaysOf, waitOf, type RunningWait } from '../waiting.ts';
import {
  beginning,
  feeTenders,
  known,
  replacementDelays,
  type DelayName,
  type ReplacementContext,
  type ReplacementEvent,
  type ReplacementInput,
  type ReplacementOutput,
  type ReplacementTrouble,
} from './context.ts';
import { printReplacement } from './slip.ts';
import * as steps from './steps.ts';

/** A step with its ports; `request` is what the chart knows. */
function step<R, O>(run: (ports: Ports, request: R, signal: AbortSignal) => Promise<O>) {
  return fromPromise<O, { readonly ports: Ports; readonly request: R }>(({ input, signal }) => run(input.ports, input.request, signal));
}

export const replacementSetup = setup({
  types: typed<{
    context: ReplacementContext;
    events: ReplacementEvent;
    input: ReplacementInput;
    output: ReplacementOutput;
    tags: 'idleWarning' | 'moneyMoves' | 'noteMoves';
  }>(),
  actors: {
    open: step((ports, request: steps.OpenRequest) => steps.openReplacement(ports, request)),
    acceptFee: step((ports, fee: ReplacementContext['fee']) => steps.acceptFee(ports, fee)),
    takeNote: step((ports, request: money.TakeNoteRequest) => money.takeNote(ports, request)),
    stopCash: step((ports, request: money.StopCashRequest) => money.stopCash(ports, request)),
    orderFee: step((ports, request: steps.OpenReplacement, signal) => steps.orderFee(ports, request, signal)),
    recordCaptured: step((ports, request: money.CapturedRequest) => money.recordCaptured(ports, request)),
    closeOrder: step((ports, request: money.OrderRequest) => money.closeOrder(ports, request)),
    letGo: step((ports, request: Parameters<typeof steps.letGo>[1]) => steps.letGo(ports, request)),
    dispense: step((ports, request: steps.OpenReplacement) => steps.dispenseBlank(ports, request)),
    write: step((ports, request: steps.BlankRequest) => steps.writeBlank(ports, request)),
    check: step((ports, request: Parameters<typeof steps.checkBlank>[1]) => steps.checkBlank(ports, request)),
    capture: step((ports, request: steps.CaptureRequest) => steps.captureBlank(ports, request)),
    present: step((ports, request: steps.BlankRequest) => steps.presentNewCard(ports, request)),
    deliver: step((ports, request: steps.BlankRequest) => steps.deliverNewCard(ports, request)),
    keepFee: step((ports, request: steps.OpenReplacement) => steps.keepFee(ports, request)),
    settle: step(async (ports, request: money.SettleRequest & { readonly replacementId: string }) => {
      const outcome = await money.settle(ports, request);
      if (outcome.kind !== 'journalFailed') await steps.tellCancelled(ports, request.transaction.transactionId, request.replacementId).catch(() => undefined);
      return outcome;
    }),
    print: step((_ports, context: ReplacementContext) => printReplacement(context)),
    cashEvents: fromCallback<{ type: string }, { readonly ports: Ports }>(({ input, sendBack }) => input.ports.cash.onEvent(sendBack)),
    blankEvents: fromCallback<{ type: string }, { readonly ports: Ports }>(({ input, sendBack }) => input.ports.blanks.onEvent(sendBack)),
    watchOrder: fromCallback<{ type: string }, { readonly ports: Ports; readonly orderId: string }>(({ input, sendBack }) =>
      money.watchOrder(input.ports, input.orderId, (state: OrderState) => sendBack({ type: 'ORDER.STATE', state })),
    ),
  },
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, replacementDelays[params.delay], params.tone),
    }),
    startOrderWait: assign({
      wait: ({ context }): RunningWait => ({ startedAt: context.ports.clock.monotonic(), totalMs: known(context.order, 'order').lifeMs, tone: 'normal' }),
    }),
    warnOrderEnds: assign({ wait: ({ context }) => (context.wait === undefined ? undefined : { ...context.wait, tone: 'warn' as const }) }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    startMaking: assign({ makingSince: ({ context }) => context.ports.clock.monotonic() }),
    troubleIs: assign({ trouble: (_, params: { trouble: ReplacementTrouble }) => params.trouble }),
    settleFor: assign({ settleReason: (_, params: { reason: ReplacementContext['settleReason'] }) => params.reason }),
    spoiltBy: assign({ spoilt: (_, params: { why: string; tryNext: boolean }) => params }),
    cashSays: assign({ cashMessage: (_, params: { message: ReplacementContext['cashMessage'] }) => params.message }),
    /** Nothing has happened yet, again. */
    beginAgain: assign(({ context }) => ({ ...beginning(context), preferences: context.preferences })),
    noteIsStuck: assign({ noteStuck: true, cashMessage: 'acceptorDown' as const }),
    noteLost: assign({
      disputed: ({ context }) => money.stackedTotal([{ denomination: known(context.notes.at(-1), 'note').denomination, state: 'stacked' }]),
      notes: ({ context }) => context.notes.slice(0, -1),
    }),
  },
  guards: {
    hasMoney: ({ context }) => context.held > 0,
    isPaid: ({ context }) => context.held >= context.fee && context.disputed === 0 && !context.noteStuck,
    hasDisputed: ({ context }) => context.disputed > 0 || context.noteStuck,
    noteSticks: ({ context, event }) => event.type === 'CASH.TROUBLE' && event.trouble === 'noteStuck' && !context.noteStuck,
    canPayBy: ({ context, event }) => event.type === 'ui.tender' && feeTenders(context).some(({ name, available }) => name === event.tender && available),
  },
  delays: {
    ...delaysOf(replacementDelays),
    orderLife: ({ context }) => known(context.order, 'order').lifeMs,
    orderAlmostOver: ({ context }) => Math.max(0, known(context.order, 'order').lifeMs - replacementDelays.orderEndsSoon),
  },
});

/** What the steps of the making are about. */
export const blankOf = ({ context }: { context: ReplacementContext }) => ({
  ports: context.ports,
  request: { replacement: known(context.replacement, 'replacement'), blankId: known(context.blankId, 'blank') },
});

/** Touches that change nothing in the flow but show that somebody is there. */
export const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;
