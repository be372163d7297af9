/** Sends a fuzzed request to a real server and takes what comes back, within limits of time and size. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { bodySha256, TOKEN_SCHEME, TOKEN_TYPE } from '../../../common/upstream-api/request-token.ts';
import { terminalKey, type TerminalKey } from '../../../main/identity/terminal-key.ts';
import type { AnyRequest, FuzzRequest } from './requests.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  readonly ms: number;
}

/** The connection ended before an answer. */
export interface NoAnswer {
  readonly lost: string;
  readonly ms: number;
}

export interface Enrolled {
  readonly terminalId: string;
  readonly key: TerminalKey;
}

/** Longest wait for an answer, ms; and for what a bare connection says. */
const PATIENCE_MS = 20_000;
const RAW_PATIENCE_MS = 5000;
/** An answer that goes on as long as both want: its head is all there is to wait for. */
const ENDLESS = 'text/event-stream';
const HOUR_MS = 3_600_000;

export class Wire {
  readonly #port: number;
  readonly #terminals: readonly Enrolled[];
  readonly #stranger: Enrolled = { terminalId: 'T-STRANGER', key: terminalKey(generateKeyPairSync('ed25519').privateKey) };
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(port: number, terminals: readonly Enrolled[]) {
    this.#port = port;
    this.#terminals = terminals;
  }

  send(request: AnyRequest): Promise<Answer | NoAnswer> {
    if ('raw' in request) return this.#sendRaw(Buffer.from(request.raw, 'base64'));
    const body = Buffer.from(request.body, 'base64');
    const authorization = this.#authorization(request, body);
    const headers = { ...(authorization === undefined ? {} : { authorization }), ...request.headers };
    return this.ask(request.method, request.path, headers, body);
  }

  ask(method: string, path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<Answer | NoAnswer> {
    const began = performance.now();
    const ms = (): number => performance.now() - began;
    return new Promise((resolve) => {
      const content = body.length === 0 ? {} : { 'content-length': body.length };
      const outgoing = httpRequest({ port: this.#port, method, path, headers: { ...content, ...headers }, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        const contentType = incoming.headers['content-type'] ?? '';
        const answer = (): Answer => ({ status: incoming.statusCode ?? 0, contentType, body: Buffer.concat(chunks), ms: ms() });
        if (contentType.startsWith(ENDLESS)) {
          resolve(answer());
          incoming.destroy();
          return;
        }
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', (error) => resolve({ lost: error.message, ms: ms() }));
        incoming.on('end', () => resolve(answer()));
      });
      outgoing.on('error', (error) => resolve({ lost: error.message, ms: ms() }));
      outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #authorization({ method, path, signer, forgery }: FuzzRequest, body: Buffer): string | undefined {
    if (signer === 'nobody') return undefined;
    const { terminalId, key } = signer === 'stranger' ? this.#stranger : (this.#terminals[signer] ?? this.#stranger);
    const right = { method, path, bodySha256: bodySha256(body), at: Date.now(), nonce: randomBytes(16).toString('base64url'), terminalId };
    const forged = {
      none: right,
      stale: { ...right, at: right.at - HOUR_MS },
      future: { ...right, at: right.at + HOUR_MS },
      otherPath: { ...right, path: '/v1/heartbeat' },
      otherBody: { ...right, bodySha256: bodySha256('other') },
      otherMethod: { ...right, method: 'GET' },
      otherTerminal: { ...right, terminalId: this.#terminals[0]?.terminalId ?? terminalId },
      otherPurpose: right,
      garbage: { garbage: 'x'.repeat(6000) },
      twice: { ...right, nonce: 'AAAAAAAAAAAAAAAAAAAAAA' },
    }[forgery];
    return `${TOKEN_SCHEME} ${key.signJws(forgery === 'otherPurpose' ? 'kiosk-checkpoint+jwt' : TOKEN_TYPE, forged)}`;
  }

  /** What a bare connection says until it ends. A server that waits for more is not at fault: then this end closes. */
  #sendRaw(bytes: Buffer): Promise<Answer | NoAnswer> {
    const began = performance.now();
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(this.#port, '127.0.0.1', () => socket.end(bytes));
      const done = (): void => {
        socket.destroy();
        resolve(parseRaw(Buffer.concat(chunks), performance.now() - began));
      };
      socket.setTimeout(RAW_PATIENCE_MS, done);
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', done);
      socket.on('close', done);
    });
  }
}

function parseRaw(said: Buffer, ms: number): Answer | NoAnswer {
  const head = /^HTTP\/1\.1 (?<status>\d{3}) [^\r\n]*\r\n(?<headers>[^]*?)\r\n\r\n/.exec(said.toString('latin1'));
  if (head?.groups === undefined) return { lost: `said ${JSON.stringify(said.toString('latin1').slice(0, 200))}`, ms };
  const contentType = /^content-type: *(?<type>[^\r\n]*)/im.exec(head.groups['headers'] ?? '')?.groups?.['type'] ?? '';
  const length = Number(/^content-length: *(?<length>\d+)/im.exec(head.groups['headers'] ?? '')?.groups?.['length'] ?? 0);
  return { status: Number(head.groups['status']), contentType, body: said.subarray(head[0].length, head[0].length + length), ms };
}
