/**
 * What an operator does about clearing: make a day's file for a partner, take a partner's in, read what became of one. Beside a server that
 * may be running, on its store. Used by main.ts.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asUsage, UsageError, type Printed } from '../command-line.ts';
import { databaseOf, openStore } from '../store/database.ts';
import { openKeyStore } from '../keys/open-key-store.ts';
import { readSettings } from '../settings-file.ts';
import { loadSigningKey } from '../signing-key.ts';
import { systemClock } from '../system-ports.ts';
import { businessDaySchema } from './clearing-file.ts';
import { exportDay } from './export.ts';
import { importFile, type ImportOptions } from './import.ts';
import { needsAPerson, readReport, reportLines, type ClearingReport } from './report.ts';

export const CLEARING_USAGE = [
  'clearing export --day DAY --to PARTNER --out DIR --config FILE --data DIR [--by NAME]',
  'clearing import FILE --config FILE --data DIR [--day DAY] [--by NAME] [--json]',
  'clearing report --day DAY --from PARTNER [--sequence N] --config FILE --data DIR [--json]',
] as const;

interface Common {
  readonly config: string;
  readonly data: string;
  readonly by: string;
  readonly json: boolean;
}

type Order = Common &
  (
    | { readonly command: 'export'; readonly day: string; readonly to: string; readonly out: string }
    | { readonly command: 'import'; readonly file: string; readonly day: string | undefined }
    | { readonly command: 'report'; readonly day: string; readonly from: string; readonly sequence: number }
  );

/** @param environment says where the database is @returns status 1 where somebody has to look @throws {UsageError} @throws {ClearingError} with nothing changed @throws {KeyStoreError} */
export async function clearingCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Printed> {
  const order = asUsage(() => readOrder(args));
  const keyFile = join(order.data, 'signing-key.pem');
  if (!existsSync(keyFile)) throw new Error(`${order.data}: no server has run with this data folder: give the --data of the server`);
  const settings = readSettings(order.config);
  const keys = await openKeyStore(settings);
  const store = await openStore(databaseOf(order.data, environment));
  try {
    const { utcOffsetMinutes } = settings.issuer;
    const common = { store, clock: systemClock, settings: settings.clearing, signingKey: loadSigningKey(keyFile), utcOffsetMinutes };
    return await obey({ ...common, issuer: { store, clock: systemClock, settings: settings.issuer, keys, accountsOnFirstSight: false } }, order);
  } finally {
    await store.destroy();
    await keys.close();
  }
}

function readOrder(args: readonly string[]): Order {
  const text = { type: 'string' } as const;
  const options = { config: text, data: text, by: text, day: text, to: text, from: text, out: text, sequence: text, json: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [command, file, ...more] = positionals;
  const common = {
    config: needed(values.config, '--config: the settings of the server'),
    data: needed(values.data, '--data: the data folder of the server'),
    by: values.by ?? userInfo().username,
    json: values.json ?? false,
  };
  const { day } = values;
  if (day !== undefined && !businessDaySchema.safeParse(day).success) throw new UsageError(`--day ${day}: expected YYYY-MM-DD`);
  if (more.length > 0 || (file !== undefined && command !== 'import')) throw new UsageError('one word too many');
  if (command === 'export') {
    return { ...common, command, day: needed(day, '--day'), to: needed(values.to, '--to: a partner'), out: needed(values.out, '--out: a folder') };
  }
  if (command === 'import') return { ...common, command, file: needed(file, 'FILE'), day };
  if (command !== 'report') throw new UsageError(`clearing ${command ?? ''}: expected export, import or report`);
  return { ...common, command, day: needed(day, '--day'), from: needed(values.from, '--from: a partner'), sequence: sequenceOf(values.sequence ?? '1') };
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new UsageError(`${what} is needed`);
  return value;
}

function sequenceOf(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--sequence ${text}: expected 1 to 9999`);
  return Number(text);
}

async function obey(options: ImportOptions, order: Order): Promise<Printed> {
  switch (order.command) {
    case 'export': {
      const { name, bytes, signature, loads } = await exportDay(options, order.day, order.to, order.by);
      const file = join(order.out, name);
      writePrivately(`${file}.jws`, `${signature}\n`);
      writePrivately(file, bytes);
      return { lines: [file, `${loads} loads of ${order.day} for ${order.to}; send it with ${name}.jws beside it`], status: 0 };
    }
    case 'import': {
      const signature = existsSync(`${order.file}.jws`) ? readFileSync(`${order.file}.jws`, 'utf8') : undefined;
      return printed(await importFile(options, { bytes: readFileSync(order.file), signature, businessDay: order.day, by: order.by }), order.json);
    }
    case 'report': {
      const place = { partner: order.from, businessDay: order.day, sequence: order.sequence };
      return printed(await options.store.view((trx) => readReport(trx, place)), order.json);
    }
  }
}

/** It holds whole card numbers. */
function writePrivately(file: string, content: string | Uint8Array): void {
  writeFileSync(file, content, { mode: 0o600 });
  chmodSync(file, 0o600);
}

function printed(report: ClearingReport, json: boolean): Printed {
  return { lines: json ? [JSON.stringify(report)] : reportLines(report), status: needsAPerson(report) ? 1 : 0 };
}
