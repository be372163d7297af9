import { expect, test } from 'vitest';
import type { CashAcceptorStatus } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { failureCause, rejectReason, reportOf } from '../../../drivers/cash-acceptor/ccnet/status.ts';
import type { PollAnswer } from '../../../drivers/cash-acceptor/ccnet/codec.ts';
import { statusOf } from '../../../drivers/cash-acceptor/polled/status.ts';

const BEFORE: CashAcceptorStatus = { device: 'online', state: 'stacking', box: 'full' };

/** From the wire's word to the class's. */
function classWords(answer: PollAnswer): CashAcceptorStatus {
  return statusOf(reportOf(answer), BEFORE);
}

test.each([
  ['powerUp', 'deviceBusy', 'initializing', 'full'],
  ['powerUpBillInValidator', 'deviceBusy', 'initializing', 'full'],
  ['powerUpBillInStacker', 'deviceBusy', 'initializing', 'full'],
  ['initialize', 'deviceBusy', 'initializing', 'full'],
  ['idling', 'online', 'idle', 'ok'],
  ['accepting', 'online', 'accepting', 'ok'],
  ['stacking', 'online', 'stacking', 'ok'],
  ['returning', 'online', 'returning', 'full'],
  ['disabled', 'online', 'disabled', 'ok'],
  ['holding', 'online', 'escrowed', 'ok'],
  ['cassetteFull', 'online', 'disabled', 'full'],
  ['cassetteRemoved', 'online', 'disabled', 'removed'],
  ['validatorJammed', 'hardwareError', 'jammed', 'full'],
  ['cassetteJammed', 'hardwareError', 'jammed', 'full'],
  ['cheated', 'userError', 'fault', 'full'],
  ['pause', 'online', 'accepting', 'full'],
] as const)('%s is %s, %s, box %s (full before)', (kind, device, state, box) => {
  expect(classWords({ kind })).toEqual({ device, state, box });
});

test.each([
  ['busy', 'deviceBusy', 'stacking', 'full'],
  ['rejecting', 'online', 'returning', 'full'],
  ['failure', 'hardwareError', 'fault', 'full'],
  ['escrow', 'online', 'escrowed', 'ok'],
  ['billStacked', 'online', 'stacking', 'ok'],
  ['billReturned', 'online', 'returning', 'full'],
] as const)('%s is %s, %s, box %s (stacking, full before)', (kind, device, state, box) => {
  expect(classWords({ kind, code: 0x50 })).toEqual({ device, state, box });
});

test.each([
  [0x60, 'insertion'],
  [0x61, 'validation'],
  [0x62, 'operation'],
  [0x63, 'validation'],
  [0x64, 'operation'],
  [0x65, 'validation'],
  [0x66, 'validation'],
  [0x67, 'validation'],
  [0x68, 'inhibited'],
  [0x69, 'validation'],
  [0x6a, 'operation'],
  [0x6b, 'other'],
  [0x6c, 'validation'],
  [0x6d, 'validation'],
  [0x92, 'other'],
])('reject reason %i is %s', (code, reason) => {
  expect(rejectReason(code)).toBe(reason);
  expect(reportOf({ kind: 'rejecting', code })).toMatchObject({ reason });
});

test('every failure of the document has words; both numberings of the sensors are a sensor', () => {
  expect([0x50, 0x51, 0x52, 0x53, 0x54].map(failureCause)).toEqual([
    'stack motor',
    'transport motor speed',
    'transport motor',
    'aligning motor',
    'initial cassette status',
  ]);
  for (const code of [0x55, 0x56, 0x5f, 0x65, 0x66, 0x67]) expect(failureCause(code)).toContain('sensor');
  expect(failureCause(0x00)).toBe('a cause this driver does not know');
});
