/** 回放: what the screen of a replay may know: one transaction's entries, where the chart stood at each, and the screen of that moment, drawn again. */
import { z } from 'zod';
import { chartNames } from './rooms/charts-screens.ts';
import { count, staffSchema } from './staff-schema.ts';

/**
 * Why no screen is drawn. `restart`: the terminal was started anew before, and recovery wrote it; `later`: it was written when nobody stood
 * there any more, by the background or by staff; `unknown`: the journal does not say enough.
 */
export const noScreenReasons = ['restart', 'later', 'unknown'] as const;
export type NoScreen = (typeof noScreenReasons)[number];

/**
 * What the journal leaves open of a moment. `state`: which of several states it was; `limit`: of the card, and so the notes that still fit;
 * `why`: the cause that the person read; `code`: what was typed or shown to be scanned; `balance`: what was read back; `card`: whether it was
 * taken already; `transfer`: what becomes of the old card's value; `later`: it may have been written when nobody stood there any more.
 */
export const openMatters = ['state', 'limit', 'why', 'code', 'balance', 'card', 'transfer', 'later'] as const;
export type OpenMatter = (typeof openMatters)[number];

/** Entries of one screen. */
export const ENTRIES_SHOWN = 7;

const stateId = z.string().max(120);

/** @param screen the screens that can be drawn again @param step where they are on their route @param locale of the person */
export function replayBodies<const S extends z.ZodType, const P extends z.ZodType, const L extends z.ZodType>(screen: S, step: P, locale: L) {
  return {
    'maintenance-replay': z.strictObject({
      kind: z.literal('maintenance-replay'),
      staff: staffSchema,
      /** Absent: none was given. */
      reference: z.string().max(40).optional(),
      /** The moment that is shown, from 0. */
      at: count,
      of: z.int().min(1),
      playing: z.boolean(),
      /** Entries around it. */
      entries: z
        .array(
          z.strictObject({
            index: count,
            seq: count,
            /** `HH:MM:SS.mmm`, local. */
            time: z.string().max(12),
            kind: z.string().max(60),
            /** Not an entry of its own: what the person saw after it. */
            afterwards: z.literal(true).optional(),
          }),
        )
        .max(ENTRIES_SHOWN),
      chart: z.enum(chartNames),
      /** Where the chart stood; several: the journal does not say which, and the screen is the first one's. */
      states: z.array(stateId).max(3),
      open: z.array(z.enum(openMatters)).max(openMatters.length),
      shown: z.discriminatedUnion('drawn', [
        z.strictObject({ drawn: z.literal(true), body: screen, step: step.optional(), locale }),
        z.strictObject({ drawn: z.literal(false), why: z.enum(noScreenReasons) }),
      ]),
    }),
  };
}
