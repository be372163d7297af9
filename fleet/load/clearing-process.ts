/** The clearing consumer under load: a process of its own on a file of its own, that can be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import SQLite from 'better-sqlite3';

export interface ClearingRows {
  readonly rows: number;
  /** Rows under ids that are not theirs, or whose entry another row has, too. */
  readonly doubled: number;
}

export class ClearingProcess {
  readonly database: string;
  readonly #folder: string;
  readonly #bus: string;
  #child: ChildProcess | undefined;

  /** @param folder for its books and its log */
  constructor(folder: string, bus: string) {
    this.#folder = folder;
    this.#bus = bus;
    this.database = path.join(folder, 'clearing.sqlite');
  }

  /** Goes on by itself when the bus is away, so nothing is waited for. */
  async start(): Promise<void> {
    const log = openSync(path.join(this.#folder, 'clearing.log'), 'a');
    const main = path.join(import.meta.dirname, '..', 'bus', 'clearing-consumer', 'main.ts');
    const child = spawn(process.execPath, [main, '--database', this.database], {
      env: { ...process.env, NATS_URL: this.#bus },
      stdio: ['ignore', 'ignore', log],
    });
    closeSync(log);
    this.#child = child;
    await once(child, 'spawn');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ids of the rows, in no order. */
  ids(): readonly string[] {
    return this.#read((books) => books.prepare<[], string>('select message_id from clearing_entries').pluck().all());
  }

  count(): ClearingRows {
    return this.#read((books) => {
      const rows = books.prepare<[], number>('select count(*) from clearing_entries').pluck().get() ?? 0;
      const own = books
        .prepare<[], number>(
          `select count(distinct entry ->> '$.id') from clearing_entries
             where message_id = (entry ->> '$.terminalId') || ':' || (entry ->> '$.epoch') || ':' || (entry ->> '$.seq')`,
        )
        .pluck()
        .get();
      return { rows, doubled: rows - (own ?? 0) };
    });
  }

  #read<T>(work: (books: SQLite.Database) => T): T {
    const books = new SQLite(this.database);
    try {
      return work(books);
    } finally {
      books.close();
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
