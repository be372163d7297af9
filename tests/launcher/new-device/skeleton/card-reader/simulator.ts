/** A simulated example-model with a card path, hands and faults. Written from the document, not from the driver. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { SimulatedCard } from '../../../../../drivers/card-reader/simulated-card.ts';
import type { CardReaderKnobs, SimulatedCardReader } from '../../../../../drivers/card-reader/simulated-card-reader.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import { SimulatedExampleFrames, spoiled, unwritten, type Fate } from '../shared/simulated-frames.ts';

export class SimulatedExample extends SimulatedExampleFrames implements SimulatedCardReader {
  readonly knobs: CardReaderKnobs = {
    jam: false,
    holdCard: false,
    secondChip: false,
    binFull: false,
    dead: false,
    slowBy: 0,
    loseAnswers: 0,
    corruptAnswers: 0,
  };
  readonly card: SimulatedCardReader['card'] = undefined;
  readonly stacker: readonly SimulatedCard[] = [];
  readonly bin: readonly SimulatedCard[] = [];
  readonly #changes = new Listeners<void>();

  get acceptsCard(): boolean {
    return unwritten('acceptsCard: the gate is open and nothing is in the path');
  }

  insertCard(_card: SimulatedCard): boolean {
    return unwritten('insertCard: where the card is, and what the manual says of it; false while acceptsCard is');
  }

  takeCard(): SimulatedCard | undefined {
    return unwritten('takeCard: the card at the gate goes into the hand');
  }

  pullCard(): SimulatedCard | undefined {
    return unwritten('pullCard: the card goes, wherever it is and whatever its chip is doing');
  }

  fillStacker(_cards: readonly SimulatedCard[]): void {
    unwritten('fillStacker: blanks behind those in the stacker');
  }

  emptyStacker(): readonly SimulatedCard[] {
    return unwritten('emptyStacker: the technician takes the blanks out');
  }

  emptyBin(): readonly SimulatedCard[] {
    return unwritten('emptyBin: what was captured');
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  protected override flags(): number {
    return 0x00;
  }

  protected override fate(): Fate {
    if (this.knobs.dead) return 'lost';
    const counted = { silent: false, loseAnswers: this.knobs.loseAnswers, corruptAnswers: this.knobs.corruptAnswers };
    const fate = spoiled(counted);
    this.knobs.loseAnswers = counted.loseAnswers;
    this.knobs.corruptAnswers = counted.corruptAnswers;
    return fate;
  }
}
