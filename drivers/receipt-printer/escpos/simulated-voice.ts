/**
 * What a simulated printer says and when: real-time answers, automatic status, queue answers, identity, XON/XOFF, and the faults of its
 * line (receipt-printer.md 5 to 7). simulator.ts owns one.
 */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import {
  encodeAutomaticStatus,
  encodeIdentityAnswer,
  encodeProcessIdAnswer,
  encodeQueueAnswer,
  encodeStatusAnswer,
  STATUS_QUESTIONS,
  type RawStatus,
} from './codec.ts';
import { encodeFullStatus } from './custom-codec.ts';
import { isEjector, type SimulatedKind } from './simulated-kinds.ts';

/** What can go wrong that no hand does and that only this family knows. Set at any time. */
export interface EscposFaults {
  /** Which byte from the host is lost, counted from now; gone once it happened. */
  loseReceivedByte: number | undefined;
  /** Which byte to the host is lost, counted from now. */
  loseSentByte: number | undefined;
  processIdAnswer: 'normal' | 'never';
  processIdDelayMs: number;
  queueAnswer: 'normal' | 'never';
}

export interface VoiceDeps {
  readonly clock: Clock;
  readonly kind: SimulatedKind;
  readonly columns: number;
  readonly flowControl: 'none' | 'xonXoff';
  readonly faults: EscposFaults;
  readonly status: () => RawStatus;
  readonly isSilent: () => boolean;
}

/** Section 8: receive buffer; XOFF at 128 bytes free, XON at 256. */
const BUFFER = { size: 4096, xoffFree: 128, xonFree: 256 } as const;
const XON = 0x11;
const XOFF = 0x13;
/** Bits 1 and 4 of a real-time answer, which Pyramid Reliance leaves 0 (section 5.1). */
const FIXED_BITS = 0x12;

export class SimulatedVoice {
  readonly #deps: VoiceDeps;
  readonly #sends = new Listeners<Uint8Array>();
  #heard: number[] = [];
  #reportMask = 0;
  #reported = '';
  #isXoff = false;
  #pendingId: string | undefined;

  constructor(deps: VoiceDeps) {
    this.#deps = deps;
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  /** Power-on. */
  reset(): void {
    this.#reportMask = 0;
    this.#isXoff = false;
  }

  /** Cleared data send no answer any more. */
  forget(): void {
    this.#pendingId = undefined;
  }

  /** True when the fault takes this byte from the host. */
  losesReceived(): boolean {
    return this.#countDown('loseReceivedByte');
  }

  /** Real-time commands work at once, also inside other commands' data (section 3.4). Answers what DLE ENQ asks the mechanics to do. */
  hearRealTime(byte: number): 'retry' | 'clear' | undefined {
    this.#heard = [...this.#heard.slice(-2), byte];
    const [first, second, third] = this.#heard;
    if (first !== 0x10) return undefined;
    if (second === 0x04) this.#answerStatus(third);
    if (second !== 0x05) return undefined;
    return third === 1 ? 'retry' : third === 2 ? 'clear' : undefined;
  }

  /** Commands that are answered when everything before them is done. */
  hearQueued(name: string, bytes: readonly number[]): void {
    const { faults, status } = this.#deps;
    const [, , n = 0] = bytes;
    if (name === 'ESC @') this.#reportMask = 0;
    if (name === 'GS I') this.#identify(n);
    if (name === 'GS ( H') this.#answerProcessId(String.fromCharCode(...bytes.slice(7, 11)));
    if (name === 'GS r' && faults.queueAnswer === 'normal') this.say(Uint8Array.of(encodeQueueAnswer(status())));
    if (name === 'GS a') {
      this.#reportMask = n;
      this.report(true);
    }
  }

  report(always: boolean): void {
    const report = encodeAutomaticStatus(this.#deps.status());
    const changed = this.#reported !== toHex(report);
    this.#reported = toHex(report);
    if (this.#reportMask !== 0 && (always || changed)) this.say(report);
  }

  holdBack(queuedBytes: number): void {
    if (this.#deps.flowControl === 'none') return;
    const free = BUFFER.size - queuedBytes;
    if (!this.#isXoff && free < BUFFER.xoffFree) {
      this.#isXoff = true;
      this.say(Uint8Array.of(XOFF));
    } else if (this.#isXoff && free > BUFFER.xonFree) {
      this.#isXoff = false;
      this.say(Uint8Array.of(XON));
    }
  }

  say(bytes: Uint8Array): void {
    if (this.#deps.isSilent()) return;
    const kept = bytes.filter(() => !this.#countDown('loseSentByte'));
    if (kept.length > 0) this.#sends.emit(kept);
  }

  /** The Custom family answers 20; of it only Reliance is known to answer 1 to 4 as well, without the fixed bits. */
  #answerStatus(asked: number | undefined): void {
    const { kind, status } = this.#deps;
    const isCustom = isEjector(kind);
    const question = STATUS_QUESTIONS.find((known) => known === asked);
    if (isCustom && asked === 0x14) this.say(encodeFullStatus(status()));
    if (question === undefined || (isCustom && kind !== 'reliance')) return;
    const answer = encodeStatusAnswer(question, status());
    this.say(Uint8Array.of(isCustom ? answer & ~FIXED_BITS : answer));
  }

  #identify(what: number): void {
    const { kind, columns } = this.#deps;
    const names: Readonly<Partial<Record<SimulatedKind, Readonly<Record<number, string>>>>> = {
      epson: { 65: '12.04 ESC/POS', 66: 'EPSON', 67: 'TM-T88VI', 68: 'X2SIM00001' },
      citizen: { 65: '2.10', 66: 'CITIZEN', 67: 'PMU2300III', 68: 'PMUSIM0001' },
      generic: { 65: '1.0.7', 66: 'SIMULATED', 67: `KP-${columns === 32 ? 58 : 80}`, 68: 'KPSIM00001' },
    };
    const text = names[kind]?.[what];
    if (text !== undefined) this.say(encodeIdentityAnswer(text));
  }

  /** Several pending answers collapse to the newest (section 7.1). */
  #answerProcessId(id: string): void {
    const { faults, clock } = this.#deps;
    if (faults.processIdAnswer === 'never') return;
    const isFirst = this.#pendingId === undefined;
    this.#pendingId = id;
    if (!isFirst) return;
    const answer = (): void => {
      const pending = this.#pendingId;
      this.#pendingId = undefined;
      if (pending !== undefined) this.say(encodeProcessIdAnswer(pending));
    };
    if (faults.processIdDelayMs === 0) answer();
    else clock.setTimeout(answer, faults.processIdDelayMs);
  }

  /** True when the fault's byte is this one. */
  #countDown(fault: 'loseReceivedByte' | 'loseSentByte'): boolean {
    const left = this.#deps.faults[fault];
    if (left === undefined) return false;
    this.#deps.faults[fault] = left === 0 ? undefined : left - 1;
    return left === 0;
  }
}
