/**
 * Issuer: commands that it gives to a card through a terminal (card-application.md 4.2, 4.3), one at a time. The card's challenge goes up, the
 * finished APDU comes down; the terminal relays, journals and says what the card answered. Every command may be given again under a new
 * challenge, so a card that was torn out is carried on with. Idempotent by `scriptId` and `replacementId`.
 */
import { z } from 'zod';
import { amountSchema, idSchema, referenceSchema, serialSchema, timeSchema, totalSchema, upstreamCardSchema } from './fields.ts';
import { presenceSchema } from './losses.ts';

const hexText = (least: number, most: number): z.ZodString => z.string().regex(new RegExp(`^(?:[0-9A-F]{2}){${least},${most}}$`));

export const scriptFunctions = [
  /** Sets the flag of a new card (file 15 of CJ/T). */
  'activate',
  'blockApplication',
  'unblockApplication',
  /** A new end of validity, counted from today. */
  'extendValidity',
  'setCardType',
  /** Writes the record of a service that the issuer has configured: access, library, subsidies … */
  'enableService',
  /** A new PIN for a holder whose old one is locked, or forgotten. */
  'unblockPin',
  'reloadPin',
  /** Makes a card of a blank, for a replacement that was granted. */
  'personalise',
] as const;
export type ScriptFunction = (typeof scriptFunctions)[number];

const common = {
  scriptId: idSchema,
  card: upstreamCardSchema,
  /** ISO 14443-3, 4 to 10 bytes; absent for a contact card. */
  uid: hexText(4, 10).optional(),
  reference: referenceSchema,
  identificationId: idSchema.optional(),
};

/** `POST /v1/issuer/scripts` */
export const startScriptRequestSchema = z.discriminatedUnion('function', [
  z.strictObject({ ...common, function: z.enum(['activate', 'blockApplication', 'unblockApplication', 'extendValidity', 'unblockPin', 'reloadPin']) }),
  z.strictObject({ ...common, function: z.literal('setCardType'), cardType: hexText(2, 2) }),
  z.strictObject({ ...common, function: z.literal('enableService'), service: idSchema }),
  z.strictObject({ ...common, function: z.literal('personalise'), replacementId: idSchema }),
]);
export type StartScriptRequest = z.infer<typeof startScriptRequestSchema>;

/** `POST /v1/issuer/scripts/offers`: what the issuer would do to this card now. Asked before a person is offered anything. */
export const scriptOffersRequestSchema = z.strictObject({ card: upstreamCardSchema });

/** `holder`: only for a holder who was identified. */
const offerShape = { holder: z.boolean() };
export const scriptOffersAnswerSchema = z.strictObject({
  offers: z
    .array(
      z.discriminatedUnion('function', [
        z.strictObject({ function: z.enum(['activate', 'extendValidity', 'unblockApplication']), ...offerShape }),
        z.strictObject({ function: z.literal('enableService'), service: idSchema, ...offerShape }),
      ]),
    )
    .max(60),
  /** The card is reported lost: from then on it is refused. */
  lossEffectiveAt: timeSchema.optional(),
});
export type ScriptOffersAnswer = z.infer<typeof scriptOffersAnswerSchema>;

/** Why there is no script. Final for its `scriptId`. */
export const scriptRefusals = [
  'reportedLost',
  'blocked',
  'unknownCard',
  'notActivated',
  /** The issuer has no keys or no configuration for it. */
  'notOffered',
  'notIdentified',
  'notHoldersCard',
  'alreadyActive',
  /** Only a card that is reported lost, or that the issuer has blocked, is blocked. */
  'notToBeBlocked',
  // personalise
  'unknownReplacement',
  'replacementOver',
  'tooManyBlanks',
  /** The number belongs to a card, or was tried before. */
  'blankUsed',
  /** Another blank is being written for the same replacement. */
  'scriptOpen',
  /** Given up before it was asked for. */
  'abandoned',
] as const;
export type ScriptRefusal = (typeof scriptRefusals)[number];

