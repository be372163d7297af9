/**
 * What may differ between CRT-310 units and their relatives (TTCE M100), as data: most of these bytes come from one source each, or are
 * inferred (card-readers.md section 1.2), so each can be set.
 */
import { z } from 'zod';
import { parameterByte } from '../motor/parameter-byte.ts';

export const crt310OptionsSchema = z.strictObject({
  /** The unit executes only when it hears ENQ after its ACK. One source describes the same framing without it. */
  enq: z.boolean().default(true),
  /** Something behind the reader keeps the cards that it lets out at the rear. */
  canRetain: z.boolean().default(true),
  /**
   * MOVE parameters. `present` is the confirmed motion to the front, which lets go of the card; `31` holds it (one source). `retain`:
   * out at the rear (one source).
   */
  moves: z
    .strictObject({
      contact: parameterByte.prefault('2F'),
      present: parameterByte.prefault('30'),
      release: parameterByte.prefault('30'),
      retain: parameterByte.prefault('33'),
    })
    .prefault({}),
  /** ENTRY parameters: who may come in at the front (`33`, any card by switch, is inferred; `32`, magnetic and switch, is confirmed), nobody, and the rear. */
  entry: z.strictObject({ allow: parameterByte.prefault('33'), forbid: parameterByte.prefault('31'), rear: parameterByte.prefault('31') }).prefault({}),
  /** Where an inserted card stops (command 2E); null: as the unit is set. Its values are not confirmed. */
  stop: parameterByte.nullable().default(null),
  /** In which order a chip is looked for. APDUs go to contacts only: the unit has no command for them by antenna. */
  interfaces: z
    .array(z.enum(['contact', 'contactless']))
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'each interface once')
    .default(['contact', 'contactless']),
});

export type Crt310Options = z.output<typeof crt310OptionsSchema>;
