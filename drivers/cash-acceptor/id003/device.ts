/**
 * The JCM ID-003 note acceptor as the class CashAcceptor: the core of the polled acceptors over ID-003's line and unit.
 * Source: protocols/cash-acceptor.md 3 and 6.
 */
import { z } from 'zod';
import type { Clock } from '../../../common/clock.ts';
import type { Transport } from '../../transport/transport.ts';
import { PolledCashAcceptor } from '../polled/acceptor.ts';
import { PolledLine } from '../polled/line.ts';
import { Id003Framing } from './framing.ts';
import { Id003Unit } from './unit.ts';

export const id003OptionsSchema = z.strictObject({
  /** Face values in fen that the acceptor must know; more in its table are never let in unless asked for. */
  denominations: z.array(z.int().min(1).max(0xffff_ffff)).min(1),
  /** stack-2 gives its credit message later in the movement: use it where the model supports it (section 3.3). */
  stackCommand: z.enum(['stack1', 'stack2']).default('stack1'),
  /** Ms between HOLD commands while a note waits in escrow for the host's decision; absent: none is sent. */
  holdEvery: z.int().min(500).max(30_000).optional(),
  /** Ms between status requests (section 3: 100 to 200). */
  pollEvery: z.int().min(50).max(1000).default(150),
  /** Ms of silence after which an answer is missing (section 3). */
  answerLimit: z.int().min(20).max(2000).default(100),
});
export type Id003Options = z.output<typeof id003OptionsSchema>;

export class Id003CashAcceptor extends PolledCashAcceptor {
  constructor(options: Id003Options, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    const line = new PolledLine({ transport, clock, framing: new Id003Framing(), answerLimit: options.answerLimit });
    super(options, { line, unit: new Id003Unit(line, options.stackCommand), clock });
  }
}
