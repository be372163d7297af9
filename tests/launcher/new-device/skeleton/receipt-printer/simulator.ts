/** A simulated example-model with paper, a blade, hands and faults. Written from the document, not from the driver. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { Slip } from '../../../../../drivers/receipt-printer/paper.ts';
import type { ReceiptPrinterKnobs, SimulatedReceiptPrinter } from '../../../../../drivers/receipt-printer/simulated-receipt-printer.ts';
import { SimulatedExampleFrames, unwritten, type Fate } from '../shared/simulated-frames.ts';

export class SimulatedExample extends SimulatedExampleFrames implements SimulatedReceiptPrinter {
  readonly knobs: ReceiptPrinterKnobs = { mute: false, paperOutAtByte: undefined };
  readonly columns = 48;
  readonly slips: readonly Slip[] = [];
  readonly retracted: readonly Slip[] = [];
  readonly hanging: Slip = { items: [], lengthDots: 0, printableDots: 576, end: 'hanging' };
  readonly paperMm = 80_000;
  readonly isCoverOpen = false;
  readonly #changes = new Listeners<void>();

  takeSlips(): readonly Slip[] {
    return unwritten('takeSlips: what came off; drivers/receipt-printer/paper.ts keeps paper');
  }

  loadPaper(_mm: number): void {
    unwritten('loadPaper and removePaper: the roll, and what the manual says of its end');
  }

  removePaper(): void {
    unwritten('loadPaper and removePaper: the roll, and what the manual says of its end');
  }

  openCover(): void {
    unwritten('openCover and closeCover: the cover, and what the manual says of it');
  }

  closeCover(): void {
    unwritten('openCover and closeCover: the cover, and what the manual says of it');
  }

  jamWith(_obstruction: 'cutter' | 'paper' | 'presenter'): void {
    unwritten('jamWith and clearJam: noticed at the next movement');
  }

  clearJam(): void {
    unwritten('jamWith and clearJam: noticed at the next movement');
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  protected override flags(): number {
    return 0x00;
  }

  protected override fate(): Fate {
    return this.knobs.mute ? 'lost' : 'sent';
  }
}
