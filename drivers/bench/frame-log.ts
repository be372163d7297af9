/** The last frames on the cabinet's lines, as the bench shows them. Holds no payment code, no person's data and no password. */
import type { Clock } from '../../common/clock.ts';
import { toHex } from '../../common/hex.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';
import type { CabinetState, DeviceName } from './protocol.ts';

type Frame = CabinetState['frames'][number];

const FRAMES_KEPT = 60;
/** Frames of a line that may come again and again. */
const TURNS = 3;
/** A picture on the printer's line is longer. */
const BYTES_SHOWN = 200;

/** How much of what a device says may be seen: of a scanner and of keys nothing, of an ID reader its head and verdict (card-readers.md 4: AA AA AA 96 69, length, SW1 to SW3). */
const SAID_SHOWN: Readonly<Partial<Record<DeviceName, number>>> = { codeScanner: 0, keypad: 0, idReader: 10 };

export class FrameLog {
  readonly #clock: Clock;
  readonly #onFrame: () => void;
  readonly #frames: Frame[] = [];
  /** By device and direction. */
  readonly #recent = new Map<string, readonly string[]>();

  constructor(clock: Clock, onFrame: () => void) {
    this.#clock = clock;
    this.#onFrame = onFrame;
  }

  get frames(): Frame[] {
    return [...this.#frames];
  }

  /** The unit, with somebody listening on its line. */
  listened(device: DeviceName, unit: SimulatedUnit): SimulatedUnit {
    unit.onSend((bytes) => this.#note(device, 'fromDevice', bytes));
    return {
      receive: (bytes) => {
        this.#note(device, 'toDevice', bytes);
        unit.receive(bytes);
      },
      onSend: (listener) => unit.onSend(listener),
      powerCycle: () => unit.powerCycle(),
    };
  }

  /** Polls come many times a second, some in turns of two or three: what was just said is not kept again. */
  #note(device: DeviceName, direction: Frame['direction'], bytes: Uint8Array): void {
    const line = `${device} ${direction}`;
    const whole = toHex(bytes);
    const recent = this.#recent.get(line) ?? [];
    if (recent.includes(whole)) return;
    this.#recent.set(line, [...recent, whole].slice(-TURNS));
    const open = direction === 'toDevice' ? bytes.length : Math.min(bytes.length, SAID_SHOWN[device] ?? bytes.length);
    const shown = toHex(bytes.subarray(0, Math.min(open, BYTES_SHOWN)));
    this.#frames.push({ at: new Date(this.#clock.now()).toISOString(), device, direction, bytes: shown, hidden: bytes.length - open });
    this.#frames.splice(0, Math.max(0, this.#frames.length - FRAMES_KEPT));
    this.#onFrame();
  }
}
