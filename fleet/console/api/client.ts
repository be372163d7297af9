/** The console's one way to its server: a call by its name, typed and validated by the table that the server's routes are made from. */
import { calls, CONSOLE_API, CONSOLE_HEADER, type Answered, type Asked, type Call, type CallName } from '../../console-api/calls.ts';
import { problemSchema, type ProblemCode } from '../../../common/upstream-api/problem.ts';
import { serverSaid } from '../time.tsx';

export type AskedOf<N extends CallName> = Asked<(typeof calls)[N]>;
export type AnswerOf<N extends CallName> = Answered<(typeof calls)[N]>;

/** Besides the server's own refusals: nothing came back, or something that this page does not understand. */
export type FailureCode = ProblemCode | 'unreachable' | 'notUnderstood';

/** Why a call has no answer. */
export class CallFailure extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CallFailure';
    this.code = code;
  }

  /** Whether the same call may well be answered later. */
  get passing(): boolean {
    return PASSING.has(this.code);
  }

  /** Whether what the page shows is old by now. */
  get overtaken(): boolean {
    return OVERTAKEN.has(this.code);
  }
}

const PASSING: ReadonlySet<FailureCode> = new Set(['unreachable', 'storeUnavailable', 'storeNotDurable', 'stopping', 'tooManyRequests', 'notReady']);

/** Somebody else was faster: what the page shows is no longer so. */
const OVERTAKEN: ReadonlySet<FailureCode> = new Set(['ticketChanged', 'ticketState', 'callbackOver', 'slotFull', 'noSuchSlot', 'chatTaken', 'chatClosed']);

type Given = Readonly<Record<string, unknown>>;

/** @throws {CallFailure} */
export async function call<N extends CallName>(name: N, asked: AskedOf<N>, signal?: AbortSignal): Promise<AnswerOf<N>> {
  const { method, path, answer, contentType }: Call = calls[name];
  const { params = {}, query = {}, body = {} } = asked as { params?: Given; query?: Given; body?: unknown };
  const response = await reach(`${CONSOLE_API}${withParams(path, params)}${withQuery(query)}`, {
    method,
    credentials: 'same-origin',
    headers: { [CONSOLE_HEADER]: '1', ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) serverSaid(date);
  if (!response.ok) throw await refusalOf(response);
  const content = contentType === undefined ? await jsonOf(response) : await response.text();
  const parsed = answer.safeParse(content);
  if (!parsed.success) throw new CallFailure('notUnderstood', `${method} ${path}: ${parsed.error.message}`, parsed.error);
  return parsed.data as AnswerOf<N>;
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    throw new CallFailure('unreachable', 'the server does not answer', error);
  }
}

async function refusalOf(response: Response): Promise<CallFailure> {
  const parsed = problemSchema.safeParse(await jsonOf(response).catch(() => undefined));
  if (!parsed.success) return new CallFailure(response.status >= 500 ? 'unreachable' : 'notUnderstood', `answered ${response.status}`);
  return new CallFailure(parsed.data.code, parsed.data.detail ?? parsed.data.title);
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new CallFailure('notUnderstood', 'the answer is no JSON', error);
  }
}

/** `/terminals/:terminalId` with what stands for `:terminalId`. */
export function withParams(path: string, params: Given): string {
  return path.replaceAll(/:(\w+)/g, (_match, name: string) => encodeURIComponent(String(params[name])));
}

/** Without what is absent or empty. */
export function withQuery(query: Given): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
