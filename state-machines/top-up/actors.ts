/** The actors a top-up invokes: its money steps as promises, the world's news as callbacks. Tests may put others in their place. */
import { fromCallback, fromPromise } from 'xstate';
import { findWaiting } from '../pending-load/steps.ts';
import type { CardReading, OrderState, Ports } from '../ports.ts';
import { claimWaiting, type ClaimRequest } from './claim-steps.ts';
import type { OpenRequest } from './step.ts';
import { payWithPresented, type PresentedRequest } from './present-steps.ts';
import * as steps from './steps.ts';
import { reserveVoucher, type ReserveRequest } from './voucher-steps.ts';

/** A step with its ports; `request` is what the chart knows. */
function step<R, O>(run: (ports: Ports, request: R, signal: AbortSignal) => Promise<O>) {
  return fromPromise<O, { readonly ports: Ports; readonly request: R }>(({ input, signal }) => run(input.ports, input.request, signal));
}

type In<F extends (ports: Ports, request: never, ...rest: never[]) => unknown> = Parameters<F>[1];

export const topUpActors = {
  checkCard: step((ports, ref: In<typeof steps.checkCard>, signal) => steps.checkCard(ports, ref, signal)),
  openCash: step((ports, request: OpenRequest & { readonly room: steps.Room }) => steps.openCash(ports, request, request.room)),
  takeNote: step((ports, request: steps.TakeNoteRequest) => steps.takeNote(ports, request)),
  stopCash: step((ports, request: steps.StopCashRequest) => steps.stopCash(ports, request)),
  abandon: step((ports, transactionId: string) => steps.abandon(ports, transactionId)),
  createOrder: step((ports, request: OpenRequest, signal) => steps.createOrder(ports, request, signal)),
  recordCaptured: step((ports, request: steps.CapturedRequest) => steps.recordCaptured(ports, request)),
  closeOrder: step((ports, request: steps.OrderRequest) => steps.closeOrder(ports, request)),
  payWithPresented: step((ports, request: PresentedRequest) => payWithPresented(ports, request)),
  reserveVoucher: step((ports, request: ReserveRequest) => reserveVoucher(ports, request)),
  findWaiting: step((ports, card: CardReading, signal) => findWaiting(ports, card, signal)),
  claimWaiting: step((ports, request: ClaimRequest) => claimWaiting(ports, request)),
  authorizeLoad: step((ports, request: steps.AuthorizeRequest) => steps.authorizeLoad(ports, request)),
  commitLoad: step((ports, request: steps.CommitRequest) => steps.commitLoad(ports, request)),
  examineLoad: step((ports, request: steps.ExamineRequest) => steps.examineLoad(ports, request)),
  finishLoad: step((ports, request: steps.FinishRequest) => steps.finishLoad(ports, request)),
  settle: step((ports, request: steps.SettleRequest) => steps.settle(ports, request)),
  openGate: step((ports) => steps.openGate(ports)),
  closeGate: step((ports) => steps.closeGate(ports)),
  presentCard: step((ports) => steps.presentCard(ports)),
  printSlip: step((ports, request: steps.PrintRequest) => steps.printSlip(ports, request)),
  cashEvents: fromCallback<{ type: string }, { readonly ports: Ports }>(({ input, sendBack }) => input.ports.cash.onEvent(sendBack)),
  watchScanner: fromCallback<{ type: string }, { readonly ports: Ports }>(({ input, sendBack }) => input.ports.scanner.listen(sendBack)),
  watchOrder: fromCallback<{ type: string }, { readonly ports: Ports; readonly orderId: string }>(({ input, sendBack }) =>
    steps.watchOrder(input.ports, input.orderId, (state: OrderState) => sendBack({ type: 'ORDER.STATE', state })),
  ),
};
