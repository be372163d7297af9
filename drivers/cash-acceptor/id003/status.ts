/**
 * ID-003 words → the class's words: states, reject reasons, failure causes. Pure and total. Used by the driver and its note track.
 * Source: protocols/cash-acceptor.md 3.2.
 */
import type { DeviceHealth } from '../../device.ts';
import type { CashAcceptorEvent, CashAcceptorStatus } from '../cash-acceptor.ts';
import type { StatusMessage } from './codec.ts';

type StateName = CashAcceptorStatus['state'];
export type RejectReason = Extract<CashAcceptorEvent, { type: 'rejected' }>['reason'];

/** `box` undefined: this state says nothing of the box. */
interface StateWords {
  readonly device: DeviceHealth;
  readonly state: StateName;
  readonly box: CashAcceptorStatus['box'] | undefined;
}

const STATES: Readonly<Record<StatusMessage['kind'], StateWords>> = {
  idling: { device: 'online', state: 'idle', box: 'ok' },
  accepting: { device: 'online', state: 'accepting', box: 'ok' },
  escrow: { device: 'online', state: 'escrowed', box: 'ok' },
  stacking: { device: 'online', state: 'stacking', box: 'ok' },
  vendValid: { device: 'online', state: 'stacking', box: 'ok' },
  stacked: { device: 'online', state: 'stacking', box: 'ok' },
  rejecting: { device: 'online', state: 'returning', box: undefined },
  returning: { device: 'online', state: 'returning', box: undefined },
  holding: { device: 'online', state: 'escrowed', box: 'ok' },
  disabled: { device: 'online', state: 'disabled', box: 'ok' },
  initialize: { device: 'deviceBusy', state: 'initializing', box: undefined },
  powerUp: { device: 'deviceBusy', state: 'initializing', box: undefined },
  powerUpNoteInAcceptor: { device: 'deviceBusy', state: 'initializing', box: undefined },
  powerUpNoteInStacker: { device: 'deviceBusy', state: 'initializing', box: undefined },
  stackerFull: { device: 'online', state: 'disabled', box: 'full' },
  stackerOpen: { device: 'online', state: 'disabled', box: 'removed' },
  jamInAcceptor: { device: 'hardwareError', state: 'jammed', box: undefined },
  jamInStacker: { device: 'hardwareError', state: 'jammed', box: undefined },
  pause: { device: 'online', state: 'accepting', box: undefined },
  cheated: { device: 'userError', state: 'fault', box: undefined },
  failure: { device: 'hardwareError', state: 'fault', box: undefined },
  communicationError: { device: 'online', state: 'unknown', box: undefined },
};

export const OFFLINE: CashAcceptorStatus = { device: 'offline', state: 'unknown', box: 'unknown' };
export const NOT_ASKED: CashAcceptorStatus = { device: 'unknown', state: 'unknown', box: 'unknown' };

/** What `message` says in the class's words; a state that says nothing of the box leaves what was known before. */
export function statusOf(message: StatusMessage, before: CashAcceptorStatus): CashAcceptorStatus {
  const words = STATES[message.kind];
  // AB: the cash box is not ready.
  if (message.kind === 'failure' && message.cause === 0xab) return { ...words, box: 'removed' };
  return { device: words.device, state: words.state, box: words.box ?? before.box };
}

const REJECTS: ReadonlyMap<number, RejectReason> = new Map<number, RejectReason>([
  [0x71, 'insertion'], // insertion
  [0x72, 'validation'], // magnetic pattern
  [0x73, 'operation'], // note left in the head
  [0x74, 'validation'], // compensation
  [0x75, 'operation'], // conveying
  [0x76, 'validation'], // denomination
  [0x77, 'validation'], // photo pattern 1
  [0x78, 'validation'], // photo level
  [0x79, 'inhibited'], // denomination or direction inhibited
  [0x7b, 'operation'], // operation
  [0x7c, 'operation'], // note left in the stacker
  [0x7d, 'validation'], // length
  [0x7e, 'validation'], // photo pattern 2
  [0x7f, 'validation'], // true-bill feature
]);

/** Reject reason of `17 d`; an unlisted one is `other`. */
export function rejectReason(code: number): RejectReason {
  return REJECTS.get(code) ?? 'other';
}

const FAILURES: ReadonlyMap<number, string> = new Map([
  [0xa2, 'stack motor'],
  [0xa5, 'feed motor speed'],
  [0xa6, 'feed motor'],
  [0xa8, 'solenoid'],
  [0xa9, 'PB unit'],
  [0xab, 'cash box not ready'],
  [0xaf, 'head removed'],
  [0xb0, 'boot ROM'],
  [0xb1, 'external ROM'],
  [0xb2, 'RAM'],
  [0xb3, 'ROM write'],
]);

/** Cause of `49 d` in words for the technician. */
export function failureCause(code: number): string {
  return FAILURES.get(code) ?? 'a cause this driver does not know';
}
