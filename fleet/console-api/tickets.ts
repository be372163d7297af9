/**
 * Tickets and callbacks of cardholders. The table of these calls stands apart (`ticketCalls` in calls.ts): a server that does not have the
 * support desk does not have them.
 */
import { z } from 'zod';
import { momentSchema, pageOf, pageQuery } from './fields.ts';

export const ticketStates = ['open', 'inWork', 'answered', 'closed'] as const;

export const ticketRowSchema = z.strictObject({
  ticketId: z.string(),
  terminalId: z.string(),
  /** What the person was given. */
  reference: z.string(),
  subject: z.string(),
  state: z.enum(ticketStates),
  /** A call back was promised by then. */
  callbackBy: momentSchema.nullable(),
  openedAt: momentSchema,
  assignedTo: z.string().nullable(),
});
export type TicketRow = z.infer<typeof ticketRowSchema>;

export const ticketsQuerySchema = z.strictObject({ ...pageQuery, state: z.enum(ticketStates).optional(), callbacks: z.stringbool().default(false) });
export const ticketPageSchema = pageOf(ticketRowSchema);

export const ticketParamsSchema = z.strictObject({ ticketId: z.string().max(80) });
export const ticketSchema = z.strictObject({
  ...ticketRowSchema.shape,
  notes: z.array(z.strictObject({ at: momentSchema, by: z.string(), text: z.string() })),
});
export const ticketNoteSchema = z.strictObject({ text: z.string().trim().min(1).max(2000), state: z.enum(ticketStates).optional() });
