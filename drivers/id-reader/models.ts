/**
 * The ID reader models this terminal knows: name → schema of its options and factory. A new model adds its folder and one line here.
 */
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { IdReader } from './id-reader.ts';
import { SamReader } from './sam/device.ts';
import { samOptionsSchema, type SamOptions } from './sam/options.ts';

export interface IdReaderDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

export const idReaderModels = {
  /** Any SAM_V / SAM_A module on RS-232 or USB-serial, 115200 8N1 as delivered. */
  'sam-serial': {
    schema: samOptionsSchema,
    create: (options: SamOptions, deps: IdReaderDeps): IdReader => new SamReader(options, deps),
  },
} as const;
export type IdReaderModel = keyof typeof idReaderModels;
