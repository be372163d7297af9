/** What every scanner model tells and remembers: its health, whether anybody listens, its events and frames. */
import type { DeviceHealth, FrameTrace } from '../device.ts';
import { Listeners } from '../listeners.ts';
import type { CodeScannerEvent, CodeScannerStatus } from './code-scanner.ts';

export class ScannerState {
  readonly events = new Listeners<CodeScannerEvent>();
  readonly frames = new Listeners<FrameTrace>();
  listening = false;
  #status: CodeScannerStatus = { device: 'unknown' };

  get last(): CodeScannerStatus {
    return this.#status;
  }

  /** Told only when it changes. */
  setDevice(device: DeviceHealth): void {
    if (device === this.#status.device) return;
    this.#status = { device };
    this.events.emit({ type: 'statusChanged', status: this.#status });
  }

  /** Of scans nothing is told while nobody listens. */
  tell(event: Exclude<CodeScannerEvent, { readonly type: 'statusChanged' }>): void {
    if (this.listening) this.events.emit(event);
  }
}
