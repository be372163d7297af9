/**
 * Fuzzes one codec: it never throws, ends in bounded time, tells each byte at most once, holds no more than its limit, doesn't grow over
 * the run, and after any garbage and a silence hears a good frame as if nothing had been. Synchronous; runs in worker.ts, since only
 * another thread can see that it hangs.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import { toHex } from '../../common/hex.ts';
import { Dice, floods, nextFrame, pieces } from './generate.ts';
import type { BlockTarget, Decoder, FuzzTarget, Said, StreamTarget } from './target.ts';

export interface FuzzPlan {
  readonly seed: number;
  readonly frames: number;
}

export interface FuzzReport {
  readonly name: string;
  readonly frames: number;
  readonly bytes: number;
  /** Good messages that were told. */
  readonly good: number;
  /** Times that a good frame was heard after garbage. */
  readonly resyncs: number;
  /** The most that was half received, bytes. */
  readonly pending: number;
  /** The slowest call, ms of this thread's CPU time. */
  readonly slowest: number;
  /** Heap at the end over heap after the first tenth, bytes, garbage collected. */
  readonly growth: number;
}

export type FuzzFault = 'threw' | 'told more than it heard' | 'held too much' | 'took too long' | 'went deaf' | 'grew' | 'said no JSON' | 'said too much';

export class FuzzFailure extends Error {
  readonly fault: FuzzFault;
  /** Counted from 0; −1 for the floods at the end. */
  readonly frame: number;
  /** What was given since the decoder was new, hexadecimal, the last 4 KiB. */
  readonly input: string;
  constructor(fault: FuzzFault, frame: number, input: string, details: string, cause?: unknown) {
    super(details, { cause });
    this.name = 'FuzzFailure';
    this.fault = fault;
    this.frame = frame;
    this.input = input;
  }
}

/** Frames that one decoder lives through. */
const SESSION = 64;
/** Frames between two tests for deafness. */
const RESYNC_EVERY = 16;
/** CPU time of this thread, not of the clock: what else the machine does makes nothing slower. Collecting garbage counts. */
const CALL_LIMIT_MS = 250;
const FLOOD_LIMIT_MS = 4_000;
const GROWTH_LIMIT = 2_000_000;
/** Bytes of JSON for a byte of input, and for none. A byte of the Custom family is explained as the answer to each question it may answer. */
const WORDS_PER_BYTE = 256;
const WORDS_BASE = 4_096;

/** @param step told before each frame, for the watchdog. @throws {FuzzFailure} */
export function fuzzTarget(target: FuzzTarget, plan: FuzzPlan, step: (frame: number) => void): FuzzReport {
  const run = new Run(target.name, plan.seed);
  const warm = Math.floor(plan.frames / 10);
  let heap = 0;
  for (let frame = 0; frame < plan.frames; frame += 1) {
    step(frame);
    if (frame === warm) heap = heapUsed();
    if (target.kind === 'stream') run.streamFrame(target, frame);
    else run.blockFrame(target, frame);
  }
  const growth = Math.max(0, heapUsed() - heap);
  if (growth > GROWTH_LIMIT) throw run.failure('grew', plan.frames - 1, `the heap grew by ${growth} bytes over ${plan.frames - warm} frames`);
  if (target.kind === 'stream') run.flood(target);
  return { ...run.report, name: target.name, frames: plan.frames, growth };
}

class Run {
  readonly #dice: Dice;
  readonly report = { bytes: 0, good: 0, resyncs: 0, pending: 0, slowest: 0 };
  #given: Uint8Array[] = [];
  #decoder: Decoder | undefined;
  /** Bytes given to this decoder that it has not told of yet. */
  #open = 0;

  constructor(name: string, seed: number) {
    this.#dice = Dice.of(seed, name);
  }

