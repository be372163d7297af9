/** A cabinet with one device of each wanted class, and the drivers of a terminal on its lines, under a clock that tests move. */
import { deviceModels, findModel } from '../../../drivers/registry.ts';
import { Cabinet } from '../../../drivers/bench/cabinet.ts';
import type { FittedDevices } from '../../../drivers/bench/fitted.ts';
import type { ActInside, ActOfKnobs } from '../../../drivers/bench/hands.ts';
import type { DeviceName, KnobName, KnobValue } from '../../../drivers/bench/protocol.ts';
import type { ModelEntry } from '../../../drivers/model-entry.ts';
import type { DeviceOf } from '../../../main/terminal/devices.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

/** One of each class, as `npm start` shows them. */
export const ONE_OF_EACH = {
  cardReader: { model: 'crt591-m001' },
  cashAcceptor: { model: 'jcm-id003', options: { denominations: [500, 1000, 2000, 5000, 10_000] } },
  receiptPrinter: { model: 'escpos-generic-80' },
  codeScanner: { model: 'hid-pos' },
  idReader: { model: 'sam-serial' },
  cabinet: { model: 'modbus-io' },
  keypad: { model: 'hid-keys' },
} as const satisfies FittedDevices;

/** Longer than any wait of a driver but the ID reader's, which has none. */
const MINUTE = 60_000;
const STEP = 25;

export class BenchStand {
  readonly clock = new SimulatedClock();
  readonly cabinet: Cabinet;
  readonly #devices: FittedDevices;

  constructor(devices: FittedDevices = ONE_OF_EACH) {
    this.#devices = devices;
    this.cabinet = new Cabinet({
      clock: this.clock,
      random: { bytes: (count) => new Uint8Array(count).fill(0x5a) },
      issuerKeys: {
        masterLoadKey: '3A7F10C4D2956B8E01F3A65C9D24E7B8',
        masterTacKey: 'C5E0918B7A3D264F6F12D8B40397EC5A',
        masterCardKey: '0123456789ABCDEFFEDCBA9876543210',
        levels: ['serial'],
      },
      today: '2026-11-22',
      devices,
    });
  }

  /** The terminal's driver, on the device's line. */
  driver<D extends DeviceName>(name: D): DeviceOf[D] {
    const device = this.#devices[name];
    const unit = this.cabinet.units[name];
    if (device === undefined || unit === undefined) throw new Error(`there is no ${name}`);
    const line = new SimulatedLine();
    unit.onSend((bytes) => line.fromUnit(bytes));
    line.attachUnit((bytes) => unit.receive(bytes));
    const models: Readonly<Record<string, unknown>> = deviceModels[name];
    const entry = findModel(models, device.model) as ModelEntry<DeviceOf[D]>;
    return entry.create(device.options ?? {}, { transport: line, clock: this.clock });
  }

  async connected<D extends DeviceName>(name: D): Promise<DeviceOf[D]> {
    const driver = this.driver(name);
    const connecting: Promise<unknown> = driver.connect();
    await this.settled(connecting);
    return driver;
  }

  async settled<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const settle = (): void => void (state.settled = true);
    promise.then(settle, settle);
    for (let waited = 0; !state.settled; waited += STEP) {
      if (waited > MINUTE) throw new Error('still not settled after a minute');
      await this.clock.advance(STEP);
    }
    return promise;
  }

  async until(what: string, done: () => boolean): Promise<void> {
    for (let waited = 0; !done(); waited += STEP) {
      if (waited > MINUTE) throw new Error(`after a minute still not: ${what}`);
      await this.clock.advance(STEP);
    }
  }

  /** @throws when it could not be done */
  hand(act: ActInside | ActOfKnobs): void {
    const { done, why } = this.cabinet.hand(act);
    if (!done) throw new Error(why);
  }

  knob(name: KnobName, value: KnobValue): void {
    this.hand({ act: 'knob', knob: name, value });
  }

  at(name: KnobName): KnobValue | undefined {
    return this.cabinet.state().knobs[name];
  }

  /** Waits until a card can be put in, and puts it in. */
  async insert(card: string): Promise<void> {
    await this.until(`the gate lets ${card} in`, () => this.cabinet.hand({ act: 'insertCard', card }).done);
  }

  async feed(denomination: number | 'unknown' | 'torn'): Promise<void> {
    await this.until('the slot takes it', () => this.cabinet.hand({ act: 'feedNote', denomination }).done);
  }
}
