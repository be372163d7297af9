/** A simulated example-model with hands that lay documents on it and faults. Written from the document, not from the driver. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { IdReaderKnobs, SimulatedDocument, SimulatedIdReader } from '../../../../../drivers/id-reader/simulated-id-reader.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import { SimulatedExampleFrames, spoiled, unwritten, type Fate } from '../shared/simulated-frames.ts';

export class SimulatedExample extends SimulatedExampleFrames implements SimulatedIdReader {
  readonly knobs: IdReaderKnobs = { silent: false, loseAnswers: 0, corruptAnswers: 0, failReads: 0, broken: false };
  readonly #changes = new Listeners<void>();

  get document(): SimulatedDocument | undefined {
    return undefined;
  }

  placeDocument(_document: SimulatedDocument): void {
    unwritten('placeDocument: keep the document, answer the manual’s questions about it, tell onChange');
  }

  takeDocument(): SimulatedDocument | undefined {
    return unwritten('takeDocument: give the document back, tell onChange');
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  protected override flags(): number {
    return this.knobs.broken ? 0x01 : 0x00;
  }

  protected override fate(): Fate {
    return spoiled(this.knobs);
  }
}
