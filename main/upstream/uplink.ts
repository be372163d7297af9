/**
 * Drains the journal upstream: one batch in flight, back-off when there is no answer, woken at once by an entry that moves money. Believes
 * only a receipt whose signature verifies and whose head hash is this journal's own. Owns nothing durable: the journal keeps entries and
 * receipts.
 */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { journalAnswerSchema, type ChainedEntry, type JournalAnswer, type Receipt } from '../../common/upstream-api/journal.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { PortError } from '../../state-machines/ports.ts';
import { fullJitter } from './back-off.ts';
import { batchOf, takeBatch } from './batch.ts';
import { UpstreamRefusal } from './http.ts';
import { isBefore, START, type JournalSource, type Position } from './journal-source.ts';
import { Pause } from './pause.ts';
import { requireReceipt } from './receipt.ts';
import type { RegisteredClient } from './registration.ts';
import { lagMeter, type UplinkLag } from './uplink-lag.ts';

export type UplinkState =
  /** Upstream has everything, or what it has not was written a moment ago. */
  | { readonly state: 'drained' }
  | { readonly state: 'sending' }
  /** No answer; asked again soon. */
  | { readonly state: 'backingOff'; readonly error: PortError }
  /** Upstream refuses, or what it says can't be believed: a person must look. Asked again now and then. */
  | { readonly state: 'blocked'; readonly error: PortError };

/** All that can be said of the uplink, for a technician. */
export interface UplinkStatus {
  readonly uplink: UplinkState;
  /** `undefined` while the journal can't be read. */
  readonly lag: UplinkLag | undefined;
  /** What upstream last took; `at` by upstream's clock, ms since 1970. */
  readonly lastReceipt: Pick<Receipt, 'epoch' | 'upToSeq' | 'at'> | undefined;
  /** Attempts since then that ended without a receipt. */
  readonly failures: number;
  /** Until the next attempt, ms; `undefined` unless it backs off or is blocked. */
  readonly retryInMs: number | undefined;
}

export interface Uplink {
  readonly current: UplinkState;
  /** `undefined` while the journal can't be read. */
  readonly lag: UplinkLag | undefined;
  status(): UplinkStatus;
  onChange(listener: (state: UplinkState) => void): Unsubscribe;
  /** Ends a back-off, or a block: the network is back. */
  wake(): void;
  /** Nothing is sent any more; an answer on its way is not stored. */
  stop(): void;
}

