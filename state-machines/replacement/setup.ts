/** The chart's vocabulary: its actors, actions, guards and delays by name. The states are made of it. */
import { assign, fromCallback, raise, setup } from 'xstate';
import { typed } from '../chart-types.ts';
import type { PaymentEvent } from '../payment/context.ts';
import { changes, paymentActors, paymentDelays, paymentGuards, step, type CashSaid, type PresentSaid } from '../payment/setup.ts';
import type { Ports } from '../ports.ts';
import * as money from '../top-up/steps.ts';
import { delaysOf, waitOf } from '../waiting.ts';
import {
  beginning,
  feeTenders,
  known,
  replacementDelays,
  type DelayName,
  type ReplacementContext,
  type ReplacementInput,
  type ReplacementOutput,
  type ReplacementTrouble,
} from './context.ts';
import { printReplacement } from './slip.ts';
import * as steps from './steps.ts';

export const replacementSetup = setup({
  types: typed<{
    context: ReplacementContext;
    events: PaymentEvent;
    input: ReplacementInput;
    output: ReplacementOutput;
    tags: 'idleWarning' | 'moneyMoves' | 'noteMoves';
  }>(),
  actors: {
    ...paymentActors,
    open: step((ports, request: steps.OpenRequest) => steps.openReplacement(ports, request)),
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
    blankEvents: fromCallback<{ type: string }, { readonly ports: Ports }>(({ input, sendBack }) => input.ports.blanks.onEvent(sendBack)),
  },
  actions: {
    startOrderWait: assign((now) => changes.startOrderWait(now)),
    startSaleWait: assign((now) => changes.startSaleWait(now)),
    startConfirmWait: assign((now) => changes.startConfirmWait(now)),
    warnOrderEnds: assign((now) => changes.warnOrderEnds(now)),
    noWait: assign(changes.noWait),
    noOrder: assign(changes.noOrder),
    orderIsDisputed: assign((now) => changes.orderIsDisputed(now)),
    cashSays: assign((now, said: CashSaid) => changes.cashSays(now, said)),
    presentSays: assign((now, said: PresentSaid) => changes.presentSays(now, said)),
    noteIsStuck: assign(changes.noteIsStuck),
    noteLost: assign((now) => changes.noteLost(now)),
    endWait: raise({ type: 'wait.ended' }),
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, replacementDelays[params.delay], params.tone),
    }),
    startMaking: assign({ makingSince: ({ context }) => context.ports.clock.monotonic() }),
    troubleIs: assign({ trouble: (_, params: { trouble: ReplacementTrouble }) => params.trouble }),
    settleFor: assign({ settleReason: (_, params: { reason: ReplacementContext['settleReason'] }) => params.reason }),
    leave: assign((_now, _params: { next: 'menu' | 'finish' }) => ({ leaves: true })),
    /** There is none: the old one is lost. */
    cardTaken: () => undefined,
    spoiltBy: assign({ spoilt: (_, params: { why: string; tryNext: boolean }) => params }),
    /** Nothing has happened yet, again. */
    beginAgain: assign(({ context }) => ({ ...beginning(context), preferences: context.preferences })),
  },
  guards: {
    ...paymentGuards,
    canPayBy: ({ context, event }) => event.type === 'ui.tender' && feeTenders(context).some(({ name, available }) => name === event.tender && available),
  },
  delays: {
    ...delaysOf(replacementDelays),
    ...paymentDelays,
  },
});

/** What the steps of the making are about. */
export const blankOf = ({ context }: { context: ReplacementContext }) => ({
  ports: context.ports,
  request: { replacement: known(context.replacement, 'replacement'), blankId: known(context.blankId, 'blank') },
});
