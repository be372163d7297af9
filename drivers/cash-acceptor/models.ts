/**
 * The note and coin acceptors this product knows: model name → options and maker. Read by the registry and the configuration.
 */
import type { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { AcceptorMemory, CashAcceptor } from './cash-acceptor.ts';
import { CcnetCashAcceptor, ccnetOptionsSchema } from './ccnet/device.ts';
import { CctalkBillAcceptor } from './cctalk/bill-device.ts';
import { cctalkBillOptionsSchema } from './cctalk/bill-options.ts';
import { CctalkCoinAcceptor, cctalkCoinOptionsSchema } from './cctalk/coin-device.ts';
import { Id003CashAcceptor, id003OptionsSchema } from './id003/device.ts';

export interface CashAcceptorDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Kept by the host over restarts of its process; without it a driver says what it can't tell. */
  readonly memory?: AcceptorMemory | undefined;
}

/** One model, its options' type forgotten: so all models are one table's. */
export interface CashAcceptorEntry {
  readonly schema: z.ZodType;
  /** @throws {z.ZodError} options that are none of this model's */
  readonly create: (options: unknown, deps: CashAcceptorDeps) => CashAcceptor;
}

export const cashAcceptorModels = {
  /** JCM and compatible validators, 9600 8E1. */
  'jcm-id003': entry(id003OptionsSchema, (options, deps) => new Id003CashAcceptor(options, deps)),
  /** CashCode and compatible validators, 9600 8N1. */
  'cashcode-ccnet': entry(ccnetOptionsSchema, (options, deps) => new CcnetCashAcceptor(options, deps)),
  /** ccTalk bill validators with escrow, 9600 8N1. */
  'cctalk-bill': entry(cctalkBillOptionsSchema, (options, deps) => new CctalkBillAcceptor(options, deps)),
  /** ccTalk coin acceptors, 9600 8N1. No escrow. */
  'cctalk-coin': entry(cctalkCoinOptionsSchema, (options, deps) => new CctalkCoinAcceptor(options, deps)),
} as const;
export type CashAcceptorModel = keyof typeof cashAcceptorModels;

function entry<O>(schema: z.ZodType<O>, make: (options: O, deps: CashAcceptorDeps) => CashAcceptor): CashAcceptorEntry {
  return { schema, create: (options, deps) => make(schema.parse(options), deps) };
}
