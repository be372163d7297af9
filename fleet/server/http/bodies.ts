/**
 * Bodies of requests: JSON, plain or gzipped. The digest is taken over the very bytes that came, since those were signed; what they unpack
 * to is bounded by the same limit, and nothing beyond it is ever made.
 */
import { gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { upstreamLimits } from '../../../common/upstream-api/limits.ts';
import { bodySha256 } from '../../../common/upstream-api/request-token.ts';
import { ProblemError } from './problems.ts';

export function readBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.bodySha256 = bodySha256(body);
    const text = unpacked(body, request.headers['content-encoding']);
    if (text instanceof ProblemError) done(text);
    else if (text.length === 0) done(null, undefined);
    else void parseJson(request, text.toString('utf8'), done);
  });
}

/** At once, on this thread: what is allowed takes less time than the way to another one. */
function unpacked(body: Buffer, encoding: string | undefined): Buffer | ProblemError {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') return new ProblemError('unsupportedMediaType', `content-encoding ${encoding}: expected gzip, or none`);
  try {
    return gunzipSync(body, { maxOutputLength: upstreamLimits.requestBytes });
  } catch (error) {
    if (error instanceof RangeError) return new ProblemError('bodyTooLarge', `unpacked it is larger than ${upstreamLimits.requestBytes} bytes`);
    return new ProblemError('invalidRequest', 'the body is not gzip');
  }
}
