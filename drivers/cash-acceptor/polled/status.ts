/** A polled acceptor's report → the class's words. Pure and total. Used by the core. */
import type { DeviceHealth } from '../../device.ts';
import type { CashAcceptorStatus } from '../cash-acceptor.ts';
import type { AcceptorReport } from './report.ts';

/** `undefined`: this report says nothing of it. */
interface StateWords {
  readonly device: DeviceHealth;
  readonly state: CashAcceptorStatus['state'] | undefined;
  readonly box: CashAcceptorStatus['box'] | undefined;
}

const STATES: Readonly<Record<AcceptorReport['kind'], StateWords>> = {
  idling: { device: 'online', state: 'idle', box: 'ok' },
  accepting: { device: 'online', state: 'accepting', box: 'ok' },
  escrow: { device: 'online', state: 'escrowed', box: 'ok' },
  stacking: { device: 'online', state: 'stacking', box: 'ok' },
  creditMessage: { device: 'online', state: 'stacking', box: 'ok' },
  stacked: { device: 'online', state: 'stacking', box: 'ok' },
  rejecting: { device: 'online', state: 'returning', box: undefined },
  returning: { device: 'online', state: 'returning', box: undefined },
  returned: { device: 'online', state: 'returning', box: undefined },
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
  busy: { device: 'deviceBusy', state: undefined, box: undefined },
  communicationError: { device: 'online', state: 'unknown', box: undefined },
};

/** What `report` says in the class's words; what it says nothing of stays as it was known before. */
export function statusOf(report: AcceptorReport, before: CashAcceptorStatus): CashAcceptorStatus {
  const { device, state, box } = STATES[report.kind];
  const boxWord = report.kind === 'failure' && report.boxMissing ? 'removed' : box;
  return { device, state: state ?? before.state, box: boxWord ?? before.box };
}
