/**
 * CCNET for the tests of this folder: the driver with the simulated unit, and with one that says exactly what a test tells it to and
 * records every command.
 */
import { CcnetCashAcceptor, ccnetOptionsSchema, type CcnetOptions } from '../../../drivers/cash-acceptor/ccnet/device.ts';
import { decodeHostMessage, encodeAnswer, type Answer, type HostMessage, type PollAnswer } from '../../../drivers/cash-acceptor/ccnet/codec.ts';
import { encodeFrame, FrameDecoder } from '../../../drivers/cash-acceptor/ccnet/frame.ts';
import { CNY_TABLE, SimulatedCcnet, type CcnetUnitOptions } from '../../../drivers/cash-acceptor/ccnet/simulator.ts';
import type { CashAcceptorEvent, NoteEvidence } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { within, YUAN } from './bench.ts';

interface Driven {
  readonly clock: SimulatedClock;
  readonly line: SimulatedLine;
  readonly acceptor: CcnetCashAcceptor;
  readonly events: CashAcceptorEvent[];
  readonly credits: NoteEvidence[];
}

function driven(clock: SimulatedClock, line: SimulatedLine, options: Partial<CcnetOptions>): Driven {
  const acceptor = new CcnetCashAcceptor(ccnetOptionsSchema.parse({ denominations: [1000, 2000, 5000, 10_000], ...options }), { transport: line, clock });
  const events: CashAcceptorEvent[] = [];
  const credits: NoteEvidence[] = [];
  acceptor.onEvent((event) => {
    if (event.type !== 'statusChanged') events.push(event);
  });
  acceptor.setCreditHandler(async ({ evidence }) => void credits.push(evidence));
  return { clock, line, acceptor, events, credits };
}

export interface CcnetBench extends Driven {
  readonly unit: SimulatedCcnet;
}

export function ccnetBench(options: Partial<CcnetOptions> = {}, unitOptions: CcnetUnitOptions = {}): CcnetBench {
  const clock = new SimulatedClock();
  const unit = new SimulatedCcnet(clock, unitOptions);
  const line = new SimulatedLine();
  unit.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => unit.receive(bytes));
  return { ...driven(clock, line, options), unit };
}

/** Connected, taking the four notes of its options. */
export async function ccnetReady(options: Partial<CcnetOptions> = {}, unitOptions: CcnetUnitOptions = {}): Promise<CcnetBench> {
  const made = ccnetBench(options, unitOptions);
  await within(made.clock, made.acceptor.connect());
  await within(made.clock, made.acceptor.accept([YUAN[10], YUAN[20], YUAN[50], YUAN[100]]));
  made.events.length = 0;
  return made;
}

export class ScriptedCcnet {
  /** What a poll is answered; the last one stays. */
  says: PollAnswer[] = [{ kind: 'disabled' }];
  /** Everything but polls. */
  readonly heard: HostMessage[] = [];
  /** Answers other than the usual; undefined = silence. */
  readonly unusual = new Map<HostMessage['kind'], (message: HostMessage) => Answer | undefined>();
  readonly line = new SimulatedLine();
  readonly #decoder = new FrameDecoder();
  #enabled: readonly number[] = [];

  constructor() {
    this.line.attachUnit((bytes) => {
      for (const decoded of this.#decoder.push(bytes)) {
        const message = decoded.ok ? decodeHostMessage(decoded.frame) : undefined;
        if (message === undefined) throw new Error('the driver said what is no command');
        if (message.kind !== 'poll') this.heard.push(message);
        this.#answer(message);
      }
    });
  }

  /** Everything but polls and their acknowledgements. */
  get commands(): readonly HostMessage[] {
    return this.heard.filter(({ kind }) => kind !== 'ack');
  }

  count(kind: HostMessage['kind']): number {
    return this.heard.filter((message) => message.kind === kind).length;
  }

  say(answer: Answer): void {
    this.line.fromUnit(encodeFrame({ address: 3, data: encodeAnswer(answer) }));
  }

  #answer(message: HostMessage): void {
    const unusual = this.unusual.get(message.kind);
    const answer = unusual === undefined ? this.#usual(message) : unusual(message);
    if (answer !== undefined) this.say(answer);
  }

  #usual(message: HostMessage): Answer | undefined {
    switch (message.kind) {
      case 'ack':
      case 'nak':
        return undefined;
      case 'poll':
        return { kind: 'poll', answer: (this.says.length > 1 ? this.says.shift() : this.says[0]) ?? { kind: 'disabled' } };
      case 'getStatus':
        return { kind: 'status', enabled: this.#enabled, security: [] };
      case 'getBillTable':
        return { kind: 'billTable', entries: [...CNY_TABLE, ...Array.from({ length: 24 - CNY_TABLE.length }, () => ({ value: 0, country: '', exponent: 0 }))] };
      case 'identification':
        return { kind: 'identification', partNumber: 'SM-CN1234', serialNumber: '21KC53011234', assetNumber: new Uint8Array(7) };
      case 'enableBillTypes':
        this.#enabled = message.types;
        break;
      case 'reset':
      case 'stack':
      case 'return':
      case 'hold':
      case 'setSecurity':
        break;
    }
    return { kind: 'ack' };
  }
}

export interface ScriptedCcnetBench extends Driven {
  readonly unit: ScriptedCcnet;
}

export function ccnetScripted(options: Partial<CcnetOptions> = {}): ScriptedCcnetBench {
  const unit = new ScriptedCcnet();
  return { ...driven(new SimulatedClock(), unit.line, options), unit };
}

/** Connected, with nothing in its path. */
export async function ccnetScriptedReady(options: Partial<CcnetOptions> = {}): Promise<ScriptedCcnetBench> {
  const made = ccnetScripted(options);
  await within(made.clock, made.acceptor.connect());
  made.unit.heard.length = 0;
  return made;
}
