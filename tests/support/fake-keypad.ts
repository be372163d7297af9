/** A tactile keypad's jack and switches as a flow knows them; a test plugs the headphone. */
import { Listeners } from '../../drivers/listeners.ts';
import type { HeadphoneEvent, KeypadPort } from '../../state-machines/keypad.ts';

export class FakeKeypad implements KeypadPort {
  readonly switches: KeypadPort['switches'];
  readonly scanMs = 2000;
  headphone: boolean;
  readonly #listeners = new Listeners<HeadphoneEvent>();

  constructor({ switches = 'two', headphone = false }: Partial<Pick<KeypadPort, 'switches' | 'headphone'>> = {}) {
    this.switches = switches;
    this.headphone = headphone;
  }

  onHeadphone(listener: (event: HeadphoneEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  plug(plugged: boolean): void {
    this.headphone = plugged;
    this.#listeners.emit({ type: 'KEYPAD.HEADPHONE', plugged });
  }
}
