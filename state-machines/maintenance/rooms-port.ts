/** What the rooms of the maintenance mode may ask of the terminal. Implemented by main/maintenance over journal, supervision and upstream. */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { CabinetLook } from './rooms-screens.ts';

export interface RoomsPort {
  /** What the terminal knows of itself at this moment; asks no device. @throws {PortError} `journalUnavailable` */
  look(): CabinetLook;
  /** Told when something of it may be different. */
  onChange(listener: () => void): Unsubscribe;
}
