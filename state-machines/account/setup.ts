/** The chart's vocabulary: its actors, actions, guards and delays by name. The states are made of it. */
import { assign, enqueueActions, fromPromise, raise, sendTo, setup } from 'xstate';
import { weaknessOf } from '../../common/service-password.ts';
import { leaveCardScript, type RunningScript, type ScriptStarted } from '../card-script.ts';
import { typed } from '../chart-types.ts';
import { identificationMachine } from '../identification.ts';
import { paperHere } from '../desk/context.ts';
import type { Ports, ReceiptOutcome } from '../ports.ts';
import { delaysOf, waitOf } from '../waiting.ts';
import { isPrintable, printAccount } from './slip.ts';
import {
  accountDelays,
  PASSWORD_DIGITS,
  type AccountContext,
  type AccountEvent,
  type AccountInput,
  type AccountOutput,
  type AccountTrouble,
  type DelayName,
  type PasswordProblem,
} from './context.ts';
import {
  continueService,
  findServices,
  releaseLoss,
  setPassword,
  startService,
  type NewPassword,
  type Offered,
  type PasswordSet,
  type Released,
  type ServiceOutcome,
  type Wanted,
} from './steps.ts';

/** Name of the timer of the digit that still shows. */
const HIDING = 'hiding';

type Asking<T> = { readonly ports: Ports; readonly request: T };

export const accountSetup = setup({
  types: typed<{ context: AccountContext; events: AccountEvent; input: AccountInput; output: AccountOutput; tags: 'idleWarning' | 'committed' }>(),
  actors: {
    findServices: fromPromise<Offered, AccountInput>(({ input, signal }) => findServices(input, signal)),
    identification: identificationMachine,
    start: fromPromise<ScriptStarted, Asking<Wanted>>(({ input }) => startService(input.ports, input.request)),
    run: fromPromise<ServiceOutcome, Asking<RunningScript>>(({ input }) => continueService(input.ports, input.request)),
    release: fromPromise<Released, Asking<Omit<NewPassword, 'password'>>>(({ input }) => releaseLoss(input.ports, input.request)),
    print: fromPromise<ReceiptOutcome, AccountContext>(({ input }) => printAccount(input)),
    setPassword: fromPromise<PasswordSet, Asking<NewPassword>>(({ input }) => setPassword(input.ports, input.request)),
  },
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, accountDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    keepReceipt: assign((_, params: Pick<AccountContext, 'receipt'>) => params),
    troubleIs: assign({ trouble: (_, params: { trouble: AccountTrouble }) => params.trouble }),
    leaveTo: assign({ next: (_, params: { next: AccountOutput['next'] }) => params.next }),
    passOn: sendTo('identification', ({ event }) => event),
    tellPreferences: sendTo('identification', ({ context }) => ({ type: 'PREFERENCES' as const, preferences: context.preferences })),
    startPassword: assign({ digits: '', fresh: false }),
    typeDigit: assign(({ context, event }) =>
      event.type === 'ui.digit' ? { digits: context.digits + event.digit, fresh: true, passwordProblem: undefined } : {},
    ),
    eraseDigit: assign({ digits: ({ context }) => context.digits.slice(0, -1), fresh: false, passwordProblem: undefined }),
    clearDigits: assign({ digits: '', fresh: false, passwordProblem: undefined }),
    hideDigit: assign({ fresh: false }),
    /** Anew with each digit: the last one shows for a second. */
    hideSoon: enqueueActions(({ enqueue }) => {
      enqueue.cancel(HIDING);
      enqueue.raise({ type: 'digit.hidden' }, { id: HIDING, delay: accountDelays.hideDigit });
    }),
    /** The person has the number, and the journal says so. */
    leaveScript: ({ context }) => {
      const { script, ports, result } = context;
      if (script !== undefined && result?.kind === 'open') leaveCardScript(ports, script, result.why);
    },
    passwordSays: assign({ passwordProblem: (_, params: { problem: PasswordProblem }) => params.problem }),
    /** What was typed is gone, and with it who it was. */
    forgetPerson: assign({ digits: '', fresh: false, first: '', passwordProblem: undefined, person: undefined }),
    forgetTyped: assign({ digits: '', fresh: false, first: '', passwordProblem: undefined }),
  },
  guards: {
    roomForDigit: ({ context }) => context.digits.length < PASSWORD_DIGITS,
    isWhole: ({ context }) => context.digits.length === PASSWORD_DIGITS,
    isWeak: ({ context }) => weaknessOf(context.digits, context.card.ref.serial) !== undefined,
    isSame: ({ context }) => context.digits === context.first,
    mayPrint: ({ context, event }) =>
      event.type === 'ui.receipt' && event.choice === 'print' && isPrintable(context.result) && paperHere(context) && context.receipt !== 'printed',
    sameCardInside: ({ context }) => context.ports.card.media === 'inside',
  },
  delays: delaysOf(accountDelays),
});

/** Touches that change nothing in the flow but show that somebody is there. */
export const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;

export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`account: no ${what} yet`);
  return value;
}
