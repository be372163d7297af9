/**
 * Takes what a printer says apart: real-time answers, automatic status, text blocks, single queue answers and XON/XOFF come mixed on
 * one line and are told apart by their fixed bits (receipt-printer.md 5.3). Pure, incremental, bounded. Used by link.ts and decode.ts.
 */
import { ByteSplitter, type PrinterSaid } from './byte-splitter.ts';
import { continuesAutomaticStatus, decodeAutomaticStatus, startsAutomaticStatus } from './codec.ts';

const BLOCK_HEADERS: ReadonlySet<number> = new Set([0x35, 0x37, 0x3b, 0x3d, 0x5f]);
const PROCESS_ID_HEADER = 0x37;
const PROCESS_ID_MARK = 0x22;
const PROCESS_ID_LENGTH = 7;

/** No block of the documents is longer; a header byte followed by more than this without NUL was none. */
export const MAX_BLOCK = 128;

interface Step {
  readonly said: PrinterSaid;
  /** Bytes it took. */
  readonly length: number;
  /** It began something that can't be completed. */
  readonly broken?: true;
}

export class StatusSplitter extends ByteSplitter {
  readonly fixedBits: boolean;
  /** How many of the held bytes stood in something broken: alone they mean nothing. */
  #doubtful = 0;

  /** @param options.fixedBits false: the unit leaves bits 1 and 4 at 0 (Pyramid Reliance), so every answer is a `single`. */
  constructor(options: { readonly fixedBits: boolean } = { fixedBits: true }) {
    super();
    this.fixedBits = options.fixedBits;
  }

  /** What was begun and can't be completed is read again from its second byte on. */
  protected take(said: PrinterSaid[], final: boolean): void {
    while (this.held.length > 0) {
      const step = this.#first(final);
      if (step === 'wait') return;
      this.held.splice(0, step.length);
      const doubtful = this.#doubtful > 0 && step.said.kind === 'single';
      this.#doubtful = step.broken ? this.held.length : Math.max(0, this.#doubtful - step.length);
      said.push(doubtful ? { kind: 'noise', byte: step.said.byte } : step.said);
    }
  }

  #first(final: boolean): Step | 'wait' {
    const byte = this.held[0] ?? 0;
    const noise: Step = { said: { kind: 'noise', byte }, length: 1 };
    const broken: Step = { ...noise, broken: true };
    if (BLOCK_HEADERS.has(byte)) return this.#block(final) ?? broken;
    if (!this.fixedBits) return { said: { kind: 'single', byte }, length: 1 };
    if ((byte & 0x93) === 0x12) return { said: { kind: 'realTime', byte }, length: 1 };
    if (startsAutomaticStatus(byte)) return this.#automatic(final) ?? broken;
    if (continuesAutomaticStatus(byte)) return { said: { kind: 'single', byte }, length: 1 };
    return noise;
  }

  /** `undefined`: the first byte began no automatic status after all. */
  #automatic(final: boolean): Step | 'wait' | undefined {
    const bytes = this.held.slice(0, 4);
    if (!bytes.slice(1).every(continuesAutomaticStatus)) return undefined;
    const status = decodeAutomaticStatus(bytes);
    if (status === undefined) return final ? undefined : 'wait';
    return { said: { kind: 'automaticStatus', bytes: Uint8Array.from(bytes), status }, length: 4 };
  }

  #block(final: boolean): Step | 'wait' | undefined {
    const end = this.held.indexOf(0);
    if (end < 0) return final || this.held.length >= MAX_BLOCK ? undefined : 'wait';
    const header = this.held[0] ?? 0;
    const text = String.fromCharCode(...this.held.slice(1, end));
    if (header !== PROCESS_ID_HEADER || this.held[1] !== PROCESS_ID_MARK) return { said: { kind: 'text', header, text }, length: end + 1 };
    // A process ID has a known length; another one means something cut in, and that something must not be lost.
    return end + 1 === PROCESS_ID_LENGTH ? { said: { kind: 'processId', id: text.slice(1) }, length: end + 1 } : undefined;
  }
}
