/** The example-model as the class IdReader: looks for a document until one is there, and reads it. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../../../../drivers/device.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type { IdReader, IdReaderEvent, IdReaderStatus, IdReadOutcome } from '../../../../../drivers/id-reader/id-reader.ts';
import { ExampleLine } from '../shared/line.ts';
import type { ExampleOptions } from '../shared/options.ts';
import { healthOf } from './status.ts';

export class Example implements IdReader {
  readonly #line: ExampleLine;
  readonly #events = new Listeners<IdReaderEvent>();
  #status: IdReaderStatus = { device: 'unknown' };

  constructor(options: ExampleOptions, deps: DeviceDeps) {
    this.#line = new ExampleLine(deps, options, {
      flags: (flags) => this.#setStatus({ device: healthOf(flags) }),
      offline: () => this.#setStatus({ device: 'offline' }),
    });
  }

  get lastStatus(): IdReaderStatus {
    return this.#status;
  }

  onEvent(listener: (event: IdReaderEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#line.connect(signal);
  }

  read(_signal?: AbortSignal): Promise<IdReadOutcome> {
    return this.#line.unwritten('read in device.ts: ask for a document until one is there, read its fields, tell removed and unreadable ones apart');
  }

  #setStatus(status: IdReaderStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }
}
