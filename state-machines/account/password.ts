/** A new service password: typed, typed once more, set at the issuer. The digits hide after a second; a weak one is refused before it leaves. */
import { assign } from 'xstate';
import { patiently } from '../waiting.ts';
import { accountSetup, known, stillHere } from './setup.ts';

/** Nothing has happened yet. */
const leaving = { 'ui.cancel': '#left', 'ui.finish': '#left', 'wait.ended': '#left', 'CARD.REMOVED': '#left', ...stillHere } as const;

const keys = {
  'ui.digit': { target: '.calm', guard: 'roomForDigit', actions: ['typeDigit', 'hideSoon'] },
  'ui.erase': { target: '.calm', actions: 'eraseDigit' },
  'ui.clear': { target: '.calm', actions: 'clearDigits' },
  'digit.hidden': { actions: 'hideDigit' },
} as const;

const says = (problem: 'weak' | 'notSame' | 'notWhole') => ({ type: 'passwordSays' as const, params: { problem } });

export const passwordState = accountSetup.createStateConfig({
  initial: 'first',
  exit: 'forgetTyped',
  states: {
    first: {
      ...patiently('type'),
      entry: 'startPassword',
      on: {
        ...keys,
        'ui.confirm': [
          { guard: 'isWhole', target: 'judging' },
          { target: '.calm', actions: says('notWhole') },
        ],
        'ui.back': { target: '#left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        ...leaving,
      },
    },
    judging: {
      always: [
        { guard: 'isWeak', target: 'first', actions: says('weak') },
        { target: 'again', actions: assign({ first: ({ context }) => context.digits, passwordProblem: undefined }) },
      ],
    },
    again: {
      ...patiently('type'),
      entry: 'startPassword',
      on: {
        ...keys,
        'ui.confirm': [
          { guard: 'isSame', target: 'setting' },
          { guard: 'isWhole', target: 'first', actions: says('notSame') },
          { target: '.calm', actions: says('notWhole') },
        ],
        'ui.back': 'first',
        ...leaving,
      },
    },
    /** Announced, then sealed and sent; neither Back nor time ends it. */
    setting: {
      entry: 'noWait',
      tags: 'committed',
      invoke: {
        src: 'setPassword',
        input: ({ context: { ports, card, person, digits } }) => ({ ports, request: { card, person: known(person, 'person'), password: digits } }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'set', target: '#told', actions: assign({ result: { kind: 'passwordSet' } }) },
          {
            guard: ({ event }) => event.output.kind === 'open',
            target: '#told',
            actions: assign(({ event }) =>
              event.output.kind === 'open' ? { result: { kind: 'passwordOpen' as const, reference: event.output.reference } } : {},
            ),
          },
          { guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'weak', target: 'first', actions: says('weak') },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#troubled',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { target: '#troubled', actions: { type: 'troubleIs', params: { trouble: 'accountRefused' } } },
        ],
        onError: { target: '#troubled', actions: { type: 'troubleIs', params: { trouble: 'accountRefused' } } },
      },
    },
  },
});
