/** What the screen of the protocol monitor may know and say, as data: its part of the contract in view.ts. */
import { z } from 'zod';
import { testedParts } from '../../common/maintenance/self-tests.ts';
import { staffSchema } from './staff-schema.ts';

/** Which frames are shown; `bad`: those the protocol's decoder can't read. */
export const frameFilters = ['all', 'toDevice', 'fromDevice', 'bad'] as const;
export type FrameFilter = (typeof frameFilters)[number];

/** On one screen. */
export const FRAMES_SHOWN = 6;

export const monitorBodies = {
  'maintenance-frames': z.strictObject({
    kind: z.literal('maintenance-frames'),
    staff: staffSchema,
    part: z.enum(testedParts),
    filter: z.enum(frameFilters),
    /** It shows what was there when it was stopped. */
    paused: z.boolean(),
    /** The newest first. */
    frames: z
      .array(
        z.strictObject({
          number: z.int().min(1),
          /** Local, `HH:MM:SS.mmm`. */
          time: z.string().max(12),
          direction: z.enum(['toDevice', 'fromDevice']),
          bytes: z.string().max(64),
          length: z.int().min(0),
          says: z.string().max(90).optional(),
          bad: z.boolean(),
        }),
      )
      .max(FRAMES_SHOWN),
    exported: z
      .discriminatedUnion('good', [
        z.strictObject({ good: z.literal(true), file: z.string().max(200) }),
        z.strictObject({ good: z.literal(false), why: z.string().max(300) }),
      ])
      .optional(),
    mayExport: z.boolean(),
  }),
} as const;

export const monitorActs = [
  z.strictObject({ type: z.literal('frames-show'), filter: z.enum(frameFilters) }),
  /** Stops the picture, and lets it go on. */
  z.strictObject({ type: z.literal('frames-pause') }),
  z.strictObject({ type: z.literal('frames-export') }),
] as const;
