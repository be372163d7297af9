/** Puts the slip of a settlement on paper, journaled as every slip is, or into a file where it is not printed. Used by settle-commands.ts. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TerminalConfig } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import type { SettlementState } from '../../common/money/settlement-state.ts';
import { printSlip } from '../receipts/port.ts';
import { earlierSlips, jobPrefix, slipOf } from '../maintenance/settlement-slip-facts.ts';
import { composeSettlementSlip, slipSvg, slipText } from '../receipts/settlement-slip.ts';
import { makeDevices, noSimulators, NO_DEVICES } from '../terminal/devices.ts';
import { systemClock } from '../terminal/system.ts';

interface Settlement {
  readonly journal: Journal;
  readonly settlement: SettlementState;
  readonly terminalId: string;
  readonly candidates: readonly string[];
}

interface Wish {
  /** The journal's path: an unprinted slip goes beside it. */
  readonly file: string;
  readonly config: TerminalConfig | undefined;
  readonly timeZone: string;
  readonly locale: string;
  readonly print: boolean;
  /** A path; `.svg` makes a picture. */
  readonly to: string | undefined;
}

export interface HandedOver {
  readonly line: string;
  readonly file?: string;
  readonly printed?: boolean;
  readonly trouble?: string;
}

/** Width of a slip in a file, of 80 mm paper. */
const FILE_COLUMNS = 48;
/** The printer's own limit to come up, and a little. */
const CONNECT_MS = 15_000;

/** Never rejects: the settlement stands, whatever becomes of its slip. */
export async function handOverSlip(done: Settlement, wish: Wish): Promise<HandedOver> {
  const { config } = wish;
  const slip = slipOf(done, config === undefined ? [] : [config.site.operator, `${config.site.place} ${config.terminal.shortName}`]);
  const compose = (columns: number): string => composeSettlementSlip(slip, wish.locale, wish.timeZone, columns);
  if (!wish.print) return writeSlip(compose, done.settlement, wish);
  const trouble = await print(done, wish, compose).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (trouble === undefined) return { line: 'slip printed', printed: true };
  const written = writeSlip(compose, done.settlement, wish);
  return { ...written, printed: false, trouble: `its slip was not printed (${trouble})${written.file === undefined ? '' : `: it is in ${written.file}`}` };
}

function writeSlip(compose: (columns: number) => string, { settlementId }: SettlementState, { file, to }: Wish): HandedOver {
  const target = to ?? path.join(path.dirname(file), `settlement-${settlementId}.txt`);
  try {
    const markup = compose(FILE_COLUMNS);
    writeFileSync(target, target.endsWith('.svg') ? slipSvg(markup, FILE_COLUMNS) : slipText(markup, FILE_COLUMNS));
    return { line: `slip: ${target}`, file: target };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { line: 'no slip', trouble: `its slip could not be written to ${target} (${reason}): give --slip FILE and call again, nothing is settled twice` };
  }
}

/** @returns what went wrong; `undefined` when it is certainly on paper */
async function print({ journal, settlement }: Settlement, { config }: Wish, compose: (columns: number) => string): Promise<string | undefined> {
  const devices = { ...nothingBut('receiptPrinter', config?.devices) };
  const { receiptPrinter } = makeDevices(devices, {
    clock: systemClock,
    simulation: noSimulators,
    unfinishedJob: false,
    flavor: config?.flavor ?? 'production',
  });
  if (receiptPrinter === undefined) return 'no receipt printer is fitted';
  const reprint = earlierSlips(journal, settlement);
  const jobId = `${jobPrefix(settlement)}${reprint}`;
  try {
    await receiptPrinter.connect(AbortSignal.timeout(CONNECT_MS));
    journal.append({ kind: 'receipt.printing', body: { jobId, reprint } });
    const outcome = await printSlip(receiptPrinter, jobId, () => compose(receiptPrinter.columns));
    if (outcome.state !== 'printed') {
      journal.append({ kind: 'receipt.failed', body: { jobId, state: outcome.state, trouble: outcome.trouble } });
      return outcome.state === 'unconfirmed' ? 'it was sent, and the printer confirmed nothing' : outcome.trouble;
    }
    const { state: _state, replaced, ...known } = outcome;
    journal.append({ kind: 'receipt.printed', body: { jobId, ...known, ...(replaced === undefined ? {} : { replaced: [...replaced] }) } });
    return undefined;
  } finally {
    await receiptPrinter.close();
  }
}

function nothingBut(name: 'receiptPrinter', devices: TerminalConfig['devices'] | undefined): TerminalConfig['devices'] {
  const none = Object.fromEntries(Object.keys(NO_DEVICES).map((other) => [other, null])) as TerminalConfig['devices'];
  return { ...none, [name]: devices?.[name] ?? null };
}
