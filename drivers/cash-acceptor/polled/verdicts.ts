/** Why the host's command fails in the acceptor's state. Pure; used by the core. */
import type { DeviceErrorCode } from '../../device.ts';
import { isPowerUp, type AcceptorReport } from './report.ts';

export type HostOrder = 'stack' | 'return';

export interface Refusal {
  readonly code: DeviceErrorCode;
  readonly message: string;
  readonly details?: { readonly deviceCode: string };
}

/** Nothing can be accepted in these states, and they don't end by themselves. */
export function unfitToAccept(report: AcceptorReport): Refusal | undefined {
  if (isPowerUp(report)) return { code: 'invalidState', message: 'the acceptor lost its power' };
  if (report.kind === 'jamInAcceptor' || report.kind === 'jamInStacker') return { code: 'mediaJammed', message: 'a note is jammed in the acceptor' };
  if (report.kind === 'stackerFull') return { code: 'storageFull', message: 'the cash box is full' };
  if (report.kind === 'stackerOpen') return { code: 'invalidState', message: 'the cash box is removed' };
  if (report.kind !== 'failure') return undefined;
  return { code: 'hardwareError', message: `the acceptor reports a failure: ${report.words}`, details: { deviceCode: report.deviceCode } };
}

/** The order went out unheard, or was refused, and the note no longer waits: undefined when that is what was ordered. */
export function notAsOrdered(order: HostOrder, { kind }: AcceptorReport): Refusal | undefined {
  const into = kind === 'stacking' || kind === 'creditMessage' || kind === 'stacked';
  const out = kind === 'returning' || kind === 'returned' || kind === 'rejecting' || kind === 'idling' || kind === 'disabled';
  if (order === 'stack' ? into : out) return undefined;
  if (order === 'stack' && out) return { code: 'mediaMoved', message: 'the note left the escrow instead of going into the box' };
  return { code: 'outcomeUnknown', message: `after the order to ${order} the note the acceptor says ${kind}` };
}
