/**
 * Drains the journal upstream: one batch in flight, back-off when there is no answer, woken by each append. Believes only a receipt whose
 * signature verifies and whose head hash is this journal's own. Owns nothing durable: the journal keeps entries and receipts.
 */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import {
  journalAnswerSchema,
  receiptSchema,
  RECEIPT_TYPE,
  type ChainedEntry,
  type JournalAnswer,
  type JournalBatch,
  type Receipt,
} from '../../common/upstream-api/journal.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { PortError } from '../../state-machines/ports.ts';
import { jwsVerifier } from '../journal/jws.ts';
import { fullJitter } from './back-off.ts';
import { UpstreamRefusal } from './http.ts';
import type { RegisteredClient } from './registration.ts';

/** The journal, as the uplink needs it. */
export interface JournalSource {
  /** In order, all of one epoch, at most `limit`: what follows `(epoch, seq)`; when nothing does, the next epoch from its first entry. `(1, 0)` is the start. */
  entriesAfter(epoch: number, seq: number, limit: number): readonly ChainedEntry[];
  /** Checkpoints (JWS) of the entries `from` to `to` of an epoch, both included; at most `limit`. */
  checkpointsOf(epoch: number, from: number, to: number, limit: number): readonly string[];
  /** The one that reaches furthest. */
  lastReceipt(): Pick<Receipt, 'epoch' | 'upToSeq'> | undefined;
  storeReceipt(receipt: Receipt, jws: string): void;
  onAppend(listener: () => void): Unsubscribe;
}

export type UplinkState =
  /** Upstream has everything. */
  | { readonly state: 'drained' }
  | { readonly state: 'sending' }
  /** No answer; asked again soon. */
  | { readonly state: 'backingOff'; readonly error: PortError }
  /** Upstream refuses, or what it says can't be believed: a person must look. Asked again now and then. */
  | { readonly state: 'blocked'; readonly error: PortError };

export interface Uplink {
  readonly current: UplinkState;
  onChange(listener: (state: UplinkState) => void): Unsubscribe;
  /** Ends a back-off: the network is back. */
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
  /** Looks again by itself: what a driver keeps for itself is written without a word to anyone. */
  drained: 60_000,
  /** A full batch on a slow line. */
  answer: 30_000,
} as const;

interface Position {
  readonly epoch: number;
  readonly seq: number;
}

export function startUplink(options: UplinkOptions): Uplink {
  const { source, clock, random } = options;
  const listeners = new Set<(state: UplinkState) => void>();
  const stopping = new AbortController();
  const last = source.lastReceipt();
  let position: Position = { epoch: last?.epoch ?? 1, seq: last?.upToSeq ?? 0 };
  let current: UplinkState = { state: 'drained' };
  let failures = 0;
  /** Resolves the pause under way; `undefined` while sending. */
  let endPause: (() => void) | undefined;

  const publish = (state: UplinkState): void => {
    current = state;
    for (const listener of listeners) listener(state);
  };
  const pause = (ms: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const timer = ms === undefined ? undefined : clock.setTimeout(() => endPause?.(), ms);
      endPause = () => {
        endPause = undefined;
        if (timer !== undefined) clock.clearTimeout(timer);
        resolve();
      };
      if (stopping.signal.aborted) endPause();
    });
  const step = async (): Promise<void> => {
    const batch = takeBatch(source, position);
    if (batch.length === 0) {
      const appended = pause(uplinkDelays.drained);
      if (current.state !== 'drained') publish({ state: 'drained' });
      return appended;
    }
    publish({ state: 'sending' });
    try {
      const { receipt, jws } = await sendBatch(options, batch, stopping.signal);
      if (stopping.signal.aborted) return;
      source.storeReceipt(receipt, jws);
      position = { epoch: receipt.epoch, seq: receipt.upToSeq };
      failures = 0;
    } catch (error) {
      if (stopping.signal.aborted) return;
      const rewound = rewindTo(error, position);
      if (rewound !== undefined) {
        position = rewound;
        return;
      }
      await afterFailure(asPortError(error));
    }
  };
  const afterFailure = async (error: PortError): Promise<void> => {
    const passing = error.code === 'offline' || error.code === 'timeout';
    publish({ state: passing ? 'backingOff' : 'blocked', error });
    await pause(passing ? fullJitter(random, uplinkDelays.backOff, failures) : uplinkDelays.blocked);
    failures += 1;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) await step();
  };
  const unsubscribe = source.onAppend(() => {
    if (current.state !== 'blocked') endPause?.();
  });
  void run();
  return {
    get current() {
      return current;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    wake: () => endPause?.(),
    stop: () => {
      stopping.abort();
      unsubscribe();
      endPause?.();
    },
  };
}

