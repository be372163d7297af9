/** `npm run fleet -- reconcile`: makes, stores and prints the reconciliation of a business day, or prints the stored one. Used by main.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { DayReport } from '../../../common/reconciliation/day-report.ts';
import { readAcquirerStatement, readCashStatement, readIssuerStatement, StatementError } from '../../../common/reconciliation/statement-file.ts';
import { bookLines, findingLines, verdictLine } from '../../../common/reconciliation/text.ts';
import { asUsage, UsageError, type Printed } from '../command-line.ts';
import { databaseOf, openStore } from '../store/database.ts';
import { readSettings } from '../settings-file.ts';
import { systemClock } from '../system-ports.ts';
import { reconcileDay, storedReport, type Statements } from './reconcile-day.ts';

export const RECONCILE_USAGE = 'reconcile --day DAY --config FILE --data DIR [--acquirer FILE] [--issuer FILE] [--counts FILE] [--stored] [--json] [--by NAME]';

interface Order {
  readonly day: string;
  readonly config: string;
  readonly data: string;
  readonly stored: boolean;
  readonly json: boolean;
  readonly by: string;
  readonly files: { readonly acquirer: string | undefined; readonly issuer: string | undefined; readonly counts: string | undefined };
}

/** @param environment says where the database is @returns status 1 where somebody has to act @throws {UsageError} @throws {CoverageError} @throws {Error} with what is wrong with a statement */
export async function reconcileCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Printed> {
  const order = asUsage(() => readOrder(args));
  if (!existsSync(join(order.data, 'signing-key.pem')))
    throw new Error(`${order.data}: no server has run with this data folder: give the --data of the server`);
  const { timeZone } = readSettings(order.config);
  const statements = readStatements(order);
  const store = await openStore(databaseOf(order.data, environment));
  try {
    const report = order.stored
      ? await storedReport(store, order.day)
      : await reconcileDay({ store, clock: systemClock, timeZone }, order.day, statements, order.by);
    if (report === undefined) throw new Error(`${order.day} was not reconciled yet: run it without --stored`);
    return { lines: order.json ? [JSON.stringify(report)] : reportLines(report), status: report.even ? 0 : 1 };
  } finally {
    await store.destroy();
  }
}

function readOrder(args: readonly string[]): Order {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { day: text, config: text, data: text, acquirer: text, issuer: text, counts: text, by: text, stored: flag, json: flag };
  const { values } = parseArgs({ args: [...args], options });
  const { day, config, data, acquirer, issuer, counts, stored, json } = values;
  if (day === undefined || !z.iso.date().safeParse(day).success) throw new UsageError(`--day ${day ?? ''}: expected YYYY-MM-DD`);
  if (config === undefined || data === undefined) throw new UsageError('--config and --data are needed: those of the server');
  return { day, config, data, stored, json, by: values.by ?? userInfo().username, files: { acquirer, issuer, counts } };
}

function readStatements({ files: { acquirer, issuer, counts } }: Order): Statements {
  return {
    ...(acquirer === undefined ? {} : { acquirer: readWith(acquirer, readAcquirerStatement) }),
    ...(issuer === undefined ? {} : { issuer: readWith(issuer, readIssuerStatement) }),
    ...(counts === undefined ? {} : { cash: readWith(counts, readCashStatement) }),
  };
}

function readWith<T>(file: string, read: (content: string) => T): T {
  try {
    return read(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof StatementError) throw new Error(`${file}: ${error.message}; get the statement again, nothing was compared`, { cause: error });
    throw error;
  }
}

function reportLines(report: DayReport): readonly string[] {
  const { businessDay, terminals, books, findings, notifications, incomplete, foreignLines, even, madeAt, by } = report;
  return [
    `business day ${businessDay} · ${terminals} terminals · made ${madeAt} by ${by}`,
    ...bookLines(books),
    ...findings.flatMap(findingLines),
    ...notifications.map(({ notificationId, orderId, outcome, at }) => `the acquirer said by itself of ${orderId} at ${at} (${notificationId}): ${outcome}`),
    ...incomplete.map(({ terminalId, reason }) => `${terminalId}: its journal may not be whole here (${reason}); run this again when it is`),
    ...(foreignLines === 0 ? [] : [`${foreignLines} lines of statements are of terminals that nobody knows here`]),
    verdictLine(findings, even),
  ];
}
