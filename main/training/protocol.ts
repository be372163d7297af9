/** What the world of a training terminal and its shell say to each other, besides the orders of common/training-acts.ts. */
import { z } from 'zod';
import { trainingStateSchema } from '../../common/training-acts.ts';

export const fromWorldSchema = z.discriminatedUnion('type', [
  /** Everything stands. `settings`: the file that is laid over the terminal's configuration. */
  z.strictObject({ type: z.literal('ready'), settings: z.string() }),
  trainingStateSchema,
]);
export type FromWorld = z.infer<typeof fromWorldSchema>;
