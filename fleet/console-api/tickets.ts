/** Tickets and calls back of cardholders: the support desk's own schemas (fleet/server/support/desk-schemas.ts), as the console asks for them. */
import { z } from 'zod';
import { capabilitySchema } from '../../common/upstream-api/support.ts';
import { callbackActionSchema, openingRequestSchema, ticketActionSchema, ticketListQuerySchema } from '../server/support/desk-schemas.ts';
import { countInQuery, momentSchema } from './fields.ts';

export {
  callbackDetailSchema,
  callbackPlanSchema,
  openingAnswerSchema,
  openingsSchema,
  promiseOverviewSchema,
  storySchema as ticketStorySchema,
  ticketDetailSchema,
  ticketListSchema,
  type CallbackAction,
  type CallbackPlan,
  type CallbackRowAnswer,
  type TicketAction,
  type TicketDetail,
  type TicketRowAnswer,
} from '../server/support/desk-schemas.ts';
/** What a ticket's state lets an agent do. */
export { after as ticketStateAfter } from '../server/support/ticket-states.ts';

/** In a query everything is text. */
export const ticketsQuerySchema = ticketListQuerySchema.extend({
  unresolved: z.stringbool().optional(),
  breached: z.stringbool().optional(),
  dueBefore: z.coerce.number<number>().pipe(momentSchema).optional(),
  limit: countInQuery(200).default(50),
  offset: z.coerce.number<number>().int().min(0).max(100_000).default(0),
});

export const ticketParamsSchema = z.strictObject({ ticketId: capabilitySchema });
/** `seen`: `lastSeq` of the ticket as it was shown; refused with `ticketChanged` when somebody else was faster. */
export const actOnTicketSchema = z.strictObject({ seen: z.int().min(0), action: ticketActionSchema });

const momentInQuery = z.coerce.number<number>().pipe(momentSchema);
/** Calls and slots that begin from `from` on and before `to`; at most 60 days. */
export const callbacksQuerySchema = z.strictObject({ from: momentInQuery, to: momentInQuery });
export const callbackParamsSchema = z.strictObject({ callbackId: capabilitySchema });
export const actOnCallbackSchema = z.strictObject({ action: callbackActionSchema });

export const openContactSchema = openingRequestSchema;
