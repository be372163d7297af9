/** Options of the model `cctalk-bill`. */
import { z } from 'zod';

export const cctalkBillOptionsSchema = z.strictObject({
  /** Face values in fen that the validator must know; more in its ids are never let in unless asked for. */
  denominations: z.array(z.int().min(1).max(0xffff_ffff)).min(1),
  /** Country of the bills, as the validator's ids begin (section 5.2). */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('CN'),
  address: z.int().min(2).max(255).default(40),
  /** Which of the two checksums of section 5.1 the unit is set to. */
  checksum: z.enum(['simple', 'crc']).default('simple'),
  /** Ms between polls (section 5.4). */
  pollEvery: z.int().min(50).max(1000).default(200),
  /** Ms of silence after which an answer is missing. */
  answerLimit: z.int().min(50).max(2000).default(200),
  /** Ms between requests for a longer stay in escrow; a unit gives up after 30 s typically (section 5.4). */
  holdEvery: z.int().min(500).max(30_000).default(10_000),
  /** Ms after a power-up within which a bill left in the path shows itself as returned or stacked. */
  settleAfterPowerUp: z.int().min(500).max(6_000).default(2_500),
  /**
   * Whether its accept counter proves where a bill went when power failed. Set it only after trying the model: the counter must move when the
   * bill is in the box, not before, and must not lose or take back a count without power (some units store it only now and then).
   */
  trustAcceptCounter: z.boolean().default(false),
});
export type CctalkBillOptions = z.output<typeof cctalkBillOptionsSchema>;
