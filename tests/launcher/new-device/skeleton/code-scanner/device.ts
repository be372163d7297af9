/** The example-model as the class CodeScanner: tells codes while somebody listens, and drops them otherwise. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../../../../drivers/device.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type { CodeScanner, CodeScannerEvent, CodeScannerStatus } from '../../../../../drivers/code-scanner/code-scanner.ts';
import { ExampleLine } from '../shared/line.ts';
import type { ExampleOptions } from '../shared/options.ts';
import { healthOf } from './status.ts';

export class Example implements CodeScanner {
  readonly #line: ExampleLine;
  readonly #events = new Listeners<CodeScannerEvent>();
  #status: CodeScannerStatus = { device: 'unknown' };

  constructor(options: ExampleOptions, deps: DeviceDeps) {
    this.#line = new ExampleLine(deps, options, {
      flags: (flags) => this.#setStatus({ device: healthOf(flags) }),
      offline: () => this.#setStatus({ device: 'offline' }),
    });
  }

  get lastStatus(): CodeScannerStatus {
    return this.#status;
  }

  onEvent(listener: (event: CodeScannerEvent) => void): Unsubscribe {
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

  setListening(_listening: boolean): void {
    throw this.#line.error(
      'notSupported',
      'to be written: setListening in device.ts, and what it is for: codes come by the line, are put together, told while somebody listens, hidden in traces',
    );
  }

  #setStatus(status: CodeScannerStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }
}
