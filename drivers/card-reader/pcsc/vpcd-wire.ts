/**
 * The wire of a virtual smart card reader (vsmartcard's vpcd): how pcscd talks to a card that stands in another program. Messages with
 * their length in front, both ways; a host's message of one byte is a control, anything longer a C-APDU. Pure. Source: card-readers.md
 * 2.4. Used by the simulated tray and by the host that drives it without a pcscd.
 */

export const CONTROL = { powerOff: 0x00, powerOn: 0x01, reset: 0x02, getAtr: 0x04 } as const;

const LENGTH_BYTES = 2;
export const LONGEST_MESSAGE = 0xffff;

/** @throws {RangeError} for a message longer than the length field can say */
export function encodeMessage(payload: Uint8Array): Uint8Array {
  if (payload.length > LONGEST_MESSAGE) throw new RangeError(`a message of ${payload.length} bytes; at most ${LONGEST_MESSAGE}`);
  return Uint8Array.of(payload.length >> 8, payload.length & 0xff, ...payload);
}

/** Chunks in, whole messages out. Holds less than one message. */
export class VpcdDecoder {
  #held = new Uint8Array(0);

  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    const messages: Uint8Array[] = [];
    let at = 0;
    for (let end = endOf(bytes, at); end <= bytes.length; end = endOf(bytes, at)) {
      messages.push(bytes.slice(at + LENGTH_BYTES, end));
      at = end;
    }
    this.#held = bytes.slice(at);
    return messages;
  }

  reset(): void {
    this.#held = new Uint8Array(0);
  }
}

/** Where the message that begins at `at` ends; beyond all bytes while its length isn't there. */
function endOf(bytes: Uint8Array, at: number): number {
  const [high, low] = bytes.subarray(at, at + LENGTH_BYTES);
  return high === undefined || low === undefined ? Number.POSITIVE_INFINITY : at + LENGTH_BYTES + ((high << 8) | low);
}
