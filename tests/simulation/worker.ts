/** A process that runs worlds for main.ts, one at a time. An error that nobody catches would have ended the terminal: it is a violation. */
import { runSeed, type SeedOptions, type SeedResult } from './run-seed.ts';

export type ToWorker = { readonly options: SeedOptions };
export type FromWorker = { readonly kind: 'result'; readonly result: SeedResult } | { readonly kind: 'broken'; readonly seed: string; readonly error: string };

let seed = '';

function broken(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ kind: 'broken', seed, error: text } satisfies FromWorker, () => process.exit(1));
}
process.on('uncaughtException', broken);
process.on('unhandledRejection', broken);
process.on('disconnect', () => process.exit(0));
process.on('message', ({ options }: ToWorker) => {
  seed = options.seed;
  runSeed(options).then((result) => process.send?.({ kind: 'result', result } satisfies FromWorker), broken);
});
