/**
 * A simulated ESC/POS receipt printer: hears bytes, moves paper at a real printer's speed by the clock, answers as receipt-printer.md
 * sections 4–7 say, and has a roll, a cover, a blade and perhaps a presenter that hands can reach. Never packaged.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import { Paper, type Slip } from '../paper.ts';
import type { ReceiptPrinterKnobs, SimulatedReceiptPrinter } from '../simulated-receipt-printer.ts';
import { HEALTHY, type RawStatus } from './codec.ts';
import { CommandStream, word, type PrinterCommand } from './command-stream.ts';
import { DrawingBoard, type Drawing } from './simulated-drawing.ts';
import { SimulatedMechanics, type MechanicsOptions, type Movement, type Obstruction } from './simulated-mechanics.ts';
import { isEjector, knownBy, type SimulatedKind } from './simulated-kinds.ts';
import { applyMode } from './simulated-modes.ts';
import { SimulatedPresenter } from './simulated-presenter.ts';
import { SimulatedVoice, type EscposFaults } from './simulated-voice.ts';
import { Typesetter, type SetLine } from './typesetter.ts';

export interface EscposSimulatorOptions extends MechanicsOptions {
  readonly columns?: number;
  /** Default `generic`. */
  readonly kind?: SimulatedKind;
  /** Whether it knows GS ( H; by default as its kind. */
  readonly processId?: boolean;
  /** Whether the presenter's setup lets it retract. Default true. */
  readonly retractEnabled?: boolean;
  /** `xonXoff`: says XOFF when its 4 kB are nearly full. `none`: the line itself holds back, as with RTS/CTS or TCP. */
  readonly flowControl?: 'none' | 'xonXoff';
}

export const simulatorDelays = {
  /** Power-on until it hears and answers. */
  boot: 3_000,
  cut: 300,
} as const;

/** Head to blade, section 2: 10 to 30 mm. */
const CUTTER_DOTS = 80;
const MAX_UNKNOWN_KEPT = 100;

interface Queued {
  /** Bytes of the receive buffer it takes. */
  readonly size: number;
}

export class EscposSimulator implements SimulatedReceiptPrinter {
  readonly columns: number;
  readonly knobs: ReceiptPrinterKnobs = { mute: false, paperOutAtByte: undefined };
  readonly faults: EscposFaults = {
    loseReceivedByte: undefined,
    loseSentByte: undefined,
    processIdAnswer: 'normal',
    processIdDelayMs: 0,
    queueAnswer: 'normal',
  };
  /** Hexadecimal of what began like a command and was none; at most the first hundred. */
  readonly unknownCommands: string[] = [];
  readonly #clock: Clock;
  readonly #mechanics: SimulatedMechanics;
  readonly #changes = new Listeners<void>();
  readonly #stream: CommandStream;
  readonly #setter: Typesetter;
  readonly #paper: Paper;
  readonly #board = new DrawingBoard();
  readonly #presenter: SimulatedPresenter | undefined;
  readonly #retracted: Slip[] = [];
  readonly #voice: SimulatedVoice;
  #queue: (PrinterCommand | (Movement & Queued & { readonly op: 'movement' }))[] = [];
  #queuedBytes = 0;
  #mostBuffered = 0;
  #bootTimer: Timer;
  #isBooting = false;
  #retractAfter = 5;

