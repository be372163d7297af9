import { expect, test } from 'vitest';
import type { CashAcceptorStatus } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import type { StatusMessage } from '../../../drivers/cash-acceptor/id003/codec.ts';
import { failureCause, rejectReason, reportOf } from '../../../drivers/cash-acceptor/id003/status.ts';
import { NOT_ASKED } from '../../../drivers/cash-acceptor/acceptor-state.ts';
import { statusOf } from '../../../drivers/cash-acceptor/polled/status.ts';

/** From the wire's word to the class's. */
function classWords(message: StatusMessage, before: CashAcceptorStatus): CashAcceptorStatus {
  return statusOf(reportOf(message), before);
}

const BEFORE: CashAcceptorStatus = { device: 'online', state: 'idle', box: 'full' };

test.each([
  ['idling', 'online', 'idle', 'ok'],
  ['accepting', 'online', 'accepting', 'ok'],
  ['stacking', 'online', 'stacking', 'ok'],
  ['vendValid', 'online', 'stacking', 'ok'],
  ['stacked', 'online', 'stacking', 'ok'],
  ['returning', 'online', 'returning', 'full'],
  ['holding', 'online', 'escrowed', 'ok'],
  ['disabled', 'online', 'disabled', 'ok'],
  ['initialize', 'deviceBusy', 'initializing', 'full'],
  ['powerUp', 'deviceBusy', 'initializing', 'full'],
  ['powerUpNoteInAcceptor', 'deviceBusy', 'initializing', 'full'],
  ['powerUpNoteInStacker', 'deviceBusy', 'initializing', 'full'],
  ['stackerFull', 'online', 'disabled', 'full'],
  ['stackerOpen', 'online', 'disabled', 'removed'],
  ['jamInAcceptor', 'hardwareError', 'jammed', 'full'],
  ['jamInStacker', 'hardwareError', 'jammed', 'full'],
  ['pause', 'online', 'accepting', 'full'],
  ['cheated', 'userError', 'fault', 'full'],
  ['communicationError', 'online', 'unknown', 'full'],
] as const)('%s is %s, %s, box %s (full before)', (kind, device, state, box) => {
  expect(classWords({ kind }, BEFORE)).toEqual({ device, state, box });
});

test('escrow, rejecting and failure carry a code; cause AB is the cash box', () => {
  expect(classWords({ kind: 'escrow', noteCode: 0x63 }, NOT_ASKED)).toEqual({ device: 'online', state: 'escrowed', box: 'ok' });
  expect(classWords({ kind: 'rejecting', reason: 0x71 }, BEFORE)).toEqual({ device: 'online', state: 'returning', box: 'full' });
  expect(classWords({ kind: 'failure', cause: 0xa2 }, BEFORE)).toEqual({ device: 'hardwareError', state: 'fault', box: 'full' });
  expect(classWords({ kind: 'failure', cause: 0xab }, BEFORE)).toEqual({ device: 'hardwareError', state: 'fault', box: 'removed' });
});

test.each([
  [0x71, 'insertion'],
  [0x72, 'validation'],
  [0x73, 'operation'],
  [0x74, 'validation'],
  [0x75, 'operation'],
  [0x76, 'validation'],
  [0x77, 'validation'],
  [0x78, 'validation'],
  [0x79, 'inhibited'],
  [0x7a, 'other'],
  [0x7b, 'operation'],
  [0x7c, 'operation'],
  [0x7d, 'validation'],
  [0x7e, 'validation'],
  [0x7f, 'validation'],
  [0x00, 'other'],
])('reject reason %i is %s', (code, reason) => {
  expect(rejectReason(code)).toBe(reason);
});

test('every failure cause of the document has words, and one that is not there says so', () => {
  const words = [0xa2, 0xa5, 0xa6, 0xa8, 0xa9, 0xab, 0xaf, 0xb0, 0xb1, 0xb2, 0xb3].map(failureCause);
  expect(words).toEqual([
    'stack motor',
    'feed motor speed',
    'feed motor',
    'solenoid',
    'PB unit',
    'cash box not ready',
    'head removed',
    'boot ROM',
    'external ROM',
    'RAM',
    'ROM write',
  ]);
  expect(failureCause(0xff)).toBe('a cause this driver does not know');
});
