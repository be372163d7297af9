/** The example-model as the class CardReader. Say in `capabilities` what the model can; what it can’t is refused with `notSupported`. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../../../../drivers/device.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type { CardChannel, CardReader, CardReaderCapabilities, CardReaderEvent, CardReaderStatus } from '../../../../../drivers/card-reader/card-reader.ts';
import { ExampleLine } from '../shared/line.ts';
import type { ExampleOptions } from '../shared/options.ts';
import { healthOf } from './status.ts';

export class Example implements CardReader {
  readonly #line: ExampleLine;
  readonly capabilities: CardReaderCapabilities = { motorised: true, canRetain: false, canDispense: false, interfaces: ['contactless'] };
  readonly #events = new Listeners<CardReaderEvent>();
  #status: CardReaderStatus = { device: 'unknown', media: 'unknown', entry: 'disabled', storage: [] };

  constructor(options: ExampleOptions, deps: DeviceDeps) {
    this.#line = new ExampleLine(deps, options, {
      flags: (flags) => this.#setStatus({ ...this.#status, device: healthOf(flags) }),
      offline: () => this.#setStatus({ ...this.#status, device: 'offline', media: 'unknown' }),
    });
  }

  get lastStatus(): CardReaderStatus {
    return this.#status;
  }

  onEvent(listener: (event: CardReaderEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#line.connect(signal, () => this.#line.unwritten('connect in device.ts: initialize leaving a card where it is, and read where one is'));
  }

  status(_signal?: AbortSignal): Promise<CardReaderStatus> {
    return this.#line.unwritten('status in device.ts: ask where the card is, now');
  }

  setEntry(_enabled: boolean, _signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('setEntry in device.ts: open or shut the gate, and open it again after the next connect');
  }

  activate(_signal?: AbortSignal): Promise<CardChannel> {
    return this.#line.unwritten('activate in device.ts: power the chip, answer a channel that sends each APDU once and dies with any motion');
  }

  deactivate(_signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('deactivate in device.ts: take the chip’s power');
  }

  present(_signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('present in device.ts: move the card to the gate and hold it; a lost answer is asked for, never sent again');
  }

  retract(_signal?: AbortSignal): Promise<void> {
    return this.#line.unwritten('retract in device.ts: take the card at the gate back inside');
  }

  eject(_signal?: AbortSignal): Promise<void> {
    return Promise.reject(this.#line.error('notSupported', 'this model lets go of no card'));
  }

  retain(_signal?: AbortSignal): Promise<void> {
    return Promise.reject(this.#line.error('notSupported', 'this model has no bin'));
  }

  dispense(_signal?: AbortSignal): Promise<void> {
    return Promise.reject(this.#line.error('notSupported', 'this model has no stacker'));
  }

  resetCount(_storage: string, _signal?: AbortSignal): Promise<void> {
    return Promise.reject(this.#line.error('notSupported', 'this model counts no cards'));
  }

  #setStatus(status: CardReaderStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }
}
