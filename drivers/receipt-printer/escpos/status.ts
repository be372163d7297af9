/** Raw printer status ↔ the class's words (receipt-printer.ts), pure. Used by device.ts and decode.ts. */
import type { PrinterStatus, PrintTrouble } from '../receipt-printer.ts';
import type { RawStatus } from './codec.ts';
import type { EscposProfile } from './profile.ts';

export const UNKNOWN_STATUS: PrinterStatus = { device: 'unknown', paper: 'unknown', cover: 'unknown', cutter: 'unknown' };
export const OFFLINE_STATUS: PrinterStatus = { device: 'offline', paper: 'unknown', cover: 'unknown', cutter: 'unknown' };

export function toPrinterStatus(raw: RawStatus, profile: Pick<EscposProfile, 'mechanicalError'>): PrinterStatus {
  const empty = raw.paperEnd || raw.stoppedByPaperEnd;
  const jammed = raw.mechanicalError && profile.mechanicalError === 'paperJam';
  return {
    device: deviceHealth(raw),
    paper: jammed ? 'jammed' : empty ? 'out' : raw.paperNearEnd ? 'low' : 'full',
    cover: raw.coverOpen ? 'open' : 'closed',
    cutter: raw.cutterError ? 'fault' : 'ok',
  };
}

/** Paper is not the device's health: an empty printer is online and says so in `paper`. */
function deviceHealth(raw: RawStatus): PrinterStatus['device'] {
  if (raw.unrecoverableError || raw.mechanicalError || raw.cutterError) return 'hardwareError';
  if (raw.coverOpen) return 'userError';
  // A head that is too hot, or somebody at the FEED button: the printer goes on by itself.
  if (raw.recoverableError || raw.feeding || (raw.offline && !raw.paperEnd && !raw.stoppedByPaperEnd)) return 'deviceBusy';
  return 'online';
}

/** What in this status keeps a job from being printed whole; `undefined`: nothing. */
export function troubleOf(status: PrinterStatus): PrintTrouble | undefined {
  if (status.device === 'offline' || status.device === 'unknown') return 'offline';
  if (status.paper === 'jammed') return 'paperJam';
  if (status.cutter === 'fault') return 'cutterFault';
  if (status.device === 'hardwareError') return 'hardwareError';
  if (status.cover === 'open') return 'coverOpen';
  if (status.paper === 'out') return 'paperOut';
  return undefined;
}

export function sameStatus(one: PrinterStatus, other: PrinterStatus): boolean {
  return one.device === other.device && one.paper === other.paper && one.cover === other.cover && one.cutter === other.cutter;
}
