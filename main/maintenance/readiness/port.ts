/** Signs, keeps, journals and prints the readiness report, and says whether the terminal may serve by it. main/terminal makes one. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../common/clock.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { READINESS_TYPE, readinessOf, type Pausable, type ReadinessReport, type SelfTestName } from '../../../common/maintenance/self-tests.ts';
import type { ReceiptPrinter } from '../../../drivers/receipt-printer/receipt-printer.ts';
import type { ReadinessPort } from '../../../state-machines/maintenance/readiness-port.ts';
import type { TerminalKey } from '../../identity/terminal-key.ts';
import { printSlip } from '../../receipts/port.ts';
import { composeReadiness } from '../../receipts/readiness-slip.ts';
import { readReport, signedOf, type KeptReport } from './kept-report.ts';

export interface ReadinessSources {
  readonly clock: Clock;
  readonly key: TerminalKey;
  readonly kept: KeptReport;
  /** Tests that this terminal can make. */
  readonly fitted: readonly SelfTestName[];
  readonly terminal: { readonly terminalId: string; readonly shortName: string; readonly version: string; readonly timeZone: string };
  /** Operator and place, above the slip. */
  readonly heading: readonly string[];
  readonly head: () => ReadinessReport['journal'];
  /** @throws {PortError} `journalUnavailable` */
  readonly append: (entry: NewEntry) => unknown;
  readonly printer: Pick<ReceiptPrinter, 'columns' | 'print'> | undefined;
  /** Told with each report what this terminal goes without from now on. */
  readonly onPaused: (paused: readonly Pausable[]) => void;
  /** The disk refused the file: the report stands in the journal, and what it pauses is forgotten at the next start. */
  readonly onTrouble: (error: unknown) => void;
}

export interface Readiness extends ReadinessPort {
  /** By the last report, of an earlier process too. */
  readonly paused: readonly Pausable[];
}

export function createReadiness(sources: ReadinessSources): Readiness {
  const { clock, key, kept, fitted, terminal } = sources;
  let lastJws = kept.read();
  let last = lastJws === undefined ? undefined : readReport(lastJws, key.publicKey)?.report;
  return {
    get paused() {
      return last?.paused ?? [];
    },
    report: ({ sessionId, staff }, tests) => {
      const { verdict, paused } = readinessOf(fitted, tests);
      const { terminalId, shortName, version } = terminal;
      const report: ReadinessReport = {
        terminalId,
        shortName,
        version: version.slice(0, 80),
        sessionId,
        by: staff,
        at: clock.now(),
        journal: sources.head(),
        verdict,
        paused: [...paused],
        tests: [...tests],
      };
      const jws = key.signJws(READINESS_TYPE, report);
      const named = (result: 'failed' | 'skipped'): string[] => tests.filter((one) => one.result === result).map(({ test }) => test);
      const sha256 = createHash('sha256').update(jws).digest('hex').toUpperCase();
      sources.append({
        kind: 'readiness.reported',
        body: { sessionId, by: staff, verdict, failed: named('failed'), skipped: named('skipped'), paused: [...paused], sha256 },
      });
      [last, lastJws] = [report, jws];
      try {
        kept.keep(jws);
      } catch (error) {
        sources.onTrouble(error);
      }
      sources.onPaused(paused);
      return report;
    },
    print: async (report, locale) => {
      const { printer } = sources;
      if (printer === undefined || report !== last || lastJws === undefined) return { state: 'failedBefore', trouble: 'offline' };
      const signed = signedOf(report, lastJws, key.publicKey);
      return printSlip(printer, `readiness-${report.at}`, () => composeReadiness(signed, sources.heading, locale, terminal.timeZone, printer.columns));
    },
    backInService: (sessionId) => {
      if (last?.sessionId !== sessionId) return { may: false, why: 'unreported', blocking: [] };
      const { verdict, blocking, paused } = readinessOf(fitted, last.tests);
      return verdict === 'notReady' ? { may: false, why: 'notReady', blocking } : { may: true, paused };
    },
  };
}