export const startScriptAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({ result: z.literal('issued'), steps: z.int().min(1).max(32) }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(scriptRefusals) }),
]);
export type StartScriptAnswer = z.infer<typeof startScriptAnswerSchema>;

/** `POST /v1/issuer/scripts/<scriptId>/next` */
export const nextCommandRequestSchema = z.strictObject({
  /** What became of the command before; `none`: the card did not answer, was torn out, or the answer is lost. */
  last: z.strictObject({ step: z.int().min(1).max(32), status: z.union([hexText(2, 2), z.literal('none')]) }).optional(),
  uid: hexText(4, 10).optional(),
  /** The card's answer to GET CHALLENGE, fetched for this request: 4 bytes. */
  challenge: hexText(4, 4),
  /** BCD digits padded with F, for the commands that set it; never kept. */
  pin: z
    .string()
    .regex(/^\d{4,12}F?$/)
    .refine((text) => text.length % 2 === 0, 'expected whole bytes')
    .optional(),
});
export type NextCommandRequest = z.infer<typeof nextCommandRequestSchema>;

export const scriptFailures = [
  /** The card refused a command. */
  'cardRefused',
  /** Given so often that something else is wrong. */
  'tooManyAttempts',
  /** What was read back is not what was written. */
  'readBackMismatch',
  'badMac1',
] as const;
export type ScriptFailure = (typeof scriptFailures)[number];

/** What the terminal reads and sends with `confirm`. */
export const readBackParts = ['file15', 'file17', 'presence', 'record', 'pinStatus'] as const;
export type ReadBackPart = (typeof readBackParts)[number];

export const nextCommandAnswerSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('command'),
    step: z.int().min(1).max(32),
    /** For the journal and the technician. */
    name: z.string().max(40),
    apdu: hexText(5, 260),
  }),
  z.strictObject({
    state: z.literal('written'),
    readBack: z.array(z.enum(readBackParts)).max(5),
    /** READ RECORD of the record that was written. */
    record: z.strictObject({ sfi: z.int().min(1).max(30), number: z.int().min(1).max(255) }).optional(),
  }),
  z.strictObject({
    state: z.literal('failed'),
    code: z.enum(scriptFailures),
    /** `capture`: a blank that may be half-written. */
    card: z.enum(['capture', 'return']),
  }),
  z.strictObject({ state: z.literal('confirmed') }),
  z.strictObject({ state: z.literal('abandoned'), card: z.enum(['capture', 'return']) }),
]);
export type NextCommandAnswer = z.infer<typeof nextCommandAnswerSchema>;

/** `POST /v1/issuer/scripts/<scriptId>/confirm` */
export const confirmScriptRequestSchema = z.strictObject({
  /** READ BINARY of file 15, 30 bytes, and of file 17, 60 bytes. */
  file15: hexText(30, 30).optional(),
  file17: hexText(60, 60).optional(),
  /** INITIALIZE FOR LOAD after the script, no load following. */
  presence: presenceSchema.optional(),
  record: hexText(1, 255).optional(),
  /** Status of VERIFY with the new PIN. */
  pinStatus: hexText(2, 2).optional(),
});
export type ConfirmScriptRequest = z.infer<typeof confirmScriptRequestSchema>;

export const confirmScriptAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({ result: z.literal('confirmed') }),
  z.strictObject({ result: z.literal('failed'), code: z.enum(scriptFailures), card: z.enum(['capture', 'return']) }),
]);
export type ConfirmScriptAnswer = z.infer<typeof confirmScriptAnswerSchema>;

/** `POST /v1/issuer/scripts/<scriptId>/abandon`: the card is gone or can't be written. Also of a script that upstream never heard of. */
export const abandonScriptAnswerSchema = z.strictObject({ state: z.literal('abandoned') });
export const scriptParamsSchema = z.strictObject({ scriptId: idSchema });

