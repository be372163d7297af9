/**
 * `npm run fleet:clearing -- --database FILE|postgres://… [--stream JOURNAL] [--consumer clearing] [--filter 'journal.load.>']`: an example of
 * a consumer that loses and doubles nothing. `NATS_URL` in the environment says where the bus is. Prints one JSON line each time it is
 * attached, logs to stderr, goes on by itself when bus or database were away, stops on SIGTERM. Exit status 2: called wrongly.
 */
import { parseArgs } from 'node:util';
import { destination, pino } from 'pino';
import { delay } from '../../../common/clock.ts';
import { asUsage, UsageError } from '../../server/command-line.ts';
import { systemClock } from '../../server/system-ports.ts';
import { connectBus } from '../connection.ts';
import { busAddressOf, type BusAddress } from '../settings.ts';
import { ClearingStore } from './clearing-store.ts';
import { attach, takeBatch, type ConsumerSettings } from './consume.ts';

const USAGE = 'usage: NATS_URL=nats://… npm run fleet:clearing -- --database FILE|postgres://… [--stream NAME] [--consumer NAME] [--filter SUBJECTS]';

/** ms between two attempts. */
const AGAIN = 1000;

interface CommandLine extends ConsumerSettings {
  readonly database: string;
  readonly address: BusAddress;
}

function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      database: { type: 'string' },
      stream: { type: 'string', default: 'JOURNAL' },
      consumer: { type: 'string', default: 'clearing' },
      filter: { type: 'string', default: 'journal.load.>' },
    },
  });
  const address = busAddressOf(process.env);
  if (values.database === undefined) throw new UsageError('--database is needed');
  if (address === undefined) throw new UsageError('NATS_URL is not set');
  return { database: values.database, address, stream: values.stream, durable: values.consumer, filter: values.filter };
}

const log = pino(destination(2));

/** Until something breaks or it is told to stop. */
async function attend(options: CommandLine, stopping: AbortSignal): Promise<void> {
  const store = await ClearingStore.open(options.database);
  try {
    const connection = await connectBus(options.address, options.durable);
    try {
      const consumer = await attach(connection, options);
      process.stdout.write(`${JSON.stringify({ stream: options.stream, consumer: options.durable, filter: options.filter })}\n`);
      while (!stopping.aborted) {
        const { came, fresh } = await takeBatch(consumer, store);
        if (came > 0) log.info({ came, fresh }, 'taken');
        if (connection.isClosed()) throw new Error('the connection to the bus is lost');
      }
      await connection.drain();
    } finally {
      await connection.close();
    }
  } finally {
    await store.close();
  }
}

async function run(args: readonly string[]): Promise<void> {
  const options = asUsage(() => readCommandLine(args));
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  while (!stopping.signal.aborted) {
    try {
      await attend(options, stopping.signal);
    } catch (error) {
      log.warn({ err: error }, 'the bus or the database is away: asked again');
      await delay(systemClock, AGAIN, stopping.signal).catch(() => undefined);
    }
  }
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const usage = error instanceof UsageError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${usage ? `; ${USAGE}` : ''}\n`);
  process.exitCode = usage ? 2 : 1;
});
