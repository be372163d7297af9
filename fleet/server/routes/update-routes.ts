/** `/v1/updates`: which release a terminal should run, and what it tells of one that it tried. */
import { directionAnswerSchema, outcomeAnswerSchema, outcomeRequestSchema } from '../../../common/upstream-api/updates.ts';
import type { App, Context } from '../context.ts';

export function updateRoutes(app: App, { console: { rollouts } }: Context): void {
  app.get('/updates/direction', { schema: { response: { 200: directionAnswerSchema } } }, async ({ terminalId }) => rollouts.direction(terminalId));
  app.post('/updates/outcome', { schema: { body: outcomeRequestSchema, response: { 200: outcomeAnswerSchema } } }, async ({ terminalId, body }) => {
    await rollouts.hear(terminalId, body);
    return { heard: true as const };
  });
}
