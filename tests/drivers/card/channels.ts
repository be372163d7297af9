/** Card channels for tests: one that answers from a script, and one that joins a simulated chip as a reader would. */
import { fromHex, toHex } from '../../../common/hex.ts';
import { DeviceError } from '../../../drivers/device.ts';
import type { CardChannel, CardInterface } from '../../../drivers/card-reader/card-reader.ts';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import type { VirtualCard } from '../../../drivers/card/virtual-cards.ts';

export interface RecordingChannel extends CardChannel {
  /** Every C-APDU, hexadecimal, in order. */
  readonly sent: readonly string[];
}

/** Answers are R-APDUs in hexadecimal or errors to throw; with the script at its end the card is gone. */
export function scriptedChannel(answers: readonly (string | Error)[], iso7816 = true): RecordingChannel {
  const sent: string[] = [];
  return {
    interface: 'contactless',
    answerToReset: new Uint8Array(0),
    iso7816,
    sent,
    transmit: async (apdu) => {
      const answer = answers[sent.push(toHex(apdu)) - 1] ?? new DeviceError('mediaMoved', 'the card is gone');
      if (answer instanceof Error) throw answer;
      return fromHex(answer);
    },
  };
}

/** Powers the chip up: a torn card is `mediaMoved`, a mute one `outcomeUnknown`. */
export function chipChannel(chip: Chip): RecordingChannel {
  const sent: string[] = [];
  return {
    interface: chip.interface,
    uid: chip.uid,
    answerToReset: chip.powerOn(),
    iso7816: true,
    sent,
    transmit: async (apdu, signal) => {
      if (signal?.aborted) throw new DeviceError('aborted', 'aborted');
      sent.push(toHex(apdu));
      const answer = chip.transmit(apdu);
      if (answer !== undefined) return answer;
      throw chip.torn ? new DeviceError('mediaMoved', 'the card left') : new DeviceError('outcomeUnknown', 'no answer');
    },
  };
}

/** Any virtual card as a reader that says all it hears would hand it out; undefined: no chip on this interface. */
export function cardChannel(virtual: VirtualCard, iface: CardInterface): RecordingChannel | undefined {
  const { card } = virtual;
  if (!card.interfaces.includes(iface)) return undefined;
  const sent: string[] = [];
  const answerToReset = card.powerOn(iface);
  const typeA = iface === 'contactless' && card.atqb === undefined;
  return {
    interface: iface,
    ...(iface === 'contactless' ? { uid: card.uid } : {}),
    ...(typeA ? { sak: card.sak, atqa: card.atqa } : {}),
    answerToReset,
    iso7816: !typeA || (card.sak & 0x20) !== 0,
    sent,
    transmit: async (apdu, signal) => {
      if (signal?.aborted) throw new DeviceError('aborted', 'aborted');
      sent.push(toHex(apdu));
      const answer = card.transmit(apdu);
      if (answer !== undefined) return answer;
      throw virtual.torn ? new DeviceError('mediaMoved', 'the card left') : new DeviceError('outcomeUnknown', 'no answer');
    },
  };
}
