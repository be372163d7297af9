/**
 * A blank becomes the new card: from the stacker, written by its issuer, read back, to the gate, into a hand. One that is no good goes to the bin
 * and the next one is tried, as often as the issuer allows. Neither Back nor time ends it before the card, or the fee, has its place.
 */
import { assign } from 'xstate';
import { known } from './context.ts';
import { blankOf, replacementSetup } from './setup.ts';

export const makingState = replacementSetup.createStateConfig({
  id: 'making',
  initial: 'dispensing',
  tags: 'moneyMoves',
  entry: ['noWait', 'startMaking'],
  invoke: { src: 'blankEvents', input: ({ context }) => ({ ports: context.ports }) },
  states: {
    dispensing: {
      invoke: {
        src: 'dispense',
        input: ({ context }) => ({ ports: context.ports, request: known(context.replacement, 'replacement') }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'inside',
            target: 'writing',
            actions: assign({
              blankId: ({ event }) => (event.output.kind === 'inside' ? event.output.blankId : undefined),
              scriptId: undefined,
              tried: ({ context }) => context.tried + 1,
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'empty',
            target: '#replacement.settling',
            actions: { type: 'settleFor', params: { reason: 'noBlanks' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'spoilt',
            target: 'rejecting',
            actions: assign({
              blankId: ({ event }) => (event.output.kind === 'spoilt' ? event.output.blankId : undefined),
              spoilt: ({ event }) => ({ why: event.output.kind === 'spoilt' ? event.output.why : '', tryNext: true }),
              scriptId: undefined,
              tried: ({ context }) => context.tried + 1,
            }),
          },
          { target: '#replacement.unwritten' },
        ],
        onError: '#replacement.unwritten',
      },
    },
    writing: {
      invoke: {
        src: 'write',
        input: blankOf,
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'written',
            target: 'checking',
            actions: assign(({ event }) => (event.output.kind === 'written' ? { newCard: event.output.card, scriptId: event.output.scriptId } : {})),
          },
          {
            target: 'rejecting',
            actions: assign(({ event: { output } }) => ({
              spoilt: 'why' in output ? { why: output.why, tryNext: output.kind === 'spoilt' } : { why: 'journalUnavailable', tryNext: false },
              scriptId: 'scriptId' in output ? output.scriptId : undefined,
            })),
          },
        ],
        onError: { target: 'rejecting', actions: { type: 'spoiltBy', params: { why: 'unexpected', tryNext: false } } },
      },
    },
    checking: {
      invoke: {
        src: 'check',
        input: ({ context }) => ({
          ports: context.ports,
          request: { ...blankOf({ context }).request, card: known(context.newCard, 'new card'), scriptId: known(context.scriptId, 'script') },
        }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'good', target: 'presenting' },
          {
            target: 'rejecting',
            actions: assign(({ event: { output } }) => ({
              spoilt: 'why' in output ? { why: output.why, tryNext: output.kind === 'spoilt' } : { why: 'journalUnavailable', tryNext: false },
            })),
          },
        ],
        onError: { target: 'rejecting', actions: { type: 'spoiltBy', params: { why: 'unexpected', tryNext: false } } },
      },
    },
    /** Into the bin; then the next one, or the fee goes back. */
    rejecting: {
      invoke: {
        src: 'capture',
        input: ({ context }) => ({
          ports: context.ports,
          request: { ...blankOf({ context }).request, why: context.spoilt?.why ?? '', scriptId: context.scriptId, offered: false },
        }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'journalFailed', target: '#replacement.unwritten' },
          {
            guard: ({ event, context }) => event.output.kind === 'captured' && context.spoilt?.tryNext === true && context.tried < (context.grant?.blanks ?? 0),
            target: 'dispensing',
          },
          { target: '#replacement.settling', actions: { type: 'settleFor', params: { reason: 'cardNotMade' } } },
        ],
        onError: '#replacement.unwritten',
      },
    },
    presenting: {
      invoke: {
        src: 'present',
        input: blankOf,
        onDone: [{ guard: ({ event }) => event.output.kind === 'presented', target: 'offered' }, { target: 'keeping' }],
        onError: 'keeping',
      },
      on: { 'NEWCARD.TAKEN': 'delivering', 'NEWCARD.KEPT': 'keeping' },
    },
    /** At the gate. */
    offered: {
      entry: { type: 'startWait', params: { delay: 'takeNewCard', tone: 'normal' } },
      exit: 'noWait',
      always: [
        { guard: ({ context }) => context.ports.blanks.fateOf(known(context.blankId, 'blank')) === 'taken', target: 'delivering' },
        { guard: ({ context }) => context.ports.blanks.fateOf(known(context.blankId, 'blank')) === 'bin', target: 'keeping' },
      ],
      after: { takeNewCard: 'keeping' },
      on: { 'NEWCARD.TAKEN': 'delivering', 'NEWCARD.KEPT': 'keeping' },
    },
    delivering: {
      invoke: {
        src: 'deliver',
        input: blankOf,
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'delivered',
            target: '#replacement.finished',
            actions: assign({ outcome: 'delivered', entry: ({ event }) => (event.output.kind === 'delivered' ? event.output.entry : undefined) }),
          },
          // The person has their card; recovery writes down that the fee is earned.
          { target: '#replacement.finished', actions: assign({ outcome: 'delivered' }) },
        ],
        onError: { target: '#replacement.finished', actions: assign({ outcome: 'delivered' }) },
      },
    },
    /** Nobody took it: back in, to the bin, and a case for the fee. */
    keeping: {
      invoke: {
        src: 'capture',
        input: ({ context }) => ({
          ports: context.ports,
          request: { ...blankOf({ context }).request, why: 'notTaken', scriptId: undefined, offered: true },
        }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'taken', target: 'delivering' },
          { guard: ({ event }) => event.output.kind === 'journalFailed', target: '#replacement.unwritten' },
          { target: 'holdingFee' },
        ],
        onError: '#replacement.unwritten',
      },
    },
    holdingFee: {
      invoke: {
        src: 'keepFee',
        input: ({ context }) => ({ ports: context.ports, request: known(context.replacement, 'replacement') }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'case',
            target: '#replacement.finished',
            actions: [
              { type: 'settleFor', params: { reason: 'newCardKept' } },
              assign({ outcome: 'case', entry: ({ event }) => (event.output.kind === 'case' ? event.output.entry : undefined) }),
            ],
          },
          { target: '#replacement.unwritten' },
        ],
        onError: '#replacement.unwritten',
      },
    },
  },
});
