/** The example-model as the class CabinetIo: door and switch are polled, the lamp is kept as the host wants it. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../../../../drivers/device.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type { CabinetEvent, CabinetIo, CabinetStatus, Lamp } from '../../../../../drivers/cabinet/cabinet-io.ts';
import { ExampleLine } from '../shared/line.ts';
import type { ExampleOptions } from '../shared/options.ts';
import { healthOf } from './status.ts';

const NOBODY_KNOWS = { door: 'unknown', serviceSwitch: 'unknown', lamp: 'unknown' } as const;

export class Example implements CabinetIo {
  readonly #line: ExampleLine;
  readonly #events = new Listeners<CabinetEvent>();
  #status: CabinetStatus = { device: 'unknown', ...NOBODY_KNOWS };

  constructor(options: ExampleOptions, deps: DeviceDeps) {
    this.#line = new ExampleLine(deps, options, {
      flags: (flags) => this.#setStatus({ ...this.#status, device: healthOf(flags) }),
      offline: () => this.#setStatus({ device: 'offline', ...NOBODY_KNOWS }),
    });
  }

  get lastStatus(): CabinetStatus {
    return this.#status;
  }

  onEvent(listener: (event: CabinetEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#line.connect(signal, () => this.#line.unwritten('connect in device.ts: read door, service switch and lamp before it counts as online'));
  }

  status(_signal?: AbortSignal): Promise<CabinetStatus> {
    return this.#line.unwritten('status in device.ts: ask for the inputs now');
  }

  setLamp(_lamp: Lamp, _signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('setLamp in device.ts: switch once, blink by the clock for attention, keep it so after the unit lost its power');
  }

  #setStatus(status: CabinetStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }
}
