/**
 * A barcode and QR scanner in HID POS mode as a CodeScanner. It only listens: finds its fields in the report descriptor, joins the
 * reports of a scan, and tells it while somebody listens. Source: card-readers.md 3.1 and 3.3.
 */
import { z } from 'zod';
import type { Clock } from '../../../common/clock.ts';
import { DeviceError, type DeviceIdentity } from '../../device.ts';
import type { HidDescription } from '../../transport/hid.ts';
import { hidLine, type HidLine } from '../../transport/hid-line.ts';
import type { Transport } from '../../transport/transport.ts';
import { ListeningScanner } from '../listening-scanner.ts';
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

export class HidPosScanner extends ListeningScanner {
  readonly #options: HidPosOptions;
  readonly #line: HidLine;
  readonly #assembly: ScanAssembly;
  #layout: ScanLayout = SCAN_LAYOUTS['access-is'];

  constructor(options: HidPosOptions, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    const line = hidLine(transport, clock);
    super(line, clock, options.textFallback);
    this.#options = options;
    this.#line = line;
    this.#assembly = new ScanAssembly(clock, (assembled) => this.#onAssembled(assembled));
    line.onReport((report) => this.#receive(report));
    line.onClose((error) => this.onLineClosed(error));
  }

  setListening(listening: boolean): void {
    if (listening !== this.state.listening) this.#assembly.disown();
    this.state.listening = listening;
  }

  protected async open(limit: AbortSignal): Promise<DeviceIdentity> {
    const description = await this.#line.open(limit);
    this.#layout = this.#layoutOf(description);
    return identityOf(description);
  }

  protected forget(): void {
    this.#assembly.disown();
    this.#assembly.drop();
  }

  protected loseRest(): void {
    this.#assembly.drop();
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

  #receive(report: Uint8Array): void {
    this.state.frames.emit({ direction: 'fromDevice', bytes: redactedReport(this.#layout, report) });
    if (!this.isUp) return;
    const read = readScanReport(this.#layout, report);
    if (read.kind === 'part') this.#assembly.add(read.part);
    else if (read.kind === 'broken') this.#assembly.addBroken();
  }

  #onAssembled(assembled: Assembled): void {
    if (assembled.kind === 'unreadable') this.state.tell({ type: 'unreadable', reason: assembled.reason });
    else this.tellCode(assembled.bytes, assembled.aim);
  }
}

function identityOf({ product, maker, serialNumber }: HidDescription): DeviceIdentity {
  return {
    model: product ?? 'HID POS scanner',
    ...(maker === undefined ? {} : { maker }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
  };
}
