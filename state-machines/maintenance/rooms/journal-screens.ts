/** 查日志: what the screens of the journal may know: search, one transaction's story, an undetermined load. No card number but its last four digits. */
import { z } from 'zod';
import { count, moment, slipState, staffSchema, sum } from '../staff-schema.ts';

export const searchFields = ['reference', 'tail', 'day', 'amount'] as const;
export type SearchField = (typeof searchFields)[number];

const reference = z.string().max(40);
const tail = z.string().max(4);
/** `done`, `refused`: of what moves no money. */
const outcome = z.enum(['delivered', 'refunded', 'voucher', 'case', 'abandoned', 'open', 'done', 'refused']);
/** What is filed under a number and moves no money of a person's. */
export const filedTypes = ['loss', 'ticket', 'callback', 'release', 'password', 'script', 'settlement'] as const;
export type FiledType = (typeof filedTypes)[number];
const type = z.enum(['top-up', 'replacement', ...filedTypes]);

/** Whose screens can be told from the journal again (replay/frames.ts). */
export const hasReplay = (of: z.infer<typeof type> | undefined): boolean => of === 'top-up' || of === 'replacement' || of === 'loss';

export const foundSchema = z.strictObject({ transactionId: z.string().max(80), reference, at: moment, type, tail, amount: sum.optional(), outcome });
export type Found = z.infer<typeof foundSchema>;

/** Where the money is after an entry. */
export const lanes = ['cardholder', 'held', 'card'] as const;
export type Lane = (typeof lanes)[number];

export const storyRowSchema = z.strictObject({
  seq: count,
  epoch: count,
  /** `HH:MM:SS.mmm`, local. */
  time: z.string().regex(/^\d\d:\d\d:\d\d\.\d{3}$/),
  /** The day, on its first entry. */
  day: z.iso.date().optional(),
  kind: z.string().max(60),
  amount: sum.optional(),
  balance: sum.optional(),
  counter: count.optional(),
  lane: z.enum(lanes),
  /** `money`: it came to another place; `doubt`: nobody knew. */
  tone: z.enum(['plain', 'money', 'doubt']),
  /** Before it the story stood still. */
  after: z.literal(true).optional(),
});
export type StoryRow = z.infer<typeof storyRowSchema>;

export const proofChecks = ['inOrder', 'postings', 'chain', 'checkpoint', 'receipt'] as const;

export const storySchema = z.strictObject({
  reference,
  type,
  tail,
  outcome,
  /** Of what moved money. */
  money: z
    .strictObject({
      tender: z.enum(['cash', 'qr', 'qrPresented', 'card', 'voucher', 'pending']),
      taken: sum,
      loaded: sum,
      refunded: sum,
      owed: sum,
      held: sum,
      balanceBefore: sum,
      balanceAfter: sum.optional(),
      counter: z.strictObject({ before: count, after: count.optional() }).optional(),
    })
    .optional(),
  rows: z.array(storyRowSchema).max(200),
  proof: z.array(z.strictObject({ check: z.enum(proofChecks), good: z.boolean() })).max(proofChecks.length),
  /** Whether a load in it is undetermined still. */
  undetermined: z.boolean(),
  /** A slip can be made of it. */
  printable: z.boolean(),
});
export type Story = z.infer<typeof storySchema>;

const jobSchema = z.discriminatedUnion('state', [
  z.strictObject({ what: z.enum(['verify', 'export']), state: z.literal('running') }),
  z.strictObject({ what: z.enum(['verify', 'export']), state: z.literal('good'), entries: count, file: z.string().max(200).optional() }),
  z.strictObject({ what: z.enum(['verify', 'export']), state: z.literal('bad'), why: z.string().max(300) }),
]);
export type JournalJob = z.infer<typeof jobSchema>;

export const journalBodies = {
  'maintenance-journal': z.strictObject({
    kind: z.literal('maintenance-journal'),
    staff: staffSchema,
    field: z.enum(searchFields),
    typed: z.string().max(24),
    state: z.enum(['typing', 'searching', 'found', 'failed']),
    found: z.array(foundSchema).max(8),
    page: z.int().min(0),
    pages: z.int().min(1),
    /** It was longer than what is looked through at once. */
    cut: z.boolean(),
    job: jobSchema.optional(),
    mayExport: z.boolean(),
  }),
  'maintenance-story': z.strictObject({
    kind: z.literal('maintenance-story'),
    staff: staffSchema,
    story: storySchema.omit({ rows: true }),
    rows: z.array(storyRowSchema).max(16),
    page: z.int().min(0),
    pages: z.int().min(1),
    slip: slipState,
    mayReprint: z.boolean(),
    mayReplay: z.boolean(),
    mayResolve: z.boolean(),
  }),
  'maintenance-load': z.strictObject({
    kind: z.literal('maintenance-load'),
    staff: staffSchema,
    reference,
    tail,
    amount: sum,
    /** `clear`: staff's own card is in the way; `present`: the card of the load is waited for. */
    step: z.enum(['clear', 'present', 'reading', 'told']),
    /** Step `told`. */
    verdict: z.enum(['credited', 'notCredited', 'undetermined', 'otherCard', 'unreadable']).optional(),
    /** Tail of another card that was presented. */
    otherTail: tail.optional(),
    balance: sum.optional(),
  }),
} as const;
