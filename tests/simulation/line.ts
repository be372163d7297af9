/** The cable between a unit and the terminal, on which frames get lost, damaged, doubled, late or cut off. */
import type { Clock } from '../../common/clock.ts';
import { Listeners } from '../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../drivers/transport/simulated-unit.ts';
import type { Chance } from './chance.ts';
import type { Direction, FaultKind, LineDevice } from './faults.ts';

export interface CableOptions {
  readonly device: LineDevice;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Something passes: what of the line's own faults strikes it. */
  readonly pass: (direction: Direction, bytes: Uint8Array) => readonly FaultKind[];
}

/** How late a late frame is, ms: longer than most drivers wait for an answer, and within that. */
const LATE_MS = { least: 50, most: 4000 };

export function cable(unit: SimulatedUnit, options: CableOptions): SimulatedUnit {
  const heard = new Listeners<Uint8Array>();
  const there = carrier(options, 'toDevice', (bytes) => unit.receive(bytes));
  unit.onSend(carrier(options, 'fromDevice', (bytes) => heard.emit(bytes)));
  return { receive: there, onSend: (listener) => heard.add(listener), powerCycle: () => unit.powerCycle() };
}

function carrier({ device, clock, chance, pass }: CableOptions, direction: Direction, arrive: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  /** What comes behind a late frame comes later still, as on a wire. */
  let freeAt = 0;
  const deliver = (bytes: Uint8Array, lateMs: number): void => {
    const now = clock.monotonic();
    if (lateMs === 0 && freeAt <= now) return arrive(bytes);
    freeAt = Math.max(freeAt, now) + lateMs;
    clock.setTimeout(() => arrive(bytes), freeAt - now);
    return undefined;
  };
  return (bytes) => {
    let frame = bytes;
    let lateMs = 0;
    let times = 1;
    for (const kind of pass(direction, bytes)) {
      const how = kind.startsWith(`line.${device}.${direction}.`) ? kind.slice(kind.lastIndexOf('.') + 1) : '';
      if (how === 'lost') times = 0;
      else if (how === 'duplicate') times = 2;
      else if (how === 'late') lateMs = chance.between(LATE_MS.least, LATE_MS.most);
      else if (how === 'corrupt') frame = withOneBitFlipped(frame, chance);
      else if (how === 'cut') frame = frame.subarray(0, chance.between(0, Math.max(0, frame.length - 1)));
    }
    for (let time = 0; time < times; time += 1) if (frame.length > 0) deliver(frame, lateMs);
  };
}

function withOneBitFlipped(bytes: Uint8Array, chance: Chance): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  const at = chance.between(0, Math.max(0, damaged.length - 1));
  damaged[at] = (damaged[at] ?? 0) ^ (1 << chance.between(0, 7));
  return damaged;
}
