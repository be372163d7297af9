/**
 * The powered chip that `activate` hands out: carries APDUs for as long as it lives, and remembers why it died. Owned by the device.
 */
import { DeviceError } from '../../device.ts';
import type { CardChannel, CardInterface } from '../card-reader.ts';
import type { PoweredChip } from './protocol.ts';

/** Why a channel died; what its next use is answered with. */
export type ChannelEnd = 'invalidState' | 'mediaMoved' | 'offline';

export class PoweredChannel implements CardChannel {
  readonly interface: CardInterface;
  readonly uid?: Uint8Array;
  readonly answerToReset: Uint8Array;
  readonly iso7816: boolean;
  readonly apdu: PoweredChip['apdu'];
  readonly transmit: CardChannel['transmit'];
  #ended: ChannelEnd | undefined;

  constructor(chip: PoweredChip, transmit: CardChannel['transmit']) {
    this.interface = chip.interface;
    if (chip.uid) this.uid = chip.uid;
    this.answerToReset = chip.answerToReset;
    this.iso7816 = chip.iso7816;
    this.apdu = chip.apdu;
    this.transmit = transmit;
  }

  get ended(): ChannelEnd | undefined {
    return this.#ended;
  }

  end(reason: ChannelEnd): void {
    this.#ended ??= reason;
  }

  expectAlive(): void {
    if (this.#ended !== undefined) throw new DeviceError(this.#ended, 'the chip is not powered any more: activate the card again');
  }
}
