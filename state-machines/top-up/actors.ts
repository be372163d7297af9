/** The actors a top-up invokes: its money steps as promises, the world's news as callbacks. Tests may put others in their place. */
import { paymentActors, step } from '../payment/setup.ts';
import { findWaiting } from '../pending-load/steps.ts';
import type { CardReading, Ports } from '../ports.ts';
import { claimWaiting, type ClaimRequest } from './claim-steps.ts';
import * as steps from './steps.ts';
import { reserveVoucher, type ReserveRequest } from './voucher-steps.ts';

type In<F extends (ports: Ports, request: never, ...rest: never[]) => unknown> = Parameters<F>[1];

export const topUpActors = {
  ...paymentActors,
  checkCard: step((ports, ref: In<typeof steps.checkCard>, signal) => steps.checkCard(ports, ref, signal)),
  abandon: step((ports, transactionId: string) => steps.abandon(ports, transactionId)),
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
};
