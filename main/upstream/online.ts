/** Knows whether upstream is there: asks every few seconds, tells listeners when the answer changes. */
import type { Clock, Timer } from '../../common/clock.ts';
import { heartbeatAnswerSchema, type HeartbeatRequest, type TerminalState } from '../../common/upstream-api/terminals.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { HttpClient } from './http.ts';
import { isStandingProblem } from './standing.ts';
import type { UplinkLag } from './uplink-lag.ts';

/** `issuer` and `payments`: whether upstream reaches them; `down` while it can't be asked. */
export interface OnlineState {
  /** `refused`: upstream does not accept this terminal (standing.ts). It stays so, also while it can't be reached, until upstream accepts it. */
  readonly link: 'online' | 'offline' | 'refused';
  readonly issuer: 'up' | 'down';
  readonly payments: 'up' | 'down';
}

export interface Online {
  /** `offline` until the first answer. */
  readonly current: OnlineState;
  /** Why the last question had no answer. */
  readonly error: PortError | undefined;
  onChange(listener: (state: OnlineState) => void): Unsubscribe;
  start(): void;
  /** For good. */
  stop(): void;
  /** Asks now; never rejects. */
  beat(): Promise<OnlineState>;
}

/** ms */
export const onlineDelays = {
  /** Between heartbeats while online. */
  heartbeat: 15_000,
  /** While offline: service should be back soon after the network is. */
  probe: 5000,
  answer: 5000,
  /** A state that stays as it is is told again: upstream may have lost it. */
  stateAgain: 600_000,
} as const;

const OFFLINE: OnlineState = { link: 'offline', issuer: 'down', payments: 'down' };
const REFUSED: OnlineState = { ...OFFLINE, link: 'refused' };

export interface OnlineOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  /** What upstream has not receipted, told with each heartbeat; `undefined` where it isn't known. */
  readonly lag?: () => UplinkLag | undefined;
  /** What the terminal is and does now, told when it is another than upstream was told; `undefined` before it is known. */
  readonly state?: () => TerminalState | undefined;
  /** Hears upstream's time with each answer. */
  readonly skew?: Pick<ClockSkew, 'hear'>;
  /** Hears why upstream can't be had, once for each reason in a row. */
  readonly onTrouble?: (error: PortError) => void;
}

export function createOnline({ client, clock, lag = () => undefined, state = () => undefined, skew, onTrouble }: OnlineOptions): Online {
  const listeners = new Set<(state: OnlineState) => void>();
  const stopping = new AbortController();
  let current = OFFLINE;
  let error: PortError | undefined;
  let timer: Timer;
  let running = false;
  let asking: Promise<OnlineState> | undefined;
  let told: Told | undefined;

  const ask = async (): Promise<OnlineState> => {
    const sentAt = clock.monotonic();
    const news = stateNews(state(), told, sentAt);
    const body = { ...lagTold(lag(), clock.now()), ...(news === undefined ? {} : { state: news.state }) };
    const answer = await client
      .call({ method: 'POST', path: '/v1/heartbeat', body, answer: heartbeatAnswerSchema, limitMs: onlineDelays.answer, signal: stopping.signal })
      .catch((cause: unknown) => (cause instanceof PortError ? cause : new PortError('offline', 'the heartbeat failed', { cause })));
    if (stopping.signal.aborted) return current;
    if (!(answer instanceof PortError)) skew?.hear(answer.serverTime, sentAt);
    if (!(answer instanceof PortError) && news !== undefined) told = news;
    const before = error;
    error = answer instanceof PortError ? answer : undefined;
    if (error !== undefined && !isSameTrouble(error, before)) onTrouble?.(error);
    const next: OnlineState =
      answer instanceof PortError ? withoutAnswer(answer, current) : { link: 'online', issuer: answer.issuer, payments: answer.payments };
    const changed = next.link !== current.link || next.issuer !== current.issuer || next.payments !== current.payments;
    current = next;
    if (changed) for (const listener of listeners) listener(next);
    return next;
  };
  const beat = (): Promise<OnlineState> => {
    asking ??= ask().finally(() => (asking = undefined));
    return asking;
  };
  const loop = async (): Promise<void> => {
    const { link } = await beat();
    if (running) timer = clock.setTimeout(() => void loop(), link === 'online' ? onlineDelays.heartbeat : onlineDelays.probe);
  };
  return {
    get current() {
      return current;
    },
    get error() {
      return error;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    beat,
    start: () => {
      if (running) return;
      running = true;
      void loop();
    },
    stop: () => {
      running = false;
      clock.clearTimeout(timer);
      stopping.abort();
    },
  };
}

/** The state that upstream has. */
interface Told {
  readonly state: TerminalState;
  readonly text: string;
  /** By the monotonic clock. */
  readonly at: number;
}

function stateNews(state: TerminalState | undefined, told: Told | undefined, now: number): Told | undefined {
  if (state === undefined) return undefined;
  const text = JSON.stringify(state);
  return told?.text === text && now - told.at < onlineDelays.stateAgain ? undefined : { state, text, at: now };
}

function lagTold(lag: UplinkLag | undefined, now: number): HeartbeatRequest {
  if (lag === undefined) return {};
  const { entries: uplinkLag, oldestMoneyAt } = lag;
  return oldestMoneyAt === undefined ? { uplinkLag } : { uplinkLag, uplinkMoneyAgeMs: Math.max(0, now - oldestMoneyAt) };
}

function withoutAnswer(error: PortError, before: OnlineState): OnlineState {
  return isStandingProblem(error.detail) || before.link === 'refused' ? REFUSED : OFFLINE;
}

function isSameTrouble(one: PortError, other: PortError | undefined): boolean {
  return one.code === other?.code && one.detail === other.detail;
}
