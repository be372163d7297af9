/**
 * The note acceptors this product knows: model name → options and maker. Read by the registry and the configuration.
 */
import type { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { CashAcceptor } from './cash-acceptor.ts';
import { CcnetCashAcceptor, ccnetOptionsSchema } from './ccnet/device.ts';
import { Id003CashAcceptor, id003OptionsSchema } from './id003/device.ts';

export interface CashAcceptorDeps {
  readonly transport: Transport;
  readonly clock: Clock;
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
} as const;
export type CashAcceptorModel = keyof typeof cashAcceptorModels;

function entry<O>(schema: z.ZodType<O>, make: (options: O, deps: CashAcceptorDeps) => CashAcceptor): CashAcceptorEntry {
  return { schema, create: (options, deps) => make(schema.parse(options), deps) };
}
