/** The cash box as the rooms know it: settlements step by step in the running terminal's own journal, and their slips on its printer. */
import type { ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import type { BoxPort, BoxStep } from '../../state-machines/maintenance/rooms-port.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { TerminalConfig } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import { printSlip } from '../receipts/port.ts';
import { composeSettlementSlip } from '../receipts/settlement-slip.ts';
import type { JournalDesk } from '../terminal/ports/journal-port.ts';
import { isChanging } from './box-exchange.ts';
import type { JournalFolds } from './journal-folds.ts';
import { SettlementError, settleStep, type SettlementErrorCode, type SettlementJournal } from './settlement.ts';
import { jobPrefix, slipOf } from './settlement-slip-facts.ts';

export interface BoxRoomOptions {
  readonly journal: Journal;
  /** Through which everything is written. */
  readonly desk: JournalDesk;
  readonly folds: JournalFolds;
  readonly printer: Pick<ReceiptPrinter, 'columns' | 'print'> | undefined;
  readonly config: Pick<TerminalConfig, 'site' | 'terminal'>;
  /** Fen. */
  readonly denominations: readonly number[];
  /** Boxes are being changed from now on, or not any more. */
  readonly onChanging: (changing: boolean) => void;
}

export function boxRoom(options: BoxRoomOptions): BoxPort {
  const { folds, denominations } = options;
  return {
    denominations: denominations.toSorted((one, other) => other - one),
    read: async (signal) => (await folds.read(signal)).cash,
    step: async (order) => {
      await folds.read();
      return stepOnce(options, order);
    },
    printSlip: (settlementId, locale) => print(options, settlementId, locale).catch(() => 'failed' as const),
  };
}

const PROBLEMS: Readonly<Partial<Record<SettlementErrorCode, 'otherBox' | 'unfinished' | 'countedBefore'>>> = {
  otherBox: 'otherBox',
  unfinished: 'unfinished',
  countedBefore: 'countedBefore',
};

function stepOnce({ journal, desk, folds, onChanging }: BoxRoomOptions, order: Parameters<BoxPort['step']>[0]): BoxStep {
  const written: SettlementJournal = {
    epoch: journal.epoch,
    get head() {
      return journal.head;
    },
    append: (entry) => desk.append(entry),
    checkpoint: () => journal.checkpoint(),
    entriesAfter: (epoch, seq, limit) => journal.entriesAfter(epoch, seq, limit),
  };
  try {
    const { settlement, cash } = settleStep(written, folds.follow().cash, order);
    onChanging(cash.settlements.some(isChanging));
    return { ok: true, settlement };
  } catch (error) {
    if (error instanceof PortError) return { ok: false, problem: 'journalUnavailable' };
    const problem = error instanceof SettlementError ? PROBLEMS[error.code] : undefined;
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

async function print(
  { journal, desk, folds, printer, config: { site, terminal } }: BoxRoomOptions,
  settlementId: string,
  locale: string,
): Promise<'printed' | 'failed'> {
  await folds.read();
  const settlement = folds.follow().cash.settlements.find((known) => known.settlementId === settlementId);
  if (settlement === undefined || printer === undefined) return 'failed';
  const slip = slipOf({ journal, settlement, terminalId: terminal.id, candidates: [] }, [site.operator, `${site.place} ${terminal.shortName}`]);
  const jobId = `${jobPrefix(settlement)}${slip.reprint}`;
  desk.append({ kind: 'receipt.printing', body: { jobId, reprint: slip.reprint } });
  const outcome = await printSlip(printer, jobId, () => composeSettlementSlip(slip, locale, terminal.timeZone, printer.columns));
  if (outcome.state !== 'printed') {
    desk.append({ kind: 'receipt.failed', body: { jobId, state: outcome.state, trouble: outcome.trouble } });
    return 'failed';
  }
  const { state: _state, replaced, ...known } = outcome;
  desk.append({ kind: 'receipt.printed', body: { jobId, ...known, ...(replaced === undefined ? {} : { replaced: [...replaced] }) } });
  return 'printed';
}
