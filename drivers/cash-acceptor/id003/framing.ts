/** ID-003's frames on the polled acceptors' line. */
import type { Framing, Heard } from '../polled/line.ts';
import { decodeAcceptorMessage, type AcceptorMessage } from './codec.ts';
import { FrameDecoder } from './frame.ts';

export class Id003Framing implements Framing<AcceptorMessage> {
  readonly protocol = 'ID-003';
  readonly settings = '9600 baud (some models 19200), 8 data bits, even parity, 1 stop bit';
  readonly #decoder = new FrameDecoder();

  push(bytes: Uint8Array): readonly Heard<AcceptorMessage>[] {
    return this.#decoder.push(bytes).map((decoded) => {
      const result = decoded.ok ? decodeAcceptorMessage(decoded.frame) : undefined;
      return { bytes: decoded.bytes, message: result?.ok === true ? result.message : undefined };
    });
  }

  reset(): void {
    this.#decoder.reset();
  }
}