export interface UplinkOptions {
  readonly client: RegisteredClient;
  readonly source: JournalSource;
  readonly terminalId: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** ms */
export const uplinkDelays = {
  backOff: { firstMs: 1000, maxMs: 300_000 },
  /** While blocked. */
  blocked: 300_000,
  /** A full batch on a slow line. */
  answer: 30_000,
  /** From an entry that moves nothing to its batch, so that a burst is one. */
  gather: 200,
  /** While drained: what a driver keeps for itself is written without a word to anyone. */
  look: 60_000,
} as const;

/** So few pass any line: two kilobytes of gzip. */
const LEAST_ENTRIES = 16;

export function startUplink(options: UplinkOptions): Uplink {
  const { source, clock, random } = options;
  const listeners = new Set<(state: UplinkState) => void>();
  const stopping = new AbortController();
  const measureLag = lagMeter(source);
  let lastReceipt = source.lastReceipt();
  let position: Position = lastReceipt === undefined ? START : { epoch: lastReceipt.epoch, seq: lastReceipt.upToSeq };
  let current: UplinkState = { state: 'drained' };
  let failures = 0;
  /** Entries in a batch, at most: fewer on a line that lost one, which may be too slow for more. */
  let most: number = upstreamLimits.batchEntries;
  /** Where it stood when upstream turned out to hold less. An upstream that loses more before that is made good is not followed at once. */
  let refillTo: Position | undefined;
  let pause: Pause | undefined;
  /** A reason not to pause came while a batch was on its way. */
  let woken = false;

  const publish = (state: UplinkState): void => {
    current = state;
    for (const listener of listeners) listener(state);
  };
  const wait = async (ms: number): Promise<void> => {
    pause = new Pause(clock, ms);
    if (stopping.signal.aborted) pause.end();
    await pause.over;
    pause = undefined;
  };
  const step = async (): Promise<void> => {
    let batch: readonly ChainedEntry[];
    try {
      batch = takeBatch(source, position, most);
    } catch (error) {
      return afterFailure(asPortError(error), most);
    }
    if (batch.length > 0) return send(batch);
    if (current.state !== 'drained') publish({ state: 'drained' });
    return wait(uplinkDelays.look);
  };
  const send = async (batch: readonly ChainedEntry[]): Promise<void> => {
    woken = false;
    publish({ state: 'sending' });
    try {
      const { receipt, jws } = await sendBatch(options, batch, stopping.signal);
      if (stopping.signal.aborted) return;
      source.storeReceipt(receipt, jws);
      lastReceipt = receipt;
      position = { epoch: receipt.epoch, seq: receipt.upToSeq };
      if (refillTo !== undefined && !isBefore(position, refillTo)) refillTo = undefined;
      failures = 0;
      most = Math.min(upstreamLimits.batchEntries, most * 2);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const rewound = rewindTo(error, position);
      const again = refillTo !== undefined;
      if (rewound !== undefined) [refillTo, position] = [refillTo ?? position, rewound];
      if (rewound === undefined || again) await afterFailure(asPortError(error), batch.length);
    }
  };
  const afterFailure = async (error: PortError, sent: number): Promise<void> => {
    const passing = error.code === 'offline' || error.code === 'timeout';
    if (passing) most = Math.max(LEAST_ENTRIES, Math.floor(sent / 2));
    const ms = passing ? fullJitter(random, uplinkDelays.backOff, failures) : uplinkDelays.blocked;
    failures += 1;
    const waited = wait(passing && woken ? 0 : ms);
    publish({ state: passing ? 'backingOff' : 'blocked', error });
    await waited;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) await step();
  };
  const unsubscribe = source.onAppend(({ money }) => {
    if (current.state === 'blocked') return;
    if (money) woken = true;
    if (money) pause?.end();
    else if (current.state === 'drained') pause?.endWithin(uplinkDelays.gather);
  });
  const lag = (): UplinkLag | undefined => {
    try {
      return measureLag(position);
    } catch {
      return undefined;
    }
  };
  void run();
  return {
    get current() {
      return current;
    },
    get lag() {
      return lag();
    },
    status: () => {
      const waiting = current.state === 'backingOff' || current.state === 'blocked';
      return { uplink: current, lag: lag(), lastReceipt, failures, retryInMs: waiting && pause !== undefined ? Math.ceil(pause.left) : undefined };
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    wake: () => {
      woken = true;
      pause?.end();
    },
    stop: () => {
      stopping.abort();
      unsubscribe();
      pause?.end();
    },
  };
}

async function sendBatch({ client, source, terminalId }: UplinkOptions, entries: readonly ChainedEntry[], signal: AbortSignal): Promise<JournalAnswer> {
  const serverKey = await client.serverKey();
  const body = batchOf(source, entries);
  const answer = await client.call({ method: 'POST', path: '/v1/journal', body, answer: journalAnswerSchema, limitMs: uplinkDelays.answer, signal });
  requireReceipt(answer, { terminalId, entries }, serverKey);
  return answer;
}

/**
 * Upstream has less than it once receipted, e.g. after its restore from a backup: goes back to where it stands. Of an epoch that it does not
 * know at all back to the start, since it may lack entries of earlier ones too.
 */
function rewindTo(error: unknown, position: Position): Position | undefined {
  if (!(error instanceof UpstreamRefusal) || error.problem.code !== 'journalGap') return undefined;
  const { epoch, headSeq } = error.problem;
  if (epoch !== position.epoch || headSeq === undefined || headSeq >= position.seq) return undefined;
  return headSeq === 0 ? START : { epoch, seq: headSeq };
}

/** What is neither upstream's nor ours to expect blocks the uplink and says so; the journal itself goes on. */
function asPortError(error: unknown): PortError {
  return error instanceof PortError
    ? error
    : new PortError('journalUnavailable', 'the journal could not be read or could not take the receipt', { cause: error });
}
