/**
 * The prompt of the maintenance mode: what somebody holds, then their PIN, then the judge's word. Gives no right by itself; what is typed and
 * read here is forgotten with it. Also for a second person beside who is in. Invoked by maintenance.
 */
import { assign, fromCallback, fromPromise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import type { SignInMethod } from '../../common/maintenance/verbs.ts';
import { typed } from '../chart-types.ts';
import type { Ports } from '../ports.ts';
import { delaysOf, waitOf } from '../waiting.ts';
import { FIELDS, signInDelays, type SignInContext, type SignInEvent, type SignInInput, type SignInOutput } from './sign-in-context.ts';
import type { Claim, SignInOutcome, StaffCardReading } from './sign-in-port.ts';

type WithPorts = { readonly ports: Ports };
type Field = 'staff' | 'code' | 'pin';

const withPorts = ({ context }: { context: SignInContext }): WithPorts => ({ ports: context.ports });

function rangeOf(field: Field, { method }: Pick<SignInContext, 'method'>): { readonly least: number; readonly most: number } {
  return field === 'code' ? FIELDS[method === 'phone' ? 'phone' : 'totp'] : FIELDS[field];
}

function claimOf({ method, staff, code, pin, challenge, token, chip }: SignInContext): Claim {
  switch (method) {
    case 'phone':
      return { method, staff, challenge, code, pin };
    case 'grant':
      return { method, token, pin };
    case 'card':
      return { method, token, chip, pin };
    case 'totp':
    case undefined:
      return { method: 'totp', staff, code, pin };
  }
}

/** Beside somebody whose own card is in the reader nobody signs with another; and whoever typed nonsense shuts out no card and no grant. */
export function waysOf({ ports, purpose, standing }: Pick<SignInContext, 'ports' | 'purpose' | 'standing'>): readonly SignInMethod[] {
  const { methods } = ports.staff;
  return methods.filter((method) => {
    if (method === 'card') return purpose.kind === 'visit' || purpose.session.method !== 'card';
    return method === 'grant' || standing.state === 'free';
  });
}

/** What one try leaves behind for the next: nothing. */
const FORGOTTEN = { method: undefined, staff: '', code: '', pin: '', challenge: '', token: '', chip: undefined } as const satisfies Partial<SignInContext>;

function typing<const F extends Field>(field: F) {
  return {
    'ui.digit': { actions: { type: 'type' as const, params: { field } } },
    'ui.erase': { actions: { type: 'erase' as const, params: { field } } },
    'ui.clear': { actions: { type: 'clear' as const, params: { field } } },
  };
}

export const signInMachine = setup({
  types: typed<{ context: SignInContext; events: SignInEvent; input: SignInInput; output: SignInOutput; tags: 'idleWarning' }>(),
  actors: {
    scan: fromCallback<SignInEvent, WithPorts>(({ input, sendBack }) => input.ports.scanner.listen(sendBack)),
    openGate: fromPromise<void, WithPorts>(({ input }) => input.ports.card.setEntry(true)),
    giveBack: fromPromise<void, WithPorts>(({ input }) => input.ports.card.present()),
    readCard: fromPromise<StaffCardReading, WithPorts>(({ input, signal }) => input.ports.staff.readCard(signal)),
    judge: fromPromise<SignInOutcome, SignInContext>(({ input }) => input.ports.staff.signIn(claimOf(input), input.purpose)),
  },
  actions: {
    startWait: assign({ wait: ({ context }, params: { delay: keyof typeof signInDelays }) => waitOf(context, signInDelays[params.delay], 'normal') }),
    noWait: assign({ wait: undefined }),
    look: assign({ standing: ({ context }) => context.ports.staff.standing() }),
    forget: assign(FORGOTTEN),
    choose: assign(({ event }) => (event.type === 'ui.sign-in-way' ? { method: event.way, message: undefined } : {})),
    type: assign(({ context, event }, { field }: { field: Field }) =>
      event.type === 'ui.digit' && context[field].length < rangeOf(field, context).most ? { [field]: context[field] + event.digit } : {},
    ),
    erase: assign(({ context }, { field }: { field: Field }) => ({ [field]: context[field].slice(0, -1) })),
    clear: assign((_, { field }: { field: Field }) => ({ [field]: '' })),
    askByTelephone: assign({ challenge: ({ context }) => context.ports.staff.challenge() }),
    say: assign({ message: (_, params: { message: SignInContext['message'] }) => params.message }),
    takeToken: assign({ token: ({ event, context }) => (event.type === 'CODE.SCANNED' ? event.text : context.token), message: undefined }),
  },
  guards: {
    locked: ({ context }) => context.standing.state === 'journalUnavailable' || (context.standing.state !== 'free' && waysOf(context).length === 0),
    offered: ({ context, event }) => event.type === 'ui.sign-in-way' && waysOf(context).includes(event.way),
    isByCode: ({ context }) => context.method === 'totp' || context.method === 'phone',
    isByGrant: ({ context }) => context.method === 'grant',
    isByTelephone: ({ context }) => context.method === 'phone',
    whole: ({ context }, { field }: { field: Field }) => context[field].length >= rangeOf(field, context).least,
    /** The form of a signed word (RFC 7515 7.1); whose it is the judge finds out. */
    looksSigned: ({ event }) => event.type === 'CODE.SCANNED' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(event.text),
    cardInside: ({ context }) => context.ports.card.media === 'inside',
    cardHere: ({ context }) => context.ports.card.media === 'inside' || context.ports.card.media === 'atGate',
  },
  delays: {
    ...delaysOf(signInDelays),
    untilFree: ({ context: { standing } }) =>
      standing.state === 'wait' || standing.state === 'day' ? Math.min(standing.leftMs, 2 ** 31 - 1) : signInDelays.step,
  },
}).createMachine({
  id: 'signIn',
  context: ({ input }) => ({
    ...input,
    ...FORGOTTEN,
    message: undefined,
    standing: input.ports.staff.standing(),
    result: { kind: 'left' },
    wait: undefined,
  }),
  output: ({ context }) => context.result,
  on: {
    PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) },
    'ui.cancel': '.left',
    'ui.finish': '.left',
  },
  initial: 'looking',
  states: {
    /** Before each try: whether there may be one. */
    looking: {
      entry: ['forget', 'look'],
      always: [{ guard: 'locked', target: 'locked' }, { target: 'choosing' }],
    },
    choosing: {
      entry: { type: 'startWait', params: { delay: 'step' } },
      after: { step: 'left' },
      on: {
        'ui.sign-in-way': { guard: 'offered', target: 'beginning', actions: 'choose' },
        'ui.back': 'left',
      },
    },
    beginning: {
      always: [{ guard: 'isByCode', target: 'number' }, { guard: 'isByGrant', target: 'scanning' }, { target: 'card' }],
    },
    number: {
      entry: { type: 'startWait', params: { delay: 'step' } },
      after: { step: 'left' },
      on: {
        ...typing('staff'),
        'ui.confirm': [{ guard: { type: 'whole', params: { field: 'staff' } }, target: 'code' }],
        'ui.back': 'looking',
      },
    },
    code: {
      initial: 'beginning',
      on: {
        ...typing('code'),
        'ui.confirm': { guard: { type: 'whole', params: { field: 'code' } }, target: 'pin' },
        'ui.back': { target: 'number', actions: { type: 'clear', params: { field: 'code' } } },
      },
      states: {
        beginning: {
          always: [{ guard: 'isByTelephone', target: 'telephone', actions: 'askByTelephone' }, { target: 'authenticator' }],
        },
        authenticator: { entry: { type: 'startWait', params: { delay: 'step' } }, after: { step: '#signIn.left' } },
        telephone: { entry: { type: 'startWait', params: { delay: 'telephone' } }, after: { telephone: '#signIn.left' } },
      },
    },
    /** A code that isn't ours is told and not tried. */
    scanning: {
      entry: { type: 'startWait', params: { delay: 'step' } },
      after: { step: 'left' },
      invoke: { src: 'scan', input: withPorts },
      on: {
        'CODE.SCANNED': [{ guard: 'looksSigned', target: 'pin', actions: 'takeToken' }, { actions: { type: 'say', params: { message: 'notAGrant' } } }],
        'CODE.UNREADABLE': { actions: { type: 'say', params: { message: 'unreadable' } } },
        'SCANNER.AWAY': { actions: { type: 'say', params: { message: 'scannerAway' } } },
        'ui.back': 'looking',
      },
    },
    card: {
      initial: 'waiting',
      on: { 'ui.back': [{ guard: 'cardHere', target: '.givingBack' }, { target: 'looking' }] },
      states: {
        waiting: {
          entry: { type: 'startWait', params: { delay: 'step' } },
          after: { step: '#signIn.left' },
          invoke: {
            src: 'openGate',
            input: withPorts,
            onError: { target: '#signIn.looking', actions: { type: 'say', params: { message: 'readerAway' } } },
          },
          always: { guard: 'cardInside', target: 'reading' },
          on: { 'CARD.INSERTED': 'reading' },
        },
        reading: {
          invoke: {
            src: 'readCard',
            input: withPorts,
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'read',
                target: '#signIn.pin',
                actions: assign(({ event }) =>
                  event.output.kind === 'read' ? { token: event.output.token, chip: event.output.chip, message: undefined } : {},
                ),
              },
              {
                guard: ({ event }) => event.output.kind === 'removed',
                target: '#signIn.looking',
                actions: { type: 'say', params: { message: 'cardRemoved' } },
              },
              { target: 'givingBack', actions: { type: 'say', params: { message: 'noStaffCard' } } },
            ],
            onError: { target: 'givingBack', actions: { type: 'say', params: { message: 'noStaffCard' } } },
          },
        },
        givingBack: { invoke: { src: 'giveBack', input: withPorts, onDone: '#signIn.looking', onError: '#signIn.looking' } },
      },
    },
    pin: {
      entry: { type: 'startWait', params: { delay: 'step' } },
      after: { step: 'left' },
      on: {
        ...typing('pin'),
        'ui.confirm': { guard: { type: 'whole', params: { field: 'pin' } }, target: 'judging' },
        'ui.back': 'looking',
        'CARD.REMOVED': { guard: ({ context }) => context.method === 'card', target: 'looking', actions: { type: 'say', params: { message: 'cardRemoved' } } },
      },
    },
    judging: {
      entry: 'noWait',
      invoke: {
        src: 'judge',
        input: ({ context }) => context,
        onDone: [
          // the slot is the act's: whoever signed for it takes their card along
          {
            guard: ({ context, event }) => event.output.kind === 'second' && context.method === 'card',
            target: 'signed',
            actions: assign({ result: ({ event, context }) => (event.output.kind === 'second' ? event.output : context.result) }),
          },
          {
            guard: ({ event }) => event.output.kind === 'signedIn' || event.output.kind === 'second',
            target: 'left',
            actions: assign({
              result: ({ event, context }) => (event.output.kind === 'signedIn' || event.output.kind === 'second' ? event.output : context.result),
            }),
          },
          {
            target: 'looking',
            actions: assign({
              message: ({ event }) => (event.output.kind === 'refused' ? event.output.word : event.output.kind === 'locked' ? 'triedTooOften' : undefined),
            }),
          },
        ],
        onError: 'left',
      },
      // A try that has begun is not taken back by going away from it.
      on: { 'ui.cancel': {}, 'ui.finish': {} },
    },
    /** Says how long; comes back by itself. */
    locked: {
      entry: { type: 'startWait', params: { delay: 'step' } },
      after: { untilFree: 'looking', step: 'left' },
      on: { 'ui.back': 'left' },
    },
    signed: { invoke: { src: 'giveBack', input: withPorts, onDone: 'left', onError: 'left' }, on: { 'ui.cancel': {}, 'ui.finish': {} } },
    left: { type: 'final', entry: 'forget' },
  },
});

export type SignInActor = ActorRefFrom<typeof signInMachine>;
export type SignInSnapshot = SnapshotFrom<typeof signInMachine>;
