/** What the screens of self-tests and of the readiness report may know and say, as data: their part of the contract in view.ts. */
import { z } from 'zod';
import { pausable, readinessVerdicts, selfTestNames, testedParts, testReasons } from '../../common/maintenance/self-tests.ts';
import { testQuestions, testStepSchema } from './self-test-port.ts';

/** One test as it stands in the list. */
const lineSchema = z.strictObject({
  test: z.enum(selfTestNames),
  part: z.enum(testedParts),
  state: z.enum(['waiting', 'running', 'passed', 'failed', 'skipped']),
  why: z.enum(testReasons).optional(),
  detail: z.string().max(200).optional(),
});

export const readinessBodies = {
  /** Guided tests, one after the other; then what they found. */
  'maintenance-tests': z.strictObject({
    kind: z.literal('maintenance-tests'),
    /** All of them, for the report; else those of one device. */
    forReport: z.boolean(),
    lines: z.array(lineSchema).max(selfTestNames.length),
    /** What is to be done now. Absent: between tests, or after the last. */
    now: z
      .strictObject({
        test: z.enum(selfTestNames),
        step: testStepSchema.optional(),
        /** Answered by `test-answer`. */
        question: z.enum(testQuestions).optional(),
      })
      .optional(),
    /** What they come to, while nothing runs. */
    verdict: z.strictObject({ verdict: z.enum(readinessVerdicts), blocking: z.array(z.enum(selfTestNames)), paused: z.array(z.enum(pausable)) }).optional(),
    /** Signed and journaled. `number`: the first characters of its hash, which stand on paper too. */
    report: z
      .strictObject({
        number: z.string().max(16),
        receipt: z.enum(['none', 'printing', 'printed', 'failed']),
      })
      .optional(),
    /** It could not be journaled: nothing was reported. */
    trouble: z.literal('journalUnavailable').optional(),
  }),
} as const;

export const readinessActs = [
  /** To a question of a test. */
  z.strictObject({ type: z.literal('test-answer'), yes: z.boolean() }),
  /** This one is left out. */
  z.strictObject({ type: z.literal('test-skip') }),
  /** Once more. */
  z.strictObject({ type: z.literal('test-again'), test: z.enum(selfTestNames) }),
  z.strictObject({ type: z.literal('readiness-report') }),
  z.strictObject({ type: z.literal('readiness-print') }),
] as const;
