/**
 * The ID reader models this terminal knows: name → schema of its options and factory. A new model adds its folder and one line here.
 */
import { modelEntry } from '../model-entry.ts';
import { SamReader } from './sam/device.ts';
import { samOptionsSchema } from './sam/options.ts';

export const idReaderModels = {
  /** Any SAM_V / SAM_A module on RS-232 or USB-serial, 115200 8N1 as delivered. */
  'sam-serial': modelEntry(samOptionsSchema, (options, deps) => new SamReader(options, deps)),
} as const;
export type IdReaderModel = keyof typeof idReaderModels;
