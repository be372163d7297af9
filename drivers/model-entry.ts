/** A line of a class's models table: what a configuration may say of a model, and how the device is made. Used by every `models.ts`. */
import type { z } from 'zod';
import type { Clock } from '../common/clock.ts';
import type { Transport } from './transport/transport.ts';

/** What every model is made with. */
export interface DeviceDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** One model, its options' own type forgotten: so all models of a class are one table's. */
export interface ModelEntry<Device, Deps extends DeviceDeps = DeviceDeps> {
  /** Of the model's `options` in the terminal's configuration; what need not be said has a default. */
  readonly schema: z.ZodType;
  /** Makes the device; opens nothing. @param options as the configuration has them @throws {z.ZodError} when they are none of this model's */
  readonly create: (options: unknown, deps: Deps) => Device;
}

export function modelEntry<Options, Device, Deps extends DeviceDeps = DeviceDeps>(
  schema: z.ZodType<Options>,
  make: (options: Options, deps: Deps) => Device,
): ModelEntry<Device, Deps> {
  return { schema, create: (options, deps) => make(schema.parse(options), deps) };
}
