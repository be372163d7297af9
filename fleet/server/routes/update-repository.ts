/** `/updates/`: the repository of releases and configurations, as files. Signed by others; nothing of it needs this server's word, or a terminal's. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** @param folder as `npm run publish-release` makes it @throws {Error} when it is none */
export async function updateRepository(scope: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'metadata', 'timestamp.json')))
    throw new Error(`updates.repository: ${folder} holds no metadata/timestamp.json: publish into it first`);
  await scope.register(files, {
    root: folder,
    prefix: '/updates/',
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    decorateReply: false,
    schemaHide: true,
    allowedPath: (path) => /^\/(?:metadata|targets|files)\/[0-9A-Za-z@._+/-]+$/.test(path),
    setHeaders: (response) => void response.header('cache-control', 'no-cache'),
  });
}
