/** What must hold of every answer, whatever was asked. The schemas are the server's own word, from its description. */
import { z } from 'zod';
import { upstreamLimits } from '../../../common/upstream-api/limits.ts';
import { PROBLEM_CONTENT_TYPE, problemSchema, type ProblemCode } from '../../../common/upstream-api/problem.ts';
import { operationAt, type JsonSchema, type Operation } from './api.ts';
import type { AnyRequest } from './requests.ts';
import type { Answer, NoAnswer } from './wire.ts';

/** Of a machine that does other things too. A long poll is not drawn. */
export const SLOWEST_MS = 10_000;

/** 503 that a sandbox says only while it plays that its partners are gone. */
const PARTNER_GONE: readonly ProblemCode[] = ['issuerUnavailable', 'acquirerUnavailable'];
/** Refusals that are kept: they are evidence, and the books say so. */
const KEPT: readonly ProblemCode[] = ['journalGap', 'journalBrokenChain', 'journalFork', 'epochFrozen'];

export interface Circumstances {
  readonly api: readonly Operation[];
  /** The sandbox was told to play that its partners are gone. */
  readonly partnersGone: boolean;
  /** The sandbox was told to lose an answer. */
  readonly answersLost: boolean;
}

/** @returns what is wrong, or undefined */
export function faultOf(request: AnyRequest, answer: Answer | NoAnswer, { api, partnersGone, answersLost }: Circumstances): string | undefined {
  if (answer.ms > SLOWEST_MS) return `took ${Math.round(answer.ms)} ms`;
  if ('lost' in answer) {
    if ('raw' in request || answersLost || isTooLarge(request)) return undefined;
    return `no answer: ${answer.lost}`;
  }
  const { status, body } = answer;
  const sandbox = 'path' in request && request.path.startsWith('/sandbox/');
  if (!sandbox && body.length > upstreamLimits.answerBytes) return `an answer of ${body.length} bytes`;
  if (status >= 400) return problemFault(request, answer, partnersGone);
  // pages may stand elsewhere, or be known already; calls don't
  const page = 'path' in request && !request.path.startsWith('/v1/') && (request.method === 'GET' || request.method === 'HEAD');
  if (status < 200 || (status >= 300 && !page)) return `status ${status}`;
  return 'raw' in request ? undefined : answerFault(api, request.method, request.path, answer);
}

/** The connection may be closed before all of it is read. */
function isTooLarge(request: AnyRequest): boolean {
  return 'body' in request && (request.body.length / 4) * 3 > upstreamLimits.requestBytes;
}

function problemFault(request: AnyRequest, { status, contentType, body }: Answer, partnersGone: boolean): string | undefined {
  if ('method' in request && request.method === 'HEAD') return status >= 500 ? `status ${status}` : undefined;
  const problem = problemSchema.safeParse(parsed(body));
  if (!contentType.startsWith(PROBLEM_CONTENT_TYPE) || !problem.success) return `status ${status} without problem details: ${contentType} ${shown(body)}`;
  if (problem.data.status !== status) return `status ${status}, but the problem says ${problem.data.status}`;
  const allowed = status < 500 || (partnersGone && PARTNER_GONE.includes(problem.data.code));
  return allowed ? undefined : `status ${status} ${problem.data.code}`;
}

function answerFault(api: readonly Operation[], method: string, path: string, { status, contentType, body }: Answer): string | undefined {
  const operation = operationAt(api, method, path.split('?')[0] ?? '');
  const schema = operation?.answers[String(status)];
  if (schema === undefined || !contentType.startsWith('application/json')) return undefined;
  const checked = validator(schema).safeParse(parsed(body));
  return checked.success ? undefined : `an answer that its schema refuses: ${z.prettifyError(checked.error)}: ${shown(body)}`;
}

/** Whether the server said that nothing happened. */
export function isRefusal(answer: Answer | NoAnswer): boolean {
  if ('lost' in answer || answer.status < 400) return false;
  const problem = problemSchema.safeParse(parsed(answer.body));
  return problem.success && !KEPT.includes(problem.data.code);
}

const validators = new WeakMap<JsonSchema, z.ZodType>();

function validator(schema: JsonSchema): z.ZodType {
  const known = validators.get(schema) ?? z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  validators.set(schema, known);
  return known;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function shown(body: Buffer): string {
  return JSON.stringify(body.toString('utf8').slice(0, 300));
}
