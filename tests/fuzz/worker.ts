/** The thread in which codecs are fuzzed, one after the other. Talks to run.ts: by messages, and by a shared counter that never waits. */
import { parentPort, workerData } from 'node:worker_threads';
import { FuzzFailure, fuzzTarget, type FuzzFault, type FuzzPlan, type FuzzReport } from './fuzz-target.ts';
import type { FuzzTarget } from './target.ts';

export interface WorkerSetting extends FuzzPlan {
  /** Address of the module that exports `targets`. */
  readonly registry: string;
  readonly names: readonly string[];
  /** [index of the target, frame]. */
  readonly progress: SharedArrayBuffer;
}

export type WorkerSays =
  | { readonly type: 'passed'; readonly report: FuzzReport }
  | { readonly type: 'failed'; readonly name: string; readonly fault: FuzzFault; readonly frame: number; readonly details: string; readonly input: string };

const { registry, names, seed, frames, progress } = workerData as WorkerSetting;
const { targets } = (await import(registry)) as { readonly targets: readonly FuzzTarget[] };
const counter = new Int32Array(progress);
const say = (message: WorkerSays): void => parentPort?.postMessage(message);

names.forEach((name, index) => {
  const target = targets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new RangeError(`no codec is called ${name}`);
  Atomics.store(counter, 0, index);
  try {
    say({ type: 'passed', report: fuzzTarget(target, { seed, frames }, (frame) => Atomics.store(counter, 1, frame)) });
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    say({ type: 'failed', name, fault: error.fault, frame: error.frame, details: error.message, input: error.input });
  }
});