/** More than a checkpoint in a batch ever takes: its longest terminal name and its quotation marks included. */
const CHECKPOINT_BYTES = 600;

/**
 * What the terminal signed of a batch, and of the entry before it: signed after it was sent, a checkpoint goes with the batch that follows.
 * So upstream gets each of them that anything follows.
 */
function signedOf(source: JournalSource, entries: readonly ChainedEntry[]): Pick<JournalBatch, 'checkpoints'> {
  const [first, last] = [entries[0]?.entry, entries.at(-1)?.entry];
  if (first === undefined || last === undefined) return {};
  const checkpoints = source.checkpointsOf(first.epoch, first.seq - 1, last.seq, upstreamLimits.batchCheckpoints);
  return checkpoints.length === 0 ? {} : { checkpoints: [...checkpoints] };
}

/** As many entries as a request may hold, in number and in bytes; at least one when there is one. */
function takeBatch(source: JournalSource, { epoch, seq }: Position): readonly ChainedEntry[] {
  const entries = source.entriesAfter(epoch, seq, upstreamLimits.batchEntries);
  let bytes = '{"entries":[],"checkpoints":[]}'.length + upstreamLimits.batchCheckpoints * CHECKPOINT_BYTES;
  const fitting = entries.findIndex((item) => (bytes += Buffer.byteLength(JSON.stringify(item)) + 1) > upstreamLimits.requestBytes);
  return fitting === -1 ? entries : entries.slice(0, Math.max(1, fitting));
}

async function sendBatch({ client, source, terminalId }: UplinkOptions, entries: readonly ChainedEntry[], signal: AbortSignal): Promise<JournalAnswer> {
  const serverKey = await client.serverKey();
  const body: JournalBatch = { entries: [...entries], ...signedOf(source, entries) };
  const answer = await client.call({ method: 'POST', path: '/v1/journal', body, answer: journalAnswerSchema, limitMs: uplinkDelays.answer, signal });
  const verdict = jwsVerifier(serverKey)(answer.jws, RECEIPT_TYPE);
  if (!verdict.ok) throw new PortError('invalidAnswer', `the receipt is not signed by upstream: ${verdict.problem}`);
  const signed = receiptSchema.safeParse(verdict.claims);
  if (!signed.success || !sameReceipt(signed.data, answer.receipt)) throw new PortError('invalidAnswer', 'the receipt says something else than what is signed');
  const head = entries.at(-1);
  const fits =
    signed.data.terminalId === terminalId &&
    signed.data.epoch === head?.entry.epoch &&
    signed.data.upToSeq === head.entry.seq &&
    signed.data.headHash.toLowerCase() === head.hash.toLowerCase();
  if (!fits) throw new PortError('invalidAnswer', `the receipt is for entry ${signed.data.upToSeq} of another chain than was sent`);
  return answer;
}

function sameReceipt(a: Receipt, b: Receipt): boolean {
  return a.terminalId === b.terminalId && a.epoch === b.epoch && a.upToSeq === b.upToSeq && a.headHash === b.headHash && a.at === b.at;
}

/** Upstream has less than it once receipted, e.g. after its restore from a backup: goes back to where it stands. */
function rewindTo(error: unknown, position: Position): Position | undefined {
  if (!(error instanceof UpstreamRefusal) || error.problem.code !== 'journalGap') return undefined;
  const { epoch, headSeq } = error.problem;
  return epoch !== undefined && headSeq !== undefined && epoch === position.epoch && headSeq < position.seq ? { epoch, seq: headSeq } : undefined;
}

/** What is neither upstream's nor ours to expect blocks the uplink and says so; the journal itself goes on. */
function asPortError(error: unknown): PortError {
  return error instanceof PortError
    ? error
    : new PortError('journalUnavailable', 'the journal could not be read or could not take the receipt', { cause: error });
}
