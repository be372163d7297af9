/**
 * The acceptor's commands, one exchange each, with the right number of tries: questions and settings are repeated, orders that move a
 * note never are. Used by the ID-003 driver.
 * Source: protocols/cash-acceptor.md 3 and 3.1.
 */
import { isStatus, type AcceptorMessage, type CurrencyEntry, type HostMessage, type SettingName, type StatusMessage } from './codec.ts';
import type { Id003Line } from './line.ts';

/** Three tries, then the line is lost (section 3). */
const TRIES = 3;

export type Order = 'reset' | 'stack1' | 'stack2' | 'return' | 'hold';
/** `noAnswer`: it may have been taken. */
export type OrderAnswer = 'taken' | 'refused' | 'noAnswer';

export class Id003Unit {
  readonly #line: Id003Line;

  constructor(line: Id003Line) {
    this.#line = line;
  }

  /** @throws {DeviceError} `offline` after three tries without an answer */
  async poll(): Promise<StatusMessage> {
    const status = await this.#repeat({ kind: 'statusRequest' }, asStatus);
    if (status === undefined) throw this.#line.error('offline', `the acceptor did not answer ${TRIES} status requests`);
    return status;
  }

  /** Sent once. */
  async order(order: Order): Promise<OrderAnswer> {
    return verdict(await this.#line.ask({ kind: order }, (answer) => (answer.kind === 'ack' || answer.kind === 'invalidCommand' ? answer : undefined)));
  }

  /** The ACK to VEND VALID; the acceptor does not answer it. */
  async acknowledge(): Promise<void> {
    await this.#line.send({ kind: 'ack' });
  }

  /** Taken when the acceptor echoed exactly this value. */
  async set(setting: SettingName, value: readonly number[]): Promise<OrderAnswer> {
    const echo = await this.#repeat({ kind: 'set', setting, value }, (answer) => {
      if (answer.kind === 'invalidCommand') return answer;
      return answer.kind === 'settingEcho' && answer.setting === setting && answer.value.join() === value.join() ? answer : undefined;
    });
    return verdict(echo);
  }

  /** Undefined: the acceptor does not tell now. */
  async currencyTable(): Promise<readonly CurrencyEntry[] | undefined> {
    const answer = await this.#repeat({ kind: 'askCurrencyTable' }, (heard) =>
      heard.kind === 'currencyTable' || heard.kind === 'invalidCommand' ? heard : undefined,
    );
    return answer?.kind === 'currencyTable' ? answer.entries : undefined;
  }

  /** Undefined: the acceptor does not tell now. */
  async version(): Promise<string | undefined> {
    const answer = await this.#repeat({ kind: 'askVersion' }, (heard) => (heard.kind === 'version' || heard.kind === 'invalidCommand' ? heard : undefined));
    return answer?.kind === 'version' ? answer.text : undefined;
  }

  async #repeat<A extends AcceptorMessage>(message: HostMessage, wanted: (answer: AcceptorMessage) => A | undefined): Promise<A | undefined> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const answer = await this.#line.ask(message, wanted);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}

function verdict(answer: AcceptorMessage | undefined): OrderAnswer {
  if (answer === undefined) return 'noAnswer';
  return answer.kind === 'invalidCommand' ? 'refused' : 'taken';
}

function asStatus(answer: AcceptorMessage): StatusMessage | undefined {
  return isStatus(answer) ? answer : undefined;
}
