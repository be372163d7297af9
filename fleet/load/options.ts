/** The command line of `npm run fleet:load`. */
import { parseArgs } from 'node:util';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';

export const USAGE =
  'npm run fleet:load -- [--terminals N] [--rate ROWS_A_SECOND] [--seconds S] [--database sqlite|postgres] [--connections N] [--batch ROWS] [--history TOP_UPS] [--warm-up SECONDS] [--bus] [--kills N] [--kill server,database,bus,clearing] [--data DIR] [--json]';

/** What can be killed. */
export const victims = ['server', 'database', 'bus', 'clearing'] as const;
export type Victim = (typeof victims)[number];

export class UsageError extends Error {}

export interface LoadOptions {
  readonly terminals: number;
  /** Rows a second of all terminals together. */
  readonly rate: number;
  /** How long rows are made; what is still unsent then is sent all the same. */
  readonly seconds: number;
  readonly database: 'sqlite' | 'postgres';
  /** Requests under way at once, at most. */
  readonly connections: number;
  /** Rows of one request, at most. Without a limit a busy terminal's requests are larger than another's, and cost less a row. */
  readonly batch: number;
  /** Top-ups of each terminal that upstream has already when the run begins. */
  readonly history: number;
  /** Seconds of the same load before anything is counted: a cold process compiles what it does for the first time. */
  readonly warmUp: number;
  /** With a nats-server of its own behind the server, and a clearing consumer behind that. */
  readonly bus: boolean;
  /** How often all of `kill` is killed (SIGKILL) at once and started again while rows are made. */
  readonly kills: number;
  readonly kill: readonly Victim[];
  /** Where the server keeps its data; absent: a temporary folder that is removed. */
  readonly data: string | undefined;
  readonly json: boolean;
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): LoadOptions {
  const values = parsed(args);
  const database = databaseOf(values.database);
  return {
    terminals: whole('--terminals', values.terminals, 1, 1_000_000),
    rate: whole('--rate', values.rate, 1, 10_000_000),
    seconds: whole('--seconds', values.seconds, 1, 86_400),
    database,
    connections: whole('--connections', values.connections, 1, 10_000),
    batch: whole('--batch', values.batch, 1, upstreamLimits.batchEntries),
    history: whole('--history', values.history, 0, 10_000),
    warmUp: whole('--warm-up', values['warm-up'], 0, 3600),
    bus: values.bus,
    kills: whole('--kills', values.kills, 0, 1000),
    kill: values.kill === undefined ? victims : values.kill.split(',').map((name) => victimOf(name, database, values.bus)),
    data: values.data,
    json: values.json,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        terminals: { type: 'string', default: '100' },
        rate: { type: 'string', default: '1000' },
        seconds: { type: 'string', default: '10' },
        database: { type: 'string', default: 'sqlite' },
        connections: { type: 'string', default: '64' },
        batch: { type: 'string', default: String(upstreamLimits.batchEntries) },
        history: { type: 'string', default: '0' },
        'warm-up': { type: 'string', default: '0' },
        bus: { type: 'boolean', default: false },
        kills: { type: 'string', default: '0' },
        kill: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function databaseOf(text: string): LoadOptions['database'] {
  if (text !== 'sqlite' && text !== 'postgres') throw new UsageError(`--database ${text}: expected sqlite or postgres`);
  return text;
}

function victimOf(name: string, database: LoadOptions['database'], bus: boolean): Victim {
  const victim = victims.find((each) => each === name);
  if (victim === undefined) throw new UsageError(`--kill ${name}: expected ${victims.join(', ')}, with commas between`);
  if (victim === 'database' && database === 'sqlite') throw new UsageError('--kill database: SQLite has no process of its own; use --database postgres');
  if ((victim === 'bus' || victim === 'clearing') && !bus) throw new UsageError(`--kill ${name}: there is one with --bus only`);
  return victim;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least || value > most) throw new UsageError(`${name} ${text}: expected a whole number from ${least} to ${most}`);
  return value;
}
