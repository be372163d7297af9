/** The chart's vocabulary: its actions, guards, delays and the actors of the identification by name. The states are made of it. */
import { assign, enqueueActions, fromPromise, raise, setup } from 'xstate';
import { typed } from '../chart-types.ts';
import { delaysOf, waitOf } from '../waiting.ts';
import {
  FIELDS,
  isWhole,
  lossDelays,
  NOBODY,
  mayReplace,
  replaceable,
  reportable,
  type DelayName,
  type DocumentProblem,
  type Field,
  type LossContext,
  type LossEvent,
  type LossInput,
  type LossOutput,
  type LossTrouble,
  type TypingProblem,
} from './context.ts';
import type { IdentifyProof } from './ports.ts';
import {
  identify,
  lookForDocument,
  printLoss,
  reportLoss,
  sendCode,
  type CodeSent,
  type DocumentLook,
  type Identified,
  type Reported,
  type ReportRequest,
} from './steps.ts';
import type { ReceiptOutcome } from '../ports.ts';

/** Name of the timer of the digit that still shows. */
const HIDING = 'hiding';

type Asking<T> = Pick<LossInput, 'ports'> & { readonly request: T };

export const lossSetup = setup({
  types: typed<{ context: LossContext; events: LossEvent; input: LossInput; output: LossOutput; tags: 'idleWarning' | 'committed' }>(),
  actors: {
    lookForDocument: fromPromise<DocumentLook, Asking<undefined>>(({ input, signal }) => lookForDocument(input.ports, signal)),
    sendCode: fromPromise<CodeSent, Asking<string>>(({ input, signal }) => sendCode(input.ports, input.request, signal)),
    identify: fromPromise<Identified, Asking<IdentifyProof>>(({ input, signal }) => identify(input.ports, input.request, signal)),
    report: fromPromise<Reported, Asking<ReportRequest>>(({ input }) => reportLoss(input.ports, input.request)),
    print: fromPromise<ReceiptOutcome, LossContext>(({ input }) => printLoss(input)),
  },
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, lossDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    keepReceipt: assign((_, params: Pick<LossContext, 'receipt'>) => params),
    startAsking: assign({ since: ({ context }) => context.ports.clock.monotonic() }),
    troubleIs: assign({ trouble: (_, params: { trouble: LossTrouble }) => params.trouble }),
    /** An empty field, with nothing said about it. */
    startField: assign((_, params: { field: Field }) => ({ field: params.field, digits: '', fresh: false, typingProblem: undefined, triesLeft: undefined })),
    typeDigit: assign(({ context, event }) =>
      event.type === 'ui.digit' ? { digits: context.digits + event.digit, fresh: true, typingProblem: undefined, triesLeft: undefined } : {},
    ),
    eraseDigit: assign({ digits: ({ context }) => context.digits.slice(0, -1), fresh: false, typingProblem: undefined, triesLeft: undefined }),
    clearDigits: assign({ digits: '', fresh: false, typingProblem: undefined, triesLeft: undefined }),
    hideDigit: assign({ fresh: false }),
    /** Anew with each digit: the last one shows for a second. */
    hideSoon: enqueueActions(({ enqueue }) => {
      enqueue.cancel(HIDING);
      enqueue.raise({ type: 'digit.hidden' }, { id: HIDING, delay: lossDelays.hideDigit });
    }),
    keepAccount: assign({ account: ({ context }) => context.digits }),
    fieldSays: assign({ typingProblem: (_, params: { problem: TypingProblem }) => params.problem }),
    documentSays: assign({ documentProblem: (_, params: { problem: DocumentProblem | undefined }) => params.problem }),
    /** The issuer knows who it is: what proved it has no more use. */
    forgetSecrets: assign({
      digits: '',
      fresh: false,
      account: '',
      codeRequestId: undefined,
      documentHash: undefined,
      typingProblem: undefined,
      triesLeft: undefined,
    }),
    /** What was typed or read of a person is gone. */
    forgetPerson: assign(NOBODY),
  },
  guards: {
    roomForDigit: ({ context }) => context.digits.length < FIELDS[context.field].most,
    isWhole: ({ context }) => isWhole(context),
    wantsWhatIsNotHere: ({ context, event }) =>
      event.type === 'ui.way' &&
      (!context.ways.includes(event.way) || (event.way === 'document' && context.ports.availability.current.documents !== 'available')),
    /** Its report is in force: nothing more to confirm. */
    isReported: ({ context, event }) => {
      const card = event.type === 'ui.pick' ? context.cards[event.index] : undefined;
      return context.purpose === 'replace' && card !== undefined && replaceable(card) && !reportable(card);
    },
    mayReplace: ({ context }) => mayReplace(context),
    mayReport: ({ context, event }) => {
      const card = event.type === 'ui.pick' ? context.cards[event.index] : undefined;
      return card !== undefined && reportable(card);
    },
  },
  delays: delaysOf(lossDelays),
});

/** Touches that change nothing in the flow but show that somebody is there. */
export const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;

export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`loss report: no ${what} yet`);
  return value;
}