  streamFrame(target: StreamTarget, frame: number): void {
    if (frame % SESSION === 0) this.#renew(target);
    for (const piece of pieces(this.#dice, nextFrame(this.#dice, target.seeds))) this.#push(target, piece, frame, CALL_LIMIT_MS);
    if (frame % RESYNC_EVERY === RESYNC_EVERY - 1) this.#hearsAgain(target, frame);
  }

  blockFrame(target: BlockTarget, frame: number): void {
    const bytes = nextFrame(this.#dice, target.seeds);
    this.#given = [bytes];
    this.report.bytes += bytes.length;
    const answer = this.#timed(frame, CALL_LIMIT_MS, () => target.decode(bytes));
    let words: string | undefined;
    try {
      words = JSON.stringify(answer);
    } catch (error) {
      throw this.failure('said no JSON', frame, String(error), error);
    }
    if ((words?.length ?? 0) > WORDS_BASE + WORDS_PER_BYTE * bytes.length) {
      throw this.failure('said too much', frame, `${words?.length} characters of JSON for ${bytes.length} bytes`);
    }
    this.report.good += isGood(answer) ? 1 : 0;
  }

  flood(target: StreamTarget): void {
    for (const flood of floods(target.seeds)) {
      this.#renew(target);
      this.#push(target, flood, -1, FLOOD_LIMIT_MS);
      this.#hearsAgain(target, -1);
    }
  }

  failure(fault: FuzzFault, frame: number, details: string, cause?: unknown): FuzzFailure {
    return new FuzzFailure(fault, frame, toHex(Buffer.concat(this.#given)).slice(-8192), details, cause);
  }

  #renew(target: StreamTarget): void {
    this.#decoder = target.open();
    this.#open = 0;
    this.#given = [];
  }

  #push(target: StreamTarget, bytes: Uint8Array, frame: number, limit: number): readonly Said[] {
    const told = this.#tell(frame, limit, bytes, (decoder) => decoder.push(bytes));
    this.report.pending = Math.max(this.report.pending, this.#open);
    if (this.#open > target.maxPending) throw this.failure('held too much', frame, `${this.#open} bytes are held, ${target.maxPending} are allowed`);
    return told;
  }

  #tell(frame: number, limit: number, bytes: Uint8Array, call: (decoder: Decoder) => readonly Said[]): readonly Said[] {
    const decoder = this.#decoder;
    if (decoder === undefined) throw new RangeError('no decoder is open');
    if (bytes.length > 0) this.#given.push(bytes);
    this.report.bytes += bytes.length;
    const told = this.#timed(frame, limit, () => call(decoder));
    this.#open += bytes.length;
    for (const { length, word } of told) {
      this.#open -= length;
      if (length < 1) throw this.failure('told more than it heard', frame, `something was told that took no byte: ${word ?? 'noise'}`);
      if (word !== undefined) this.report.good += 1;
    }
    if (this.#open < 0) throw this.failure('told more than it heard', frame, `${-this.#open} bytes were told twice`);
    return told;
  }

  /** Silence, then a good frame: it is heard as a new decoder hears it. */
  #hearsAgain(target: StreamTarget, frame: number): void {
    this.#tell(frame, FLOOD_LIMIT_MS, new Uint8Array(0), (decoder) => decoder.settle());
    this.#open = 0;
    const seed = this.#dice.pick(target.seeds);
    const wanted = words(target.open().push(seed));
    const heard = words(this.#push(target, seed, frame, CALL_LIMIT_MS));
    if (heard !== wanted) throw this.failure('went deaf', frame, `after a silence ${toHex(seed).slice(0, 80)} was heard as ${heard}, not as ${wanted}`);
    this.report.resyncs += 1;
  }

  #timed<T>(frame: number, limit: number, call: () => T): T {
    const before = cpuMs();
    let result: T;
    try {
      result = call();
    } catch (error) {
      throw this.failure('threw', frame, String(error), error);
    }
    const took = cpuMs() - before;
    this.report.slowest = Math.max(this.report.slowest, took);
    if (took > limit) throw this.failure('took too long', frame, `one call took ${took.toFixed(1)} ms of CPU time, ${limit} are allowed`);
    return result;
  }
}

function words(said: readonly Said[]): string {
  return said.flatMap(({ word }) => word ?? []).join(' | ');
}

/** A decoder of blocks says `ok: false`, `error` or undefined of what is none. */
function isGood(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && !('error' in answer) && !('ok' in answer && answer.ok === false);
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

let collect: (() => void) | undefined;

function heapUsed(): number {
  if (collect === undefined) {
    v8.setFlagsFromString('--expose-gc');
    collect = vm.runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed;
}
