/**
 * Process entry: `node fleet/server/main.ts --config FILE --data DIR [--port N] [--sandbox | --training]`. The store is `fleet.sqlite` in the data folder,
 * or PostgreSQL where the environment has `DATABASE_URL`; with `NATS_URL` the journal goes to a bus, too. Prints one JSON line with its address and public key once it listens, logs to
 * stderr, stops on SIGTERM and SIGINT within 20 s. With a command in front (runCommand) it does that and ends. Exit status: 1 something is
 * wrong or somebody has to act, 2 called wrongly.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { destination, pino } from 'pino';
import { createIds } from '../../common/ids.ts';
import { busAddressOf } from '../bus/settings.ts';
import { CLEARING_USAGE, clearingCommand } from './clearing/clearing-commands.ts';
import { asUsage, UsageError, type Printed } from './command-line.ts';
import { withBuiltSite } from './console/built-site.ts';
import { databaseOf } from './store/database.ts';
import { KEY_USAGE, keyCommand } from './keys/key-commands.ts';
import { secretLines } from './keys/secret-lines.ts';
import { isOperatorCommand, operate, OPERATOR_USAGE } from './identity/operator-commands.ts';
import { RECONCILE_USAGE, reconcileCommand } from './reconciliation/reconcile-command.ts';
import { createServer, type Server } from './server.ts';
import { readSettings } from './settings-file.ts';
import { loadSigningKey } from './signing-key.ts';
import { isStoreCommand, operateStore, STORE_USAGE } from './store/store-commands.ts';
import { KNOWLEDGE_USAGE, operateKnowledge } from './support/knowledge-commands.ts';
import { loadSealingKey } from './support/sealing-key.ts';
import { systemClock, systemRandom } from './system-ports.ts';

const USAGE = `usage: node fleet/server/main.ts ${['--config FILE --data DIR [--port N] [--sandbox | --training]', ...OPERATOR_USAGE, ...KNOWLEDGE_USAGE, KEY_USAGE, ...CLEARING_USAGE, RECONCILE_USAGE, ...STORE_USAGE].join(' | ')}`;

interface CommandLine {
  readonly config: string;
  readonly data: string;
  readonly port: number;
  readonly sandbox: boolean;
  /** A sandbox for training terminals. */
  readonly training: boolean;
}

function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      sandbox: { type: 'boolean', default: false },
      training: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (values.config === undefined || values.data === undefined) throw new UsageError('--config and --data are needed');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port ${values.port}: expected 0 to 65535`);
  if (values.sandbox && values.training) throw new UsageError('expected only one of --sandbox and --training');
  return { config: values.config, data: values.data, port, sandbox: values.sandbox, training: values.training };
}

/** @returns what to print; undefined: it is no command, the server is to be started */
async function runCommand(args: readonly string[]): Promise<Printed | undefined> {
  const [command, ...rest] = args;
  if (isOperatorCommand(command)) return { lines: await operate(args), status: 0 };
  if (isStoreCommand(command)) return { lines: await operateStore(args), status: 0 };
  if (command === 'knowledge') return { lines: await operateKnowledge(rest, process.env), status: 0 };
  if (command === 'keys') return { lines: await keyCommand(rest, secretLines(process.stdin, process.stderr)), status: 0 };
  if (command === 'clearing') return clearingCommand(rest, process.env);
  if (command === 'reconcile') return reconcileCommand(rest, process.env);
  return undefined;
}

async function run(args: readonly string[]): Promise<void> {
  const printed = await runCommand(args);
  if (printed !== undefined) {
    process.stdout.write(printed.lines.map((line) => `${line}\n`).join(''));
    process.exitCode = printed.status;
    return;
  }
  const { config, data, port, sandbox, training } = asUsage(() => readCommandLine(args));
  const notes: string[] = [];
  const settings = withBuiltSite(readSettings(config), (line) => notes.push(line));
  mkdirSync(data, { recursive: true });
  const mode = sandbox || training ? 'sandbox' : 'live';
  const server = await createServer({
    database: databaseOf(data, process.env),
    mode,
    ...(training ? { flavor: 'training' as const } : {}),
    settings,
    signingKey: loadSigningKey(join(data, 'signing-key.pem')),
    sealingKey: await loadSealingKey(join(data, 'sealing-key.pem')),
    clock: systemClock,
    random: systemRandom,
    ids: createIds(systemClock, systemRandom),
    logger: pino(destination(2)),
    processMetrics: true,
    bus: busAddressOf(process.env),
  });
  const address = await server.listen(settings.host, port);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(server));
  process.once('disconnect', () => stop(server)); // started by another program that is gone
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stdout.write(`${JSON.stringify({ address, publicKey: server.publicKey, mode: training ? 'training' : mode })}\n`);
}

/** What is under way has its time, then the process ends: whoever waits for an answer asks again. */
const STOP_LIMIT_MS = 20_000;

function stop(server: Server): void {
  setTimeout(() => {
    process.stderr.write(`not stopped within ${STOP_LIMIT_MS / 1000} s: ended\n`);
    process.exit(1);
  }, STOP_LIMIT_MS).unref();
  void server.close();
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const usage = error instanceof UsageError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${usage ? `; ${USAGE}` : ''}\n`);
  process.exitCode = usage ? 2 : 1;
});
