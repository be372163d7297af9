/**
 * ESC/POS bytes: the commands this project sends and the answers a printer gives, pure, both ways. Used by the driver to speak and
 * listen, by the simulator only to phrase its answers. Sources: receipt-printer.md sections 2, 5 and 7.1 (Epson ESC/POS guide v10.01).
 */

/** The four real-time questions (section 5.1). */
export type StatusQuestion = 1 | 2 | 3 | 4;
export const STATUS_QUESTIONS: readonly StatusQuestion[] = [1, 2, 3, 4];

/** ESC @: print buffer and modes, ASB back to its power-on setting (section 2). */
export const INITIALISE = Uint8Array.of(0x1b, 0x40);
/** GS a 255: the 4 status bytes now and at every change (section 5.2). */
export const REPORT_CHANGES = Uint8Array.of(0x1d, 0x61, 0xff);
/** DLE ENQ 2: clear the buffers and recover (section 5.1). What was not confirmed is then not printed. */
export const CLEAR_AND_RECOVER = Uint8Array.of(0x10, 0x05, 0x02);
/** GS r 1: paper sensors, answered when everything before it was executed (section 5.4). */
export const ASK_QUEUE = Uint8Array.of(0x1d, 0x72, 0x01);

/** DLE EOT n, answered at once, outside the queue (section 5.1). */
export function askStatus(question: StatusQuestion): Uint8Array {
  return Uint8Array.of(0x10, 0x04, question);
}

/** How a printer cuts (section 2): GS V 65 and 66 feed what was printed past the blade first, ESC i and the ejector do not. */
export type CutCommand = 'gsV65' | 'gsV66' | 'escI' | 'byEjector';

/** Feeds the last line and `dots` more past the blade, `toCutter` dots away, then cuts. */
export function feedAndCut(cut: CutCommand, dots: number, toCutter: number): Uint8Array {
  if (cut === 'gsV65' || cut === 'gsV66') return Uint8Array.of(0x1d, 0x56, cut === 'gsV65' ? 0x41 : 0x42, dots & 0xff);
  return Uint8Array.of(...feedDots(toCutter + dots), ...(cut === 'escI' ? [0x1b, 0x69] : []));
}

/** ESC J n, as often as it takes (section 2). */
function feedDots(dots: number): number[] {
  const bytes: number[] = [];
  for (let left = dots; left > 0; left -= 0xff) bytes.push(0x1b, 0x4a, Math.min(left, 0xff));
  return bytes;
}

/** What GS I can be asked for as text (section 5.5). */
export const IDENTITY = { firmware: 65, maker: 66, model: 67, serialNumber: 68 } as const;

export function askIdentity(what: number): Uint8Array {
  return Uint8Array.of(0x1d, 0x49, what);
}

/** GS ( H fn 48: the printer answers with the same four characters when everything before is done (section 7.1). */
export function askProcessId(id: string): Uint8Array {
  if (!/^[\x20-\x7e]{4}$/.test(id)) throw new RangeError(`a process ID is four printable characters, not ${JSON.stringify(id)}`);
  return Uint8Array.of(0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, ...Buffer.from(id, 'latin1'));
}

/** Every condition a status can name, over both its forms (tables of sections 5.1 and 5.2). */
export interface RawStatus {
  readonly drawerPinHigh: boolean;
  readonly offline: boolean;
  readonly waitingForRecovery: boolean;
  readonly feedPressed: boolean;
  readonly coverOpen: boolean;
  /** Paper moves because of the FEED button. */
  readonly feeding: boolean;
  readonly stoppedByPaperEnd: boolean;
  readonly errorOccurred: boolean;
  readonly mechanicalError: boolean;
  readonly cutterError: boolean;
  readonly unrecoverableError: boolean;
  readonly recoverableError: boolean;
  readonly paperNearEnd: boolean;
  readonly paperEnd: boolean;
  // Below: only Custom-style printers say so (section 6.1, custom-codec.ts).
  /** A counted length of paper is used up (KPM). */
  readonly virtualPaperEnd: boolean;
  readonly ticketAtOutput: boolean;
  readonly presenterJam: boolean;
  readonly motorOn: boolean;
  /** Bytes from the host were damaged: what is printed may not be what was sent. */
  readonly lineError: boolean;
}

export const HEALTHY: RawStatus = {
  drawerPinHigh: false,
  offline: false,
  waitingForRecovery: false,
  feedPressed: false,
  coverOpen: false,
  feeding: false,
  stoppedByPaperEnd: false,
  errorOccurred: false,
  mechanicalError: false,
  cutterError: false,
  unrecoverableError: false,
  recoverableError: false,
  paperNearEnd: false,
  paperEnd: false,
  virtualPaperEnd: false,
  ticketAtOutput: false,
  presenterJam: false,
  motorOn: false,
  lineError: false,
};

export const CONDITIONS = [
  'drawerPinHigh',
  'offline',
  'waitingForRecovery',
  'feedPressed',
  'coverOpen',
  'feeding',
  'stoppedByPaperEnd',
  'errorOccurred',
  'mechanicalError',
  'cutterError',
  'unrecoverableError',
  'recoverableError',
  'paperNearEnd',
  'paperEnd',
  'virtualPaperEnd',
  'ticketAtOutput',
  'presenterJam',
  'motorOn',
  'lineError',
] as const satisfies readonly (keyof RawStatus)[];

