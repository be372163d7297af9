/** CCNET's frames on the polled acceptors' line: those of one validator's address. */
import type { Framing, Heard } from '../polled/line.ts';
import { decodeAnswer, type Answer } from './codec.ts';
import { FrameDecoder } from './frame.ts';

export class CcnetFraming implements Framing<Answer> {
  readonly protocol: string;
  readonly settings = '9600 baud (some models 19200), 8 data bits, no parity, 1 stop bit';
  readonly #address: number;
  readonly #decoder = new FrameDecoder();

  constructor(address: number) {
    this.#address = address;
    this.protocol = `CCNET from address ${address}`;
  }

  push(bytes: Uint8Array): readonly Heard<Answer>[] {
    return this.#decoder.push(bytes).map((decoded) => {
      if (!decoded.ok) return { bytes: decoded.bytes, message: undefined, damaged: decoded.error === 'badCrc' };
      return { bytes: decoded.bytes, message: decoded.frame.address === this.#address ? decodeAnswer(decoded.frame) : undefined };
    });
  }

  reset(): void {
    this.#decoder.reset();
  }
}
