/**
 * What a guided self-test is to the maintenance charts: which there are, what one asks of a person's hands and eyes, and how it ends. Made of
 * the fitted devices by main/maintenance/self-tests; run one at a time by the device page, all of them by the readiness report.
 */
import { z } from 'zod';
import type { SelfTestName, Tested, TestedPart, TestReason } from '../../common/maintenance/self-tests.ts';

export interface SelfTest {
  readonly test: SelfTestName;
  readonly part: TestedPart;
  /** The device's model by its configuration; `terminal` for what every terminal has. */
  readonly model: string;
  /** A person does something, or looks. */
  readonly hands: boolean;
}

/** What is to be done now, or was seen. Each has words in the catalogue (`readiness.json`, `step_…`). */
export const testInstructions = [
  ...(['working', 'clearSlot', 'insertCard', 'cardSeen', 'takeCard', 'blankMoves', 'feedNote', 'takeNote', 'printing'] as const),
  ...(['showCode', 'showCodeAgain', 'layDocument', 'pressKeys', 'keyPressed', 'sensorsRead', 'lampOn', 'lampAttention', 'lampOff'] as const),
] as const;
export type TestInstruction = (typeof testInstructions)[number];

/** Answered by yes or no; each has words (`ask_…`). */
export const testQuestions = ['shutterMoved', 'pageReadable', 'lampSeen', 'pixelsClean', 'touchEverywhere', 'soundHeard'] as const;
export type TestQuestion = (typeof testQuestions)[number];

export const testStepSchema = z.strictObject({
  say: z.enum(testInstructions),
  /** For the words: denominations, counts, a card's kind and tail. Nothing of a person. */
  values: z.record(z.string().max(20), z.union([z.string().max(80), z.number()])),
});
export type TestStep = Readonly<z.infer<typeof testStepSchema>>;

export type TestResult =
  | { readonly result: 'passed' }
  | { readonly result: 'failed' | 'skipped'; readonly why: TestReason; /** The device's words; nothing of a person. */ readonly detail?: string };

/** The person at the cabinet. */
export interface TestHands {
  /** Told what to do and what was seen; each replaces the one before. */
  tell(step: TestStep): void;
  /** Absent where nobody can answer: then the machine's own proof is enough, and what only eyes can tell is skipped. */
  readonly ask?: (question: TestQuestion, signal: AbortSignal) => Promise<boolean>;
}

/** Why each wait is as long as it is, ms. */
export const selfTestDelays = {
  hand: 30_000, // a person walks around the cabinet with a note in the hand
  eyes: 60_000, // looks at a page or a screen, then touches an answer
  lamp: 2_000, // long enough to be seen
  presenter: 90_000, // the slip hangs in the mouth until it is taken, or until the printer takes it back
} as const;

export interface SelfTestPort {
  /** Those that this terminal can make, in the order in which a report makes them. */
  readonly tests: readonly SelfTest[];
  /**
   * Makes one and journals how it ended (`device.tested`). Moves no money: a note always goes back, a card is given back, a blank is captured.
   * An aborted one ends as `skipped`, `stopped`, with the device left as it was found. Rejects only when the journal refuses.
   */
  run(test: SelfTestName, sessionId: string, hands: TestHands, signal: AbortSignal): Promise<Tested>;
}
