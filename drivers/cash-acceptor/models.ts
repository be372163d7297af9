/**
 * The note and coin acceptors this product knows: model name → options and maker. Read by the registry and the configuration.
 */
import type { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { AcceptorMemory, CashAcceptor } from './cash-acceptor.ts';
import { CctalkBillAcceptor, cctalkBillOptionsSchema } from './cctalk/bill-device.ts';
import { CctalkCoinAcceptor, cctalkCoinOptionsSchema } from './cctalk/coin-device.ts';
import { Id003CashAcceptor, id003OptionsSchema } from './id003/device.ts';

export interface CashAcceptorDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Kept by the host over restarts of its process; without it a driver says what it can't tell. */
  readonly memory?: AcceptorMemory | undefined;
}

export interface CashAcceptorModelEntry {
  readonly schema: z.ZodType;
  /** @throws {z.ZodError} bad options */
  create(options: unknown, deps: CashAcceptorDeps): CashAcceptor;
}

export const cashAcceptorModels = {
  /** JCM and compatible validators, 9600 8E1. */
  'jcm-id003': {
    schema: id003OptionsSchema,
    create: (options, deps) => new Id003CashAcceptor(id003OptionsSchema.parse(options), deps),
  },
  /** ccTalk bill validators with escrow, 9600 8N1. */
  'cctalk-bill': {
    schema: cctalkBillOptionsSchema,
    create: (options, deps) => new CctalkBillAcceptor(cctalkBillOptionsSchema.parse(options), deps),
  },
  /** ccTalk coin acceptors, 9600 8N1. No escrow. */
  'cctalk-coin': {
    schema: cctalkCoinOptionsSchema,
    create: (options, deps) => new CctalkCoinAcceptor(cctalkCoinOptionsSchema.parse(options), deps),
  },
} as const satisfies Readonly<Record<string, CashAcceptorModelEntry>>;
export type CashAcceptorModel = keyof typeof cashAcceptorModels;
