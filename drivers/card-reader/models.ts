/**
 * The card reader models this terminal knows: name → schema of its options and factory. A new model adds its folder and one line here.
 */
import type { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { CardReader } from './card-reader.ts';
import { Crt310Reader } from './crt310/device.ts';
import { crt310OptionsSchema } from './crt310/options.ts';
import { Crt591Reader } from './crt591/device.ts';
import { CRT571, CRT591_M001, CRT591_MR, CRT591_R02, crt591OptionsSchema, type Crt591Model } from './crt591/options.ts';
import { behindAddress } from './pcsc/behind-address.ts';
import { TrayReader } from './pcsc/device.ts';
import { trayOptionsSchema } from './pcsc/options.ts';

export interface CardReaderDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

export interface CardReaderModel {
  /** Of the model's `options` in the terminal's configuration; every option has a default. */
  readonly schema: z.ZodType;
  /** Makes the device; opens nothing. `options` as the configuration has them. @throws {z.ZodError} when they don't fit the schema. */
  readonly create: (options: unknown, deps: CardReaderDeps) => CardReader;
}

export const cardReaderModels = {
  'crt591-m001': crt591(CRT591_M001),
  crt571: crt591(CRT571),
  'crt591-r02': crt591(CRT591_R02),
  'crt591-mr': crt591(CRT591_MR),
  crt310: {
    schema: crt310OptionsSchema,
    create: (options, deps) => new Crt310Reader(crt310OptionsSchema.parse(options), deps),
  },
  'pcsc-tray': {
    schema: trayOptionsSchema,
    create: (options, { transport, clock }) => new TrayReader(trayOptionsSchema.parse(options), behindAddress(transport, clock)),
  },
} as const satisfies Readonly<Record<string, CardReaderModel>>;

function crt591(model: Crt591Model): CardReaderModel {
  const schema = crt591OptionsSchema(model);
  return { schema, create: (options, deps) => new Crt591Reader(model.name, schema.parse(options), deps) };
}
