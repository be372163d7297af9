/** What Node's HTTP server would refuse by itself, with an answer of its own: refused here, with problem details like everything else. */
import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problems.ts';

/** For the HTTP server that Fastify makes: leaves the Host header to {@link refuseOddHttp}. */
export const httpOptions = { requireHostHeader: false } as const;

export function refuseOddHttp(app: FastifyInstance): void {
  // RFC 9112, 3.2: exactly one Host in HTTP/1.1
  app.addHook('onRequest', async ({ raw: { httpVersion, rawHeaders } }) => {
    const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
    if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) throw new ProblemError('invalidRequest', 'one Host header is expected');
  });
  // RFC 9110, 10.1.1: an expectation that is not known may be ignored
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
}
