/**
 * CCNET codes → the words that polled acceptors share: states, reject reasons, failure causes. Pure and total. Used by the CCNET unit.
 * Source: protocols/cash-acceptor.md 4.
 */
import { toHex } from '../../../common/hex.ts';
import type { AcceptorReport, RejectReason } from '../polled/report.ts';
import type { PlainState, PollAnswer } from './codec.ts';

type PlainReport = Exclude<AcceptorReport['kind'], 'escrow' | 'rejecting' | 'failure'>;

const STATES: Readonly<Record<PlainState, PlainReport>> = {
  powerUp: 'powerUp',
  powerUpBillInValidator: 'powerUpNoteInAcceptor',
  powerUpBillInStacker: 'powerUpNoteInStacker',
  initialize: 'initialize',
  idling: 'idling',
  accepting: 'accepting',
  stacking: 'stacking',
  returning: 'returning',
  disabled: 'disabled',
  holding: 'holding',
  cassetteFull: 'stackerFull',
  cassetteRemoved: 'stackerOpen',
  validatorJammed: 'jamInAcceptor',
  cassetteJammed: 'jamInStacker',
  cheated: 'cheated',
  pause: 'pause',
};

export function reportOf(answer: PollAnswer): AcceptorReport {
  if (!('code' in answer)) return { kind: STATES[answer.kind] };
  switch (answer.kind) {
    case 'escrow':
      return { kind: 'escrow', noteCode: answer.code };
    case 'billStacked':
      return { kind: 'creditMessage' };
    case 'billReturned':
      return { kind: 'returned' };
    case 'busy':
      return { kind: 'busy' };
    case 'rejecting':
      return { kind: 'rejecting', reason: rejectReason(answer.code), deviceCode: hexByte(answer.code) };
    case 'failure':
      // 54 is the cassette's own: it is told as a failure, not as removed, since that has its own state.
      return { kind: 'failure', deviceCode: hexByte(answer.code), words: failureCause(answer.code), boxMissing: false };
  }
}

const REJECTS: ReadonlyMap<number, readonly [RejectReason, string]> = new Map<number, readonly [RejectReason, string]>([
  [0x60, ['insertion', 'insertion']],
  [0x61, ['validation', 'magnetic']],
  [0x62, ['operation', 'note left in the head']],
  [0x63, ['validation', 'multiplying']],
  [0x64, ['operation', 'conveying']],
  [0x65, ['validation', 'identification']],
  [0x66, ['validation', 'verification']],
  [0x67, ['validation', 'optic']],
  [0x68, ['inhibited', 'inhibited']],
  [0x69, ['validation', 'capacity']],
  [0x6a, ['operation', 'operation']],
  [0x6c, ['validation', 'length']],
  [0x6d, ['validation', 'ultraviolet']],
  [0x92, ['other', 'barcode']],
  [0x93, ['other', 'barcode']],
  [0x94, ['other', 'barcode']],
  [0x95, ['other', 'barcode']],
]);

/** Reject reason of `1C r`; an unlisted one is `other`. */
export function rejectReason(code: number): RejectReason {
  return REJECTS.get(code)?.[0] ?? 'other';
}

export function rejectWords(code: number): string {
  return REJECTS.get(code)?.[1] ?? 'a reason this driver does not know';
}

const FAILURES: ReadonlyMap<number, string> = new Map([
  [0x50, 'stack motor'],
  [0x51, 'transport motor speed'],
  [0x52, 'transport motor'],
  [0x53, 'aligning motor'],
  [0x54, 'initial cassette status'],
  // Two public sources number the sensors differently: 55/56/5F in one, 65/66/67 in the other.
  [0x55, 'optic sensor'],
  [0x56, 'magnetic sensor'],
  [0x5f, 'capacitance sensor'],
  [0x65, 'sensor'],
  [0x66, 'sensor'],
  [0x67, 'sensor'],
]);

/** Cause of `47 c` in words for the technician. */
export function failureCause(code: number): string {
  return FAILURES.get(code) ?? 'a cause this driver does not know';
}

function hexByte(byte: number): string {
  return toHex(Uint8Array.of(byte));
}
