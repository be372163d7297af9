/**
 * A simulated ESC/POS receipt printer: hears bytes, moves paper at a real printer's speed by the clock, answers as receipt-printer.md
 * sections 4–7 say, and has a roll, a cover and a blade that hands can reach. Never packaged.
 */
import { encodeQR } from 'qr';
import type { Clock, Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import type { SimulatedUnit } from '../../transport/simulated-unit.ts';
import { Paper, type Slip } from '../paper.ts';
import {
  encodeAutomaticStatus,
  encodeIdentityAnswer,
  encodeProcessIdAnswer,
  encodeQueueAnswer,
  encodeStatusAnswer,
  HEALTHY,
  STATUS_QUESTIONS,
  type RawStatus,
} from './codec.ts';
import { CommandStream, word, type PrinterCommand } from './command-stream.ts';
import { Typesetter, type SetLine } from './typesetter.ts';

export interface EscposSimulatorOptions {
  readonly columns?: number;
  /** `epson`: knows GS ( H, GS ( k, GS 8 L, FS ( A and calls itself EPSON. Default `generic`. */
  readonly kind?: 'generic' | 'epson';
  /** Whether it knows GS ( H; by default as its kind. */
  readonly processId?: boolean;
  /** Paper on the roll. Default 60 m. */
  readonly paperMm?: number;
  /** Paper left when the near-end sensor trips. Default 5 m. */
  readonly nearEndMm?: number;
  readonly mmPerSecond?: number;
  /** `xonXoff`: says XOFF when its 4 kB are nearly full. `none`: the line itself holds back, as with RTS/CTS or TCP. */
  readonly flowControl?: 'none' | 'xonXoff';
}

/** What can go wrong that no hand does. Set at any time. */
export interface EscposFaults {
  /** Says nothing at all, and goes on printing. */
  mute: boolean;
  /** Which byte from the host is lost, counted from now; gone once it happened. */
  loseReceivedByte: number | undefined;
  /** Which byte to the host is lost, counted from now. */
  loseSentByte: number | undefined;
  processIdAnswer: 'normal' | 'never';
  processIdDelayMs: number;
  queueAnswer: 'normal' | 'never';
  /** The roll ends the moment this byte from the host arrives, counted from now. */
  paperOutAtByte: number | undefined;
}

export const simulatorDelays = {
  /** Power-on until it hears and answers. */
  boot: 3_000,
  cut: 300,
} as const;

/** 203 dpi. */
const DOTS_PER_MM = 8;
/** Head to blade, section 2: 10 to 30 mm. */
const CUTTER_DOTS = 80;
/** Section 8: receive buffer; XOFF at 128 bytes free, XON at 256. */
const BUFFER = { size: 4096, xoffFree: 128, xonFree: 256 } as const;
const XON = 0x11;
const XOFF = 0x13;
const MAX_UNKNOWN_KEPT = 100;

type Obstruction = 'cutter' | 'mechanism';

/** Something that takes time and paper. */
interface Movement {
  readonly feedDots: number;
  readonly extraMs: number;
  readonly needs: Obstruction;
  readonly done: () => void;
}

interface Queued {
  /** Bytes of the receive buffer it takes. */
  readonly size: number;
}

export class EscposSimulator implements SimulatedUnit {
  readonly columns: number;
  readonly faults: EscposFaults = {
    mute: false,
    loseReceivedByte: undefined,
    loseSentByte: undefined,
    processIdAnswer: 'normal',
    processIdDelayMs: 0,
    queueAnswer: 'normal',
    paperOutAtByte: undefined,
  };
  /** Hexadecimal of what began like a command and was none; at most the first hundred. */
  readonly unknownCommands: string[] = [];
  readonly #clock: Clock;
  readonly #kind: 'generic' | 'epson';
  readonly #nearEndDots: number;
  readonly #dotsPerSecond: number;
  readonly #flowControl: 'none' | 'xonXoff';
  readonly #sends = new Listeners<Uint8Array>();
  readonly #changes = new Listeners<void>();
  readonly #stream: CommandStream;
  readonly #setter: Typesetter;
  readonly #paper: Paper;
  #queue: (PrinterCommand | (Movement & Queued & { readonly op: 'movement' }))[] = [];
  #queuedBytes = 0;
  #heard: number[] = [];
  #paperDots: number;
  #coverOpen = false;
  #obstruction: Obstruction | undefined;
  #error: Obstruction | undefined;
  #motion: Timer;
  #isMoving = false;
  #bootTimer: Timer;
  #isBooting = false;
  #reportMask = 0;
  #reported = '';
  #isXoff = false;
  #pendingId: string | undefined;
  #stored: { bytesPerRow: number; widthDots: number; bits: Uint8Array } | undefined;
  #code = { cell: 3, level: 0x30, data: '' };

  constructor(clock: Clock, options: EscposSimulatorOptions = {}) {
    this.#clock = clock;
    this.columns = options.columns ?? 48;
    this.#kind = options.kind ?? 'generic';
    this.#paperDots = (options.paperMm ?? 60_000) * DOTS_PER_MM;
    this.#nearEndDots = (options.nearEndMm ?? 5_000) * DOTS_PER_MM;
    this.#dotsPerSecond = (options.mmPerSecond ?? 150) * DOTS_PER_MM;
    this.#flowControl = options.flowControl ?? 'none';
    const epson = this.#kind === 'epson';
    const processId = options.processId ?? epson;
    const optional: Readonly<Record<string, boolean>> = { 'GS ( H': processId, 'GS ( k': epson, 'GS ( L': epson, 'GS 8 L': epson, 'FS ( A': epson };
    this.#stream = new CommandStream((name) => optional[name] ?? !/[(8]/.test(name));
    this.#setter = new Typesetter(this.columns * 12);
    this.#paper = new Paper(this.columns * 12, CUTTER_DOTS);
  }

  // ---- the line

  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.#receiveByte(byte);
    this.#pump();
    this.#holdBack();
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  powerCycle(): void {
    this.#halt();
    this.#forgetJobs();
    this.#setter.reset();
    this.#reportMask = 0;
    this.#isXoff = false;
    this.#error = undefined;
    this.#isBooting = true;
    this.#clock.clearTimeout(this.#bootTimer);
    this.#bootTimer = this.#clock.setTimeout(() => {
      this.#isBooting = false;
      this.#changed();
    }, simulatorDelays.boot);
    this.#changes.emit();
  }

  // ---- what is there

  /** Slips that came off and hang in the mouth, oldest first. */
  get slips(): readonly Slip[] {
    return this.#paper.slips;
  }

  /** What is on the strip since the last cut. */
  get hanging(): Slip {
    return this.#paper.hanging;
  }

  get paperMm(): number {
    return this.#paperDots / DOTS_PER_MM;
  }

  get isCoverOpen(): boolean {
    return this.#coverOpen;
  }

  get jam(): Obstruction | undefined {
    return this.#obstruction;
  }

  /** Status as the unit itself knows it. */
  get status(): RawStatus {
    const paperEnd = this.#paperDots <= 0;
    const error = this.#error !== undefined;
    return {
      ...HEALTHY,
      drawerPinHigh: true,
      offline: this.#coverOpen || paperEnd || error,
      coverOpen: this.#coverOpen,
      stoppedByPaperEnd: paperEnd,
      errorOccurred: error,
      mechanicalError: this.#error === 'mechanism',
      cutterError: this.#error === 'cutter',
      paperNearEnd: this.#paperDots <= this.#nearEndDots,
      paperEnd,
    };
  }

  /** Something a person could see has changed: paper, slips, cover, power. */
  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  // ---- hands

  /** Takes the slips that came off. */
  tearPaper(): Slip[] {
    const taken = this.#paper.take();
    this.#changes.emit();
    return taken;
  }

  /** Puts a new roll in; what hung from the old one comes off. */
  loadPaper(mm: number): void {
    this.#paper.replaceRoll();
    this.#paperDots = mm * DOTS_PER_MM;
    this.#changed();
  }

  removePaper(): void {
    this.#paperDots = 0;
    this.#halt();
    this.#changed();
  }

  openCover(): void {
    this.#coverOpen = true;
    this.#halt();
    this.#changed();
  }

  closeCover(): void {
    this.#coverOpen = false;
    this.#changed();
  }

  /** Something blocks the blade or the paper path; noticed at the next movement. */
  jamWith(obstruction: Obstruction): void {
    this.#obstruction = obstruction;
    this.#changes.emit();
  }

  /** Takes the obstruction out. The error stays until the host says recover (section 5.1), or the power goes. */
  clearJam(): void {
    this.#obstruction = undefined;
    this.#changes.emit();
  }

  // ---- hearing

  #receiveByte(byte: number): void {
    if (this.#isBooting) return;
    if (this.#countDown('loseReceivedByte')) return;
    if (this.#countDown('paperOutAtByte')) this.removePaper();
    for (const command of this.#stream.push(byte)) {
      this.#queue.push(command);
      this.#queuedBytes += command.size;
    }
    this.#hearRealTime(byte);
  }

  /** Real-time commands work at once, also inside other commands' data (section 3.4). */
  #hearRealTime(byte: number): void {
    this.#heard = [...this.#heard.slice(-2), byte];
    const [first, second, third] = this.#heard;
    if (first !== 0x10) return;
    const question = STATUS_QUESTIONS.find((known) => known === third);
    if (second === 0x04 && question !== undefined) this.#send(Uint8Array.of(encodeStatusAnswer(question, this.status)));
    if (second === 0x05 && (third === 1 || third === 2)) this.#recover(third === 2);
  }

  #recover(clear: boolean): void {
    if (clear) {
      this.#halt();
      this.#forgetJobs();
      this.#setter.reset();
    }
    if (this.#obstruction === undefined) this.#error = undefined;
    this.#changed();
  }

  #forgetJobs(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#stream.reset();
    this.#pendingId = undefined;
  }

  // ---- working through the queue

  #pump(): void {
    while (!this.#isMoving && !this.#isBooting && !this.status.offline) {
      const [first] = this.#queue;
      if (first === undefined) return;
      if (first.op === 'movement') {
        this.#move(first);
        continue;
      }
      const movement = this.#execute(first);
      // A movement that is stopped by a hand is done later from its beginning: it takes its command's place.
      if (movement === undefined) this.#finish(first);
      else this.#queue[0] = { ...movement, op: 'movement', size: first.size };
    }
  }

  /** Starts paper or blade; what was meant to be there stands when the time is over. */
  #move(movement: Movement & Queued): void {
    if (this.#obstruction === movement.needs) {
      this.#error = this.#obstruction;
      this.#changed();
      return;
    }
    if (movement.feedDots > this.#paperDots) {
      this.removePaper();
      return;
    }
    this.#isMoving = true;
    this.#motion = this.#clock.setTimeout(
      () => {
        this.#isMoving = false;
        this.#paperDots -= movement.feedDots;
        movement.done();
        this.#finish(movement);
        this.#changed();
        this.#holdBack();
      },
      (movement.feedDots / this.#dotsPerSecond) * 1000 + movement.extraMs,
    );
  }

  #finish(item: Queued): void {
    this.#queue.shift();
    this.#queuedBytes -= item.size;
  }

  #halt(): void {
    this.#clock.clearTimeout(this.#motion);
    this.#isMoving = false;
  }

  #execute(item: PrinterCommand): Movement | undefined {
    switch (item.op) {
      case 'character': {
        const full = this.#setter.add(item.text, item.cells);
        return full === undefined ? undefined : this.#printing(full);
      }
      case 'unknown':
        if (this.unknownCommands.length < MAX_UNKNOWN_KEPT) this.unknownCommands.push(toHex(Uint8Array.from(item.bytes)));
        return undefined;
      case 'command':
        break;
    }
    return this.#command(item.name, item.bytes);
  }

  #command(name: string, bytes: readonly number[]): Movement | undefined {
    const [, , n = 0] = bytes;
    const set = this.#setter;
    switch (name) {
      case 'LF':
        return this.#printing(set.line());
      case 'ESC J':
        return this.#printing({ ...set.line(), feedDots: n });
      case 'ESC d':
        return this.#printing({ ...set.line(), feedDots: n * set.pitch });
      case 'GS v 0':
        return this.#printing(set.raster(word(bytes, 4), Uint8Array.from(bytes.slice(8))));
      case 'GS V':
        return this.#cutting(n === 0x41 || n === 0x00 || n === 0x30 ? 'fullCut' : 'partialCut', n >= 0x41 ? CUTTER_DOTS + (bytes[3] ?? 0) : 0);
      case 'ESC i':
        return this.#cutting('fullCut', 0);
      case 'ESC m':
        return this.#cutting('partialCut', 0);
      case 'GS ( L':
      case 'GS 8 L':
        return this.#graphics(name === 'GS 8 L' ? bytes.slice(7) : bytes.slice(5));
      case 'GS ( k':
        return this.#qrCode(bytes.slice(5));
      case 'ESC @':
        set.reset();
        this.#reportMask = 0;
        break;
      case 'ESC $':
        set.moveTo(word(bytes, 2));
        break;
      case 'ESC \\':
        set.moveBy((word(bytes, 2) << 16) >> 16);
        break;
      case 'ESC a':
        set.setAlignment(n & 0x03);
        break;
      case 'ESC M':
        set.setStyle({ cellDots: (n & 1) === 1 ? 9 : 12 });
        break;
      case 'ESC E':
        set.setStyle({ bold: (n & 1) === 1 });
        break;
      case 'ESC -':
      case 'FS -':
        set.setStyle({ underline: (n & 0x03) !== 0 });
        break;
      case 'GS B':
        set.setStyle({ inverse: (n & 1) === 1 });
        break;
      case 'GS !':
        set.setStyle({ scaleX: ((n >> 4) & 7) + 1, scaleY: (n & 7) + 1 });
        break;
      case 'FS !':
        set.setStyle({ scaleX: (n & 0x04) === 0 ? 1 : 2, scaleY: (n & 0x08) === 0 ? 1 : 2 });
        break;
      case 'ESC 2':
        set.setPitch();
        break;
      case 'ESC 3':
        set.setPitch(n);
        break;
      case 'GS L':
        set.setMargin(word(bytes, 2));
        break;
      case 'GS W':
        set.setWidth(word(bytes, 2));
        break;
      case 'GS a':
        this.#reportMask = n;
        this.#report(true);
        break;
      case 'GS r':
        if (this.faults.queueAnswer === 'normal') this.#send(Uint8Array.of(encodeQueueAnswer(this.status)));
        break;
      case 'GS I':
        this.#identify(n);
        break;
      case 'GS ( H':
        this.#answerProcessId(String.fromCharCode(...bytes.slice(7, 11)));
        break;
      default:
        break; // modes that leave no mark: ESC SP 0, ESC t, ESC {, FS &, FS ., FS S, FS ( A, and DLE, which worked when it came
    }
    return undefined;
  }

  #printing(line: SetLine): Movement {
    return {
      feedDots: line.feedDots,
      extraMs: 0,
      needs: 'mechanism',
      done: () => {
        for (const item of line.items) this.#paper.print(item);
        this.#paper.feed(line.feedDots);
      },
    };
  }

  /** Functions A and B of GS V feed what was printed past the blade first. */
  #cutting(end: 'fullCut' | 'partialCut', feedDots: number): Movement {
    return {
      feedDots,
      extraMs: simulatorDelays.cut,
      needs: 'cutter',
      done: () => {
        this.#paper.feed(feedDots);
        this.#paper.cut(end);
      },
    };
  }

  /** Section 4.3: 30 70 stores dots, 30 32 prints what is stored. */
  #graphics(parameters: readonly number[]): Movement | undefined {
    if (parameters[1] === 0x70) {
      const widthDots = word(parameters, 6);
      this.#stored = { widthDots, bytesPerRow: Math.ceil(widthDots / 8), bits: Uint8Array.from(parameters.slice(10)) };
      return undefined;
    }
    if (parameters[1] !== 0x32 || this.#stored === undefined) return undefined;
    const { bytesPerRow, bits, widthDots } = this.#stored;
    return this.#printing(this.#setter.raster(bytesPerRow, bits, widthDots));
  }

  /** Section 4.2. */
  #qrCode(parameters: readonly number[]): Movement | undefined {
    const [, step, n = 0] = parameters;
    if (step === 0x43) this.#code.cell = n;
    if (step === 0x45) this.#code.level = n;
    if (step === 0x50) this.#code.data = new TextDecoder().decode(Uint8Array.from(parameters.slice(3)));
    if (step !== 0x51 || this.#code.data === '') return undefined;
    const ecc = (['low', 'medium', 'quartile', 'high'] as const)[this.#code.level & 0x03] ?? 'low';
    const modules = qrModules(this.#code.data, ecc);
    const { bytesPerRow, bits } = packModules(modules, this.#code.cell);
    return this.#printing(this.#setter.raster(bytesPerRow, bits, modules.length * this.#code.cell, this.#code.data));
  }

  // ---- speaking

  #identify(what: number): void {
    const epson: Readonly<Record<number, string>> = { 65: '12.04 ESC/POS', 66: 'EPSON', 67: 'TM-T88VI', 68: 'X2SIM00001' };
    const generic: Readonly<Record<number, string>> = { 65: '1.0.7', 66: 'SIMULATED', 67: `KP-${this.columns === 32 ? 58 : 80}`, 68: 'KPSIM00001' };
    const text = (this.#kind === 'epson' ? epson : generic)[what];
    if (text !== undefined) this.#send(encodeIdentityAnswer(text));
  }

  /** Several pending answers collapse to the newest (section 7.1). */
  #answerProcessId(id: string): void {
    if (this.faults.processIdAnswer === 'never') return;
    const isFirst = this.#pendingId === undefined;
    this.#pendingId = id;
    if (!isFirst) return;
    const answer = (): void => {
      const pending = this.#pendingId;
      this.#pendingId = undefined;
      if (pending !== undefined) this.#send(encodeProcessIdAnswer(pending));
    };
    if (this.faults.processIdDelayMs === 0) answer();
    else this.#clock.setTimeout(answer, this.faults.processIdDelayMs);
  }

  #changed(): void {
    this.#report(false);
    this.#changes.emit();
    this.#pump();
  }

  #report(always: boolean): void {
    const report = encodeAutomaticStatus(this.status);
    const changed = this.#reported !== toHex(report);
    this.#reported = toHex(report);
    if (this.#reportMask !== 0 && (always || changed)) this.#send(report);
  }

  #holdBack(): void {
    if (this.#flowControl === 'none') return;
    const free = BUFFER.size - this.#queuedBytes;
    if (!this.#isXoff && free < BUFFER.xoffFree) {
      this.#isXoff = true;
      this.#send(Uint8Array.of(XOFF));
    } else if (this.#isXoff && free > BUFFER.xonFree) {
      this.#isXoff = false;
      this.#send(Uint8Array.of(XON));
    }
  }

  #send(bytes: Uint8Array): void {
    if (this.faults.mute || this.#isBooting) return;
    const kept = bytes.filter(() => !this.#countDown('loseSentByte'));
    if (kept.length > 0) this.#sends.emit(kept);
  }

  /** True when the fault's byte is this one. */
  #countDown(fault: 'loseReceivedByte' | 'loseSentByte' | 'paperOutAtByte'): boolean {
    const left = this.faults[fault];
    if (left === undefined) return false;
    this.faults[fault] = left === 0 ? undefined : left - 1;
    return left === 0;
  }
}

/** Without a border; nothing when the data don't fit any code. */
function qrModules(data: string, ecc: 'low' | 'medium' | 'quartile' | 'high'): boolean[][] {
  try {
    return encodeQR(data, 'raw', { ecc, border: 1 })
      .slice(1, -1)
      .map((row) => row.slice(1, -1));
  } catch {
    return [];
  }
}

function packModules(modules: readonly (readonly boolean[])[], cell: number): { bytesPerRow: number; bits: Uint8Array } {
  const dots = modules.length * cell;
  const bytesPerRow = Math.ceil(dots / 8);
  const bits = new Uint8Array(bytesPerRow * dots);
  for (let y = 0; y < dots; y += 1) {
    for (let x = 0; x < dots; x += 1) {
      const at = y * bytesPerRow + (x >> 3);
      if (modules[Math.floor(y / cell)]?.[Math.floor(x / cell)] === true) bits[at] = (bits[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return { bytesPerRow, bits };
}
