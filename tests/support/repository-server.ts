/** A web server for a repository in a test: ranges as any has them, and what a hostile or a bad one does. Loopback only. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

export type Misdeed = (path: string, response: ServerResponse, content: Buffer) => boolean;

export interface RepositoryServer {
  /** Ends in `/`. */
  readonly url: string;
  /** Paths asked for, with their ranges. */
  readonly asked: string[];
  /** Answers in the server's place when it says true. */
  misdeed: Misdeed | undefined;
  stop(): Promise<void>;
}

export async function serveRepository(folder: string): Promise<RepositoryServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname).replace(/^\/+/, '');
    const { range } = request.headers;
    asked.push(range === undefined ? path : `${path} ${range}`);
    let content: Buffer;
    try {
      content = readFileSync(join(folder, path));
    } catch {
      response.writeHead(404).end();
      return;
    }
    if (made.misdeed?.(path, response, content) === true) return;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
    response.end(content.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const made: RepositoryServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    misdeed: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return made;
}
