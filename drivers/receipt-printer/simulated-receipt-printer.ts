/**
 * What a simulated printer of any model offers to hands and eyes: the bench and the class's conformance suite know nothing else of it.
 * A model's own faults (bytes, answers) are on its simulator.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';
import type { Slip } from './paper.ts';

export interface ReceiptPrinterKnobs {
  /** Says nothing at all, and goes on printing. */
  mute: boolean;
  /** The roll ends the moment this byte from the host arrives, counted from now. */
  paperOutAtByte: number | undefined;
}

export interface SimulatedReceiptPrinter extends SimulatedUnit {
  readonly knobs: ReceiptPrinterKnobs;
  readonly columns: number;
  /** Slips that came off and hang in the mouth, or lie in the presenter, oldest first. */
  readonly slips: readonly Slip[];
  /** What the printer took back into its own bin; empty for models that can't. */
  readonly retracted: readonly Slip[];
  /** What is on the strip since the last cut. */
  readonly hanging: Slip;
  readonly paperMm: number;
  readonly isCoverOpen: boolean;
  /** Takes the slips that came off. */
  takeSlips(): readonly Slip[];
  loadPaper(mm: number): void;
  removePaper(): void;
  openCover(): void;
  closeCover(): void;
  /** Something blocks the blade, the paper path or the presenter; noticed at the next movement. */
  jamWith(obstruction: 'cutter' | 'paper' | 'presenter'): void;
  clearJam(): void;
  onChange(listener: () => void): Unsubscribe;
}
