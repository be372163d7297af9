/** Runs worlds on all cores: each worker process has one at a time, and is replaced when it broke or has run many. */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { FromWorker, Job, ResultOf } from './worker.ts';

const WORKER = path.join(import.meta.dirname, 'worker.ts');
/** A fresh process after so many worlds keeps memory small. */
const WORLDS_A_WORKER = 200;
/** Most objects die young here, and there are many: with more room for them (MiB) they are swept less often. */
const YOUNG = '--max-semi-space-size=64';

export interface PoolOptions<J extends Job> {
  readonly workers: number;
  readonly onResult: (result: ResultOf<J>, job: J) => void;
  /** A world whose process broke. */
  readonly onBroken: (job: J, error: string) => void;
}

export async function runPool<J extends Job>(jobs: Iterable<J>, { workers, onResult, onBroken }: PoolOptions<J>): Promise<void> {
  const queue = jobs[Symbol.iterator]();
  const work = async (): Promise<void> => {
    let worker: ChildProcess | undefined;
    let worlds = 0;
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      if (worker === undefined || worlds >= WORLDS_A_WORKER) {
        worker?.disconnect();
        worker = fork(WORKER, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [...process.execArgv, YOUNG] });
        worlds = 0;
      }
      worlds += 1;
      const answer = await ask(worker, next.value);
      if (answer.kind === 'result') onResult(answer.result as ResultOf<J>, next.value);
      else {
        onBroken(next.value, answer.error);
        worker = undefined;
      }
    }
    worker?.disconnect();
  };
  await Promise.all(Array.from({ length: workers }, work));
}

function ask(worker: ChildProcess, job: Job): Promise<FromWorker> {
  return new Promise((resolve) => {
    const ended = (code: number | null): void => resolve({ kind: 'broken', seed: job.seed, error: `the process ended with status ${String(code)}` });
    worker.once('exit', ended);
    worker.once('message', (message) => {
      worker.off('exit', ended);
      resolve(message as FromWorker);
    });
    worker.send({ job });
  });
}
