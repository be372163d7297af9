/** What a configuration may say of the example-model, and its times. */
import { z } from 'zod';

/** Every option has a default: `"options": {}` must work. */
export const exampleOptionsSchema = z.strictObject({
  /** Notes that are let in, fen; whatever else the unit knows goes back out. */
  denominations: z.array(z.int().positive()).min(1).default([1_000, 2_000, 5_000, 10_000]),
  /** Ms between two looks at the unit. */
  pollEvery: z.int().min(50).max(5_000).default(200),
  /** Ms that the unit takes for an answer at most. */
  answerLimit: z.int().min(50).max(2_000).default(300),
});
export type ExampleOptions = z.output<typeof exampleOptionsSchema>;

/** Ms. Each with its reason: the manual's section, or why it is so long. */
export const exampleDelays = {
  /** The class's limit for `connect`. */
  connect: 5_000,
} as const;

/** A question without effect is asked so often before the unit counts as gone. */
export const TRIES = 3;
