/**
 * What an ESC/POS printer makes of the bytes it gets: commands and characters, in order. The simulator's ear, written from
 * receipt-printer.md sections 2–5 and 7.1 and sharing nothing with what the driver writes by. Bounded; never throws.
 */

export type PrinterCommand =
  /** One printed character; `cells` 2 for what two bytes made. */
  | { readonly op: 'character'; readonly text: string; readonly cells: 1 | 2; readonly size: number }
  /** A whole command, its bytes from the first to the last. */
  | { readonly op: 'command'; readonly name: string; readonly bytes: readonly number[]; readonly size: number }
  /** Begins like a command of this printer and is none; a clone prints what follows as text. */
  | { readonly op: 'unknown'; readonly bytes: readonly number[]; readonly size: number };

const DLE = 0x10;
const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;

/** Total length of a command, when the bytes so far tell it; else how many bytes are needed to tell. */
type Length = (bytes: readonly number[]) => number;

const fixed =
  (length: number): Length =>
  () =>
    length;
/** `prefix ( x pL pH`: p bytes follow. */
const counted: Length = (bytes) => (bytes.length < 5 ? 5 : 5 + word(bytes, 3));

/** Name by first two bytes, and length. Section 2 unless said otherwise. */
const COMMANDS: Readonly<Record<string, readonly [name: string, length: Length]>> = {
  '10 04': ['DLE EOT', fixed(3)], // 5.1
  '10 05': ['DLE ENQ', fixed(3)], // 5.1
  '10 14': ['DLE DC4', (bytes) => (bytes.length < 3 ? 3 : bytes[2] === 8 ? 10 : 5)], // 5.1: fn 8 clears, the others take two parameters
  '1B 20': ['ESC SP', fixed(3)],
  '1B 24': ['ESC $', fixed(4)],
  // 24 dots high (m = 32, 33) or 8; n columns. Epson ESC/POS guide.
  '1B 2A': ['ESC *', (bytes) => (bytes.length < 5 ? 5 : 5 + word(bytes, 3) * ((bytes[2] ?? 0) >= 32 ? 3 : 1))],
  '1B 2D': ['ESC -', fixed(3)],
  '1B 32': ['ESC 2', fixed(2)],
  '1B 33': ['ESC 3', fixed(3)],
  '1B 40': ['ESC @', fixed(2)],
  '1B 45': ['ESC E', fixed(3)],
  '1B 4A': ['ESC J', fixed(3)],
  '1B 4D': ['ESC M', fixed(3)],
  '1B 5C': ['ESC \\', fixed(4)],
  '1B 61': ['ESC a', fixed(3)],
  '1B 64': ['ESC d', fixed(3)],
  '1B 69': ['ESC i', fixed(2)],
  '1B 6D': ['ESC m', fixed(2)],
  '1B 74': ['ESC t', fixed(3)],
  '1B 7B': ['ESC {', fixed(3)],
  '1C 21': ['FS !', fixed(3)],
  '1C 26': ['FS &', fixed(2)], // 3.1
  '1C 28': ['FS (', counted], // 9.3: Epson only
  '1C 2D': ['FS -', fixed(3)],
  '1C 2E': ['FS .', fixed(2)], // 3.1
  '1C 53': ['FS S', fixed(4)],
  '1D 21': ['GS !', fixed(3)],
  '1D 28': ['GS (', counted], // 4.2, 4.3, 7.1
  '1D 38': ['GS 8', (bytes) => (bytes.length < 7 ? 7 : 7 + word(bytes, 3) + word(bytes, 5) * 0x10000)], // 4.3
  '1D 42': ['GS B', fixed(3)],
  '1D 49': ['GS I', fixed(3)], // 5.5
  '1D 4C': ['GS L', fixed(4)],
  '1D 52': ['GS R', (bytes) => (bytes.length < 3 ? 3 : bytes[2] === 0x31 ? 4 : 3)], // 6.2
  '1D 56': ['GS V', (bytes) => (bytes.length < 3 ? 3 : bytes[2] === 0x41 || bytes[2] === 0x42 ? 4 : 3)],
  '1D 57': ['GS W', fixed(4)],
  '1D 61': ['GS a', fixed(3)], // 5.2
  '1D 65': ['GS e', (bytes) => (bytes.length < 3 ? 3 : bytes[2] === 3 ? 4 : bytes[2] === 32 ? 5 : 3)], // 6.1
  '1D 72': ['GS r', fixed(3)], // 5.4
  '1D 76': ['GS v', (bytes) => (bytes.length < 8 ? 8 : 8 + word(bytes, 4) * word(bytes, 6))], // 4.3
};

