/**
 * What a slip's code holds, as a claim that the terminal signs: short on the wire, so that the code stays printable, in the field's words
 * here. Written by the terminal (main/receipts), read by whoever verifies a slip (main/cli, fleet/verify-page).
 */
import { z } from 'zod';
import { terminalIdSchema } from './upstream-api/fields.ts';

/** `typ` of the JWS header. */
export const SLIP_TYPE = 'kiosk-slip+jwt';

const outcomes = { d: 'delivered', r: 'refunded', v: 'voucher', c: 'case' } as const;
const tenders = { c: 'cash', q: 'qr', s: 'qrPresented', b: 'card', v: 'voucher', p: 'pending' } as const;

export type SlipOutcome = (typeof outcomes)[keyof typeof outcomes];
export type SlipTender = (typeof tenders)[keyof typeof tenders];

/** What the terminal says of a transaction that is closed, or of a case that was answered later. */
export interface SlipClaims {
  readonly terminalId: string;
  /** Place and hash of the entry that gave the outcome; 64 lower-case hexadecimal digits. */
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly reference: string;
  readonly outcome: SlipOutcome;
  /** Fen. */
  readonly amount: number;
  readonly tender: SlipTender;
  /** Last four characters of the card's number, never more. */
  readonly cardTail: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** The JWS payload; FORMAT.md, "Slips and publication", explains the letters. */
export const slipPayloadSchema = z.strictObject({
  t: terminalIdSchema,
  e: z.int().min(1),
  s: z.int().min(1),
  h: z.string().regex(/^[\w-]{43}$/),
  r: z.string().regex(/^[0-9A-Z-]{1,20}$/),
  o: z.enum(['d', 'r', 'v', 'c']),
  a: z.int().min(0).max(0xffff_ffff),
  p: z.enum(['c', 'q', 's', 'b', 'v', 'p']),
  n: z.string().regex(/^[\x21-\x7E]{1,4}$/),
  w: z.int().min(0),
});
export type SlipPayload = z.infer<typeof slipPayloadSchema>;

export function slipPayload(claims: SlipClaims): SlipPayload {
  return {
    t: claims.terminalId,
    e: claims.epoch,
    s: claims.seq,
    h: Buffer.from(claims.hash, 'hex').toString('base64url'),
    r: claims.reference,
    o: OUTCOME_LETTERS[claims.outcome],
    a: claims.amount,
    p: TENDER_LETTERS[claims.tender],
    n: claims.cardTail,
    w: claims.at,
  };
}

/** `undefined`: not what a terminal signs. */
export function readSlipPayload(value: unknown): SlipClaims | undefined {
  const parsed = slipPayloadSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { t, e, s, h, r, o, a, p, n, w } = parsed.data;
  const hash = Buffer.from(h, 'base64url');
  // The last of 43 characters has two spare bits: one spelling of a hash is enough.
  if (hash.toString('base64url') !== h) return undefined;
  return {
    terminalId: t,
    epoch: e,
    seq: s,
    hash: hash.toString('hex'),
    reference: r,
    outcome: outcomes[o],
    amount: a,
    tender: tenders[p],
    cardTail: n,
    at: w,
  };
}

const OUTCOME_LETTERS = { delivered: 'd', refunded: 'r', voucher: 'v', case: 'c' } as const satisfies Readonly<Record<SlipOutcome, keyof typeof outcomes>>;
const TENDER_LETTERS = { cash: 'c', qr: 'q', qrPresented: 's', card: 'b', voucher: 'v', pending: 'p' } as const satisfies Readonly<
  Record<SlipTender, keyof typeof tenders>
>;
