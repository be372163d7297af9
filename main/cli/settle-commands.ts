/**
 * `kioskctl settle …`: the box out, an empty one in, the count, and what became of a difference, on the journal of a stopped terminal.
 * `--dry-run` only looks, also while the terminal runs.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { parseReference } from '../../common/ids.ts';
import { contentTotal, notesTotal, type NoteCounts } from '../../common/journal-kinds.ts';
import { loadConfig, type TerminalConfig } from '../config/config.ts';
import { dataFilesOf } from '../config/data-files.ts';
import { sealOf } from '../identity/key-seal.ts';
import { IdentityError, loadTerminalKey } from '../identity/terminal-key.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { Journal } from '../journal/journal.ts';
import { secondPathBeside } from '../journal/second-file.ts';
import type { Candidate, CashSurvey } from '../../common/money/cash-survey.ts';
import { explainDifference, ExplanationError, type Explanation } from '../maintenance/differences.ts';
import { settle, SettlementError, type SettlementOrder } from '../maintenance/settlement.ts';
import { readSurvey, withStoppedJournal, type JournalFacts, type StoppedJournalOptions } from '../maintenance/stopped-journal.ts';
import { addNotes, noteDifferences } from '../../common/money/settlement-fold.ts';
import type { SettlementState } from '../../common/money/settlement-state.ts';
import { systemClock, systemRandom } from '../terminal/system.ts';
import { Failure, readArguments, text, UsageError, type Command, type Given, type Output, type Status } from './command.ts';
import { sumText } from '../../common/sum-text.ts';
import { fenOf, noteCountsOf } from './amounts.ts';
import { handOverSlip } from './settlement-slips.ts';

const COMMON_OPTIONS = { key: 'string', config: 'string', 'time-zone': 'string', by: 'string', json: 'boolean' } as const;

export const settleCommands: Readonly<Record<string, Command>> = {
  settle: {
    usage:
      'settle FILE --key KEY --box-out ID --box-in ID --counts 100x12,50x3|none [--settlement ID] [--by NAME] [--config FILE] [--print] [--slip FILE] [--dry-run] [--json]',
    does: 'takes the box out of the books and its count into them; without --counts the box goes away uncounted',
    run: settleCommand,
  },
  'settle resolve': {
    usage:
      'settle resolve FILE --key KEY --why TEXT (--of ID --as recounted|writtenOff|offset [--against ID] | --case REFERENCE --as counted|found|credited|notCredited|refunded|returned|paidOut|nothingOwed [--of ID]) [--amount YUAN] [--by NAME]',
    does: 'says what became of a difference, or of a note that a case asks for',
    run: resolveCommand,
  },
};

async function settleCommand(args: readonly string[], output: Output): Promise<Status> {
  const { words, given } = readArguments(
    args,
    { least: 1, most: 1 },
    {
      ...COMMON_OPTIONS,
      counts: 'string',
      'box-out': 'string',
      'box-in': 'string',
      settlement: 'string',
      slip: 'string',
      language: 'string',
      print: 'boolean',
      'dry-run': 'boolean',
    },
  );
  const [file = ''] = words;
  const order = orderOf(given);
  if (given['dry-run'] === true) return showExpected(file, order, given, output);
  const config = configOf(given);
  if (given['print'] === true && (config?.devices.receiptPrinter ?? null) === null)
    throw new UsageError('--print needs the --config of a terminal with a receipt printer');
  return translated(() =>
    withStoppedJournal(stoppedJournal(file, given, config), async (journal, facts) => {
      const { settlement, cash, written } = settle(journal, facts.cash, order);
      const after = { ...facts, cash };
      const slip = await handOverSlip(
        { journal, settlement, terminalId: facts.terminalId, candidates: references(after, settlement) },
        {
          file,
          config,
          timeZone: zoneOf(given, config),
          locale: text(given, 'language') ?? config?.language ?? 'zh-CN',
          print: given['print'] === true,
          to: text(given, 'slip'),
        },
      );
      if (given['json'] === true) output.out(JSON.stringify({ ...jsonOf(settlement, after), written, slip }));
      else for (const line of [...report(settlement, after, written), ...proofLines(journal, settlement), slip.line]) output.out(line);
      if (slip.trouble !== undefined) output.error(`kioskctl: the settlement stands; ${slip.trouble}`);
      return slip.trouble === undefined ? 0 : 1;
    }),
  );
}

async function resolveCommand(args: readonly string[], output: Output): Promise<Status> {
  const { words, given } = readArguments(
    args,
    { least: 1, most: 1 },
    { ...COMMON_OPTIONS, of: 'string', as: 'string', against: 'string', case: 'string', amount: 'string', why: 'string' },
  );
  const [file = ''] = words;
  const explanation = explanationOf(given);
  return translated(() =>
    withStoppedJournal(stoppedJournal(file, given, configOf(given)), (journal, facts) => {
      const { entry, appended } = explainDifference(journal, facts, explanation);
      const after = readSurvey(file);
      const open = after.cash.differences.map(({ of, amount }) => ({ of, amount }));
      if (given['json'] === true) output.out(JSON.stringify({ kind: entry.kind, body: entry.body, seq: appended.seq, hash: appended.hash, open }));
      else {
        output.out(`entry ${appended.seq} ${entry.kind}, signed: ${explanation.how} by ${explanation.by}: ${explanation.why}`);
        output.out(open.length === 0 ? 'suspense is empty' : `still open: ${open.map(({ of, amount }) => `${of} ${sumText(amount)}`).join(', ')}`);
      }
      return 0 as const;
    }),
  );
}

function orderOf(given: Given): SettlementOrder {
  const counts = text(given, 'counts');
  const [settlementId, boxOut, boxIn] = (['settlement', 'box-out', 'box-in'] as const).map((name) => boxIdOf(given, name));
  return {
    by: nameOf(given),
    ...(settlementId === undefined ? {} : { settlementId }),
    ...(boxOut === undefined ? {} : { boxOut }),
    ...(boxIn === undefined ? {} : { boxIn }),
    ...(counts === undefined ? {} : { counted: noteCountsOf(counts) }),
  };
}

function boxIdOf(given: Given, name: 'settlement' | 'box-out' | 'box-in'): string | undefined {
  const value = text(given, name);
  if (value !== undefined && !/^[A-Za-z0-9._-]{1,40}$/.test(value))
    throw new UsageError(`--${name} ${JSON.stringify(value)}: expected 1 to 40 letters, digits, dots, dashes or underlines`);
  return value;
}

function nameOf(given: Given): string {
  const name = (text(given, 'by') ?? userInfo().username).trim();
  if (name === '' || name.length > 200) throw new UsageError('--by: expected the name or number of a person, at most 200 characters');
  return name;
}

const CASE_ANSWERS = ['credited', 'notCredited', 'refunded', 'returned', 'paidOut', 'nothingOwed'] as const;

function explanationOf(given: Given): Explanation {
  const why = text(given, 'why')?.trim() ?? '';
  if (why === '' || why.length > 200) throw new UsageError('--why: expected what was found out, in at most 200 characters');
  const how = text(given, 'as');
  const of = text(given, 'of');
  const asked = text(given, 'case');
  const amount = amountOf(given);
  const said = { by: nameOf(given), why, ...(amount === undefined ? {} : { amount }) };
  if (asked !== undefined) {
    const reference = parseReference(asked) ?? asked;
    if (how === 'counted' && of !== undefined) return { ...said, how, reference, of };
    if (how === 'counted') throw new UsageError('--as counted needs --of ID, the settlement at which the note was over');
    if (how === 'found') return { ...said, how, reference };
    const answer = CASE_ANSWERS.find((known) => known === how);
    if (answer === undefined) throw new UsageError(`--as ${String(how)}: expected counted, found, ${CASE_ANSWERS.join(', ')} with --case`);
    return { ...said, how: answer, reference };
  }
  if (of === undefined) throw new UsageError('say which difference by --of ID, or which case by --case REFERENCE');
  if (how === 'recounted' || how === 'writtenOff') return { ...said, how, of };
  const against = text(given, 'against');
  if (how === 'offset' && against !== undefined) return { ...said, how, of, against };
  throw new UsageError(how === 'offset' ? '--as offset needs --against ID' : `--as ${String(how)}: expected recounted, writtenOff or offset with --of`);
}

function amountOf(given: Given): number | undefined {
  const word = text(given, 'amount');
  if (word === undefined) return undefined;
  const fen = fenOf(word);
  if (fen === undefined || fen === 0) throw new UsageError(`--amount ${JSON.stringify(word)}: expected yuan, for example 50 or 12.50`);
  return fen;
}

function configOf(given: Given): TerminalConfig | undefined {
  const file = text(given, 'config');
  return file === undefined ? undefined : loadConfig(file);
}

function zoneOf(given: Given, config: TerminalConfig | undefined): string {
  const zone = text(given, 'time-zone') ?? config?.terminal.timeZone ?? 'Asia/Shanghai';
  if (!isTimeZone(zone)) throw new UsageError(`--time-zone ${JSON.stringify(zone)}: expected an IANA name, for example Asia/Shanghai`);
  return zone;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function stoppedJournal(file: string, given: Given, config: TerminalConfig | undefined): StoppedJournalOptions {
  const kept = config === undefined ? undefined : dataFilesOf(config);
  const keyFile = text(given, 'key') ?? kept?.terminalKey;
  if (keyFile === undefined) throw new UsageError("--key FILE is needed: terminal-key.pem in the terminal's data folder signs what is written");
  if (!existsSync(file)) throw new JournalError('notFound', `there is no journal at ${file}`);
  const beside = secondPathBeside(file);
  if (kept?.secondFile === undefined && !existsSync(beside))
    throw new Failure(`${beside}, the journal's second file, is not there: give --config FILE, which says where it is, or start the terminal once`);
  return {
    path: file,
    key: loadTerminalKey(keyFile, sealOf(process.env)),
    timeZone: zoneOf(given, config),
    clock: systemClock,
    random: systemRandom,
    ...(kept?.secondFile === undefined ? {} : { secondPath: kept.secondFile }),
    ...(config?.data.secondSync === undefined ? {} : { secondSync: config.data.secondSync }),
  };
}

/** Errors of those who work below as the command line says them. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SettlementError || error instanceof ExplanationError || error instanceof IdentityError) throw new Failure(error.message);
    if (error instanceof JournalError && error.code === 'locked')
      throw new Failure('the terminal runs and writes its journal: stop it first; --dry-run shows what is expected while it runs');
    throw error;
  }
}

// --- what is said ---

function showExpected(file: string, { counted }: SettlementOrder, given: Given, { out }: Output): Status {
  const facts = readSurvey(file);
  const { content, boxId } = facts.cash;
  const difference = counted === undefined ? undefined : notesTotal(counted) - contentTotal(content);
  if (given['json'] === true) {
    const { openTransactions, candidates } = facts;
    const waiting = facts.cash.settlements.filter(({ phase }) => phase !== 'closed');
    out(JSON.stringify({ dryRun: true, terminalId: facts.terminalId, boxId, expected: content, counted, difference, candidates, openTransactions, waiting }));
    return 0;
  }
  out(`${facts.terminalId} · box ${boxId ?? 'without a number yet'} · by the journal up to entry ${facts.lastSeq}; nothing was written`);
  for (const line of table(content.notes, counted)) out(line);
  if (content.unspecified !== 0) out(`of unknown denominations, from an earlier epoch: ${sumText(content.unspecified)}`);
  out(`expected ${sumText(contentTotal(content))}${difference === undefined ? '' : ` · difference ${signedText(difference)}`}`);
  for (const line of [...waitingLines(facts), ...candidateLines(facts, counted === undefined ? [] : noteDifferences(content.notes, counted))]) out(line);
  return 0;
}

function report(settlement: SettlementState, facts: JournalFacts, written: number): string[] {
  const { settlementId, boxOut, boxIn, expected, counted, difference, phase, by } = settlement;
  const open = facts.cash.differences.find(({ of }) => of === settlementId)?.amount ?? 0;
  return [
    `${settlementId}${written === 0 ? ' (settled before; nothing was written)' : ''} · box ${boxOut} out, ${boxIn} in · by ${by}`,
    ...table(expected.notes, counted),
    ...(expected.unspecified === 0 ? [] : [`of unknown denominations, from an earlier epoch: ${sumText(expected.unspecified)}`]),
    `expected ${sumText(contentTotal(expected))}${counted === undefined ? '' : ` · counted ${sumText(notesTotal(counted))} · difference ${signedText(difference)}`}`,
    ...openTransactionLines(facts),
    ...(phase === 'closed' ? [] : [`not counted yet: kioskctl settle FILE --settlement ${settlementId} --counts … once it is`]),
    ...(open === 0
      ? []
      : [
          `${sumText(Math.abs(open))} ${open > 0 ? 'over' : 'short'} is in suspense under ${settlementId}: kioskctl settle resolve says what became of it`,
          ...candidateLines(facts, noteDifferences(expected.notes, counted ?? [])),
        ]),
  ];
}

function proofLines(journal: Journal, { lastEpoch, lastSeq }: SettlementState): string[] {
  const [stored] = journal.entriesAfter(lastEpoch, lastSeq - 1, 1);
  return [`entry ${lastEpoch}/${lastSeq} ${stored?.hash ?? ''}, signed`];
}

function table(expected: NoteCounts, counted: NoteCounts | undefined): string[] {
  const rows = addNotes(expected, counted ?? []).map(({ denomination }) => {
    const [due, found] = [expected, counted ?? []].map((notes) => notes.find((note) => note.denomination === denomination)?.count ?? 0) as [number, number];
    return [sumText(denomination), String(due), ...(counted === undefined ? [] : [String(found), String(found - due)])];
  });
  const head = ['note', 'expected', ...(counted === undefined ? [] : ['counted', 'difference'])];
  return [head, ...rows].map((cells) => cells.map((cell) => cell.padStart(12)).join(''));
}

function waitingLines(facts: JournalFacts): string[] {
  const waiting = facts.cash.settlements.filter(({ phase }) => phase !== 'closed');
  return [...waiting.map(({ settlementId, boxOut }) => `waits for its count: box ${boxOut} (${settlementId})`), ...openTransactionLines(facts)];
}

function openTransactionLines({ openTransactions }: JournalFacts): string[] {
  const count = openTransactions.length;
  return count === 0 ? [] : [`${count} transactions are open: the terminal brings them to an end when it starts; what is in their path is not expected yet`];
}

/** What may explain a difference; first of all a note of just the denomination that is over or short. */
function candidateLines({ candidates }: CashSurvey, differences: NoteCounts): string[] {
  const fits = (candidate: Candidate): boolean =>
    candidate.kind === 'note' && differences.some(({ denomination, count }) => denomination === candidate.denomination && count > 0);
  return [...candidates].sort((one, other) => Number(fits(other)) - Number(fits(one))).map((candidate) => candidateLine(candidate, fits(candidate)));
}