/** No command is longer: a full-width raster of a meter. */
const MAX_COMMAND = 600_000;

export class CommandStream {
  readonly #knows: (name: string) => boolean;
  #held: number[] = [];
  #chinese = true; // Chinese models power up with it on (section 3.1)

  /** @param knows whether this model has a command, by names such as `GS v`, `GS ( H`, `FS ( A` */
  constructor(knows: (name: string) => boolean) {
    this.#knows = knows;
  }

  /** Whether this model has the command, by the names above. */
  knows(name: string): boolean {
    return this.#knows(name);
  }

  /** Whether a command has begun and is not complete. */
  get isInside(): boolean {
    return this.#held.length > 0;
  }

  /** Bytes of the command that has begun. */
  get begun(): number {
    return this.#held.length;
  }

  /** Forgets what has begun; as after power-on or a cleared buffer. */
  reset(): void {
    this.#held = [];
    this.#chinese = true;
  }

  push(byte: number): PrinterCommand[] {
    this.#held.push(byte);
    const command = this.#complete();
    if (command === undefined) return [];
    this.#held = [];
    return [command];
  }

  #complete(): PrinterCommand | undefined {
    const [first = 0] = this.#held;
    if (first === DLE || first === ESC || first === FS || first === GS) return this.#command();
    if (first >= 0x80 && this.#chinese) return this.#held.length < 2 ? undefined : this.#hanzi();
    if (first === 0x0a) return { op: 'command', name: 'LF', bytes: [first], size: 1 };
    if (first < 0x20 || first === 0x7f) return { op: 'unknown', bytes: [first], size: 1 };
    // Above 7F without Chinese: a letter of some code page, shown as DEL.
    return { op: 'character', text: String.fromCharCode(Math.min(first, 0x7f)), cells: 1, size: 1 };
  }

  #command(): PrinterCommand | undefined {
    const bytes = this.#held;
    if (bytes.length < 2) return undefined;
    const known = COMMANDS[`${hex(bytes[0])} ${hex(bytes[1])}`];
    const length = known?.[1](bytes) ?? 2;
    if (known === undefined || length > MAX_COMMAND) return { op: 'unknown', bytes, size: bytes.length };
    if (bytes.length < length) return undefined;
    const name = /[(8v]$/.test(known[0]) && bytes[2] !== undefined ? `${known[0]} ${String.fromCharCode(bytes[2])}` : known[0];
    if (!this.#knows(name)) return { op: 'unknown', bytes, size: bytes.length };
    if (name === 'FS &') this.#chinese = true;
    if (name === 'FS .') this.#chinese = false;
    return { op: 'command', name, bytes, size: bytes.length };
  }

  /** A lead byte takes the next byte with it, whatever that is (section 3.1). */
  #hanzi(): PrinterCommand {
    const text = new TextDecoder('gb18030').decode(Uint8Array.from(this.#held));
    return { op: 'character', text: [...text].length === 1 ? text : '\ufffd', cells: 2, size: 2 };
  }
}

/** Two bytes, low first. */
export function word(bytes: readonly number[], at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).toUpperCase().padStart(2, '0');
}
