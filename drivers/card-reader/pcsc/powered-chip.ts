/** One powering of one chip: what may be sent to it, for how long, and why not any more. Owned by the device. */
import { DeviceError } from '../../device.ts';
import type { PoweredCard } from './service.ts';

/** Why a chip can't be asked any more; what its next use is answered with. */
export type ChipEnd = 'invalidState' | 'mediaMoved' | 'offline';

export class PoweredChip {
  readonly card: PoweredCard;
  readonly #lost = new AbortController();
  #ended: ChipEnd | undefined;

  constructor(card: PoweredCard) {
    this.card = card;
  }

  /** Aborts with a DeviceError when the chip's time ends, also in the midst of an exchange. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get ended(): ChipEnd | undefined {
    return this.#ended;
  }

  end(reason: ChipEnd): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.card.release();
    this.#lost.abort(notPowered(reason));
  }

  expectAlive(): void {
    if (this.#ended !== undefined) throw notPowered(this.#ended);
  }
}

function notPowered(reason: ChipEnd): DeviceError {
  return new DeviceError(reason, 'the chip is not powered any more: activate the card again');
}
