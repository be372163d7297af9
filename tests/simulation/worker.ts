/** A process that runs worlds for main.ts, one at a time. An error that nobody catches would have ended the terminal: it is a violation. */
import { runSeed, type SeedOptions, type SeedResult } from './run-seed.ts';
import { runChunk, type ChunkOptions, type ChunkResult } from './scenario.ts';

/** A world of chance, or a world of chosen scenarios. */
export type Job = SeedOptions | ChunkOptions;
export type ResultOf<J extends Job> = J extends ChunkOptions ? ChunkResult : SeedResult;
export type ToWorker = { readonly job: Job };
export type FromWorker =
  { readonly kind: 'result'; readonly result: SeedResult | ChunkResult } | { readonly kind: 'broken'; readonly seed: string; readonly error: string };

let seed = '';

function broken(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ kind: 'broken', seed, error: text } satisfies FromWorker, () => process.exit(1));
}
process.on('uncaughtException', broken);
process.on('unhandledRejection', broken);
process.on('disconnect', () => process.exit(0));
process.on('message', ({ job }: ToWorker) => {
  seed = job.seed;
  run(job).then((result) => process.send?.({ kind: 'result', result } satisfies FromWorker), broken);
});

function run(job: Job): Promise<SeedResult | ChunkResult> {
  return 'scenarios' in job ? runChunk(job) : runSeed(job);
}
