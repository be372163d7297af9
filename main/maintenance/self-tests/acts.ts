/** What every guided test is made of: how it ends when it is not passed, and the wait for what a person does. */
import { deadline, type Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { DeviceError } from '../../../drivers/device.ts';
import type { TestReason } from '../../../common/maintenance/self-tests.ts';
import {
  selfTestDelays,
  type TestHands,
  type TestInstruction,
  type TestQuestion,
  type TestResult,
  type TestStep,
} from '../../../state-machines/maintenance/self-test-port.ts';

/** Ends a test. `detail`: the device's words, nothing of a person. */
export class NotPassed extends Error {
  override readonly name = 'NotPassed';
  readonly result: 'failed' | 'skipped';
  readonly why: TestReason;
  readonly detail: string | undefined;
  constructor(result: 'failed' | 'skipped', why: TestReason, detail?: string) {
    super(why);
    this.result = result;
    this.why = why;
    this.detail = detail;
  }
}

export const failed = (why: TestReason, detail?: string): NotPassed => new NotPassed('failed', why, detail);
export const skipped = (why: TestReason, detail?: string): NotPassed => new NotPassed('skipped', why, detail);

export interface TestSurroundings {
  readonly clock: Clock;
  readonly hands: TestHands;
  /** Aborted when whoever stands there gives the test up. */
  readonly signal: AbortSignal;
}

/** Resolves when all was good. Rejects with {@link NotPassed}, or with whatever the device threw. */
export type Act = (surroundings: TestSurroundings) => Promise<void>;

const DETAIL_LENGTH = 200;

/** @returns how it ended; never rejects */
export async function resultOf(act: Act, surroundings: TestSurroundings): Promise<TestResult> {
  try {
    surroundings.signal.throwIfAborted();
    await act(surroundings);
    return { result: 'passed' };
  } catch (error) {
    if (surroundings.signal.aborted) return { result: 'skipped', why: 'stopped' };
    const { result, why, detail } = notPassed(error);
    return { result, why, ...(detail === undefined || detail === '' ? {} : { detail: detail.slice(0, DETAIL_LENGTH) }) };
  }
}

function notPassed(error: unknown): NotPassed {
  if (error instanceof NotPassed) return error;
  if (error instanceof DeviceError) return failed(error.code === 'offline' ? 'deviceAway' : 'deviceError', `${error.code}: ${error.message}`);
  return failed('deviceError', error instanceof Error ? error.message : String(error));
}

export function tell({ hands }: TestSurroundings, say: TestInstruction, values: TestStep['values'] = {}): void {
  hands.tell({ say, values });
}

/**
 * What only eyes can tell.
 * @param proved the machine has its own proof: nobody there to ask is no reason to leave the test open
 * @throws {NotPassed}
 */
export async function look({ clock, hands, signal }: TestSurroundings, question: TestQuestion, proved: boolean): Promise<void> {
  if (hands.ask === undefined) {
    if (proved) return;
    throw skipped('notDone');
  }
  const limit = deadline(clock, selfTestDelays.eyes, () => skipped('notDone'), signal);
  try {
    if (!(await Promise.race([hands.ask(question, limit.signal), rejected(limit.signal)]))) throw failed('seenWrong', question);
  } finally {
    limit.dispose();
  }
}

/**
 * What a person does, heard from a device.
 * @param begin after listening began, so that nothing is missed
 * @throws {NotPassed} `skipped`, `notDone`
 */
export async function heard<T>(
  { clock, signal }: TestSurroundings,
  listen: (found: (value: T) => void) => Unsubscribe,
  begin: () => Promise<unknown> | undefined = () => undefined,
  limitMs: number = selfTestDelays.hand,
): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const unsubscribe = listen(resolve);
  const limit = deadline(clock, limitMs, () => skipped('notDone'), signal);
  try {
    await begin();
    return await Promise.race([promise, rejected(limit.signal)]);
  } finally {
    limit.dispose();
    unsubscribe();
  }
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(signal.reason instanceof Error ? signal.reason : skipped('stopped'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
