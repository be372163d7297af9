/**
 * What shell and terminal process say to each other: small JSON messages, validated by the one that receives them.
 * The shell passes Views down to the page and touches up to the terminal; it understands neither.
 */
import { z } from 'zod';
import { keyPressSchema, uiEventSchema, viewSchema } from '../state-machines/view.ts';

export const toShellSchema = z.discriminatedUnion('type', [
  /** The terminal process is up and serves; the shell resets its restart back-off. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('view'), view: viewSchema }),
  /** A key of the tactile keypad: the page moves its focus by it. */
  z.strictObject({ type: z.literal('key'), press: keyPressSchema }),
  /** The answer to `ping`. */
  z.strictObject({ type: z.literal('pong') }),
  /** The terminal process can't go on; `exitCode` is its interface to the launcher (0 stop, 10 restart, 13 needs a technician). */
  z.strictObject({ type: z.literal('fatal'), message: z.string().max(2000), exitCode: z.int() }),
]);
export type ToShell = z.infer<typeof toShellSchema>;

export const toTerminalSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ui'), event: uiEventSchema }),
  /** A page (re)loaded: publish the present View again. */
  z.strictObject({ type: z.literal('page-ready') }),
  /** Asked for a `pong`: a process that turns answers, one that hangs doesn't. */
  z.strictObject({ type: z.literal('ping') }),
  z.strictObject({ type: z.literal('stop') }),
]);
export type ToTerminal = z.infer<typeof toTerminalSchema>;
