/**
 * A CashCode acceptor that lives in memory: the simulated note path with CCNET's wire protocol. Shares only the codec with the driver.
 * Source: protocols/cash-acceptor.md 4 and 7; in which states a command is taken, by the maker's interface description as quoted in public
 * programs.
 */
import type { Clock } from '../../../common/clock.ts';
import { soundNotePath, type NotePathFaults, type Rejection, type UnitState } from '../polled/note-path-parts.ts';
import { SimulatedNotePath } from '../polled/simulated-note-path.ts';
import type { FedNote } from '../simulated-cash-acceptor.ts';
import {
  BILL_TYPES,
  decodeHostMessage,
  denominationOf,
  encodeAnswer,
  type Answer,
  type BillTableEntry,
  type HostMessage,
  type Identification,
  type PlainState,
  type PollAnswer,
} from './codec.ts';
import { encodeFrame, FrameDecoder } from './frame.ts';

export interface CcnetFaults extends NotePathFaults {
  /** Commands answered by "illegal command". */
  refuse: readonly HostMessage['kind'][];
  /** Ms within which an acknowledgement counts. */
  ackLimit: number;
  /** Says that it can't tell its state now. */
  busy: boolean;
}

export interface CcnetUnitOptions {
  readonly address?: number;
  readonly table?: readonly BillTableEntry[];
  readonly identification?: Identification;
  readonly boxCapacity?: number;
  /** Ms after which the note in escrow goes back unless held (section 4: about 10 s). */
  readonly escrowLimit?: number;
}

/** 1, 5, 10, 20, 50 and 100 yuan, the last in two issues. */
export const CNY_TABLE: readonly BillTableEntry[] = [
  { value: 1, country: 'CHN', exponent: 0 },
  { value: 5, country: 'CHN', exponent: 0 },
  { value: 1, country: 'CHN', exponent: 1 },
  { value: 2, country: 'CHN', exponent: 1 },
  { value: 5, country: 'CHN', exponent: 1 },
  { value: 1, country: 'CHN', exponent: 2 },
  { value: 100, country: 'CHN', exponent: 0 },
];

const IDENTIFICATION: Identification = { partNumber: 'SM-CN1234', serialNumber: '21KC53011234', assetNumber: Uint8Array.of(1, 2, 3, 4, 5, 6, 7) };

/** Section 4: 61 magnetic, 65 identification, 68 inhibited, 6C length. */
const REASONS: Readonly<Record<Exclude<Rejection, 'knob'>, number>> = { torn: 0x6c, unknown: 0x65, inhibited: 0x68 };
const MAGNETIC = 0x61;
type PlainUnitState = Exclude<UnitState['kind'], 'escrow' | 'creditMessage' | 'returned' | 'failure' | 'rejecting'>;
const PLAIN: Readonly<Record<PlainUnitState, PlainState>> = {
  accepting: 'accepting',
  stacking: 'stacking',
  stacked: 'stacking',
  returning: 'returning',
  holding: 'holding',
  initialize: 'initialize',
  powerUp: 'powerUp',
  powerUpNoteInAcceptor: 'powerUpBillInValidator',
  powerUpNoteInStacker: 'powerUpBillInStacker',
  jamInAcceptor: 'validatorJammed',
  jamInStacker: 'cassetteJammed',
  cheated: 'cheated',
  pause: 'pause',
  idling: 'idling',
  disabled: 'disabled',
  stackerFull: 'cassetteFull',
  stackerOpen: 'cassetteRemoved',
};

/** What it says while busy, in tenths of a second. */
const BUSY_TENTHS = 5;

export class SimulatedCcnet extends SimulatedNotePath<CcnetFaults> {
  readonly #clock: Clock;
  readonly #address: number;
  readonly #table: readonly BillTableEntry[];
  readonly #identification: Identification;
  readonly #decoder = new FrameDecoder();
  #enabled: readonly number[] = [];
  #escrow: readonly number[] = [];
  #security: readonly number[] = [];
  #settingsHeard = false;
  /** The last data answer, which NAK asks for again and ACK acknowledges; `at`: when it was given. */
  #given: { readonly answer: Answer; readonly at: number } | undefined;

  constructor(
    clock: Clock,
    { address = 3, table = CNY_TABLE, identification = IDENTIFICATION, boxCapacity = 600, escrowLimit = 10_000 }: CcnetUnitOptions = {},
  ) {
    const faults: CcnetFaults = { ...soundNotePath(MAGNETIC), refuse: [], ackLimit: Number.POSITIVE_INFINITY, busy: false };
    super(clock, { boxCapacity, escrowLimit, tellsReturned: true }, faults);
    this.#clock = clock;
    this.#address = address;
    this.#table = [...table, ...Array.from({ length: BILL_TYPES - table.length }, () => ({ value: 0, country: '', exponent: 0 }))];
    this.#identification = identification;
  }

