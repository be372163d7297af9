/**
 * The card's own services (卡片服务): a new card is activated, a blocked one unblocked, validity extended, a function switched on, a loss report
 * taken back (解挂), the
 * service password set. What the issuer offers is listed; where it wants to know who asks, the holder is identified; one confirmation. Until then
 * nothing has happened. Invoked by session.
 */
import { assign, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { needsHolder, WAYS_FOR, type AccountContext, type AccountResult } from './account/context.ts';
import { passwordState } from './account/password.ts';
import { accountSetup, known, stillHere } from './account/setup.ts';
import type { ServiceOutcome } from './account/steps.ts';
import { printing } from './printing.ts';
import { patiently } from './waiting.ts';

/** Nothing has happened yet: whoever goes, goes. */
const leaving = { 'ui.cancel': 'left', 'ui.finish': 'left', 'wait.ended': 'left', 'CARD.REMOVED': 'left', ...stillHere } as const;
const toMenu = { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } } as const;
const troubled = (trouble: AccountContext['trouble']) => ({ target: 'trouble', actions: { type: 'troubleIs', params: { trouble } } }) as const;

export const accountMachine = accountSetup.createMachine({
  id: 'account',
  context: ({ input }) => ({
    ...input,
    services: [],
    chosen: undefined,
    person: undefined,
    digits: '',
    fresh: false,
    first: '',
    passwordProblem: undefined,
    script: input.ports.recovery.unfinishedScriptOf(input.card.ref),
    otherTail: undefined,
    result: undefined,
    receipt: 'choice',
    trouble: 'accountOffline',
    next: 'finish',
    wait: undefined,
  }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  output: ({ context }) => ({ next: context.next }),
  initial: 'arriving',
  states: {
    /** What was begun on this card comes first. */
    arriving: { always: [{ guard: ({ context }) => context.script !== undefined, target: 'writing' }, { target: 'finding' }] },
    finding: {
      entry: 'noWait',
      invoke: {
        src: 'findServices',
        input: ({ context }) => context,
        onDone: [
          { guard: ({ event }) => event.output.kind === 'unreachable', ...troubled('accountOffline') },
          {
            guard: ({ event }) => event.output.kind === 'offered' && event.output.services.length > 0,
            target: 'choosing',
            actions: assign(({ event }) => (event.output.kind === 'offered' ? { services: event.output.services } : {})),
          },
          troubled('accountNothing'),
        ],
        onError: troubled('accountOffline'),
      },
      on: { 'CARD.REMOVED': 'left' },
    },
    choosing: {
      ...patiently('choose'),
      on: {
        'ui.pick': {
          guard: ({ context, event }) => context.services[event.index] !== undefined,
          target: 'turning',
          actions: assign({ chosen: ({ context, event }) => context.services[event.index] }),
        },
        'ui.back': toMenu,
        ...leaving,
      },
    },
    turning: {
      always: [
        { guard: ({ context }) => context.person === undefined && needsHolder(known(context.chosen, 'service')), target: 'identifying' },
        { guard: ({ context }) => context.chosen?.name === 'password', target: 'password' },
        { target: 'confirming' },
      ],
    },
    identifying: {
      entry: 'noWait',
      invoke: {
        id: 'identification',
        src: 'identification',
        input: ({ context: { ports, preferences, card, chosen } }) => ({
          ports,
          preferences,
          purpose: 'report' as const,
          ways: WAYS_FOR[known(chosen, 'service').name],
          serial: card.ref.serial,
        }),
        onDone: [
          { guard: ({ event }) => event.output.person === undefined, ...toMenu },
          {
            guard: ({ context, event }) => event.output.person?.cards.some(({ serial }) => serial === context.card.ref.serial) === true,
            target: 'turning',
            actions: assign({ person: ({ event }) => event.output.person }),
          },
          troubled('accountNotHolder'),
        ],
        onError: troubled('accountOffline'),
      },
      on: {
        'CARD.REMOVED': 'left',
        'ui.*': { actions: 'passOn' },
        PREFERENCES: { actions: [assign({ preferences: ({ event }) => event.preferences }), 'tellPreferences'] },
      },
    },
    confirming: {
      ...patiently('choose'),
      on: {
        'ui.confirm': [{ guard: ({ context }) => context.chosen?.name === 'release', target: 'releasing' }, { target: 'starting' }],
        'ui.back': { target: 'choosing', actions: assign({ chosen: undefined }) },
        ...leaving,
      },
    },
    password: passwordState,

    /** The issuer is asked for its script; the card is not touched yet. */
    starting: {
      entry: 'noWait',
      tags: 'committed',
      invoke: {
        src: 'start',
        input: ({ context: { ports, card, chosen, person } }) => ({ ports, request: { card, service: known(chosen, 'service'), person } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'issued',
            target: 'writing',
            actions: assign(({ event }) => (event.output.kind === 'issued' ? { script: event.output.script } : {})),
          },
          { guard: ({ event }) => event.output.kind === 'journalFailed', ...troubled('journalUnavailable') },
          { guard: ({ event }) => event.output.kind === 'unreachable', ...troubled('accountOffline') },
          { guard: ({ event }) => event.output.kind === 'cardGone', target: 'left' },
          troubled('accountRefused'),
        ],
        onError: troubled('accountOffline'),
      },
    },
    /** The card is written: it runs to an outcome, or to where only the card can go on. */
    writing: {
      entry: 'noWait',
      tags: 'committed',
      invoke: {
        src: 'run',
        input: ({ context: { ports, script } }) => ({ ports, request: known(script, 'script') }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'confirmed' || event.output.kind === 'abandoned',
            target: 'told',
            actions: assign(({ context, event }) => ({ result: resultOf(context, event.output) })),
          },
          { guard: ({ event }) => event.output.kind === 'failed', ...troubled('accountFailed') },
          {
            guard: ({ event }) => event.output.kind === 'cardGone',
            target: 'putBack',
            actions: assign(({ event }) => (event.output.kind === 'cardGone' ? { script: event.output.script, otherTail: event.output.otherTail } : {})),
          },
          {
            target: 'told',
            actions: [
              assign(({ context, event }) => ('script' in event.output ? { script: event.output.script, result: openResult(context, 'issuerOffline') } : {})),
              'leaveScript',
            ],
          },
        ],
        onError: { target: 'told', actions: [assign(({ context }) => ({ result: openResult(context, 'issuerOffline') })), 'leaveScript'] },
      },
    },
    /** Only the card knows what it executed: the same one is wanted back. */
    putBack: {
      ...patiently('putBack'),
      on: {
        'CARD.INSERTED': 'writing',
        'ui.retry': { guard: 'sameCardInside', target: 'writing' },
        'ui.give-up-card': { target: 'told', actions: [assign(({ context }) => ({ result: openResult(context, 'cardGone') })), 'leaveScript'] },
        'wait.ended': { target: 'told', actions: [assign(({ context }) => ({ result: openResult(context, 'cardGone') })), 'leaveScript'] },
        ...stillHere,
      },
    },
    /** The card proves that it is there; on disk, then told to the issuer. */
    releasing: {
      entry: 'noWait',
      tags: 'committed',
      invoke: {
        src: 'release',
        input: ({ context: { ports, card, person } }) => ({ ports, request: { card, person: known(person, 'person') } }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'released' || event.output.kind === 'open',
            target: 'told',
            actions: assign(({ event: { output } }) =>
              output.kind === 'released'
                ? { result: output }
                : output.kind === 'open'
                  ? { result: { kind: 'releaseOpen' as const, reference: output.reference } }
                  : {},
            ),
          },
          { guard: ({ event }) => event.output.kind === 'cardGone', target: 'left' },
          { guard: ({ event }) => event.output.kind === 'journalFailed', ...troubled('journalUnavailable') },
          { guard: ({ event }) => event.output.kind === 'cardRefused', ...troubled('accountFailed') },
          { guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'replaced', ...troubled('accountReplaced') },
          troubled('accountRefused'),
        ],
        onError: troubled('accountRefused'),
      },
    },

    told: {
      id: 'told',
      ...patiently('result'),
      on: {
        'ui.retry': {
          guard: ({ context }) => context.result?.kind === 'open' && context.ports.card.media === 'inside',
          target: 'writing',
          actions: assign({ receipt: 'choice' as const }),
        },
        'ui.receipt': { guard: 'mayPrint', target: 'printing' },
        'ui.another': toMenu,
        'ui.finish': 'left',
        'ui.back': 'left',
        'ui.cancel': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    printing: printing(),
    trouble: {
      id: 'troubled',
      ...patiently('trouble'),
      on: {
        'ui.retry': { guard: ({ context }) => context.trouble === 'accountOffline' || context.trouble === 'journalUnavailable', target: 'finding' },
        'ui.back': toMenu,
        ...leaving,
      },
    },
    left: { id: 'left', type: 'final', entry: 'forgetPerson' },
  },
});

function resultOf({ script }: AccountContext, outcome: ServiceOutcome): AccountResult {
  if (outcome.kind !== 'confirmed') return { kind: 'begunElsewhere' };
  switch (known(script, 'script').ask.function) {
    case 'activate':
      return { kind: 'activated' };
    case 'unblockApplication':
      return { kind: 'unblocked' };
    case 'enableService':
      return { kind: 'enabled' };
    case 'extendValidity':
      return outcome.until === undefined ? { kind: 'enabled' } : { kind: 'extended', until: outcome.until };
  }
}

function openResult({ script }: AccountContext, why: 'cardGone' | 'issuerOffline'): AccountResult {
  return { kind: 'open', why, reference: known(script, 'script').ask.reference };
}

export type AccountActor = ActorRefFrom<typeof accountMachine>;
export type AccountSnapshot = SnapshotFrom<typeof accountMachine>;
