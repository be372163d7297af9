/** Fuzzes codecs in a thread of their own and notices when that hangs. Used by `npm run fuzz` (main.ts) and by fuzz.test.ts. */
import { Worker } from 'node:worker_threads';
import { targets } from './targets.ts';
import type { WorkerSays, WorkerSetting } from './worker.ts';

export interface FuzzSetting {
  readonly seed: number;
  readonly frames: number;
  /** Default: every registered codec. */
  readonly names?: readonly string[];
  /** Address of a module that exports other `targets` than the registered ones. */
  readonly registry?: string;
  /** Ms without a finished frame after which the codec hangs. */
  readonly hangAfter?: number;
}

export type FuzzResult =
  | WorkerSays
  | { readonly type: 'failed'; readonly name: string; readonly fault: 'hangs'; readonly frame: number; readonly details: string; readonly input: '' };

const LOOK_EVERY_MS = 500;
/** A frame takes some µs, a flood some ms; a machine under load many times that. */
const HANG_MS = 20_000;
const REGISTRY = new URL('targets.ts', import.meta.url).href;

export function targetNames(): readonly string[] {
  return targets.map(({ name }) => name);
}

/** One result a codec, in order; a codec that hangs ends the run. @param tell each result as it comes */
export async function fuzz(setting: FuzzSetting, tell: (result: FuzzResult) => void = () => {}): Promise<readonly FuzzResult[]> {
  const { seed, frames, names = targetNames(), registry = REGISTRY, hangAfter = HANG_MS } = setting;
  const results: FuzzResult[] = [];
  const take = (result: FuzzResult): void => {
    results.push(result);
    tell(result);
  };
  const progress = new SharedArrayBuffer(8);
  const workerData: WorkerSetting = { registry, seed, frames, names, progress };
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData });
  worker.on('message', take);
  const ended = Promise.withResolvers<void>();
  worker.once('error', ended.reject);
  worker.once('exit', () => ended.resolve());
  const stopWatching = watch(new Int32Array(progress), hangAfter, (index, frame) => {
    const details = `no frame was finished in ${hangAfter / 1000} s`;
    take({ type: 'failed', name: names[index] ?? '', fault: 'hangs', frame, details, input: '' });
    void worker.terminate();
  });
  try {
    await ended.promise;
  } finally {
    stopWatching();
  }
  return results;
}

function watch(progress: Int32Array, hangAfter: number, onHang: (index: number, frame: number) => void): () => void {
  const read = (): readonly [number, number] => [Atomics.load(progress, 0), Atomics.load(progress, 1)];
  let seen = '';
  let since = performance.now();
  const timer = setInterval(() => {
    const now = read();
    if (now.join() !== seen) {
      seen = now.join();
      since = performance.now();
    } else if (performance.now() - since > hangAfter) {
      clearInterval(timer);
      onHang(...now);
    }
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/** How to see it again. */
export function replay(name: string, { seed, frames }: FuzzSetting): string {
  return `npm run fuzz -- --only ${name} --seed ${seed} --frames ${frames}`;
}
