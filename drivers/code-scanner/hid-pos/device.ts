/**
 * A barcode and QR scanner in HID POS mode as a CodeScanner. It only listens: finds its fields in the report descriptor, joins the
 * reports of a scan, and tells it while somebody listens. Source: card-readers.md 3.1 and 3.3.
 */
import { z } from 'zod';
import { delay, type Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { ConnectAttempts } from '../../connect-attempts.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import type { HidDescription } from '../../transport/hid.ts';
import { hidLine, type HidLine } from '../../transport/hid-line.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CodeScanner, CodeScannerEvent, CodeScannerStatus } from '../code-scanner.ts';
import { scanOf } from '../scan-text.ts';
import { ScannerState } from '../scanner-state.ts';
import { ScanAssembly, type Assembled } from './assembly.ts';
import { readScanReport, redactedReport } from './codec.ts';
import { layoutFrom, SCAN_LAYOUTS, type ScanLayout, type ScanLayoutName } from './layout.ts';

const layoutNames = ['access-is', 'honeywell', 'microscan', 'quio'] as const satisfies readonly ScanLayoutName[];

export const hidPosOptionsSchema = z.strictObject({
  /** `auto`: by the report descriptor; where the system doesn't show it, as `access-is`. A name: by that model's table, whatever the descriptor says. */
  layout: z.enum(['auto', ...layoutNames]).default('auto'),
  /** What a code that is no UTF-8 is read as; `none`: it is unreadable. */
  textFallback: z.enum(['none', 'gb18030']).default('none'),
});
export type HidPosOptions = z.output<typeof hidPosOptionsSchema>;

export const hidPosDelays = {
  /** The class's limit: finding the device takes the library up to a tenth of a second, opening it less. */
  connect: 5_000,
  /** A report that the scanner kept while nobody listened to it comes right after opening, and was shown to somebody else. */
  emptying: 200,
} as const;

export class HidPosScanner implements CodeScanner {
  readonly #options: HidPosOptions;
  readonly #clock: Clock;
  readonly #line: HidLine;
  readonly #attempts: ConnectAttempts;
  readonly #state = new ScannerState();
  readonly #assembly: ScanAssembly;
  #layout: ScanLayout = SCAN_LAYOUTS['access-is'];
  #phase: 'down' | 'emptying' | 'up' = 'down';

  constructor(options: HidPosOptions, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    this.#options = options;
    this.#clock = clock;
    this.#line = hidLine(transport, clock);
    this.#attempts = new ConnectAttempts('the code scanner', clock);
    this.#assembly = new ScanAssembly(clock, (assembled) => this.#onAssembled(assembled));
    this.#line.onReport((report) => this.#receive(report));
    // A close without an error is our own.
    this.#line.onClose((error) => {
      if (error !== undefined) this.#lost();
    });
  }

  get lastStatus(): CodeScannerStatus {
    return this.#state.last;
  }

  onEvent(listener: (event: CodeScannerEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#state.frames.add(listener);
  }

  setListening(listening: boolean): void {
    if (listening !== this.#state.listening) this.#assembly.disown();
    this.#state.listening = listening;
  }

  /** @throws {DeviceError} `offline`, `timeout`, `aborted`; `notSupported` when what is there is no HID POS scanner */
  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#attempts.run(hidPosDelays.connect, signal, async (limit) => {
      try {
        await this.#line.close();
        this.#forget();
        const description = await this.#line.open(limit);
        this.#layout = this.#layoutOf(description);
        this.#phase = 'emptying';
        await delay(this.#clock, hidPosDelays.emptying, limit);
        this.#expectUp();
        return identityOf(description);
      } catch (error) {
        await this.#line.close();
        this.#forget();
        this.#state.setDevice('offline');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#attempts.end();
    await this.#line.close();
    this.#forget();
    if (this.#state.last.device !== 'unknown') this.#state.setDevice('offline');
  }

  #layoutOf(description: HidDescription): ScanLayout {
    const { layout } = this.#options;
    if (layout !== 'auto') return SCAN_LAYOUTS[layout];
    if (description.descriptor === undefined) return SCAN_LAYOUTS['access-is'];
    const found = layoutFrom(description.descriptor);
    if (found !== undefined) return found;
    throw new DeviceError(
      'notSupported',
      `connecting the code scanner: ${this.#line.address} is ${description.product ?? 'a device'} and sends no decoded data (usage 8c:fe); set the scanner to HID POS mode with its maker's set-up code, or choose the model for the mode it is in`,
    );
  }

  #expectUp(): void {
    if (this.#phase !== 'emptying') throw new DeviceError('offline', `connecting the code scanner: ${this.#line.address} went away while it was being opened`);
    this.#phase = 'up';
    this.#state.setDevice('online');
  }

  #receive(report: Uint8Array): void {
    this.#state.frames.emit({ direction: 'fromDevice', bytes: redactedReport(this.#layout, report) });
    if (this.#phase !== 'up') return;
    const read = readScanReport(this.#layout, report);
    if (read.kind === 'part') this.#assembly.add(read.part);
    else if (read.kind === 'broken') this.#assembly.addBroken();
  }

  #onAssembled(assembled: Assembled): void {
    if (assembled.kind === 'unreadable') {
      this.#state.tell({ type: 'unreadable', reason: assembled.reason });
      return;
    }
    const scan = scanOf(assembled.bytes, assembled.aim, this.#options.textFallback);
    this.#state.tell(scan === undefined ? { type: 'unreadable', reason: 'notText' } : { type: 'scanned', scan });
  }

  /** What is under way belongs to nobody any more. */
  #forget(): void {
    this.#phase = 'down';
    this.#assembly.disown();
    this.#assembly.drop();
  }

  #lost(): void {
    this.#phase = 'down';
    this.#assembly.drop();
    this.#state.setDevice('offline');
  }
}

function identityOf({ product, maker, serialNumber }: HidDescription): DeviceIdentity {
  return {
    model: product ?? 'HID POS scanner',
    ...(maker === undefined ? {} : { maker }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
  };
}
