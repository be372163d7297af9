/** What differs between tray readers, as data. Every option has a default: an ACR122U or one of its relatives. */
import { z } from 'zod';

export const trayOptionsSchema = z.strictObject({
  /** What the configured reader is: a reader with both shows itself to PC/SC as two. Contact chips get no class FF commands. */
  interface: z.enum(['contactless', 'contact']).default('contactless'),
  /** What a person is shown when a card was found. `acr122u`: its light turns green and it beeps; no other reader takes that command. */
  signal: z.enum(['none', 'acr122u']).default('none'),
});

export type TrayOptions = z.output<typeof trayOptionsSchema>;
