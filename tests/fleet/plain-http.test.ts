/** Requests that no HTTP client writes, on a bare connection: each is answered with problem details, or served, never with Node's own words. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { problemSchema } from '../../common/upstream-api/problem.ts';
import { startWorld, type World } from './support.ts';

async function said({ url }: World, request: string): Promise<{ status: number; contentType: string | undefined; body: unknown }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.end(request);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), contentType: /^content-type: (.*)$/im.exec(head)?.[1], body: JSON.parse(body) };
}

test.each([
  ['no Host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'],
  ['two Hosts', 'GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n'],
  ['a header that is none', 'GET /healthz HTTP/1.1\r\nhost: a\r\nno header\r\n\r\n'],
  ['headers without end', `GET /healthz HTTP/1.1\r\nhost: a\r\nlong: ${'y'.repeat(100_000)}\r\n\r\n`],
  ['two lengths', 'POST /v1/journal HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{"a"}'],
  ['a length and chunks', 'POST /v1/journal HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('%s: refused with problem details', async (_what, request) => {
  const { status, contentType, body } = await said(await startWorld(), request);
  expect({ status, contentType }).toMatchObject({ status: 400, contentType: expect.stringMatching(/^application\/problem\+json/) });
  expect(problemSchema.parse(body)).toMatchObject({ status: 400, code: 'invalidRequest' });
});

test.each([
  ['HTTP/1.0 needs no Host', 'GET /healthz HTTP/1.0\r\n\r\n'],
  ['an expectation nobody knows is ignored', 'GET /healthz HTTP/1.1\r\nhost: a\r\nexpect: a miracle\r\nconnection: close\r\n\r\n'],
])('%s', async (_what, request) => {
  expect(await said(await startWorld(), request)).toMatchObject({ status: 200, body: { status: 'ok' } });
});
