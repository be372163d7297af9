/**
 * What a simulated cabinet I/O of any model offers to hands and eyes: the bench and the class's conformance suite know nothing else of
 * it. A model's own faults (frames, codes) are on its simulator.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';

export interface CabinetIoKnobs {
  /** Hears and says nothing. */
  silent: boolean;
  /** Each of the next answers is not sent / sent damaged; counts down. */
  loseAnswers: number;
  corruptAnswers: number;
}

export interface SimulatedCabinetIo extends SimulatedUnit {
  readonly knobs: CabinetIoKnobs;
  readonly isDoorOpen: boolean;
  readonly serviceSwitch: 'operator' | 'maintenance';
  /** Whether the lamp is lit at this moment. */
  readonly isLit: boolean;
  openDoor(): void;
  closeDoor(): void;
  turnServiceSwitch(position: 'operator' | 'maintenance'): void;
  /** Told after anything above changed. */
  onChange(listener: () => void): Unsubscribe;
}
