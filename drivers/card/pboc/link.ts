/**
 * Commands to the chip of one presented card: follows T=0 and verifies the PIN at most once. What can't be asked any further is a
 * `CardStopped`, which the purse's public functions answer as an outcome.
 */
import { exchange, isBad, statusWordHex, type BadBytes, type ResponseApdu } from '../apdu.ts';
import type { CardChannel } from '../../card-reader/card-reader.ts';
import { askCard, CardStopped } from '../card-stopped.ts';
import { toApdu, type PbocCommand } from './commands.ts';
import type { CardProfile } from './profile.ts';

/** What outlives a re-activation of the same card: a refused PIN is never tried again. The composition makes one when a card is inserted. */
export interface Presentation {
  pinRefused: boolean;
}

export class CardLink {
  readonly #channel: CardChannel;
  readonly #presentation: Presentation;
  #signal: AbortSignal | undefined;
  #pinVerified = false;

  constructor(channel: CardChannel, presentation: Presentation) {
    this.#channel = channel;
    this.#presentation = presentation;
  }

  /** From here on every exchange ends with this signal. */
  use(signal: AbortSignal | undefined): this {
    this.#signal = signal;
    return this;
  }

  /** @throws {CardStopped} when the card left, is silent or talks nonsense; {DeviceError} when the reader itself is in trouble */
  async send(command: PbocCommand): Promise<ResponseApdu> {
    const answer = await this.#exchange(command);
    if (isBad(answer)) throw new CardStopped('senseless', `${command.name}: ${answer.error.message}`);
    return answer;
  }

  /** Like `send`; when the card asks for the PIN (`6982`) and the profile has one, verifies it and sends the command once more. */
  async sendWithPin(command: PbocCommand, profile: CardProfile): Promise<ResponseApdu> {
    const answer = await this.send(command);
    if (answer.statusWord !== 0x6982 || !(await this.verifyPin(profile))) return answer;
    return this.send(command);
  }

  /** Once a power-up, and never again in this presentation after a refusal: a wrong PIN must not lock the card. False when there is nothing to try. */
  async verifyPin(profile: CardProfile): Promise<boolean> {
    if (profile.pin === undefined || this.#pinVerified || this.#presentation.pinRefused) return false;
    const { id, value } = profile.pin;
    this.#presentation.pinRefused = true;
    const answer = await this.send({ name: 'verifyPin', pinId: id, pin: value });
    this.#pinVerified = answer.statusWord === 0x9000;
    this.#presentation.pinRefused = !this.#pinVerified;
    return this.#pinVerified;
  }

  async #exchange(command: PbocCommand): Promise<ResponseApdu | BadBytes> {
    const apdu = toApdu(command);
    return askCard(command.name, () => exchange(this.#channel, apdu, this.#signal));
  }
}

/** For a report: what was asked and what came back. */
export function refusal(command: string, answer: ResponseApdu): string {
  return `${command} was answered ${statusWordHex(answer.statusWord)}`;
}
