/** Paying with a voucher: number and code from the slip, upstream's word on it, and one look at the sum before the card is written. */
import { assign } from 'xstate';
import { parseReferenceSymbols } from '../../common/ids.ts';
import { isVoucherCode, VOUCHER_CODE_DIGITS } from '../../common/voucher-code.ts';
import { stillHere } from '../payment/setup.ts';
import { patiently } from '../waiting.ts';
import { known, maximumOf, MOST_NUMBER_SYMBOLS, openRequest } from './context.ts';
import { topUpSetup } from './setup.ts';

/** Nothing is reserved yet: leaving costs nothing. */
const leaving = {
  'ui.cancel': { target: '#topUp.left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
  'ui.finish': '#topUp.left',
  'CARD.REMOVED': '#topUp.left',
  'wait.ended': '#topUp.left',
  ...stillHere,
} as const;

export const voucherState = topUpSetup.createStateConfig({
  initial: 'number',
  entry: assign({ voucherNumber: '', voucherCode: '', voucherError: undefined, triesLeft: undefined, redemption: undefined }),
  states: {
    number: {
      ...patiently('typeVoucher'),
      on: {
        'ui.symbol': {
          target: '.calm',
          guard: ({ context }) => context.voucherNumber.length < MOST_NUMBER_SYMBOLS,
          actions: [
            assign({ voucherNumber: ({ context, event }) => context.voucherNumber + event.symbol }),
            { type: 'voucherSays', params: { error: undefined } },
          ],
        },
        'ui.erase': {
          target: '.calm',
          actions: [assign({ voucherNumber: ({ context }) => context.voucherNumber.slice(0, -1) }), { type: 'voucherSays', params: { error: undefined } }],
        },
        'ui.clear': { target: '.calm', actions: [assign({ voucherNumber: '' }), { type: 'voucherSays', params: { error: undefined } }] },
        'ui.confirm': [
          {
            guard: ({ context }) => parseReferenceSymbols(context.voucherNumber) !== undefined,
            target: 'code',
            actions: { type: 'voucherSays', params: { error: undefined } },
          },
          { target: '.calm', actions: { type: 'voucherSays', params: { error: 'badNumber' } } },
        ],
        'ui.back': { target: '#topUp.tender', actions: 'forget' },
        ...leaving,
      },
    },
    code: {
      ...patiently('typeVoucher'),
      on: {
        'ui.digit': {
          target: '.calm',
          guard: ({ context }) => context.voucherCode.length < VOUCHER_CODE_DIGITS,
          actions: [assign({ voucherCode: ({ context, event }) => context.voucherCode + event.digit }), { type: 'voucherSays', params: { error: undefined } }],
        },
        'ui.erase': {
          target: '.calm',
          actions: [assign({ voucherCode: ({ context }) => context.voucherCode.slice(0, -1) }), { type: 'voucherSays', params: { error: undefined } }],
        },
        'ui.clear': { target: '.calm', actions: [assign({ voucherCode: '' }), { type: 'voucherSays', params: { error: undefined } }] },
        'ui.confirm': [
          { guard: ({ context }) => isVoucherCode(context.voucherCode), target: 'checking' },
          { target: '.calm', actions: { type: 'voucherSays', params: { error: 'badCode' } } },
        ],
        'ui.back': { target: 'number', actions: { type: 'voucherSays', params: { error: undefined } } },
        ...leaving,
      },
    },
    /** Upstream is asked; a wrong code costs a try, everything else nothing. */
    checking: {
      entry: 'noWait',
      tags: 'moneyMoves',
      invoke: {
        src: 'reserveVoucher',
        input: ({ context }) => ({
          ports: context.ports,
          request: {
            ...openRequest(context, 'voucher'),
            number: known(parseReferenceSymbols(context.voucherNumber), 'voucher number'),
            code: context.voucherCode,
            maximum: maximumOf(context),
          },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'reserved',
            target: 'confirming',
            actions: assign({
              voucherCode: '',
              transaction: ({ event }) => (event.output.kind === 'reserved' ? event.output.transaction : undefined),
              redemption: ({ event }) => (event.output.kind === 'reserved' ? event.output.redemption : undefined),
              held: ({ event, context }) => (event.output.kind === 'reserved' ? event.output.redemption.amount : context.held),
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'wrongCode',
            target: 'code',
            actions: assign({
              voucherCode: '',
              voucherError: 'wrongCode' as const,
              triesLeft: ({ event }) => (event.output.kind === 'refused' ? event.output.triesLeft : undefined),
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'unknown',
            target: 'number',
            actions: [assign({ voucherCode: '' }), { type: 'voucherSays', params: { error: 'unknown' } }],
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'redeemed',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'voucherUsed' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'expired',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'voucherExpired' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'locked',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'voucherLocked' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'tooLarge',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'voucherTooLarge' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'refused',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'voucherInUse' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: '#topUp.trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'voucherOffline' } } },
        ],
        onError: { target: '#topUp.trouble', actions: { type: 'troubleIs', params: { trouble: 'voucherOffline' } } },
      },
      on: { 'CARD.REMOVED': { actions: 'cardTaken' } },
    },
    /** Reserved: the person sees the sum. Whoever doesn't say yes keeps the voucher. */
    confirming: {
      ...patiently('confirmVoucher'),
      on: {
        'ui.confirm': { target: '#topUp.load', actions: 'loadHeld' },
        'ui.back': { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
        'ui.cancel': { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
        'ui.finish': { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
        'CARD.REMOVED': { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cardGone' } } },
        'wait.ended': { target: '#topUp.settling', actions: { type: 'settleFor', params: { reason: 'cancelled' } } },
        ...stillHere,
      },
    },
  },
});
