/**
 * A JCM ID-003 acceptor that lives in memory: the simulated note path with ID-003's wire protocol. Shares only the codec with the driver.
 * Source: protocols/cash-acceptor.md 3 and 7.
 */
import type { Clock } from '../../../common/clock.ts';
import { soundNotePath, type NotePathFaults, type Rejection } from '../polled/note-path-parts.ts';
import { SimulatedNotePath } from '../polled/simulated-note-path.ts';
import type { FedNote } from '../simulated-cash-acceptor.ts';
import {
  decodeHostMessage,
  denominationOf,
  encodeAcceptorMessage,
  FIRST_NOTE_CODE,
  type AcceptorMessage,
  type CurrencyEntry,
  type HostMessage,
  type SettingName,
  type StatusMessage,
} from './codec.ts';
import { FrameDecoder } from './frame.ts';

export interface Id003Faults extends NotePathFaults {
  /** Commands answered by 4B. */
  refuse: readonly HostMessage['kind'][];
}

export interface Id003UnitOptions {
  readonly currency?: readonly CurrencyEntry[];
  readonly version?: string;
  readonly boxCapacity?: number;
  /** Ms after which the note in escrow goes back unless held. */
  readonly escrowLimit?: number;
}

/** 1, 5, 10, 20, 50 and 100 yuan, the last in two issues. */
export const CNY: readonly CurrencyEntry[] = [
  { noteCode: 0x61, country: 0x2c, value: 1, exponent: 0 },
  { noteCode: 0x62, country: 0x2c, value: 5, exponent: 0 },
  { noteCode: 0x63, country: 0x2c, value: 10, exponent: 0 },
  { noteCode: 0x64, country: 0x2c, value: 2, exponent: 1 },
  { noteCode: 0x65, country: 0x2c, value: 5, exponent: 1 },
  { noteCode: 0x66, country: 0x2c, value: 1, exponent: 2 },
  { noteCode: 0x67, country: 0x2c, value: 100, exponent: 0 },
  { noteCode: 0x68, country: 0, value: 0, exponent: 0 },
];

/** Section 3.2: 72 magnetic pattern, 76 denomination, 79 inhibited, 7D length. */
const REASONS: Readonly<Record<Exclude<Rejection, 'knob'>, number>> = { torn: 0x7d, unknown: 0x76, inhibited: 0x79 };
const MAGNETIC = 0x72;

export class SimulatedId003 extends SimulatedNotePath<Id003Faults> {
  readonly #currency: readonly CurrencyEntry[];
  readonly #version: string;
  readonly #decoder = new FrameDecoder();
  #settings: Record<SettingName, readonly number[]> = defaults();
  #settingsHeard = false;

  constructor(clock: Clock, { currency = CNY, version = 'SIM(CHN)-05 ID003-05V100-00', boxCapacity = 600, escrowLimit = 30_000 }: Id003UnitOptions = {}) {
    super(clock, { boxCapacity, escrowLimit, tellsReturned: false }, { ...soundNotePath(MAGNETIC), refuse: [] });
    this.#currency = currency;
    this.#version = version;
  }

  /** What it would answer to a status request. */
  get status(): StatusMessage {
    const { state } = this;
    if (state.kind === 'creditMessage') return { kind: 'vendValid' };
    if (state.kind === 'returned') return { kind: 'returning' };
    if (state.kind === 'failure') return { kind: 'failure', cause: this.faults.failure ?? 0 };
    if (state.kind === 'escrow') return { kind: 'escrow', noteCode: state.noteCode };
    if (state.kind === 'rejecting') return { kind: 'rejecting', reason: state.why === 'knob' ? this.faults.rejectReason : REASONS[state.why] };
    return { kind: state.kind };
  }

  protected hear(bytes: Uint8Array): void {
    for (const decoded of this.#decoder.push(bytes)) {
      const result = decoded.ok ? decodeHostMessage(decoded.frame) : undefined;
      if (result === undefined) continue; // a wrong CRC gets no answer
      const answer = result.ok ? this.#obey(result.message) : REFUSED;
      if (answer !== undefined) this.say(encodeAcceptorMessage(answer));
    }
  }

  protected forgetSettings(): void {
    this.#settings = defaults();
    this.#settingsHeard = false;
  }

  protected forgetHalfHeard(): void {
    this.#decoder.reset();
  }

  protected get inhibited(): boolean {
    return this.#settings.inhibit[0] !== 0;
  }

  protected get settingsHeard(): boolean {
    return this.#settingsHeard;
  }

  protected codesOf(note: FedNote): readonly number[] {
    return this.#currency.filter((entry) => denominationOf(entry) === note).map((entry) => entry.noteCode);
  }

  protected enabled(noteCode: number): boolean {
    const [low = 0, high = 0] = this.#settings.denominations;
    return (((high << 8) | low) & (1 << (noteCode - FIRST_NOTE_CODE))) === 0;
  }

  #obey(message: HostMessage): AcceptorMessage | undefined {
    if (this.faults.refuse.includes(message.kind)) return REFUSED;
    switch (message.kind) {
      case 'statusRequest':
        return this.status;
      case 'reset':
        this.reset();
        return ACK;
      case 'stack1':
      case 'stack2':
        return this.stack(message.kind === 'stack1') ? ACK : REFUSED;
      case 'return':
        return this.sendBack() ? ACK : REFUSED;
      case 'hold':
        return this.hold() ? ACK : REFUSED;
      case 'ack':
        this.acknowledge();
        return undefined;
      case 'set':
        return this.#set(message.setting, message.value);
      case 'ask':
        return { kind: 'settingValue', setting: message.setting, value: this.#settings[message.setting] };
      case 'askVersion':
        return { kind: 'version', text: this.#version };
      case 'askBootVersion':
        return { kind: 'bootVersion', text: 'B01' };
      case 'askCurrencyTable':
        return { kind: 'currencyTable', entries: this.#currency };
      case 'wait':
        break;
    }
    return ACK;
  }

  /** C3 in any state but after power-up; the others only while initializing or inhibited (section 3.3). */
  #set(setting: SettingName, value: readonly number[]): AcceptorMessage {
    const { kind } = this.status;
    const afterPowerUp = kind === 'powerUp' || kind === 'powerUpNoteInAcceptor' || kind === 'powerUpNoteInStacker';
    const quiet = kind === 'initialize' || kind === 'disabled' || kind === 'stackerFull' || kind === 'stackerOpen';
    if (setting === 'inhibit' ? afterPowerUp : !quiet) return REFUSED;
    this.#settings = { ...this.#settings, [setting]: value };
    this.#settingsHeard ||= setting === 'inhibit';
    return { kind: 'settingEcho', setting, value };
  }
}

const ACK: AcceptorMessage = { kind: 'ack' };
const REFUSED: AcceptorMessage = { kind: 'invalidCommand' };

/** After power-up and reset: every denomination enabled, the whole inhibited. */
function defaults(): Record<SettingName, readonly number[]> {
  return {
    denominations: [0, 0],
    security: [0, 0],
    communicationMode: [0],
    inhibit: [1],
    direction: [0],
    optionalFunctions: [0, 0],
  };
}
