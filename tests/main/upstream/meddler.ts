/** The wire between a terminal and upstream, real HTTP on both sides, in the hands of the test: it meddles with what passes `/v1/journal`. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What happens to one request. */
export type Meddling =
  /** The connection breaks when half of the body has arrived at upstream. */
  | 'cutSending'
  /** Upstream has acted; the connection breaks before a byte of its answer is back, or in the middle of it. */
  | 'loseAnswer'
  | 'halfAnswer'
  /** Upstream has acted; another answer arrives. */
  | ((real: Answer) => Answer);

export interface Meddler {
  readonly url: string;
  /** For the next request with a batch, once. */
  meddle(how: Meddling): void;
  /** Batches go nowhere until it is set again; everything else passes. */
  open: boolean;
}

export async function startMeddler(upstreamUrl: string): Promise<Meddler> {
  let next: Meddling | undefined;
  const meddler = { url: '', open: true, meddle: (how: Meddling) => void (next = how) };
  const server = createServer((incoming, outgoing) => {
    const journal = incoming.url === '/v1/journal';
    if (journal && !meddler.open) {
      incoming.socket.destroy();
      return;
    }
    const how = journal ? next : undefined;
    if (journal) next = undefined;
    pass(upstreamUrl, { incoming, outgoing, how }).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  meddler.url = `http://127.0.0.1:${port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return meddler;
}

async function pass(
  upstreamUrl: string,
  { incoming, outgoing, how }: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse; readonly how: Meddling | undefined },
): Promise<void> {
  const body = await buffer(incoming);
  if (how === 'cutSending') {
    await sendHalf(upstreamUrl, incoming, body);
    incoming.socket.destroy();
    return;
  }
  const real = await forward(upstreamUrl, incoming, body);
  if (how === 'loseAnswer') {
    incoming.socket.destroy();
    return;
  }
  const { status, body: text } = typeof how === 'function' ? how(real) : real;
  outgoing.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  if (how === 'halfAnswer') outgoing.write(text.slice(0, text.length / 2), () => incoming.socket.destroy());
  else outgoing.end(text);
}

function open(upstreamUrl: string, incoming: IncomingMessage) {
  const { method, url, headers } = incoming;
  return request(new URL(url ?? '/', upstreamUrl), { method: method ?? 'GET', headers, agent: false });
}

function forward(upstreamUrl: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = open(upstreamUrl, incoming);
    outgoing.on('response', (response) => {
      buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes.toString('utf8') }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function sendHalf(upstreamUrl: string, incoming: IncomingMessage, body: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = open(upstreamUrl, incoming);
    outgoing.on('error', () => resolve());
    outgoing.write(body.subarray(0, body.length / 2), () => {
      outgoing.destroy();
      resolve();
    });
  });
}
