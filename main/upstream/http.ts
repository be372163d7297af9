/**
 * The one HTTP client: signs every request with the terminal's key and upstream's time, holds every answer to its time, size and schema.
 * Fails with PortError only. `offline` and `timeout` do not say whether upstream acted: ask again with the same key, or query.
 */
import { gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { deadline, type Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { problemSchema, type Problem } from '../../common/upstream-api/problem.ts';
import { bodySha256, TOKEN_SCHEME, TOKEN_TYPE, type TokenClaims } from '../../common/upstream-api/request-token.ts';
import { PortError } from '../../state-machines/ports.ts';
import { createClockSkew, type ClockSkew } from './clock-skew.ts';

/** What main/identity offers: a public half, and signatures by the private one. */
export interface RequestKey {
  readonly publicKey: PublicKey;
  /** Compact JWS of `payload`; `type` says what the signature is for. */
  signJws(type: string, payload: object): string;
}

export interface HttpOptions {
  /** Origin of the upstream server; see {@link upstreamUrlProblem}. */
  readonly url: string;
  readonly terminalId: string;
  readonly key: RequestKey;
  readonly clock: Clock;
  readonly random: Random;
  /** By it requests are signed. Default: one of its own, which measures when a signature's time is refused. */
  readonly skew?: ClockSkew;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

export interface Call<T> {
  readonly method: 'GET' | 'POST';
  /** With query. */
  readonly path: string;
  readonly body?: object;
  readonly answer: z.ZodType<T>;
  /** ms for the whole exchange. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpClient {
  /** @throws {PortError} `offline`, `timeout`, `refused` ({@link UpstreamRefusal}), `invalidAnswer`, `aborted` */
  call<T>(call: Call<T>): Promise<T>;
}

/** Upstream said no; `detail` is its stable code. */
export class UpstreamRefusal extends PortError {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super('refused', `upstream refused: ${problem.title} (${problem.detail ?? problem.code})`, { detail: problem.code });
    this.name = 'UpstreamRefusal';
    this.problem = problem;
  }
}

/** Why `url` can't be an upstream, for the person who configures it. */
export function upstreamUrlProblem(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return 'expected https://host[:port]';
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.username !== '') return 'expected an origin only: no path, query or user';
  if (parsed.protocol === 'http:' && !['127.0.0.1', '[::1]', 'localhost'].includes(parsed.hostname)) return 'http: is allowed on loopback only; use https:';
  return undefined;
}

/** @throws {RangeError} when the URL can't be an upstream */
export function createHttpClient(options: HttpOptions): HttpClient {
  const wrong = upstreamUrlProblem(options.url);
  if (wrong !== undefined) throw new RangeError(`upstream ${options.url}: ${wrong}`);
  const { clock, skew = createClockSkew(clock) } = options;
  return {
    call: async (call) => {
      const sentAt = clock.monotonic();
      try {
        return await exchange(options, call, skew.upstreamNow());
      } catch (error) {
        const serverTime = error instanceof UpstreamRefusal && error.problem.code === 'staleRequest' ? error.problem.serverTime : undefined;
        if (serverTime === undefined) throw error;
        // So that a wrong clock does not cut the terminal off.
        skew.hear(serverTime, sentAt);
        return exchange(options, call, skew.upstreamNow());
      }
    },
  };
}

async function exchange<T>(options: HttpOptions, call: Call<T>, at: number): Promise<T> {
  const limit = deadline(options.clock, call.limitMs, () => new PortError('timeout', `${call.path}: no answer within ${call.limitMs} ms`), call.signal);
  try {
    const { status, text } = await send(options, call, at, limit.signal);
    return status >= 200 && status < 300 ? parseAnswer(call, text) : refuse(call, status, text);
  } catch (error) {
    if (error instanceof PortError) throw error;
    if (call.signal?.aborted === true) throw new PortError('aborted', `${call.path}: given up`, { cause: error });
    if (limit.signal.aborted) throw limit.signal.reason;
    throw new PortError('offline', `${call.path}: upstream can't be reached`, { cause: error });
  } finally {
    limit.dispose();
  }
}

async function send(options: HttpOptions, call: Call<unknown>, at: number, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const { url, key, random, fetch = globalThis.fetch } = options;
  const { headers: contentHeaders, body } = contentOf(call.body);
  const nonce = Buffer.from(random.bytes(16)).toString('base64url');
  const { method, path } = call;
  const claims: TokenClaims = { method, path, bodySha256: bodySha256(body ?? ''), at, nonce, terminalId: options.terminalId };
  const headers = { authorization: `${TOKEN_SCHEME} ${key.signJws(TOKEN_TYPE, claims)}`, accept: 'application/json', ...contentHeaders };
  const response = await fetch(new URL(path, url), { method, headers, ...(body === undefined ? {} : { body }), redirect: 'error', signal });
  return { status: response.status, text: await readBounded(call.path, response) };
}

/** Bodies from this size on go gzipped, bytes: a full batch of the journal shrinks to a fifth, smaller bodies have little to gain. */
const GZIP_FROM = 1024;
/** The fastest: the most thorough one saves a fortieth of a full batch more, for several times the time (tests/speed, `backlog.batch`). */
export const GZIP_LEVEL = 1;

function contentOf(body: object | undefined): { readonly headers: Readonly<Record<string, string>>; readonly body?: string | Uint8Array<ArrayBuffer> } {
  if (body === undefined) return { headers: {} };
  const json = JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  if (json.length < GZIP_FROM) return { headers, body: json };
  return { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(json, { level: GZIP_LEVEL }) };
}

async function readBounded(path: string, response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    size += next.value.byteLength;
    if (size > upstreamLimits.answerBytes) {
      await reader?.cancel();
      throw new PortError('invalidAnswer', `${path}: the answer is larger than ${upstreamLimits.answerBytes} bytes`);
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer<T>(call: Call<T>, text: string): T {
  const parsed = call.answer.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new PortError('invalidAnswer', `${call.path}: the answer does not have its form`, { cause: parsed.error });
}

/** 5xx, 429 and 408 (the request came too slowly) are states of the far side, or of the line, that pass: they count as being offline. */
function refuse(call: Call<unknown>, status: number, text: string): never {
  const problem = problemSchema.safeParse(parseJson(text));
  if (status >= 500 || status === 429 || status === 408) {
    const detail = problem.success ? problem.data.code : undefined;
    throw new PortError('offline', `${call.path}: upstream answers ${status}`, detail === undefined ? {} : { detail });
  }
  if (!problem.success) throw new PortError('invalidAnswer', `${call.path}: status ${status} without problem details`);
  throw new UpstreamRefusal(problem.data);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
