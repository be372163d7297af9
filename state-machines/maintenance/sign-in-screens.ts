/** What the screen of staff's sign-in may know and say, as data: its part of the contract in view.ts. Never a PIN, only how long it is. */
import { z } from 'zod';
import { SIGN_IN_METHODS, VERBS } from '../../common/maintenance/verbs.ts';
import { refusalWords } from './sign-in-port.ts';

const wait = z.strictObject({ leftMs: z.int().min(0), totalMs: z.int().min(1), tone: z.enum(['normal', 'warn']) });

export const signInBodies = {
  'maintenance-sign-in': z.strictObject({
    kind: z.literal('maintenance-sign-in'),
    asks: z.enum(['way', 'number', 'code', 'answer', 'pin', 'scan', 'card', 'cardBack', 'judging', 'locked']),
    /** Of `way`. */
    ways: z.array(z.enum(SIGN_IN_METHODS)).max(SIGN_IN_METHODS.length),
    /** Of `number`, `code` and `answer`: as typed. */
    typed: z.string().regex(/^\d{0,12}$/),
    /** Of `pin`: how many digits. */
    hidden: z.int().min(0).max(12),
    /** What is typed is as long as it must be. */
    whole: z.boolean(),
    /** Of `answer`: read to the operator by telephone. */
    challenge: z
      .string()
      .regex(/^\d{8}$/)
      .optional(),
    /** Of the try before, or of what was held there. */
    message: z
      .enum([...refusalWords, 'notAGrant', 'unreadable', 'noStaffCard', 'scannerAway', 'readerAway', 'cardRemoved', 'notThatCard', 'triedTooOften'])
      .optional(),
    /** Few tries are left before one must wait. */
    triesLeft: z.int().min(1).max(5).optional(),
    /** Of `locked`. */
    locked: z.strictObject({ why: z.enum(['wait', 'day', 'journalUnavailable']), leftMs: z.int().min(0) }).optional(),
    /** Beside whom, for what; absent: somebody wants in. */
    second: z.strictObject({ staff: z.string().max(12), verb: z.enum(VERBS) }).optional(),
    /** Of `cardBack`: whose card must come back. */
    cardOf: z.string().max(12).optional(),
    wait: wait.optional(),
  }),
} as const;

export const signInActs = [
  /** The corner gesture: opens the prompt, and nothing else. */
  z.strictObject({ type: z.literal('staff') }),
  z.strictObject({ type: z.literal('sign-in-way'), way: z.enum(SIGN_IN_METHODS) }),
] as const;
