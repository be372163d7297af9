/**
 * Saying who one is: by an identity document, by a card's number and service password, or by a registered telephone and the code that is
 * sent to it. A wrong secret costs a try at the issuer, everything else nothing. Part of the loss report's chart and of identification.ts,
 * whose states `identified`, `unidentified` and `left` it leads to.
 */
import { assign } from 'xstate';
import { patiently } from '../waiting.ts';
import { FIELDS, type LossContext } from './context.ts';
import type { IdentifyProof } from './ports.ts';
import { known, lossSetup, stillHere } from './setup.ts';

/** Nothing has happened yet: whoever goes, goes. */
const leaving = { 'ui.cancel': '#left', 'ui.finish': '#left', 'wait.ended': '#left', ...stillHere } as const;

/** The keys of a field; what is typed shows for a second. */
const keys = {
  'ui.digit': { target: '.calm', guard: 'roomForDigit', actions: ['typeDigit', 'hideSoon'] },
  'ui.erase': { target: '.calm', actions: 'eraseDigit' },
  'ui.clear': { target: '.calm', actions: 'clearDigits' },
  'digit.hidden': { actions: 'hideDigit' },
} as const;
const notWhole = { target: '.calm', actions: { type: 'fieldSays', params: { problem: 'notWhole' } } } as const;