type Bits = Partial<Record<keyof RawStatus, number>>;

/** Bits of the answers to DLE EOT 1–4 (table of section 5.1). Paired ones come together, but some units set only one of a pair. */
const ANSWER_BITS: Readonly<Record<StatusQuestion, Bits>> = {
  1: { drawerPinHigh: 0x04, offline: 0x08, waitingForRecovery: 0x20, feedPressed: 0x40 },
  2: { coverOpen: 0x04, feeding: 0x08, stoppedByPaperEnd: 0x20, errorOccurred: 0x40 },
  3: { mechanicalError: 0x04, cutterError: 0x08, unrecoverableError: 0x20, recoverableError: 0x40 },
  4: { paperNearEnd: 0x0c, paperEnd: 0x60 },
};

/** Bits of automatic status bytes 1–4 (table of section 5.2). */
const REPORT_BITS: readonly Bits[] = [
  { drawerPinHigh: 0x04, offline: 0x08, coverOpen: 0x20, feeding: 0x40 },
  { waitingForRecovery: 0x01, feedPressed: 0x02, mechanicalError: 0x04, cutterError: 0x08, unrecoverableError: 0x20, recoverableError: 0x40 },
  { paperNearEnd: 0x03, paperEnd: 0x0c },
  {},
];

/** What one DLE EOT answer says, by the question it answers; conditions the answer doesn't speak of are absent. */
export function decodeStatusAnswer(question: StatusQuestion, answer: number): Partial<RawStatus> {
  return readBits(ANSWER_BITS[question], answer);
}

/** The answer a unit gives; the fixed bits are those of every Epson-style unit (section 5.1). */
export function encodeStatusAnswer(question: StatusQuestion, status: RawStatus): number {
  return 0x12 | writeBits(ANSWER_BITS[question], status);
}

/** Whether the four bytes can be automatic status at all: the fixed bits of section 5.2. */
export function isAutomaticStatus(bytes: ArrayLike<number>): boolean {
  return bytes.length === 4 && startsAutomaticStatus(bytes[0] ?? 0) && [1, 2, 3].every((index) => continuesAutomaticStatus(bytes[index] ?? 0xff));
}

export function startsAutomaticStatus(byte: number): boolean {
  return (byte & 0x93) === 0x10;
}

export function continuesAutomaticStatus(byte: number): boolean {
  return (byte & 0x90) === 0x00;
}

/** Automatic status back. `undefined` when the fixed bits are wrong. */
export function decodeAutomaticStatus(bytes: ArrayLike<number>): RawStatus | undefined {
  if (!isAutomaticStatus(bytes)) return undefined;
  const said = Object.assign({}, ...REPORT_BITS.map((bits, index) => readBits(bits, bytes[index] ?? 0))) as Partial<RawStatus>;
  const status = { ...HEALTHY, ...said };
  const { mechanicalError, cutterError, unrecoverableError, recoverableError } = status;
  return {
    ...status,
    stoppedByPaperEnd: status.paperEnd,
    errorOccurred: mechanicalError || cutterError || unrecoverableError || recoverableError,
  };
}

/** Four bytes; bit 4 of the first is set, the last is `0F` as in the worked examples of section 5.2. */
export function encodeAutomaticStatus(status: RawStatus): Uint8Array {
  const fixed = [0x10, 0x00, 0x00, 0x0f];
  return Uint8Array.from(REPORT_BITS, (bits, index) => (fixed[index] ?? 0) | writeBits(bits, status));
}

const QUEUE_BITS = { paperNearEnd: 0x03, paperEnd: 0x0c };

/** GS r 1: bits 0–1 near end, 2–3 end (section 5.4). */
export function decodeQueueAnswer(answer: number): Pick<RawStatus, 'paperNearEnd' | 'paperEnd'> {
  return { paperNearEnd: (answer & QUEUE_BITS.paperNearEnd) !== 0, paperEnd: (answer & QUEUE_BITS.paperEnd) !== 0 };
}

export function encodeQueueAnswer(status: RawStatus): number {
  return writeBits(QUEUE_BITS, status);
}

/** `37 22 d1 d2 d3 d4 00` (section 7.1). */
export function encodeProcessIdAnswer(id: string): Uint8Array {
  return Uint8Array.of(0x37, 0x22, ...Buffer.from(id, 'latin1'), 0x00);
}

/** `5F text 00` (section 5.5). */
export function encodeIdentityAnswer(text: string): Uint8Array {
  return Uint8Array.of(0x5f, ...Buffer.from(text, 'latin1'), 0x00);
}

function readBits(bits: Bits, byte: number): Partial<RawStatus> {
  return Object.fromEntries(Object.entries(bits).map(([condition, mask]) => [condition, (byte & mask) !== 0]));
}

function writeBits(bits: Bits, status: RawStatus): number {
  return CONDITIONS.reduce((byte, condition) => (status[condition] ? byte | (bits[condition] ?? 0) : byte), 0);
}
