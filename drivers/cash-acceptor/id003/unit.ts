/**
 * ID-003's commands, one exchange each, as the core of the polled acceptors asks for them.
 * Source: protocols/cash-acceptor.md 3, 3.1 and 3.3.
 */
import type { Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import type { DeviceIdentity } from '../../device.ts';
import type { PolledLine } from '../polled/line.ts';
import type { NoteTable } from '../polled/note-table.ts';
import type { AcceptorReport } from '../polled/report.ts';
import { TRIES, type Order, type OrderAnswer, type PolledUnit } from '../polled/unit.ts';
import { encodeHostMessage, isStatus, type AcceptorMessage, type HostMessage, type PlainCommand, type SettingName } from './codec.ts';
import { disabledMask, noteTable } from './currency.ts';
import { reportOf } from './status.ts';

export class Id003Unit implements PolledUnit {
  readonly #line: PolledLine<AcceptorMessage>;
  readonly #orders: Readonly<Record<Order, PlainCommand>>;
  #identity: DeviceIdentity = { model: 'JCM ID-003', maker: 'JCM' };
  /** An answer since the line was opened may be our own request: see `#seesItself`. */
  #sound = false;

  constructor(line: PolledLine<AcceptorMessage>, stackCommand: 'stack1' | 'stack2') {
    this.#line = line;
    this.#orders = { reset: 'reset', stack: stackCommand, return: 'return', hold: 'hold' };
    line.onLost(() => void (this.#sound = false));
  }

  get identity(): DeviceIdentity {
    return this.#identity;
  }

  async poll(): Promise<AcceptorReport> {
    const request: HostMessage = { kind: 'statusRequest' };
    const status = await this.#repeat(request, (answer) => (isStatus(answer) ? answer : undefined));
    if (status === undefined) throw this.#line.silence(`${TRIES} status requests (${toHex(encodeHostMessage(request))})`);
    if (status.kind === 'idling') await this.#checkEcho();
    else this.#sound = true;
    return reportOf(status);
  }

  async order(order: Order): Promise<OrderAnswer> {
    const message = encodeHostMessage({ kind: this.#orders[order] });
    return verdict(await this.#line.ask(message, (answer) => (answer.kind === 'ack' || answer.kind === 'invalidCommand' ? answer : undefined)));
  }

  async acknowledge(): Promise<void> {
    await this.#line.send(encodeHostMessage({ kind: 'ack' }));
  }

  async readTable(): Promise<NoteTable | undefined> {
    const answer = await this.#repeat({ kind: 'askCurrencyTable' }, (heard) =>
      heard.kind === 'currencyTable' || heard.kind === 'invalidCommand' ? heard : undefined,
    );
    if (answer?.kind !== 'currencyTable') return undefined;
    const firmware = (await this.#version())?.trim();
    if (firmware !== undefined) this.#identity = { ...this.#identity, firmware };
    return noteTable(answer.entries);
  }

  /** The settings of section 3.3 but C3. */
  async configure(table: NoteTable): Promise<boolean> {
    return (await this.#set('denominations', disabledMask(table, []))) && (await this.#set('security', [0, 0])) && (await this.#set('communicationMode', [0]));
  }

  async enable(table: NoteTable, accepted: readonly Fen[]): Promise<boolean> {
    return (await this.#set('denominations', disabledMask(table, accepted))) && (await this.#set('inhibit', [0]));
  }

  inhibit(): Promise<boolean> {
    return this.#set('inhibit', [1]);
  }

  /** Taken when the acceptor echoed exactly this value. */
  async #set(setting: SettingName, value: readonly number[]): Promise<boolean> {
    const echo = await this.#repeat({ kind: 'set', setting, value }, (answer) => {
      if (answer.kind === 'invalidCommand') return answer;
      return answer.kind === 'settingEcho' && answer.setting === setting && answer.value.join() === value.join() ? answer : undefined;
    });
    return verdict(echo) === 'taken';
  }

  /**
   * On an adapter that gives back what is sent, our status request looks like IDLING (section 3.2) and our settings like their echo. A
   * version is what such a line can't make up: it is asked for once per line while nothing but IDLING was heard.
   */
  async #checkEcho(): Promise<void> {
    if (this.#sound) return;
    if ((await this.#version()) === '') throw this.#line.error('protocol', 'the line gives back what is sent on it; check the adapter for an echo or a bridge');
    this.#sound = true;
  }

  /** Undefined: the acceptor does not tell now. */
  async #version(): Promise<string | undefined> {
    const answer = await this.#repeat({ kind: 'askVersion' }, (heard) => (heard.kind === 'version' || heard.kind === 'invalidCommand' ? heard : undefined));
    return answer?.kind === 'version' ? answer.text : undefined;
  }

  async #repeat<A extends AcceptorMessage>(message: HostMessage, wanted: (answer: AcceptorMessage) => A | undefined): Promise<A | undefined> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const answer = await this.#line.ask(encodeHostMessage(message), wanted);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}

function verdict(answer: AcceptorMessage | undefined): OrderAnswer {
  if (answer === undefined) return 'noAnswer';
  return answer.kind === 'invalidCommand' ? 'refused' : 'taken';
}
