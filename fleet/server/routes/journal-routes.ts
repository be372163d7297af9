/** `/v1/journal` */
import { journalAnswerSchema, journalBatchSchema } from '../../../common/upstream-api/journal.ts';
import type { App, Context } from '../context.ts';
import { ProblemError } from '../http/problems.ts';

export function journalRoutes(app: App, { journal, console }: Context): void {
  app.post('/journal', { schema: { body: journalBatchSchema, response: { 200: journalAnswerSchema } } }, async (request) => {
    try {
      return await journal.accept(request.terminalId, request.body);
    } catch (error) {
      if (error instanceof ProblemError) request.log.error({ terminalId: request.terminalId, code: error.code, ...error.members }, 'a journal does not fit');
      throw error;
    } finally {
      console.digester.wake();
    }
  });
}
