/**
 * How the server stops: what came before is answered, what still comes on an open connection is to be asked elsewhere, and who opened a
 * connection without asking is hung up on, for Node counts it as busy for a minute. Used by server.ts.
 */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problems.ts';

export function stopInOrder(app: FastifyInstance): void {
  let stopping = false;
  const unused = new Map<string, Socket>();
  app.server.on('connection', (line: Socket) => {
    const name = nameOf(line);
    unused.set(name, line);
    line.once('close', () => {
      if (unused.get(name) === line) unused.delete(name);
    });
    if (stopping) line.destroy();
  });
  app.addHook('preClose', async () => {
    stopping = true;
    for (const line of unused.values()) line.destroy();
  });
  app.addHook('onRequest', async ({ raw }) => {
    unused.delete(nameOf(raw.socket));
    if (stopping) throw new ProblemError('stopping', 'ask again');
  });
}

/** The same before and after TLS, which puts a socket of its own on top. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
