/**
 * CCNET's commands, one exchange each, as the core of the polled acceptors asks for them. Every data answer is acknowledged at once but
 * for "bill stacked": that waits for the core, which writes the credit down first. A damaged data answer is asked for again with NAK.
 * Source: protocols/cash-acceptor.md 4.
 */
import { formatYuan, type Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import type { DeviceIdentity } from '../../device.ts';
import type { PolledLine } from '../polled/line.ts';
import { NoteTable } from '../polled/note-table.ts';
import type { AcceptorReport } from '../polled/report.ts';
import { TRIES, type Order, type OrderAnswer, type PolledUnit } from '../polled/unit.ts';
import { BILL_TYPES, denominationOf, encodeHostMessage, type Answer, type BillTableEntry, type HostMessage } from './codec.ts';
import { encodeFrame } from './frame.ts';
import { reportOf } from './status.ts';

const EVERY_TYPE: readonly number[] = Array.from({ length: BILL_TYPES }, (_, type) => type);

type DataAnswer = Extract<Answer, { readonly kind: 'poll' | 'status' | 'billTable' | 'identification' }>;
type Settled = Extract<Answer, { readonly kind: 'ack' | 'nak' | 'illegalCommand' }>;

export interface CcnetUnitOptions {
  /** Of the validator on the bus. */
  readonly address: number;
  /** Country codes in its bill table whose amounts are yuan. */
  readonly countries: readonly string[];
}

export class CcnetUnit implements PolledUnit {
  readonly #line: PolledLine<Answer>;
  readonly #options: CcnetUnitOptions;
  #identity: DeviceIdentity = { model: 'CashCode CCNET', maker: 'CashCode' };

  constructor(line: PolledLine<Answer>, options: CcnetUnitOptions) {
    this.#line = line;
    this.#options = options;
  }

  get identity(): DeviceIdentity {
    return this.#identity;
  }

  async poll(): Promise<AcceptorReport> {
    const request: HostMessage = { kind: 'poll' };
    const answer = await this.#askData(request, (heard) => (heard.kind === 'poll' ? heard : undefined));
    if (answer?.kind !== 'poll') throw this.#line.silence(`${TRIES} polls (${toHex(this.#frame(request))})`);
    return reportOf(answer.answer);
  }

  async order(order: Order): Promise<OrderAnswer> {
    return verdict(await this.#line.ask(this.#frame({ kind: order }), settledAnswer));
  }

  /** ACK to "bill stacked". */
  async acknowledge(): Promise<void> {
    await this.#line.send(this.#frame({ kind: 'ack' }));
  }

  async readTable(): Promise<NoteTable | undefined> {
    const table = await this.#askData({ kind: 'getBillTable' }, (heard) => (heard.kind === 'billTable' || heard.kind === 'illegalCommand' ? heard : undefined));
    if (table?.kind !== 'billTable') return undefined;
    await this.#identify();
    return this.#noteTable(table.entries);
  }

  async configure(): Promise<boolean> {
    return (await this.#set({ kind: 'setSecurity', types: [] })) !== 'noAnswer'; // not every model knows it
  }

  enable(table: NoteTable, accepted: readonly Fen[]): Promise<boolean> {
    return this.#enable(table.codesOf(accepted));
  }

  inhibit(): Promise<boolean> {
    return this.#enable([]);
  }

  /**
   * Escrow for every type there is (cash-acceptor.md 4, "enable all, escrow all"): a note that is on its way in while its type is taken off would
   * else go into the box at once, unasked. Taken when the unit, asked afterwards, lets in nothing else.
   */
  async #enable(types: readonly number[]): Promise<boolean> {
    if ((await this.#set({ kind: 'enableBillTypes', types, escrow: EVERY_TYPE })) !== 'taken') return false;
    const status = await this.#askData({ kind: 'getStatus' }, (heard) => (heard.kind === 'status' || heard.kind === 'illegalCommand' ? heard : undefined));
    return status?.kind !== 'status' || status.enabled.every((type) => types.includes(type));
  }

  async #identify(): Promise<void> {
    const who = await this.#askData({ kind: 'identification' }, (heard) =>
      heard.kind === 'identification' || heard.kind === 'illegalCommand' ? heard : undefined,
    );
    if (who?.kind === 'identification') this.#identity = { ...this.#identity, firmware: who.partNumber, serialNumber: who.serialNumber };
  }

  #noteTable(entries: readonly BillTableEntry[]): NoteTable {
    const notes: [number, Fen][] = [];
    const foreign: string[] = [];
    for (const [type, entry] of entries.entries()) {
      const denomination = denominationOf(entry);
      if (denomination === undefined) continue;
      if (this.#options.countries.includes(entry.country)) notes.push([type, denomination]);
      else foreign.push(`${formatYuan(denomination)} of ${JSON.stringify(entry.country)}`);
    }
    const countries = this.#options.countries.join(', ');
    return new NoteTable(notes, foreign.length === 0 ? '' : `${foreign.join(', ')}, which is none of the countries ${countries}`);
  }

  /** A setting: repeated until it is answered, since giving it twice does no harm. */
  #set(message: HostMessage): Promise<OrderAnswer> {
    return this.#repeat(async () => {
      const answer = await this.#line.ask(this.#frame(message), settledAnswer);
      return answer === undefined || answer.kind === 'nak' ? undefined : verdict(answer);
    }).then((answer) => answer ?? 'noAnswer');
  }

  /** A question, its answer acknowledged. */
  #askData<A extends DataAnswer | { readonly kind: 'illegalCommand' }>(
    message: HostMessage,
    wanted: (heard: DataAnswer | { readonly kind: 'illegalCommand' }) => A | undefined,
  ): Promise<A | undefined> {
    const take = (heard: Answer): A | undefined => (heard.kind === 'ack' || heard.kind === 'nak' ? undefined : wanted(heard));
    return this.#repeat(async () => {
      const answer = await this.#line.ask(this.#frame(message), take, this.#frame({ kind: 'nak' }));
      if (answer !== undefined && needsAck(answer)) await this.acknowledge();
      return answer;
    });
  }

  /** After a repetition a late answer to an earlier try may still come: it must not be taken for the next command's. */
  async #repeat<A>(exchange: () => Promise<A | undefined>): Promise<A | undefined> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const answer = await exchange();
      if (answer === undefined) continue;
      if (attempt > 1) await this.#line.drain();
      return answer;
    }
    return undefined;
  }

  #frame(message: HostMessage): Uint8Array {
    return encodeFrame({ address: this.#options.address, data: encodeHostMessage(message) });
  }
}

function needsAck(answer: Answer): boolean {
  return answer.kind !== 'illegalCommand' && !(answer.kind === 'poll' && answer.answer.kind === 'billStacked');
}

function settledAnswer(answer: Answer): Settled | undefined {
  return answer.kind === 'ack' || answer.kind === 'nak' || answer.kind === 'illegalCommand' ? answer : undefined;
}

/** NAK: the command came damaged, so nothing was done; the core asks for the state and may order again. */
function verdict(answer: Settled | undefined): OrderAnswer {
  if (answer === undefined || answer.kind === 'nak') return 'noAnswer';
  return answer.kind === 'ack' ? 'taken' : 'refused';
}
