/**
 * Vouchers: registered by the terminal that issued them, redeemed once at any terminal by number and secret code. Registration is
 * idempotent by `voucherId`, everything about a redemption by `redeemId`; every call may be repeated with its key.
 */
import { z } from 'zod';
import { amountSchema, idSchema, referenceSchema, totalSchema } from './fields.ts';

/** `POST /v1/vouchers` */
export const registerVoucherRequestSchema = z.strictObject({
  voucherId: idSchema,
  /** The voucher's number: the reference of the transaction that owes the money. */
  number: referenceSchema,
  amount: amountSchema,
  /** Of the code only this is known upstream (common/voucher-hash.ts). */
  salt: z.string().regex(/^(?:[0-9A-F]{2}){16}$/),
  codeHash: z.string().regex(/^(?:[0-9A-F]{2}){32}$/),
  validDays: z.int().min(1).max(3650),
  /** As printed on the slip; the whole of that day counts. */
  validUntil: z.iso.datetime(),
});
export type RegisterVoucherRequest = z.infer<typeof registerVoucherRequestSchema>;

export const registerVoucherAnswerSchema = z.strictObject({ state: z.literal('registered') });

/** Why a voucher is refused. Final for its `redeemId`; nothing is reserved. */
export const voucherRefusals = [
  /** No voucher has this number, or its terminal could not register it yet. */
  'unknown',
  'wrongCode',
  /** Too many wrong tries for this number, or at this terminal: later, or at the counter. */
  'locked',
  /** Used up, or paid out at the counter. */
  'redeemed',
  /** Its time is over: the counter pays it out. */
  'expired',
  /** Reserved by another redemption that has not ended. */
  'inUse',
  /** More than `maximum`. */
  'tooLarge',
  /** Released before the request arrived. */
  'released',
] as const;
export type VoucherRefusal = (typeof voucherRefusals)[number];

/** `POST /v1/vouchers/redemptions`: reserves the voucher for this redemption until it is confirmed or released. */
export const redeemRequestSchema = z.strictObject({
  redeemId: idSchema,
  number: referenceSchema,
  code: z.string().regex(/^\d{12}$/),
  /** Most that fits on the card, fen: a voucher is redeemed whole or not at all. */
  maximum: amountSchema,
});
export type RedeemRequest = z.infer<typeof redeemRequestSchema>;

export const redeemAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({ result: z.literal('reserved'), amount: amountSchema }),
  z.strictObject({
    result: z.literal('refused'),
    code: z.enum(voucherRefusals),
    /** `wrongCode`: how many tries this number has left for now. */
    triesLeft: z.int().min(0).max(100).optional(),
  }),
]);
export type RedeemAnswer = z.infer<typeof redeemAnswerSchema>;

/** `POST /v1/vouchers/redemptions/<redeemId>/confirm`: the money has its place, the voucher is used up. */
export const confirmRedemptionAnswerSchema = z.strictObject({ state: z.literal('redeemed') });

/** `POST /v1/vouchers/redemptions/<redeemId>/release`: the voucher can be used again; a redemption that never arrived is barred. */
export const releaseRedemptionAnswerSchema = z.strictObject({ state: z.literal('released') });

/** `expired`: nobody redeemed it in time, and it is still owed: an open claim for the support desk. */
export const voucherStates = ['outstanding', 'reserved', 'redeemed', 'paidOut', 'expired'] as const;
export type VoucherStateName = (typeof voucherStates)[number];

/** Totals in fen: issued = outstanding + reserved + redeemed + paidOut + expired. The list holds the latest 1,000. */
export const voucherBooksSchema = z.strictObject({
  issued: totalSchema,
  outstanding: totalSchema,
  reserved: totalSchema,
  redeemed: totalSchema,
  paidOut: totalSchema,
  /** Open claims: owed, and no longer redeemable at a terminal. */
  expired: totalSchema,
  vouchers: z.array(z.strictObject({ voucherId: idSchema, number: z.string().max(40), amount: totalSchema, state: z.enum(voucherStates) })),
});
export type VoucherBooks = z.infer<typeof voucherBooksSchema>;
