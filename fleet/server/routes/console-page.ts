/** `/console/`: the built page out of a folder, under a content security policy without a single exception for scripts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../http/problems.ts';

/** Styles are files, too; pictures may be made by the page itself (a QR code). */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
};

/** The build names them by their contents: what has such a name never changes. */
const ASSETS = '/assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';

/** @throws {Error} when the folder holds no page */
export async function consolePage(scope: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`console.site: ${folder} holds no index.html: build the console first`);
  scope.addHook('onSend', async (_request, reply) => void reply.headers(HEADERS));
  await scope.register(files, {
    root: folder,
    prefix: '/console/',
    index: false,
    wildcard: false,
    // dot files and what a link points to outside are not part of a page
    dotfiles: 'ignore',
    cacheControl: false,
    schemaHide: true,
    setHeaders: (response, path) => void response.header('cache-control', path.slice(folder.length).startsWith(ASSETS) ? FOR_EVER : 'no-cache'),
  });
  const hidden = { schema: { hide: true } };
  scope.get('/console', hidden, (_request, reply) => reply.redirect('/console/'));
  for (const url of ['/console/', '/console/*']) {
    scope.get(url, hidden, (request, reply) => {
      // the page's own addresses; what looks like a file, or like a call, is none
      if (/\.|^\/console\/api(?:\/|$)/.test(new URL(request.url, 'http://console').pathname)) throw new ProblemError('notFound', 'no such file');
      return reply.sendFile('index.html');
    });
  }
}
