/**
 * What an operator does with the store as a whole, beside a server that may be running: a backup of the embedded one, and publishing
 * everything on the bus once more. Used by main.ts.
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import SQLite from 'better-sqlite3';
import { beginAnew } from '../../bus/positions.ts';
import { busSettingsSchema } from '../../bus/settings.ts';
import { asUsage, UsageError } from '../command-line.ts';
import { databaseOf, isPostgres, openStore } from './database.ts';

export const STORE_USAGE = ['backup --data DIR --to NEW_DIR', 'republish --data DIR [--stream NAME]'] as const;

type Command = 'backup' | 'republish';

interface Order {
  readonly command: Command;
  readonly data: string;
  readonly to: string | undefined;
  readonly stream: string;
}

const KEY_FILE = 'signing-key.pem';
const STORE_FILE = 'fleet.sqlite';

export function isStoreCommand(word: string | undefined): word is Command {
  return word === 'backup' || word === 'republish';
}

/** @returns the lines to print @throws {UsageError} when called wrongly @throws {Error} with what is wrong */
export async function operateStore(args: readonly string[]): Promise<readonly string[]> {
  const order = asUsage(() => readOrder(args));
  if (!existsSync(join(order.data, KEY_FILE))) throw new Error(`${order.data}: no server has run with this data folder: give the --data of the server`);
  const database = databaseOf(order.data, process.env);
  return order.command === 'republish' ? republish(database, order.stream) : backUp(database, order);
}

function readOrder([command, ...args]: readonly string[]): Order {
  if (!isStoreCommand(command)) throw new UsageError(`${JSON.stringify(command)} is no command`);
  const { values } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' }, to: { type: 'string' }, stream: { type: 'string', default: busSettingsSchema.parse({}).stream } },
  });
  if (values.data === undefined) throw new UsageError('--data is needed: the data folder of the server');
  if (command === 'backup' && values.to === undefined) throw new UsageError('--to is needed: a folder that is not there yet');
  return { command, data: values.data, to: values.to, stream: values.stream };
}

async function republish(database: string, stream: string): Promise<readonly string[]> {
  const store = await openStore(database);
  try {
    if (!(await beginAnew(store, stream))) throw new Error(`no server has published on a stream ${stream}`);
    return [`every journal is published on ${stream} once more, from its beginning, by the server that publishes`];
  } finally {
    await store.destroy();
  }
}

/**
 * Makes a data folder that a server can be started on. It is a copy of one moment, taken in one read transaction: a server that runs goes on
 * committing meanwhile. Under its name stands only what is whole, checked and on the disk.
 */
function backUp(database: string, { data, to = '' }: Order): readonly string[] {
  if (isPostgres(database)) throw new Error('the store is PostgreSQL: back it up with its own tools (fleet/OPERATIONS.md), and signing-key.pem with them');
  if (existsSync(to)) throw new Error(`${to} is there already: a backup gets a folder of its own`);
  const unfinished = `${to}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const file = join(unfinished, STORE_FILE);
  const source = new SQLite(database, { readonly: true, fileMustExist: true });
  try {
    source.prepare('vacuum into ?').run(file);
  } finally {
    source.close();
  }
  const entries = examined(file);
  copyFileSync(join(data, KEY_FILE), join(unfinished, KEY_FILE));
  for (const each of [file, join(unfinished, KEY_FILE), unfinished]) toDisk(each);
  renameSync(unfinished, to);
  toDisk(join(to, '..'));
  return [JSON.stringify({ backup: to, entries, bytes: statSync(join(to, STORE_FILE)).size })];
}

/** @returns how many journal entries it holds @throws {Error} a copy that is damaged, as its source may be */
function examined(file: string): number {
  const copy = new SQLite(file, { readonly: true });
  try {
    const verdict = copy.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new Error(`the store is damaged: ${String(verdict)}`);
    return copy.prepare<[], number>('select count(*) from journal_entries').pluck().get() ?? 0;
  } finally {
    copy.close();
  }
}

function toDisk(path: string): void {
  const opened = openSync(path, 'r');
  fsyncSync(opened);
  closeSync(opened);
}
