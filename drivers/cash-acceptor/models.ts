/**
 * The note acceptors this product knows: model name → options and maker. Read by the registry and the configuration.
 */
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { CashAcceptor } from './cash-acceptor.ts';
import { Id003CashAcceptor, id003OptionsSchema, type Id003Options } from './id003/device.ts';

export interface CashAcceptorDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

export const cashAcceptorModels = {
  /** JCM and compatible validators, 9600 8E1. */
  'jcm-id003': {
    schema: id003OptionsSchema,
    create: (options: Id003Options, deps: CashAcceptorDeps): CashAcceptor => new Id003CashAcceptor(options, deps),
  },
} as const;
export type CashAcceptorModel = keyof typeof cashAcceptorModels;