function candidateLine(candidate: Candidate, fits: boolean): string {
  switch (candidate.kind) {
    case 'note':
      return `${fits ? 'fits the difference' : 'may explain it'}: a note of ${sumText(candidate.denomination)}, ${candidate.place}, of ${candidate.reference}${candidate.openCase ? ' (open case)' : ''}`;
    case 'stray':
      return `may explain it: ${candidate.at} the acceptor reported ${candidate.code} (${candidate.detail})`;
    case 'difference':
      return `still open from before: ${candidate.of} ${signedText(candidate.amount)}`;
  }
}

function references({ candidates }: CashSurvey, { difference }: SettlementState): readonly string[] {
  if (difference === 0) return [];
  return [...new Set(candidates.flatMap((candidate) => (candidate.kind === 'note' ? [candidate.reference] : [])))];
}

function jsonOf(settlement: SettlementState, { candidates, terminalId, epoch, cash }: JournalFacts): object {
  const { expected, counted, difference } = settlement;
  const byNote = counted === undefined ? [] : noteDifferences(expected.notes, counted);
  return { terminalId, epoch, ...settlement, difference, differences: byNote, open: cash.differences, candidates };
}

function signedText(amount: number): string {
  return `${amount > 0 ? '+' : ''}${sumText(amount)}`;
}