  constructor(clock: Clock, options: EscposSimulatorOptions = {}) {
    const kind = options.kind ?? 'generic';
    this.#clock = clock;
    this.columns = options.columns ?? 48;
    this.#mechanics = new SimulatedMechanics(clock, options);
    this.#stream = new CommandStream(knownBy(kind, options.processId));
    this.#setter = new Typesetter(this.columns * 12);
    this.#paper = new Paper(this.columns * 12, CUTTER_DOTS);
    this.#presenter = isEjector(kind) ? new SimulatedPresenter(kind, options.retractEnabled ?? true) : undefined;
    this.#voice = new SimulatedVoice({
      clock,
      kind,
      columns: this.columns,
      flowControl: options.flowControl ?? 'none',
      faults: this.faults,
      status: () => this.status,
      isSilent: () => this.knobs.mute || this.#isBooting,
    });
  }

  // ---- the line

  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.#receiveByte(byte);
    this.#pump();
    this.#voice.holdBack(this.#queuedBytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#voice.onSend(listener);
  }

  powerCycle(): void {
    this.#mechanics.powerOff();
    this.#forgetJobs();
    this.#setter.reset();
    this.#voice.reset();
    if (this.#presenter !== undefined) this.#presenter.continuous = this.#presenter.traits.cutsByItself;
    this.#isBooting = true;
    this.#clock.clearTimeout(this.#bootTimer);
    this.#bootTimer = this.#clock.setTimeout(() => {
      this.#isBooting = false;
      this.#changed();
    }, simulatorDelays.boot);
    this.#changes.emit();
  }

  // ---- what is there

  get slips(): readonly Slip[] {
    return this.#paper.slips;
  }

  get retracted(): readonly Slip[] {
    return this.#retracted;
  }

  get hanging(): Slip {
    return this.#paper.hanging;
  }

  get paperMm(): number {
    return this.#mechanics.paperMm;
  }

  get isCoverOpen(): boolean {
    return this.#mechanics.isCoverOpen;
  }

  get jam(): Obstruction | undefined {
    return this.#mechanics.obstruction;
  }

  /** How far the presenter last pushed a slip out, mm. */
  get pushedMm(): number {
    return this.#presenter?.pushedMm ?? 0;
  }

  /** Bytes that were in the receive buffer when it was fullest. */
  get mostBuffered(): number {
    return this.#mostBuffered;
  }

  /** Status as the unit itself knows it. */
  get status(): RawStatus {
    const presenter = this.#presenter;
    const pushing = presenter?.continuous === true && this.#paper.hanging.items.length > 0;
    return {
      ...HEALTHY,
      drawerPinHigh: true,
      ...this.#mechanics.status,
      ticketAtOutput: presenter?.isSeen === true || pushing,
      presenterJam: presenter?.jammed === true && presenter.traits.jamInFullStatus,
    };
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  // ---- hands

  /** What is still inside a presenter, or on its way out of it, can't be reached. */
  takeSlips(): readonly Slip[] {
    const held = this.#presenter?.slip;
    const isInside = held?.at === 'inside' || (held?.at === 'emerging' && this.#mechanics.isMoving);
    const taken = this.#paper.take((slip) => !isInside || slip !== held.slip);
    if (!isInside) this.#presenter?.letGo();
    this.#changed();
    return taken;
  }

  /** Puts a new roll in; what hung from the old one comes off. */
  loadPaper(mm: number): void {
    this.#paper.replaceRoll();
    this.#mechanics.loadPaper(mm);
    this.#changed();
  }

  removePaper(): void {
    this.#mechanics.removePaper();
    this.#changed();
  }

  openCover(): void {
    this.#mechanics.openCover();
    this.#changed();
  }

  closeCover(): void {
    this.#mechanics.closeCover();
    this.#changed();
  }

  jamWith(obstruction: Obstruction): void {
    this.#mechanics.obstruction = obstruction;
    this.#changes.emit();
  }

  /** Blade and paper path stay in error until the host says recover or the power goes; the presenter's sensor is free. */
  clearJam(): void {
    this.#mechanics.obstruction = undefined;
    if (this.#presenter !== undefined) this.#presenter.jammed = false;
    this.#changes.emit();
  }

  // ---- hearing

  #receiveByte(byte: number): void {
    if (this.#isBooting || this.#voice.losesReceived()) return;
    if (this.knobs.paperOutAtByte !== undefined) {
      const left = this.knobs.paperOutAtByte;
      this.knobs.paperOutAtByte = left === 0 ? undefined : left - 1;
      if (left === 0) this.removePaper();
    }
    for (const command of this.#stream.push(byte)) {
      this.#queue.push(command);
      this.#queuedBytes += command.size;
    }
    this.#mostBuffered = Math.max(this.#mostBuffered, this.#queuedBytes + this.#stream.begun);
    const recovery = this.#voice.hearRealTime(byte);
    if (recovery !== undefined) this.#recover(recovery === 'clear');
  }

  #recover(clear: boolean): void {
    if (clear) {
      this.#mechanics.halt();
      this.#forgetJobs();
      this.#setter.reset();
    }
    this.#mechanics.recover();
    this.#changed();
  }

  #forgetJobs(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#stream.reset();
    this.#voice.forget();
  }

  // ---- working through the queue

  #pump(): void {
    while (!this.#mechanics.isMoving && !this.#isBooting && !this.status.offline) {
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

  #move(movement: Movement & Queued): void {
    const started = this.#mechanics.start(movement, () => {
      movement.done();
      this.#finish(movement);
      this.#changed();
      this.#voice.holdBack(this.#queuedBytes);
    });
    if (started === 'moving') {
      movement.begun?.();
      return;
    }
    // A blocked presenter has a sensor of its own and is done with its command; blade and paper path wait in error.
    if (started === 'blocked' && movement.needs === 'presenter' && this.#presenter !== undefined) {
      this.#finish(movement);
      this.#presenter.jammed = true;
    }
    this.#changed();
  }

  #finish(item: Queued): void {
    this.#queue.shift();
    this.#queuedBytes -= item.size;
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
    return applyMode(this.#setter, item.name, item.bytes) ? undefined : this.#command(item.name, item.bytes);
  }

  #command(name: string, bytes: readonly number[]): Movement | undefined {
    const [, , n = 0, m = 0] = bytes;
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
        return this.#cutting(n === 0x41 || n === 0x00 || n === 0x30 ? 'fullCut' : 'partialCut', n >= 0x41 ? CUTTER_DOTS + m : 0);
      case 'ESC i':
        return this.#cutting('fullCut', 0);
      case 'ESC m':
        return this.#cutting('partialCut', 0);
      case 'GS ( L':
      case 'GS 8 L':
        return this.#drawing(this.#board.graphics(name === 'GS 8 L' ? bytes.slice(7) : bytes.slice(5)));
      case 'GS ( k':
        return this.#drawing(this.#board.code(bytes.slice(5)));
      case 'GS e':
        return this.#ejecting(n, m);
      case 'GS R':
        if (n === 0x31) this.#retractAfter = m;
        else this.#pullIn(this.#paper.slips.at(-1));
        return undefined;
      case 'ESC @':
        set.reset();
        break;
      default:
        break; // modes that leave no mark: ESC SP 0, ESC t, ESC {, FS &, FS ., FS S, FS ( A, and DLE, which worked when it came
    }
    this.#voice.hearQueued(name, bytes);
    return undefined;
  }

  #printing(line: SetLine): Movement {
    return {
      feedDots: line.feedDots,
      extraMs: 0,
      needs: 'paper',
      done: () => {
        for (const item of line.items) this.#paper.print(item);
        this.#paper.feed(line.feedDots);
      },
    };
  }

  #drawing(drawing: Drawing | undefined): Movement | undefined {
    if (drawing === undefined) return undefined;
    return this.#printing(this.#setter.raster(drawing.bytesPerRow, drawing.bits, drawing.widthDots, drawing.says));
  }

  /** Functions A and B of GS V feed what was printed past the blade first. */
  #cutting(end: 'fullCut' | 'partialCut', feedDots: number): Movement {
    return {
      feedDots,
      extraMs: simulatorDelays.cut,
      needs: 'cutter',
      done: () => {
        this.#paper.feed(feedDots);
        this.#cut(end);
      },
    };
  }

  #cut(end: 'fullCut' | 'partialCut'): void {
    this.#paper.cut(end);
    const slip = this.#paper.slips.at(-1);
    if (slip === undefined) return;
    this.#presenter?.hold(slip);
    if (this.#stream.knows('GS R') && this.#retractAfter > 0) this.#clock.setTimeout(() => this.#pullIn(slip), this.#retractAfter * 1000);
  }

  /** Section 6.1. What jams is noticed when the ejector is to move. */
  #ejecting(n: number, m: number): Movement | undefined {
    const presenter = this.#presenter;
    if (presenter === undefined) return undefined;
    if (n === 6) {
      const { paperNearEnd, paperEnd } = this.status;
      this.#voice.say(Uint8Array.of(presenter.statusByte({ paperNearEnd, paperAtInput: !paperEnd, stepperOn: this.#mechanics.isMoving })));
      return undefined;
    }
    const move = presenter.move(n, m);
    if (move === undefined) return undefined;
    const cuts = (): boolean => move.cutFirst && this.#paper.hanging.items.length > 0;
    return {
      feedDots: 0,
      extraMs: move.ms,
      needs: cuts() && this.#mechanics.obstruction === 'cutter' ? 'cutter' : 'presenter',
      begun: () => {
        if (cuts()) this.#cut('fullCut');
        move.begun?.();
      },
      done: () => this.#pullIn(move.done()),
    };
  }

  /** Into the printer's own bin, when nobody took it before. */
  #pullIn(slip: Slip | undefined): void {
    this.#retracted.push(...this.#paper.take((one) => one === slip));
    this.#changes.emit();
  }

  #changed(): void {
    this.#voice.report(false);
    this.#changes.emit();
    this.#pump();
  }
}
