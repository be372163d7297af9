/** Knows whether upstream is there: asks every few seconds, tells listeners when the answer changes. */
import type { Clock, Timer } from '../../common/clock.ts';
import { heartbeatAnswerSchema, type HeartbeatRequest } from '../../common/upstream-api/terminals.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { HttpClient } from './http.ts';
import type { UplinkLag } from './uplink-lag.ts';

/** `issuer` and `payments`: whether upstream reaches them; `down` while it can't be asked. */
export interface OnlineState {
  readonly link: 'online' | 'offline';
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
} as const;

const OFFLINE: OnlineState = { link: 'offline', issuer: 'down', payments: 'down' };

export interface OnlineOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  /** What upstream has not receipted, told with each heartbeat; `undefined` where it isn't known. */
  readonly lag?: () => UplinkLag | undefined;
  /** Hears upstream's time with each answer. */
  readonly skew?: Pick<ClockSkew, 'hear'>;
}

export function createOnline({ client, clock, lag = () => undefined, skew }: OnlineOptions): Online {
  const listeners = new Set<(state: OnlineState) => void>();
  const stopping = new AbortController();
  let current = OFFLINE;
  let error: PortError | undefined;
  let timer: Timer;
  let running = false;
  let asking: Promise<OnlineState> | undefined;

  const ask = async (): Promise<OnlineState> => {
    const body = lagTold(lag(), clock.now());
    const sentAt = clock.monotonic();
    const answer = await client
      .call({ method: 'POST', path: '/v1/heartbeat', body, answer: heartbeatAnswerSchema, limitMs: onlineDelays.answer, signal: stopping.signal })
      .catch((cause: unknown) => (cause instanceof PortError ? cause : new PortError('offline', 'the heartbeat failed', { cause })));
    if (stopping.signal.aborted) return current;
    if (!(answer instanceof PortError)) skew?.hear(answer.serverTime, sentAt);
    error = answer instanceof PortError ? answer : undefined;
    const state: OnlineState = answer instanceof PortError ? OFFLINE : { link: 'online', issuer: answer.issuer, payments: answer.payments };
    const changed = state.link !== current.link || state.issuer !== current.issuer || state.payments !== current.payments;
    current = state;
    if (changed) for (const listener of listeners) listener(state);
    return state;
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

function lagTold(lag: UplinkLag | undefined, now: number): HeartbeatRequest {
  if (lag === undefined) return {};
  const { entries: uplinkLag, oldestMoneyAt } = lag;
  return oldestMoneyAt === undefined ? { uplinkLag } : { uplinkLag, uplinkMoneyAgeMs: Math.max(0, now - oldestMoneyAt) };
}
