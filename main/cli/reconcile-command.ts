/** `kioskctl reconcile`: journals against the statements of acquirer, issuer and cash office. Changes nothing. Exit 1 when somebody must act. */
import { readFileSync } from 'node:fs';
import type { JournalEntry } from '../../common/journal-entry.ts';
import { loadConfig } from '../config/config.ts';
import { prunedText } from '../journal/base.ts';
import { withContent } from '../journal/content.ts';
import { CoverageError, reconcile, type Reconciliation, type ReconciliationInput } from '../../common/reconciliation/reconcile.ts';
import { readAcquirerStatement, readCashStatement, readIssuerStatement, StatementError } from '../../common/reconciliation/statement-file.ts';
import { bookLines, findingLines, verdictLine } from '../../common/reconciliation/text.ts';
import { entriesOf } from '../maintenance/stopped-journal.ts';
import { Failure, readArguments, text, UsageError, type Command, type Given, type Output, type Status } from './command.ts';

export const reconcileCommand: Command = {
  usage: 'reconcile --journal FILE [FILE…] [--acquirer FILE] [--issuer FILE] [--counts FILE] [--date YYYY-MM-DD] [--config FILE] [--json]',
  does: 'compares journals with statements; names the cause of every difference, where the money is and what to do',
  run,
};

function run(args: readonly string[], output: Output): Status {
  const { words, given } = readArguments(
    args,
    { least: 0, most: 99 },
    {
      journal: 'string',
      acquirer: 'string',
      issuer: 'string',
      counts: 'string',
      date: 'string',
      config: 'string',
      'time-zone': 'string',
      json: 'boolean',
    },
  );
  const first = text(given, 'journal');
  if (first === undefined) throw new UsageError('--journal FILE is missing');
  const result = reconciled(given, [first, ...words]);
  if (given['json'] === true) output.out(JSON.stringify(result));
  else for (const line of linesOf(result)) output.out(line);
  return result.even ? 0 : 1;
}

function reconciled(given: Given, journals: readonly string[]): Reconciliation {
  const date = text(given, 'date');
  if (date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(date)) throw new UsageError(`--date ${JSON.stringify(date)}: expected YYYY-MM-DD`);
  const acquirer = statementOf(given, 'acquirer', readAcquirerStatement);
  const issuer = statementOf(given, 'issuer', readIssuerStatement);
  const cash = statementOf(given, 'counts', readCashStatement);
  if (acquirer === undefined && issuer === undefined && cash === undefined)
    throw new UsageError('give at least one statement: --acquirer FILE, --issuer FILE or --counts FILE');
  const contents = journals.map((file) =>
    withContent(file, (content): { terminalId: string; entries: JournalEntry[] } => {
      const base = content.base?.base;
      if (base !== undefined && (date === undefined || date <= base.businessDate))
        throw new Failure(`${file}: ${prunedText(base)}; give a later --date, or reconcile with upstream's entries`);
      return { terminalId: content.terminalId, entries: [...entriesOf(content)] };
    }),
  );
  const input: ReconciliationInput = {
    entries: contents.flatMap(({ entries }) => entries),
    terminals: contents.map(({ terminalId }) => terminalId),
    timeZone: zoneOf(given),
    ...(acquirer === undefined ? {} : { acquirer }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(cash === undefined ? {} : { cash }),
    ...(date === undefined ? {} : { date }),
  };
  try {
    return reconcile(input);
  } catch (error) {
    if (error instanceof CoverageError) throw new Failure(error.message);
    throw error;
  }
}

function zoneOf(given: Given): string {
  const config = text(given, 'config');
  const zone = text(given, 'time-zone') ?? (config === undefined ? 'Asia/Shanghai' : loadConfig(config).terminal.timeZone);
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new UsageError(`--time-zone ${JSON.stringify(zone)}: expected an IANA name, for example Asia/Shanghai`);
  }
}

function statementOf<T>(given: Given, option: 'acquirer' | 'issuer' | 'counts', read: (content: string) => T): T | undefined {
  const file = text(given, option);
  if (file === undefined) return undefined;
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--${option} ${file} can't be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`);
  }
  try {
    return read(content);
  } catch (error) {
    if (error instanceof StatementError) throw new Failure(`${file}: ${error.message}; get the statement again, nothing was compared`);
    throw error;
  }
}

function linesOf({ terminals, date, books, findings, even, foreignLines }: Reconciliation): string[] {
  return [
    `${terminals.join(', ') || 'no terminal'} · ${date === undefined ? 'all that the statements cover' : `business date ${date}`}`,
    ...bookLines(books),
    ...findings.flatMap(findingLines),
    ...(foreignLines === 0 ? [] : [`${foreignLines} lines of other terminals were left out: give their journals too`]),
    verdictLine(findings, even),
  ];
}
