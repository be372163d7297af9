/** A line of real speed on any clock: every byte takes its bits, one behind the other, each way. Put between a simulator and its transport. */
import type { Clock } from '../../common/clock.ts';
import { Listeners } from '../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../drivers/transport/simulated-unit.ts';

export interface LineSpeed {
  readonly baudRate: number;
  /** Start, data, parity and stop bits. */
  readonly bitsPerByte: 10 | 11;
}

export function overWire(unit: SimulatedUnit, clock: Clock, { baudRate, bitsPerByte }: LineSpeed): SimulatedUnit {
  const said = new Listeners<Uint8Array>();
  const carrier = (arrive: (bytes: Uint8Array) => void): ((bytes: Uint8Array) => void) => {
    let freeAt = 0;
    return (bytes) => {
      const now = clock.monotonic();
      freeAt = Math.max(freeAt, now) + (bytes.length * bitsPerByte * 1000) / baudRate;
      clock.setTimeout(() => arrive(bytes), freeAt - now);
    };
  };
  unit.onSend(carrier((bytes) => said.emit(bytes)));
  return {
    receive: carrier((bytes) => unit.receive(bytes)),
    onSend: (listener) => said.add(listener),
    powerCycle: () => unit.powerCycle(),
  };
}
