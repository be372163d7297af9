/**
 * Guided self-tests, one after the other: those of one device, or all of them and then the readiness report, which is signed, journaled and
 * printed. Every test leaves its device as it was found, also when whoever stands there walks away from it. Invoked by the rooms.
 */
import { assign, enqueueActions, fromCallback, fromPromise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { readinessOf, type ReadinessReport, type SelfTestName, type Tested, type TestedPart } from '../../common/maintenance/self-tests.ts';
import { typed } from '../chart-types.ts';
import { PortError, type ReceiptOutcome } from '../ports.ts';
import type { ReadinessPort } from './readiness-port.ts';
import { allowed, needsSlot, record, type RoomsEvent, type RoomsInput } from './rooms-context.ts';
import type { SelfTestPort, TestQuestion, TestStep } from './self-test-port.ts';

export interface SelfTestsInput extends RoomsInput {
  /** Those of this part. Absent: all of them, and the report. */
  readonly only?: TestedPart;
}

export interface SelfTestsContext extends SelfTestsInput {
  readonly waiting: readonly SelfTestName[];
  readonly running: SelfTestName | undefined;
  readonly step: TestStep | undefined;
  readonly question: TestQuestion | undefined;
  readonly tested: readonly Tested[];
  readonly report: ReadinessReport | undefined;
  readonly receipt: 'none' | 'printing' | 'printed' | 'failed';
  readonly trouble: 'journalUnavailable' | undefined;
}

export type SelfTestsEvent =
  | RoomsEvent
  | { readonly type: 'TEST.STEP'; readonly step: TestStep }
  | { readonly type: 'TEST.ASKS'; readonly question: TestQuestion }
  | { readonly type: 'TEST.ENDED'; readonly tested: Tested }
  | { readonly type: 'TEST.UNWRITTEN' };

/** The last word of each test. */
export interface SelfTestsOutput {
  readonly tested: readonly Tested[];
  readonly report: ReadinessReport | undefined;
}

interface RunInput {
  readonly port: SelfTestPort;
  readonly test: SelfTestName;
  readonly sessionId: string;
}

/** Skipped by its event, stopped with the state. */
const run = fromCallback<SelfTestsEvent, RunInput>(({ input, sendBack, receive }) => {
  const { port, test, sessionId } = input;
  const stop = new AbortController();
  let answer: ((yes: boolean) => void) | undefined;
  let left = false;
  receive((event) => {
    if (event.type === 'ui.test-answer') answer?.(event.yes);
    if (event.type === 'ui.test-skip') stop.abort();
  });
  const hands = {
    tell: (step: TestStep) => {
      if (!left) sendBack({ type: 'TEST.STEP', step });
    },
    ask: (question: TestQuestion) =>
      new Promise<boolean>((resolve) => {
        answer = resolve;
        if (!left) sendBack({ type: 'TEST.ASKS', question });
      }),
  };
  port.run(test, sessionId, hands, stop.signal).then(
    (tested) => {
      if (!left) sendBack({ type: 'TEST.ENDED', tested });
    },
    () => {
      if (!left) sendBack({ type: 'TEST.UNWRITTEN' });
    },
  );
  return () => {
    left = true;
    stop.abort();
  };
});

function namesFor({ ports, only }: SelfTestsInput): readonly SelfTestName[] {
  return ports.selfTests.tests.filter(({ part }) => only === undefined || part === only).map(({ test }) => test);
}

/** Tests of one device are `device.test`; those of a report are `readiness.run`, which more roles have. */
function mayTest(input: SelfTestsInput): boolean {
  return allowed(input, input.only === undefined ? 'readiness.run' : 'device.test');
}

/** A terminal returns to service only by its report, and a report that says no takes it out. @throws {PortError} */
function obey(context: SelfTestsContext, { verdict }: ReadinessReport): void {
  const { system } = context.ports.rooms;
  if (verdict === 'notReady' && system.closed === undefined) {
    record(context, 'readiness.run', 'outOfService', 'repair');
    system.close('repair');
  }
  if (verdict !== 'notReady' && system.closed !== undefined && allowed(context, 'terminal.backInService')) {
    record(context, 'terminal.backInService', 'backInService');
    system.close(undefined);
  }
}

export const selfTestsMachine = setup({
  types: typed<{ context: SelfTestsContext; events: SelfTestsEvent; input: SelfTestsInput; output: SelfTestsOutput }>(),
  actors: {
    run,
    print: fromPromise<ReceiptOutcome, { readonly port: ReadinessPort; readonly report: ReadinessReport | undefined; readonly locale: string }>(
      async ({ input: { port, report, locale } }) => (report === undefined ? { state: 'failedBefore', trouble: 'offline' } : port.print(report, locale)),
    ),
  },
  actions: {
    take: assign({
      running: ({ context }) => context.waiting[0],
      waiting: ({ context }) => context.waiting.slice(1),
      step: undefined,
      question: undefined,
      report: undefined,
      receipt: 'none',
    }),
    takeAgain: assign({ waiting: ({ context, event }) => (event.type === 'ui.test-again' ? [event.test] : context.waiting) }),
    hear: assign(({ event }) => {
      if (event.type === 'TEST.STEP') return { step: event.step, question: undefined };
      return event.type === 'TEST.ASKS' ? { question: event.question } : {};
    }),
    keep: assign({
      tested: ({ context, event }) =>
        event.type === 'TEST.ENDED' ? [...context.tested.filter(({ test }) => test !== event.tested.test), event.tested] : context.tested,
      running: undefined,
      step: undefined,
      question: undefined,
    }),
    unwritten: assign({ waiting: [], running: undefined, step: undefined, question: undefined, trouble: 'journalUnavailable' }),
    makeReport: assign(({ context }) => {
      try {
        const report = context.ports.readiness.report(context.staff, context.tested);
        obey(context, report);
        return { report, trouble: undefined };
      } catch (error) {
        if (error instanceof PortError) return { report: undefined, trouble: 'journalUnavailable' as const };
        throw error;
      }
    }),
    /** Whose own card lies in the reader takes it out for the tests of the reader, and puts it back after the last of them. */
    lendSlot: enqueueActions(({ context, enqueue }) => {
      const part = context.ports.selfTests.tests.find(({ test }) => test === context.running)?.part;
      if (part === 'cardReader' && needsSlot(context)) enqueue.sendParent({ type: 'SLOT.NEEDED' });
    }),
    freeSlot: enqueueActions(({ context, enqueue }) => {
      if (needsSlot(context)) enqueue.sendParent({ type: 'SLOT.FREE' });
    }),
    receiptPrinting: assign({ receipt: 'printing' }),
  },
  guards: {
    mayTest: ({ context }) => mayTest(context),
    hasMore: ({ context }) => context.waiting.length > 0,
    isFitted: ({ context, event }) => event.type === 'ui.test-again' && namesFor(context).includes(event.test),
    forReport: ({ context }) => context.only === undefined,
    hasReport: ({ context }) => context.report !== undefined,
  },
}).createMachine({
  id: 'selfTests',
  context: ({ input }) => ({
    ...input,
    waiting: namesFor(input),
    running: undefined,
    step: undefined,
    question: undefined,
    tested: [],
    report: undefined,
    receipt: 'none',
    trouble: undefined,
  }),
  output: ({ context }) => ({ tested: context.tested, report: context.report }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'next',
  states: {
    next: {
      always: [{ guard: ({ context }) => !mayTest(context), target: 'left' }, { guard: 'hasMore', target: 'testing' }, { target: 'found' }],
    },
    testing: {
      entry: ['take', 'lendSlot'],
      invoke: {
        id: 'run',
        src: 'run',
        input: ({ context }) => ({ port: context.ports.selfTests, test: runningOf(context), sessionId: context.staff.sessionId }),
      },
      on: {
        'TEST.STEP': { actions: 'hear' },
        'TEST.ASKS': { actions: 'hear' },
        'TEST.ENDED': { target: 'next', actions: 'keep' },
        'TEST.UNWRITTEN': { target: 'found', actions: 'unwritten' },
        'ui.test-answer': { actions: ({ self, event }) => self.getSnapshot().children['run']?.send(event) },
        'ui.test-skip': { actions: ({ self, event }) => self.getSnapshot().children['run']?.send(event) },
        'ui.back': 'left',
      },
    },
    found: {
      entry: 'freeSlot',
      on: {
        'ui.test-again': { guard: 'isFitted', target: 'next', actions: 'takeAgain' },
        'ui.readiness-report': { guard: 'forReport', actions: 'makeReport' },
        'ui.readiness-print': { guard: 'hasReport', target: 'printing' },
        'ui.back': 'left',
        'ui.finish': 'left',
      },
    },
    printing: {
      entry: 'receiptPrinting',
      invoke: {
        src: 'print',
        input: ({ context }) => ({ port: context.ports.readiness, report: context.report, locale: context.preferences.locale }),
        onDone: { target: 'found', actions: assign({ receipt: ({ event }) => (event.output.state === 'printed' ? 'printed' : 'failed') }) },
        onError: { target: 'found', actions: assign({ receipt: 'failed' }) },
      },
    },
    left: { type: 'final', entry: 'freeSlot' },
  },
});

/** A state that is entered with nothing to run can't be: `next` looked. */
function runningOf({ running }: SelfTestsContext): SelfTestName {
  if (running === undefined) throw new TypeError('no test runs');
  return running;
}

/** What the tests made so far come to. */
export function findings({ ports, tested }: Pick<SelfTestsContext, 'ports' | 'tested'>) {
  return readinessOf(
    ports.selfTests.tests.map(({ test }) => test),
    tested,
  );
}

export type SelfTestsActor = ActorRefFrom<typeof selfTestsMachine>;
export type SelfTestsSnapshot = SnapshotFrom<typeof selfTestsMachine>;
