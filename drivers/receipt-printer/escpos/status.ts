/** Raw printer status ↔ the class's words (receipt-printer.ts), pure. Used by device.ts and decode.ts. */
import { isDeepStrictEqual } from 'node:util';
import type { StorageUnit } from '../../device.ts';
import type { PrinterStatus, PrintTrouble } from '../receipt-printer.ts';
import type { RawStatus } from './codec.ts';
import type { EjectorStatus } from './custom-codec.ts';
import type { EscposProfile } from './profile.ts';

type Parts = Pick<EscposProfile, 'mechanicalError' | 'presenter'>;

/** Nothing is known but this: not asked yet, or gone. */
export function blankStatus(device: 'unknown' | 'offline', profile: Parts): PrinterStatus {
  const presenter = profile.presenter.kind === 'ejector' ? 'unknown' : 'notSupported';
  return { device, paper: 'unknown', cover: 'unknown', cutter: 'unknown', presenter, storage: storage('unknown', profile) };
}

/** @param ejector what GS e 6 answered last, where there is an ejector that was asked */
export function toPrinterStatus(raw: RawStatus, profile: Parts, ejector?: EjectorStatus): PrinterStatus {
  const jammed = raw.mechanicalError && profile.mechanicalError === 'paperJam';
  const empty = raw.paperEnd || raw.stoppedByPaperEnd;
  const low = raw.paperNearEnd || raw.virtualPaperEnd;
  return {
    device: deviceHealth(raw),
    paper: jammed ? 'jammed' : empty ? 'out' : low ? 'low' : 'full',
    cover: raw.coverOpen ? 'open' : 'closed',
    cutter: raw.cutterError ? 'fault' : 'ok',
    presenter: presenter(raw, profile, ejector),
    storage: storage(empty ? 'empty' : low ? 'low' : 'ok', profile),
  };
}

function presenter(raw: RawStatus, profile: Parts, ejector: EjectorStatus | undefined): PrinterStatus['presenter'] {
  if (profile.presenter.kind !== 'ejector') return 'notSupported';
  if (raw.presenterJam || ejector?.jam === true) return 'jammed';
  return raw.ticketAtOutput ? 'holding' : 'clear';
}

function storage(level: StorageUnit['level'], { presenter: { kind, ...can } }: Parts): StorageUnit[] {
  const roll: StorageUnit = { id: 'paperRoll', use: 'dispense', level };
  const takesBack = kind === 'autoRetract' || ('retract' in can && can.retract);
  // No manual names a sensor in the bin.
  return takesBack ? [roll, { id: 'retractBin', use: 'collect', level: 'notSupported' }] : [roll];
}

/** Paper is not the device's health: an empty printer is online and says so in `paper`. */
function deviceHealth(raw: RawStatus): PrinterStatus['device'] {
  if (raw.unrecoverableError || raw.mechanicalError || raw.cutterError || raw.lineError) return 'hardwareError';
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
  if (status.presenter === 'jammed') return 'presenterJam';
  return undefined;
}

export function sameStatus(one: PrinterStatus, other: PrinterStatus): boolean {
  return isDeepStrictEqual(one, other);
}
