/** What the readiness report is to the maintenance charts. Implemented by main/maintenance/readiness. */
import type { Pausable, ReadinessReport, SelfTestName, Tested } from '../../common/maintenance/self-tests.ts';
import type { StaffSession } from '../../common/maintenance/verbs.ts';
import type { ReceiptOutcome } from '../ports.ts';

export interface ReadinessPort {
  /**
   * Judges the tests, signs the report with the terminal's key, keeps it and journals it (`readiness.reported`); what its failing tests pause is
   * paused from now on, also after a restart. Tests of this terminal that `tests` does not name are not passed.
   * @throws {PortError} `journalUnavailable`: nothing was reported, nothing changed
   */
  report(staff: Pick<StaffSession, 'sessionId' | 'staff'>, tests: readonly Tested[]): ReadinessReport;
  /** On paper. Never rejects. */
  print(report: ReadinessReport, locale: string): Promise<ReceiptOutcome>;
  /**
   * The one way back into service (fleet.md): by the report of this visit. `unreported`: this visit has made none; `notReady`: the last one says no,
   * and `blocking` names why.
   */
  backInService(sessionId: string): BackInService;
}

export type BackInService =
  | { readonly may: true; readonly paused: readonly Pausable[] }
  | { readonly may: false; readonly why: 'unreported' | 'notReady'; readonly blocking: readonly SelfTestName[] };
