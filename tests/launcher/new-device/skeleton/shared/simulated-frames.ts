/**
 * The unit's side of the wire, whatever its class: hears questions, answers them, and spoils answers as its faults say. Written from the
 * document, as the simulator (simulator.ts) that extends it; shares with the driver only the framing.
 */
import type { Clock } from '../../../../../common/clock.ts';
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../../../../drivers/transport/simulated-unit.ts';
import { COMMAND, encodeFrame, ExampleDecoder } from './codec.ts';

/** Ms that the unit thinks before it answers. */
const THINKING = 5;

export type Fate = 'sent' | 'lost' | 'damaged';

export abstract class SimulatedExampleFrames implements SimulatedUnit {
  protected readonly clock: Clock;
  readonly #decoder = new ExampleDecoder();
  readonly #sends = new Listeners<Uint8Array>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  receive(bytes: Uint8Array): void {
    for (const token of this.#decoder.push(bytes)) {
      if (token.type !== 'frame') continue;
      const { sequence, command, data } = token.frame;
      const answer = this.answer(command, data);
      if (answer !== undefined) this.clock.setTimeout(() => this.#send(encodeFrame({ sequence, command, data: answer })), THINKING);
    }
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  powerCycle(): void {
    this.#decoder.reset();
  }

  /** What it says to a question; undefined: nothing. */
  protected answer(command: number, _data: Uint8Array): Uint8Array | undefined {
    if (command === COMMAND.identify) return new TextEncoder().encode('example-model');
    if (command === COMMAND.status) return Uint8Array.of(this.flags());
    return undefined;
  }

  /** As status.ts reads them, from the document again. */
  protected abstract flags(): number;

  /** What becomes of the next answer. */
  protected abstract fate(): Fate;

  #send(frame: Uint8Array): void {
    const fate = this.fate();
    if (fate === 'lost') return;
    this.#sends.emit(fate === 'sent' ? frame : frame.with(frame.length - 1, (frame.at(-1) ?? 0) ^ 0x01));
  }
}

/** For the faults that most classes name alike. */
export function spoiled(knobs: { silent: boolean; loseAnswers: number; corruptAnswers: number }): Fate {
  if (knobs.silent) return 'lost';
  if (knobs.loseAnswers > 0) {
    knobs.loseAnswers -= 1;
    return 'lost';
  }
  if (knobs.corruptAnswers > 0) {
    knobs.corruptAnswers -= 1;
    return 'damaged';
  }
  return 'sent';
}

/** A hand that the simulator has no physics for yet. Remove this with the last of them. @throws {Error} always */
export function unwritten(what: string): never {
  throw new Error(`example-model, to be written in simulator.ts: ${what}`);
}
