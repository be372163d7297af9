/** The devices that stand in a cabinet, by class, as their hands and eyes. Made here from the models' names; used by all of the bench. */
import type { Clock } from '../../common/clock.ts';
import { findModel } from '../registry.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';
import type { DeviceName } from './knob-table.ts';
import { simulators, type SimulatorFactory, type SimulatorOf, type UnitWorld } from './simulators.ts';

/** A device as the terminal's configuration names it. */
export interface FittedDevice {
  readonly model: string;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}
export type FittedDevices = Readonly<Partial<Record<DeviceName, FittedDevice>>>;

/** `undefined` where none is fitted. */
export type Fitted = { readonly [D in DeviceName]: SimulatorOf[D] | undefined };

/** @throws {RangeError} unknown model @throws {z.ZodError} options that are none of the model's */
export function fit(devices: FittedDevices, clock: Clock, world: Omit<UnitWorld, 'options'>): Fitted {
  const made = <D extends DeviceName>(name: D, table: Readonly<Record<string, SimulatorFactory<SimulatorOf[D]>>>): SimulatorOf[D] | undefined => {
    const device = devices[name];
    if (device === undefined) return undefined;
    return findModel(table, device.model)(clock, device.options === undefined ? world : { ...world, options: device.options });
  };
  return {
    cardReader: made('cardReader', simulators.cardReader),
    cashAcceptor: made('cashAcceptor', simulators.cashAcceptor),
    receiptPrinter: made('receiptPrinter', simulators.receiptPrinter),
    codeScanner: made('codeScanner', simulators.codeScanner),
    idReader: made('idReader', simulators.idReader),
    cabinet: made('cabinet', simulators.cabinet),
    keypad: made('keypad', simulators.keypad),
  };
}

/** Those that are there, with their names. */
export function unitsOf(fitted: Fitted): readonly (readonly [DeviceName, SimulatedUnit])[] {
  return (Object.keys(fitted) as DeviceName[]).flatMap((name) => {
    const unit = fitted[name];
    return unit === undefined ? [] : [[name, unit] as const];
  });
}
