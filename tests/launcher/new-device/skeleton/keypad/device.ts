/** The example-model as the class Keypad: tells keys, short and long. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../../../../drivers/device.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type { Keypad, KeypadEvent, KeypadStatus } from '../../../../../drivers/keypad/keypad.ts';
import { ExampleLine } from '../shared/line.ts';
import type { ExampleOptions } from '../shared/options.ts';
import { healthOf } from './status.ts';

export class Example implements Keypad {
  readonly #line: ExampleLine;
  readonly #events = new Listeners<KeypadEvent>();
  #status: KeypadStatus = { device: 'unknown', headphone: 'notSupported' };

  constructor(options: ExampleOptions, deps: DeviceDeps) {
    this.#line = new ExampleLine(deps, options, {
      flags: (flags) => this.#setStatus({ ...this.#status, device: healthOf(flags) }),
      offline: () => this.#setStatus({ ...this.#status, device: 'offline' }),
    });
  }

  get lastStatus(): KeypadStatus {
    return this.#status;
  }

  onEvent(listener: (event: KeypadEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  /** To be written here: keys come by the line; drivers/keypad/hid-keypad/presses.ts tells short and long ones apart. Hide digits in traces. */
  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#line.connect(signal);
  }

  #setStatus(status: KeypadStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }
}
