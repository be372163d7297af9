/** Puts the slip of a settlement on paper, journaled as every slip is, or into a file where it is not printed. Used by settle-commands.ts. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TerminalConfig } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import type { SettlementState } from '../../common/money/settlement-state.ts';
import { printSlip } from '../receipts/port.ts';
import { composeSettlementSlip, slipSvg, slipText, type SettlementSlip } from '../receipts/settlement-slip.ts';
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
  const slip = slipOf(done, wish.config);
  const compose = (columns: number): string => composeSettlementSlip(slip, wish.locale, wish.timeZone, columns);
  if (!wish.print) return writeSlip(compose, done.settlement, wish);
  const trouble = await print(done, wish, compose).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (trouble === undefined) return { line: 'slip printed', printed: true };
  const written = writeSlip(compose, done.settlement, wish);
  return { ...written, printed: false, trouble: `its slip was not printed (${trouble})${written.file === undefined ? '' : `: it is in ${written.file}`}` };
}

function slipOf({ journal, settlement, terminalId, candidates }: Settlement, config: TerminalConfig | undefined): SettlementSlip {
  const { settlementId, at, businessDate, by, boxOut, boxIn, expected, counted, lastEpoch, lastSeq } = settlement;
  const [stored] = journal.entriesAfter(lastEpoch, lastSeq - 1, 1);
  const [checkpoint] = lastEpoch === journal.epoch ? journal.checkpointsAfter(lastSeq - 1, 1) : [];
  const [header = '', , value = ''] = checkpoint?.jws.split('.') ?? [];
  return {
    heading: config === undefined ? [] : [config.site.operator, `${config.site.place} ${config.terminal.shortName}`],
    terminalId,
    settlementId,
    at: Date.parse(at),
    businessDate,
    by,
    boxOut,
    boxIn,
    expected,
    ...(counted === undefined ? {} : { counted }),
    candidates,
    entry: { epoch: lastEpoch, seq: lastSeq, hash: stored?.hash ?? '' },
    signature: { kid: kidOf(header), value },
    reprint: earlierSlips(journal, settlement),
  };
}

function kidOf(header: string): string {
  const parsed: unknown = header === '' ? undefined : JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  return typeof parsed === 'object' && parsed !== null && 'kid' in parsed ? String(parsed.kid) : '';
}

/** Slips of just this state of the settlement that were begun before. */
function earlierSlips(journal: Journal, settlement: SettlementState): number {
  const prefix = jobPrefix(settlement);
  const { lastEpoch, lastSeq } = settlement;
  const later = journal.entriesAfter(journal.epoch, lastEpoch === journal.epoch ? lastSeq : 0, Number.MAX_SAFE_INTEGER);
  return later.filter(({ entry }) => entry.kind === 'receipt.printing' && String(entry.body['jobId']).startsWith(prefix)).length;
}

function jobPrefix({ settlementId, lastEpoch, lastSeq }: SettlementState): string {
  return `${settlementId}:${lastEpoch}-${lastSeq}:`;
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
  const { receiptPrinter } = makeDevices(devices, { clock: systemClock, simulation: noSimulators, unfinishedJob: false });
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
