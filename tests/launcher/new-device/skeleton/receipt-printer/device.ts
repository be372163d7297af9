/** The example-model as the class ReceiptPrinter: "printed" means confirmed through the print queue. */
import type { Unsubscribe } from '../../../../../common/unsubscribe.ts';
import type { DeviceIdentity, FrameTrace } from '../../../../../drivers/device.ts';
import { Listeners } from '../../../../../drivers/listeners.ts';
import type { DeviceDeps } from '../../../../../drivers/model-entry.ts';
import type {
  PrinterStatus,
  PrintJob,
  PrintResult,
  ReceiptPrinter,
  ReceiptPrinterCapabilities,
} from '../../../../../drivers/receipt-printer/receipt-printer.ts';
import { ExampleLine } from '../shared/line.ts';
import type { ExampleOptions } from '../shared/options.ts';
import { healthOf } from './status.ts';

const NOBODY_KNOWS = { paper: 'unknown', cover: 'unknown', cutter: 'unknown', presenter: 'notSupported', storage: [] } as const;

export class Example implements ReceiptPrinter {
  readonly #line: ExampleLine;
  readonly capabilities: ReceiptPrinterCapabilities = { presenter: 'none', confirmation: 'none' };
  readonly columns = 48;
  readonly #listeners = new Listeners<PrinterStatus>();
  #status: PrinterStatus = { device: 'unknown', ...NOBODY_KNOWS };

  constructor(options: ExampleOptions, deps: DeviceDeps) {
    this.#line = new ExampleLine(deps, options, {
      flags: (flags) => this.#setStatus({ ...this.#status, device: healthOf(flags) }),
      offline: () => this.#setStatus({ device: 'offline', ...NOBODY_KNOWS }),
    });
  }

  get lastStatus(): PrinterStatus {
    return this.#status;
  }

  onStatus(listener: (status: PrinterStatus) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#line.connect(signal, () => this.#line.unwritten('connect in device.ts: read paper, cover, cutter and presenter before it counts as online'));
  }

  status(_signal?: AbortSignal): Promise<PrinterStatus> {
    return this.#line.unwritten('status in device.ts: ask now, outside the print queue');
  }

  print(_job: PrintJob, _signal?: AbortSignal): Promise<PrintResult> {
    return this.#line.unwritten('print in device.ts: lay out, send, cut, present, and prove through the queue what became of it; never continued');
  }

  #setStatus(status: PrinterStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#listeners.emit(status);
  }
}