  /** What it would answer to a poll. */
  get status(): PollAnswer {
    if (this.faults.busy) return { kind: 'busy', code: BUSY_TENTHS };
    const { state } = this;
    if (state.kind === 'escrow') return { kind: 'escrow', code: this.lastCode };
    if (state.kind === 'creditMessage') return { kind: 'billStacked', code: this.lastCode };
    if (state.kind === 'returned') return { kind: 'billReturned', code: this.lastCode };
    if (state.kind === 'failure') return { kind: 'failure', code: this.faults.failure ?? 0 };
    if (state.kind === 'rejecting') return { kind: 'rejecting', code: state.why === 'knob' ? this.faults.rejectReason : REASONS[state.why] };
    return { kind: PLAIN[state.kind] };
  }

  protected hear(bytes: Uint8Array): void {
    for (const decoded of this.#decoder.push(bytes)) {
      if (!decoded.ok) {
        if (decoded.error === 'badCrc') this.#answer({ kind: 'nak' });
        continue;
      }
      if (decoded.frame.address !== this.#address) continue;
      const message = decodeHostMessage(decoded.frame);
      const answer = message === undefined ? ILLEGAL : this.#obey(message);
      if (answer !== undefined) this.#answer(answer);
    }
  }

  protected forgetSettings(): void {
    this.#enabled = [];
    this.#escrow = [];
    this.#security = [];
    this.#settingsHeard = false;
    this.#given = undefined;
  }

  protected forgetHalfHeard(): void {
    this.#decoder.reset();
  }

  protected get inhibited(): boolean {
    return this.#enabled.length === 0;
  }

  protected get settingsHeard(): boolean {
    return this.#settingsHeard;
  }

  protected codesOf(note: FedNote): readonly number[] {
    return this.#table.flatMap((entry, type) => (denominationOf(entry) === note ? [type] : []));
  }

  protected enabled(noteCode: number): boolean {
    return this.#enabled.includes(noteCode);
  }

  /** A type without its escrow bit is stacked at once. */
  protected override heldInEscrow(noteCode: number): boolean {
    return this.#escrow.includes(noteCode);
  }

  #obey(message: HostMessage): Answer | undefined {
    if (message.kind === 'ack') return this.#acknowledged();
    if (message.kind === 'nak') return this.#given?.answer;
    this.#given = undefined;
    if (this.faults.refuse.includes(message.kind)) return ILLEGAL;
    switch (message.kind) {
      case 'poll':
        return { kind: 'poll', answer: this.status };
      case 'reset':
        this.reset();
        return ACK;
      case 'stack':
        return this.stack(false) ? ACK : ILLEGAL;
      case 'return':
        return this.sendBack() ? ACK : ILLEGAL;
      case 'hold':
        return this.hold() ? ACK : ILLEGAL;
      case 'getStatus':
        return { kind: 'status', enabled: this.#enabled, security: this.#security };
      case 'getBillTable':
        return this.#tellsOfItself() ? { kind: 'billTable', entries: this.#table } : ILLEGAL;
      case 'identification':
        return this.#tellsOfItself() ? { kind: 'identification', ...this.#identification } : ILLEGAL;
      case 'setSecurity':
      case 'enableBillTypes':
        return this.#set(message);
    }
  }

  #set(message: Extract<HostMessage, { readonly kind: 'setSecurity' | 'enableBillTypes' }>): Answer {
    if (this.#afterPowerUp()) return ILLEGAL;
    if (message.kind === 'setSecurity') {
      this.#security = message.types;
      return ACK;
    }
    this.#enabled = message.types.filter((type) => (this.#table[type]?.value ?? 0) > 0);
    this.#escrow = message.escrow;
    this.#settingsHeard = true;
    return ACK;
  }

  /** Counts for the answer that was given last, and only in time. */
  #acknowledged(): undefined {
    const given = this.#given;
    this.#given = undefined;
    if (given?.answer.kind !== 'poll' || this.#clock.monotonic() - given.at > this.faults.ackLimit) return;
    if (given.answer.answer.kind === 'billStacked' || given.answer.answer.kind === 'billReturned') this.acknowledge();
  }

  /** Identification and bill table: after power-up, while initializing, disabled, or in trouble (41–47). */
  #tellsOfItself(): boolean {
    const { kind } = this.status;
    const trouble: readonly PollAnswer['kind'][] = ['cassetteFull', 'cassetteRemoved', 'validatorJammed', 'cassetteJammed', 'cheated', 'pause', 'failure'];
    return this.#afterPowerUp() || kind === 'initialize' || kind === 'disabled' || trouble.includes(kind);
  }

  #afterPowerUp(): boolean {
    const { kind } = this.status;
    return kind === 'powerUp' || kind === 'powerUpBillInValidator' || kind === 'powerUpBillInStacker';
  }

  #answer(answer: Answer): void {
    if (answer.kind !== 'ack' && answer.kind !== 'nak') this.#given = { answer, at: this.#clock.monotonic() };
    this.say(encodeFrame({ address: this.#address, data: encodeAnswer(answer) }));
  }
}

const ACK: Answer = { kind: 'ack' };
const ILLEGAL: Answer = { kind: 'illegalCommand' };