export const identifyState = lossSetup.createStateConfig({
  initial: 'ways',
  states: {
    ways: {
      ...patiently('identify'),
      entry: 'forgetPerson',
      on: {
        'ui.way': [
          { guard: 'wantsWhatIsNotHere', target: '.calm' },
          { guard: ({ event }) => event.way === 'document', target: 'document', actions: assign({ way: 'document' as const }) },
          {
            guard: ({ event }) => event.way === 'phone',
            target: 'phone',
            actions: [assign({ way: 'phone' as const }), { type: 'startField', params: { field: 'phone' } }],
          },
          {
            guard: ({ context }) => context.serial !== undefined,
            target: 'password',
            actions: [
              assign(({ context }) => ({ way: 'password' as const, account: context.serial ?? '' })),
              { type: 'startField', params: { field: 'password' } },
            ],
          },
          { target: 'card', actions: [assign({ way: 'password' as const }), { type: 'startField', params: { field: 'card' } }] },
        ],
        'ui.back': '#left',
        ...leaving,
      },
    },

    /** The reader looks until a document was read. */
    document: {
      ...patiently('identify'),
      invoke: {
        src: 'lookForDocument',
        input: ({ context }) => ({ ports: context.ports, request: undefined }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'read',
            target: 'asking',
            actions: assign(({ event }) =>
              event.output.kind === 'read' ? { documentHash: event.output.documentHash, name: event.output.name, documentProblem: undefined } : {},
            ),
          },
          { guard: ({ event }) => event.output.kind === 'readerAway', target: 'ways' },
          // Too early: it only has to be laid down again.
          {
            guard: ({ event }) => event.output.kind === 'removed',
            target: 'document',
            reenter: true,
            actions: { type: 'documentSays', params: { problem: 'removed' } },
          },
          {
            target: 'documentRefused',
            actions: assign({
              documentProblem: ({ event }) => (event.output.kind === 'read' || event.output.kind === 'readerAway' ? undefined : event.output.kind),
            }),
          },
        ],
        onError: 'ways',
      },
      on: { 'ui.back': 'ways', ...leaving },
    },
    /** It lies there still: it is not read again until somebody says so. */
    documentRefused: {
      ...patiently('identify'),
      on: {
        'ui.retry': { target: 'document', actions: { type: 'documentSays', params: { problem: undefined } } },
        'ui.back': 'ways',
        ...leaving,
      },
    },

    card: {
      ...patiently('identify'),
      on: {
        ...keys,
        'ui.confirm': [{ guard: 'isWhole', target: 'password', actions: ['keepAccount', { type: 'startField', params: { field: 'password' } }] }, notWhole],
        'ui.back': 'ways',
        ...leaving,
      },
    },
    password: {
      ...patiently('identify'),
      on: {
        ...keys,
        'ui.confirm': [{ guard: 'isWhole', target: 'asking' }, notWhole],
        'ui.back': [
          { guard: ({ context }) => context.serial !== undefined, target: 'ways' },
          { target: 'card', actions: { type: 'startField', params: { field: 'card' } } },
        ],
        ...leaving,
      },
    },
    phone: {
      ...patiently('identify'),
      on: {
        ...keys,
        'ui.confirm': [{ guard: 'isWhole', target: 'sending', actions: 'keepAccount' }, notWhole],
        'ui.back': 'ways',
        ...leaving,
      },
    },
    sending: {
      entry: ['noWait', 'startAsking'],
      invoke: {
        src: 'sendCode',
        input: ({ context }) => ({ ports: context.ports, request: context.account }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'sent',
            target: 'code',
            actions: [
              assign({ codeRequestId: ({ event }) => (event.output.kind === 'sent' ? event.output.codeRequestId : undefined) }),
              { type: 'startField', params: { field: 'code' } },
            ],
          },
          {
            guard: ({ event }) => event.output.kind === 'tooOften',
            target: '#unidentified',
            actions: { type: 'troubleIs', params: { trouble: 'lossLocked' } },
          },
          { target: '#unidentified', actions: { type: 'troubleIs', params: { trouble: 'lossOffline' } } },
        ],
        onError: { target: '#unidentified', actions: { type: 'troubleIs', params: { trouble: 'lossOffline' } } },
      },
    },
    code: {
      ...patiently('identify'),
      on: {
        ...keys,
        'ui.confirm': [{ guard: 'isWhole', target: 'asking' }, notWhole],
        'ui.resend': 'sending',
        'ui.back': { target: 'phone', actions: { type: 'startField', params: { field: 'phone' } } },
        ...leaving,
      },
    },

    /** The issuer is asked who this is. */
    asking: {
      entry: ['noWait', 'startAsking'],
      invoke: {
        src: 'identify',
        input: ({ context }) => ({ ports: context.ports, request: proofOf(context) }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'identified',
            target: '#identified',
            actions: [
              assign(({ event }) =>
                event.output.kind === 'identified' ? { cards: event.output.cards, identificationId: event.output.identificationId, page: 0 } : {},
              ),
              'forgetSecrets',
            ],
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'wrongPassword',
            target: 'password',
            actions: [
              { type: 'startField', params: { field: 'password' } },
              { type: 'fieldSays', params: { problem: 'wrongPassword' } },
              assign({ triesLeft: ({ event }) => (event.output.kind === 'refused' ? event.output.triesLeft : undefined) }),
            ],
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'wrongCode',
            target: 'code',
            actions: [
              { type: 'startField', params: { field: 'code' } },
              { type: 'fieldSays', params: { problem: 'wrongCode' } },
              assign({ triesLeft: ({ event }) => (event.output.kind === 'refused' ? event.output.triesLeft : undefined) }),
            ],
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'codeExpired',
            target: 'code',
            actions: [
              { type: 'startField', params: { field: 'code' } },
              { type: 'fieldSays', params: { problem: 'codeExpired' } },
            ],
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'unknownHolder',
            target: '#unidentified',
            actions: { type: 'troubleIs', params: { trouble: 'lossUnknown' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' || event.output.kind === 'tooOften',
            target: '#unidentified',
            actions: { type: 'troubleIs', params: { trouble: 'lossLocked' } },
          },
          { target: '#unidentified', actions: { type: 'troubleIs', params: { trouble: 'lossOffline' } } },
        ],
        onError: { target: '#unidentified', actions: { type: 'troubleIs', params: { trouble: 'lossOffline' } } },
      },
    },
  },
});

function proofOf({ way, documentHash, account, codeRequestId, digits }: LossContext): IdentifyProof {
  if (way === 'document') return { by: 'document', documentHash: known(documentHash, 'document') };
  if (way === 'phone') return { by: 'phone', codeRequestId: known(codeRequestId, 'code'), code: digits };
  return { by: 'password', serial: account.padStart(FIELDS.card.most, '0'), password: digits };
}