export const scriptStates = ['refused', 'running', 'written', 'confirmed', 'failed', 'abandoned'] as const;
export type ScriptState = (typeof scriptStates)[number];

/** `POST /v1/issuer/replacements`: a new card for one that is reported lost. The report takes effect now, if it had not yet. */
export const replacementRequestSchema = z.strictObject({
  replacementId: idSchema,
  identificationId: idSchema,
  /** Of the reported card. */
  serial: serialSchema,
  reference: referenceSchema,
  /** The transaction in which the fee is paid: the terminal's matter, noted for the support desk. */
  feeReference: referenceSchema.optional(),
});
export type ReplacementRequest = z.infer<typeof replacementRequestSchema>;

export const replacementRefusals = ['notIdentified', 'notHoldersCard', 'notReported', 'beingReplaced', 'replaced', 'cancelled'] as const;
export type ReplacementRefusal = (typeof replacementRefusals)[number];

/** The old card's value: on the new card as a pending load, now or from about then. */
export const transferSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('known'), amount: z.union([z.literal(0), amountSchema]) }),
  z.strictObject({ state: z.literal('awaited'), expectedAt: timeSchema }),
]);
export type Transfer = z.infer<typeof transferSchema>;

export const replacementAnswerSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('granted'),
    effectiveAt: timeSchema,
    transfer: transferSchema,
    /** Blanks that may be spoilt, and the one that is not. */ blanks: z.int().min(1),
  }),
  z.strictObject({ result: z.literal('refused'), code: z.enum(replacementRefusals) }),
]);
export type ReplacementAnswer = z.infer<typeof replacementAnswerSchema>;

/** `POST /v1/issuer/replacements/<replacementId>/cancel`: nothing will be delivered. Also of one that upstream never heard of. */
export const cancelReplacementAnswerSchema = z.strictObject({ state: z.literal('cancelled') });

/** `POST /v1/issuer/replacements/<replacementId>/delivery`: `captured`: nobody took the card, it stays in the machine and is blocked. */
export const deliveryRequestSchema = z.strictObject({ delivery: z.enum(['taken', 'captured']) });
export type Delivery = z.infer<typeof deliveryRequestSchema>['delivery'];
export const replacementParamsSchema = z.strictObject({ replacementId: idSchema });

export const replacementStates = ['refused', 'granted', 'written', 'taken', 'captured', 'cancelled'] as const;
export type ReplacementState = (typeof replacementStates)[number];

/** Parts of `GET /sandbox/books`: totals are exact, lists hold the latest 1,000. */
export const scriptBooksSchema = z.strictObject({
  running: totalSchema,
  written: totalSchema,
  confirmed: totalSchema,
  failed: totalSchema,
  abandoned: totalSchema,
  scripts: z.array(
    z.strictObject({
      scriptId: idSchema,
      function: z.enum(scriptFunctions),
      serial: z.string().max(20),
      state: z.enum(scriptStates),
      /** Commands that the card has acknowledged. */
      done: z.int().min(0),
      steps: z.int().min(0),
      failure: z.enum(scriptFailures).nullable(),
    }),
  ),
});
export type ScriptBooks = z.infer<typeof scriptBooksSchema>;

export const replacementBooksSchema = z.strictObject({
  granted: totalSchema,
  written: totalSchema,
  taken: totalSchema,
  captured: totalSchema,
  cancelled: totalSchema,
  /** Blanks that were begun and not finished: they are in reject bins. */
  spoiltBlanks: totalSchema,
  replacements: z.array(
    z.strictObject({
      replacementId: idSchema,
      reference: z.string().max(40),
      feeReference: z.string().max(40).nullable(),
      oldSerial: z.string().max(20),
      newSerial: z.string().max(20).nullable(),
      state: z.enum(replacementStates),
    }),
  ),
});
export type ReplacementBooks = z.infer<typeof replacementBooksSchema>;
