/** The words of self-tests and of the report that all of them make: what is tested, how it ended, and what that means for the terminal's service. */
import { z } from 'zod';
import { terminalIdSchema } from '../upstream-api/fields.ts';

/** What is tested. `screen`, `sound`: by the eyes, hands and ears of whoever stands there. */
export const testedParts = [
  ...(['cardReader', 'receiptPrinter', 'cashAcceptor', 'codeScanner', 'idReader', 'keypad', 'cabinet'] as const),
  ...(['screen', 'sound', 'journal', 'disk', 'clock', 'upstream', 'keys'] as const),
] as const;
export type TestedPart = (typeof testedParts)[number];

/** In the order in which a report makes them: first what needs nobody. */
export const selfTestNames = [
  ...(['journalVerify', 'diskRoom', 'clockRight', 'upstreamReach', 'keysSealed'] as const),
  ...(['screenPixels', 'screenTouch', 'soundHeard', 'cabinetSensors'] as const),
  ...(['cardRead', 'cardShutter', 'blankCard', 'noteReturned', 'testPage', 'codeScan', 'documentRead', 'keypadKeys'] as const),
] as const;
export type SelfTestName = (typeof selfTestNames)[number];

/** Why a test was not passed. `deviceError`: the device's own error, which `detail` names. */
export const testReasons = [
  ...(['notDone', 'seenWrong', 'stopped', 'notFitted', 'nothingToTest', 'deviceError', 'deviceAway'] as const),
  ...(['cardUnreadable', 'notPrinted', 'notConfirmed', 'documentUnreadable', 'stackerEmpty'] as const),
  ...(['damaged', 'unreadable', 'diskLow', 'clockOff', 'clockUnknown', 'refused', 'offline', 'notSealed'] as const),
] as const;
export type TestReason = (typeof testReasons)[number];

/** `skipped`: nobody can say whether it works. */
export const testedSchema = z.strictObject({
  test: z.enum(selfTestNames),
  part: z.enum(testedParts),
  /** The device's model by the configuration; `terminal` for what every terminal has. */
  model: z.string().max(80),
  result: z.enum(['passed', 'failed', 'skipped']),
  /** Of what was not passed. */
  why: z.enum(testReasons).optional(),
  /** The device's own words; nothing of a person. */
  detail: z.string().min(1).max(200).optional(),
  /** ms since 1970. */
  at: z.int(),
});
export type Tested = Readonly<z.infer<typeof testedSchema>>;

/** What a cardholder can't have while the part that it needs failed its test. */
export const pausable = ['cash', 'qrPresented', 'receipts', 'documents', 'replacement'] as const;
export type Pausable = (typeof pausable)[number];

/** `limited`: it may serve, without what is paused. */
export const readinessVerdicts = ['ready', 'limited', 'notReady'] as const;
export type ReadinessVerdict = (typeof readinessVerdicts)[number];

/** `typ` of the report's JWS header. */
export const READINESS_TYPE = 'kiosk-readiness+jwt';

/** The JWS payload that the terminal signs. */
export const readinessReportSchema = z.strictObject({
  terminalId: terminalIdSchema,
  /** E.g. `A01`. */
  shortName: z.string().max(12),
  version: z.string().max(80),
  /** The visit that it ends, and the staff number of whoever made it. */
  sessionId: z.string().min(1).max(80),
  by: z.string().min(1).max(40),
  /** ms since 1970. */
  at: z.int(),
  /** Place and hash of the last journal entry before it: the tests that it reports stand up to there. */
  journal: z.strictObject({ epoch: z.int().min(1), seq: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/i) }),
  verdict: z.enum(readinessVerdicts),
  paused: z.array(z.enum(pausable)).max(pausable.length),
  tests: z.array(testedSchema).max(selfTestNames.length),
});
export type ReadinessReport = Readonly<z.infer<typeof readinessReportSchema>>;

/**
 * Without these nobody can be served: they must be passed. Whoever can't see that the screen works can't have read this; it is asked all the
 * same, because a dead corner is found by touching it.
 */
const REQUIRED: readonly SelfTestName[] = ['journalVerify', 'diskRoom', 'screenPixels', 'screenTouch', 'cardRead'];

/** What is paused while a test is not passed. A part whose test is in neither list is told, and stops nothing. */
const PAUSES: Readonly<Partial<Record<SelfTestName, Pausable>>> = {
  blankCard: 'replacement',
  noteReturned: 'cash',
  testPage: 'receipts',
  codeScan: 'qrPresented',
  documentRead: 'documents',
};

export interface Readiness {
  readonly verdict: ReadinessVerdict;
  /** Tests that keep the terminal out of service: failed, skipped or never made. */
  readonly blocking: readonly SelfTestName[];
  readonly paused: readonly Pausable[];
}

/**
 * The rule by which a terminal returns to service. @param fitted the tests that this terminal can make; each counts as not passed while `tested`
 * does not name it @param tested of a test that was made several times the last one counts
 */
export function readinessOf(fitted: readonly SelfTestName[], tested: readonly Pick<Tested, 'test' | 'result'>[]): Readiness {
  const open = fitted.filter((name) => tested.findLast(({ test }) => test === name)?.result !== 'passed');
  const blocking = REQUIRED.filter((name) => open.includes(name) || !fitted.includes(name));
  const paused = open.flatMap((name) => PAUSES[name] ?? []);
  return { verdict: blocking.length > 0 ? 'notReady' : paused.length > 0 ? 'limited' : 'ready', blocking, paused };
}
