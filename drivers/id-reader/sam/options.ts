/** Options of the model `sam-serial`, and why each wait of the exchange is as long as it is. Used by device.ts and models.ts. */
import { z } from 'zod';

/** What modules can be set to, in the document's order. */
export const SPEEDS = [115_200, 57_600, 38_400, 19_200, 9_600] as const;

export const samOptionsSchema = z.strictObject({
  /** Speed that is tried first; absent: the one of the address. The others follow when nobody answers. */
  baudRate: z.literal(SPEEDS).optional(),
  /** Ms between two looks for a document (section 4: 300 to 1000). */
  findEvery: z.int().min(300).max(1_000).default(400),
  /**
   * For modules that answer "no card" once they have read it: a failed find and select are ignored and the reading is tried anyway. With
   * it a document that was left lying is read again by the next `read`.
   */
  ignoreFind: z.boolean().default(false),
});
export type SamOptions = z.output<typeof samOptionsSchema>;

/** In ms. Tests advance the clock by these names. */
export const samDelays = {
  connect: 5_000, // contract
  silence: 500, // section 0: an answer meant for an earlier process is then gone …
  silenceGivenUp: 2_000, // … and a line that never falls silent is not ours
  plain: 300, // section 4: SAM number, find and select
  read: 2_000, // section 4; the time the bytes take comes on top
  longestFrame: 2_500, // 2321 bytes of 10 bits at 9600 baud
  heartbeat: 5_000, // a module that nobody asks anything is asked for its state
} as const;

/** In a row, of any kind: then the module is offline. */
export const MISSED_ANSWERS = 3;
/** How often a document is found, selected and read before it counts as unreadable. */
export const READ_ATTEMPTS = 3;
