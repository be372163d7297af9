/**
 * The note and coin acceptors this product knows: model name → options and maker. Read by the registry and the configuration.
 */
import { modelEntry, type DeviceDeps } from '../model-entry.ts';
import type { AcceptorMemory } from './cash-acceptor.ts';
import { CcnetCashAcceptor, ccnetOptionsSchema } from './ccnet/device.ts';
import { CctalkBillAcceptor } from './cctalk/bill-device.ts';
import { cctalkBillOptionsSchema } from './cctalk/bill-options.ts';
import { CctalkCoinAcceptor, cctalkCoinOptionsSchema } from './cctalk/coin-device.ts';
import { Id003CashAcceptor, id003OptionsSchema } from './id003/device.ts';

export interface CashAcceptorDeps extends DeviceDeps {
  /** Kept by the host over restarts of its process; without it a driver says what it can't tell. */
  readonly memory?: AcceptorMemory | undefined;
}

export const cashAcceptorModels = {
  /** JCM and compatible validators, 9600 8E1. */
  'jcm-id003': modelEntry(id003OptionsSchema, (options, deps) => new Id003CashAcceptor(options, deps)),
  /** CashCode and compatible validators, 9600 8N1. */
  'cashcode-ccnet': modelEntry(ccnetOptionsSchema, (options, deps) => new CcnetCashAcceptor(options, deps)),
  /** ccTalk bill validators with escrow, 9600 8N1. */
  'cctalk-bill': modelEntry(cctalkBillOptionsSchema, (options, deps: CashAcceptorDeps) => new CctalkBillAcceptor(options, deps)),
  /** ccTalk coin acceptors, 9600 8N1. No escrow. */
  'cctalk-coin': modelEntry(cctalkCoinOptionsSchema, (options, deps: CashAcceptorDeps) => new CctalkCoinAcceptor(options, deps)),
} as const;
export type CashAcceptorModel = keyof typeof cashAcceptorModels;

/** What they take is in the box at once: no flow that gives notes back can stand on them. */
export const modelsWithoutEscrow: readonly CashAcceptorModel[] = ['cctalk-coin'];
