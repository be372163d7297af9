/**
 * The CashCode note acceptor with CCNET as the class CashAcceptor: the core of the polled acceptors over CCNET's line and unit.
 * Source: protocols/cash-acceptor.md 4 and 6.
 */
import { z } from 'zod';
import type { Clock } from '../../../common/clock.ts';
import type { Transport } from '../../transport/transport.ts';
import { PolledCashAcceptor } from '../polled/acceptor.ts';
import { PolledLine } from '../polled/line.ts';
import { CcnetFraming } from './framing.ts';
import { CcnetUnit } from './unit.ts';

export const ccnetOptionsSchema = z.strictObject({
  /** Face values in fen that the acceptor must know; more in its table are never let in unless asked for. */
  denominations: z.array(z.int().min(1).max(0xffff_ffff)).min(1),
  /** Address on the bus: 3 bill validators, 1 bill-to-bill units. */
  address: z.int().min(1).max(255).default(3),
  /** Country codes in the acceptor's bill table whose amounts are yuan; which of them a maker writes is not documented. */
  countries: z
    .array(z.string().regex(/^[A-Z]{3}$/, 'three capital letters'))
    .min(1)
    .default(['CHN', 'CNY', 'RMB']),
  /** Ms between HOLD commands while a note waits in escrow for the host's decision; without them it goes back after about 10 s. */
  holdEvery: z.int().min(500).max(9_000).default(5_000),
  /** Ms between polls (section 4: 100 to 200). */
  pollEvery: z.int().min(50).max(1000).default(150),
  /** Ms of silence after which an answer is missing. */
  answerLimit: z.int().min(20).max(2000).default(100),
});
export type CcnetOptions = z.output<typeof ccnetOptionsSchema>;

export class CcnetCashAcceptor extends PolledCashAcceptor {
  constructor(options: CcnetOptions, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    const line = new PolledLine({ transport, clock, framing: new CcnetFraming(options.address), answerLimit: options.answerLimit });
    super(options, { line, unit: new CcnetUnit(line, options), clock });
  }
}
