/** `kioskctl journal day FILE`: what happened on a business date, and what every account held before and after it. Changes nothing. */
import { accounts } from '../../common/journal-kinds.ts';
import { baseBalances, prunedText } from '../journal/base.ts';
import { withContent, type JournalContent } from '../journal/content.ts';
import { parseEntry } from '../journal/stored-chain.ts';
import { dayReport, type DayReport, type Tally } from '../maintenance/day-report.ts';
import { sumText } from '../../common/sum-text.ts';
import { Failure, readArguments, text, UsageError, type Command } from './command.ts';
import { flavorWanted, TRAINING, unlessOtherFlavor } from './training-flag.ts';

export const dayCommand: Command = {
  usage: 'journal day FILE [--date YYYY-MM-DD] [--training] [--json]',
  does: 'what happened on a business date: outcomes, tenders, notes, accounts before and after, what was open',
  run: (args, { out }) => {
    const { words, given } = readArguments(args, { least: 1, most: 1 }, { date: 'string', json: 'boolean', ...TRAINING });
    const [file = ''] = words;
    const date = text(given, 'date');
    if (date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(date)) throw new UsageError(`--date ${JSON.stringify(date)}: expected YYYY-MM-DD`);
    const read = ({ entries, carried, base }: JournalContent): DayReport => {
      if (base !== undefined && date !== undefined && date <= base.base.businessDate)
        throw new Failure(`${file}: ${prunedText(base.base)}; ask upstream for the day`);
      return dayReport(
        Array.from(entries, ({ entry }) => parseEntry(entry)),
        carried.map(({ json }) => parseEntry(json)),
        date,
        base === undefined ? undefined : baseBalances(base.base),
      );
    };
    const report = unlessOtherFlavor(() => withContent(file, read, flavorWanted(given)));
    if (report.entries === 0) throw new Failure(`${file} has no entry of ${report.date || 'any date'}: it has ${report.dates.join(', ') || 'none'}`);
    if (given['json'] === true) out(JSON.stringify(report));
    else for (const line of linesOf(report)) out(line);
    return 0;
  },
};

function linesOf(report: DayReport): string[] {
  const { terminalId, date, entries, clockSetBack, outcomes, tenders, notes, opening, movement, closing, openCases } = report;
  return [
    `${terminalId} · business date ${date} · ${entries} entries${clockSetBack === 0 ? '' : ` · the clock was set back ${clockSetBack} times`}`,
    ...Object.entries(outcomes).map(([outcome, tally]) => tallyLine(outcome, tally)),
    tallyLine('cash taken', tenders.cash),
    ...notes.map(({ denomination, count, amount }) => tallyLine(`  ${sumText(denomination)}`, { count, amount })),
    tallyLine('QR captured', tenders.qr),
    tallyLine('QR presented', tenders.qrPresented),
    tallyLine('bank cards', tenders.card),
    tallyLine('vouchers taken', tenders.voucher),
    tallyLine('pending loads claimed', tenders.pending),
    tallyLine('loads', report.loads),
    tallyLine('refunds', report.refunds),
    tallyLine('vouchers issued', report.vouchers),
    tallyLine('vouchers given back', report.vouchersGivenBack),
    tallyLine('pending given back', report.pendingGivenBack),
    tallyLine('cases opened', report.casesOpened),
    tallyLine('cases resolved', report.casesResolved),
    tallyLine('settlements', report.settlements),
    `${''.padEnd(22)}${['opening', 'movement', 'closing'].map((word) => word.padStart(16)).join('')}`,
    ...accounts.map((account) => `${account.padEnd(22)}${[opening, movement, closing].map((sums) => sumText(sums[account]).padStart(16)).join('')}`),
    ...report.openTransactions.map(({ reference, phase, held, openedOn }) => `open: ${reference} ${phase}, held ${sumText(held)}, since ${openedOn}`),
    ...openCases.map(caseLine),
  ];
}

/** A case about a note that jammed before its value was known is about no sum. */
function caseLine({ reference, reason, owed, disputed }: DayReport['openCases'][number]): string {
  const about = reason === 'noteUndetermined' && owed + disputed === 0 ? 'value not known yet' : `owed ${sumText(owed)}, disputed ${sumText(disputed)}`;
  return `open case: ${reference} ${reason}, ${about}`;
}

function tallyLine(name: string, { count, amount }: Tally): string {
  return `${name.padEnd(22)}${String(count).padStart(16)}${sumText(amount).padStart(16)}`;
}
