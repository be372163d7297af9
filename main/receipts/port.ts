/** The flows' receipt port over a printer: composes, prints, and says what is known of the slip. main/terminal makes one. */
import type { PrintResult, ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import type { ReceiptOutcome, ReceiptPort } from '../../state-machines/ports.ts';
import { composeReceipt, type ReceiptSite } from './compose.ts';
import { composeAccount } from './account-slip.ts';
import { composeCallback } from './callback-slip.ts';
import { composeLoss } from './loss-slip.ts';
import { composeTicket } from './ticket-slip.ts';
import { composeReplacement } from './replacement-slip.ts';
import { composeStatement } from './statement-slip.ts';

export function createReceiptPort(printer: Pick<ReceiptPrinter, 'columns' | 'print'>, site: ReceiptSite): ReceiptPort {
  return {
    print: (jobId, content) => printSlip(printer, jobId, () => composeReceipt(content, site, printer.columns)),
    printStatement: (jobId, content) => printSlip(printer, jobId, () => composeStatement(content, site, printer.columns)),
    printTicket: (jobId, content) => printSlip(printer, jobId, () => composeTicket(content, site, printer.columns)),
    printAccount: (jobId, content) => printSlip(printer, jobId, () => composeAccount(content, site, printer.columns)),
    printCallback: (jobId, content) => printSlip(printer, jobId, () => composeCallback(content, site, printer.columns)),
    printReplacement: (jobId, content) => printSlip(printer, jobId, () => composeReplacement(content, site, printer.columns)),
    printLoss: (jobId, content) => printSlip(printer, jobId, () => composeLoss(content, site, printer.columns)),
  };
}

/** Never rejects: the outcome says what is known. @param compose answers a receiptline document for the printer's columns */
export async function printSlip(printer: Pick<ReceiptPrinter, 'print'>, jobId: string, compose: () => string): Promise<ReceiptOutcome> {
  let markup: string;
  try {
    markup = compose();
  } catch (error) {
    return { state: 'failedBefore', trouble: `composing: ${messageOf(error)}` };
  }
  try {
    return outcomeOf(await printer.print({ jobId, markup }));
  } catch (error) {
    // A driver that breaks its word not to reject: whether something is on paper nobody knows.
    return { state: 'interrupted', trouble: `driver: ${messageOf(error)}` };
  }
}

function outcomeOf({ outcome, sha256, byteCount, presented, replaced }: PrintResult): ReceiptOutcome {
  switch (outcome.state) {
    case 'printed':
      return {
        state: 'printed',
        confirmedBy: outcome.confirmedBy,
        sha256,
        byteCount,
        ...(presented === 'notSupported' || presented === 'notPresented' ? {} : { presented }),
        ...(replaced.length === 0 ? {} : { replaced }),
      };
    case 'failedBefore':
    case 'interrupted':
      return { state: outcome.state, trouble: outcome.trouble };
    case 'unconfirmed':
      break;
  }
  return { state: 'unconfirmed', trouble: 'noConfirmation' };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
