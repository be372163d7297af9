/** `/v1/journal` */
import { journalAnswerSchema, journalBatchSchema } from '../../../common/upstream-api/journal.ts';
import type { App, Context } from '../context.ts';
import { ProblemError } from '../http/problems.ts';

export function journalRoutes(app: App, { journal }: Context): void {
  const config = { remembersRequests: true };
  app.post('/journal', { config, schema: { body: journalBatchSchema, response: { 200: journalAnswerSchema } } }, async (request) => {
    const { claims } = request;
    if (claims === undefined) throw new TypeError('a journal came without a signature');
    try {
      return await journal.accept(request.body, claims);
    } catch (error) {
      if (error instanceof ProblemError) request.log.error({ terminalId: request.terminalId, code: error.code, ...error.members }, 'a journal does not fit');
      throw error;
    }
  });
}
