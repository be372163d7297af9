/** What exists only in a sandbox: hands and eyes for tests, the bench and demonstrations. None of it needs a signature. */
import { z } from 'zod';
import { idSchema, serialSchema, terminalIdSchema, totalSchema } from './fields.ts';
import { replacementBooksSchema, scriptBooksSchema } from './card-scripts.ts';
import { lossBooksSchema } from './losses.ts';
import { orderStates, saleRefusals } from './payments.ts';
import { pendingBooksSchema } from './pending-loads.ts';
import { voucherBooksSchema, voucherStates } from './vouchers.ts';

/** `POST /sandbox/orders/<orderId>/delay`: the person pays now, the acquirer says so only later. */
export const delayRequestSchema = z.strictObject({ seconds: z.int().min(0).max(3600).default(10) });

/** `POST /sandbox/orders/<orderId>/lose-answer`: the next answer to the terminal about this order is lost; the order is paid first if it still can be, unless `pay` is false. */
export const loseAnswerRequestSchema = z.strictObject({ pay: z.boolean().default(true) });

/** `POST /sandbox/orders/<orderId>/decline`: for a reason, of a bank-card sale; without one as the phone declines. */
export const declineRequestSchema = z.strictObject({ reason: z.enum(saleRefusals).optional() });

/** Answer of everything done to an order by hand. */
export const sandboxOrderSchema = z.strictObject({ orderId: idSchema, state: z.enum(orderStates) });

/** `POST /sandbox/issuer/cards/<serial>/status` */
export const cardStatuses = ['active', 'blocked', 'lost', 'notActivated'] as const;
export type CardStatus = (typeof cardStatuses)[number];
export const cardStatusSchema = z.strictObject({ status: z.enum(cardStatuses) });

/** Answer of `POST /sandbox/vouchers/<voucherId>/pay-out`: the counter paid the money to its holder. */
export const sandboxVoucherSchema = z.strictObject({ voucherId: idSchema, state: z.enum(voucherStates) });

/** `POST /sandbox/faults`: what is named changes, the rest stays. */
export const faultsRequestSchema = z.strictObject({
  issuerOffline: z.boolean().optional(),
  paymentOffline: z.boolean().optional(),
  /** The next answer to a request whose path starts so is lost, after the books changed; null disarms. */
  loseNextAnswer: z.string().min(1).max(200).nullable().optional(),
});
export const faultsSchema = z.strictObject({
  issuerOffline: z.boolean(),
  paymentOffline: z.boolean(),
  loseNextAnswer: z.string().nullable(),
});
export type Faults = z.infer<typeof faultsSchema>;

/** `POST /sandbox/issuer/loads/<loadId>/clearing`: the clearing's word, as an operator imports it. */
export const clearingRequestSchema = z.strictObject({ verdict: z.enum(['credited', 'notCredited']) });

const loadStates = ['refused', 'reserved', 'undetermined', 'credited', 'reversed'] as const;

const servicesBooksSchema = z.strictObject({
  losses: lossBooksSchema,
  pendingLoads: pendingBooksSchema,
  scripts: scriptBooksSchema,
  replacements: replacementBooksSchema,
});
export type ServicesBooks = z.infer<typeof servicesBooksSchema>;

/** `GET /sandbox/books`: totals are exact; lists hold the latest 1,000. Amounts in fen. */
export const booksSchema = z.strictObject({
  acquirer: z.strictObject({
    orderCount: totalSchema,
    capturedTotal: totalSchema,
    refundedTotal: totalSchema,
    /** captured − refunded */
    net: totalSchema,
    orders: z.array(
      z.strictObject({ orderId: idSchema, reference: z.string().max(40), amount: totalSchema, refunded: totalSchema, state: z.enum(orderStates) }),
    ),
  }),
  issuer: z.strictObject({
    /** Everything ever authorised = reserved + undetermined + credited + reversed. */
    authorized: totalSchema,
    reserved: totalSchema,
    undetermined: totalSchema,
    credited: totalSchema,
    reversed: totalSchema,
    /** Of `credited`: without a TAC, and credited after the terminal had reversed it. */
    creditedWithoutTac: totalSchema,
    creditedAfterReversal: totalSchema,
    /** Of `reserved` and `reversed`: the terminal reported a TAC that is wrong, or a credit that it had reversed. */
    disputed: totalSchema,
    /** A card's `reserved` holds what is undetermined too. */
    accounts: z.array(z.strictObject({ serial: serialSchema, status: z.enum(cardStatuses), credited: totalSchema, reserved: totalSchema })),
    loads: z.array(
      z.strictObject({
        loadId: idSchema,
        serial: z.union([serialSchema, z.literal('')]),
        reference: z.string().max(40),
        amount: totalSchema,
        state: z.enum(loadStates),
        refusal: z.string().max(40).nullable(),
        tac: z.enum(['good', 'bad', 'absent']).nullable(),
      }),
    ),
  }),
  issuerServices: servicesBooksSchema,
  vouchers: voucherBooksSchema,
  journal: z.strictObject({
    terminals: z.array(
      z.strictObject({ terminalId: terminalIdSchema, epoch: z.int().min(1), receivedSeq: z.int().min(0), headHash: z.string().max(64), frozen: z.boolean() }),
    ),
    anomalies: totalSchema,
  }),
});
export type Books = z.infer<typeof booksSchema>;
