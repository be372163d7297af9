/**
 * The CRT-591's side of the handshake (motor/acked-line.ts): addresses, answers that are acknowledged and can be asked for again, and EOT,
 * which stops a command. Used by the device only. Source: card-readers.md sections 0 and 1.1, "Handshake".
 */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Transport } from '../../transport/transport.ts';
import { AckedLine, ackedLineDelays, type Pending } from '../motor/acked-line.ts';
import type { LinkCommand } from '../motor/protocol.ts';
import {
  ACK,
  Crt591Decoder,
  decodeText,
  encodeFrame,
  encodeMessage,
  EOT,
  NAK,
  type Crt591Answer,
  type Crt591Content,
  type Crt591FrameOptions,
} from './codec.ts';
import { hasSecretPayload } from './commands.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const linkDelays = {
  ...ackedLineDelays,
  /** EOT is answered within this, or sent a second time. */
  cancel: 300,
  /** A unit repeats an answer at once; this is generous. */
  repeat: 2_000,
} as const;

/** 10 bits of the slowest speed, 9600 baud. */
const MS_PER_BYTE = 10_000 / 9_600;
const MAX_REPEATS = 2;

export interface LinkOptions extends Crt591FrameOptions {
  readonly address: number;
}

export class Crt591Link extends AckedLine<Crt591Content, Crt591Answer> {
  readonly #options: LinkOptions;
  #onCleared: (() => void) | undefined;
  /** The answer that was taken last, in hexadecimal, until it came a second time. */
  #taken: string | undefined;

  constructor(transport: Transport, clock: Clock, options: LinkOptions) {
    super(transport, clock, new Crt591Decoder(options), {
      executesOn: 'frame',
      msPerByte: MS_PER_BYTE,
      shown: shownOf(options),
      isSecret: hasSecretPayload,
    });
    this.#options = options;
  }

  /** "Clear the line": EOT, and its answer or its time limit. */
  async clear(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimeout(() => resolve(), linkDelays.cancel);
      this.#onCleared = () => {
        this.clock.clearTimeout(timer);
        resolve();
      };
      this.control(EOT);
    });
    this.#onCleared = undefined;
  }

  protected encode(command: LinkCommand): Uint8Array {
    return encodeFrame({ address: this.#options.address, text: encodeMessage({ type: 'command', ...command }) }, this.#options);
  }

  /** An answer that crosses the EOT is the result. */
  protected onAbort(pending: Pending<Crt591Answer>): void {
    if (this.pending !== pending) return;
    pending.phase = 'cancelling';
    pending.cancels += 1;
    this.control(EOT);
    this.arm(pending, linkDelays.cancel, () => {
      if (pending.cancels < 2) this.onAbort(pending);
      else this.fail(pending, 'cancelled');
    });
  }

  protected override onEot(): void {
    this.#onCleared?.();
    if (this.pending?.phase === 'cancelling') this.fail(this.pending, 'cancelled');
  }

  protected onFrame({ frame }: Crt591Content, bytes: Uint8Array): boolean {
    if (frame.address !== this.#options.address) {
      this.noteOtherAddress(frame.address);
      return true;
    }
    const message = decodeText(frame.text, this.#options);
    if (message.type === 'badText' || message.type === 'command') {
      this.noteGarbage(bytes);
      return false;
    }
    const shown = shownOf(this.#options) + (message.type === 'success' ? this.#options.statusBytes : 2);
    this.trace('fromDevice', this.redacted(bytes, message, shown));
    this.control(ACK);
    const { pending } = this;
    // Another command's answer comes late: it is acknowledged, so that the unit forgets it, and dropped.
    if (!pending || message.cm !== pending.command.cm || message.pm !== pending.command.pm) return true;
    const answer = toHex(bytes);
    if (this.#isSecondCopy(pending, answer)) return true;
    this.#taken = answer;
    pending.resolve(message);
    return true;
  }

  /**
   * Section 0: two APDU answers look alike. One that equals the last byte for byte, before the unit said that it took this command, is
   * that one once more (a unit whose ACK was lost on the way says it again). A third copy would be this command's own.
   */
  #isSecondCopy(pending: Pending<Crt591Answer>, answer: string): boolean {
    if (pending.phase !== 'sent' && pending.phase !== 'waitingWithoutAck') return false;
    if (answer !== this.#taken) return false;
    this.#taken = undefined;
    return true;
  }

  /** NAK: the unit says it again. */
  protected onBroken(pending: Pending<Crt591Answer>): void {
    if (pending.repeats >= MAX_REPEATS) {
      this.fail(pending, 'garbled');
      return;
    }
    pending.repeats += 1;
    this.control(NAK);
    this.arm(pending, Math.min(pending.command.answerMs, linkDelays.repeat), () => this.onNoAnswer(pending));
  }
}

/** F2 ADDR LENH LENL HEAD CM PM. */
function shownOf({ addr }: Crt591FrameOptions): number {
  return addr ? 7 : 6;
}
