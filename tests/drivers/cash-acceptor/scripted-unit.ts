/**
 * An acceptor that says exactly what a test tells it to, for answers that the simulated unit never gives. Records every command.
 */
import {
  decodeHostMessage,
  encodeAcceptorMessage,
  type AcceptorMessage,
  type HostMessage,
  type StatusMessage,
} from '../../../drivers/cash-acceptor/id003/codec.ts';
import { FrameDecoder } from '../../../drivers/cash-acceptor/id003/frame.ts';
import { Id003CashAcceptor } from '../../../drivers/cash-acceptor/id003/device.ts';
import { CNY } from '../../../drivers/cash-acceptor/id003/simulator.ts';
import type { CashAcceptorEvent } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { optionsOf, within, type OptionsInput } from './bench.ts';

export class ScriptedUnit {
  /** What a status request is answered; the last one stays. */
  says: StatusMessage[] = [{ kind: 'disabled' }];
  readonly heard: HostMessage[] = [];
  /** Answers other than the usual; undefined = silence. */
  readonly unusual = new Map<HostMessage['kind'], () => AcceptorMessage | undefined>();
  readonly line = new SimulatedLine();
  readonly #decoder = new FrameDecoder();

  constructor() {
    this.line.attachUnit((bytes) => {
      for (const decoded of this.#decoder.push(bytes)) {
        const result = decoded.ok ? decodeHostMessage(decoded.frame) : undefined;
        if (result?.ok !== true) throw new Error('the driver said what is no command');
        if (result.message.kind !== 'statusRequest') this.heard.push(result.message);
        this.#answer(result.message);
      }
    });
  }

  /** How often this command came. */
  count(kind: HostMessage['kind']): number {
    return this.heard.filter((message) => message.kind === kind).length;
  }

  #answer(message: HostMessage): void {
    const unusual = this.unusual.get(message.kind);
    const answer = unusual === undefined ? this.#usual(message) : unusual();
    if (answer !== undefined) this.line.fromUnit(encodeAcceptorMessage(answer));
  }

  #usual(message: HostMessage): AcceptorMessage | undefined {
    switch (message.kind) {
      case 'statusRequest':
        return (this.says.length > 1 ? this.says.shift() : this.says[0]) ?? { kind: 'disabled' };
      case 'set':
        return { kind: 'settingEcho', setting: message.setting, value: message.value };
      case 'askCurrencyTable':
        return { kind: 'currencyTable', entries: CNY };
      case 'askVersion':
        return { kind: 'version', text: 'SCRIPT' };
      case 'ack':
        return undefined;
      case 'reset':
      case 'stack1':
      case 'stack2':
      case 'return':
      case 'hold':
      case 'wait':
      case 'ask':
      case 'askBootVersion':
        break;
    }
    return { kind: 'ack' };
  }
}

export interface ScriptedBench {
  readonly clock: SimulatedClock;
  readonly unit: ScriptedUnit;
  readonly acceptor: Id003CashAcceptor;
  readonly events: CashAcceptorEvent[];
  readonly credits: string[];
}

export function scripted(options: OptionsInput = {}): ScriptedBench {
  const clock = new SimulatedClock();
  const unit = new ScriptedUnit();
  const acceptor = new Id003CashAcceptor(optionsOf(options), { transport: unit.line, clock });
  const events: CashAcceptorEvent[] = [];
  const credits: string[] = [];
  acceptor.onEvent((event) => {
    if (event.type !== 'statusChanged') events.push(event);
  });
  acceptor.setCreditHandler(async ({ evidence }) => void credits.push(evidence));
  return { clock, unit, acceptor, events, credits };
}

/** Connected, with nothing in its path. */
export async function scriptedReady(options: OptionsInput = {}): Promise<ScriptedBench> {
  const made = scripted(options);
  await within(made.clock, made.acceptor.connect());
  made.unit.heard.length = 0;
  return made;
}
