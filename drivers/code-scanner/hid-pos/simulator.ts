/**
 * A HID POS scanner made of the document: splits what it reads into Scanned Data Reports, layout by layout. It shares no code with the
 * driver's codec. Source: card-readers.md 3.1.
 */
import { fromHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { SimulatedHid } from '../../transport/simulated-hid.ts';
import type { CodeScannerKnobs, ShownCode, SimulatedCodeScanner } from '../simulated-code-scanner.ts';

export interface SimulatedHidPosOptions {
  /** `access-is`: 64 bytes, flag at 63. `honeywell`: 62 bytes, flag at 61. Default `access-is`. */
  readonly layout?: 'access-is' | 'honeywell';
  /** False: the system doesn't show the descriptor, as on Windows. Default true. */
  readonly showsDescriptor?: boolean;
  readonly serialNumber?: string;
}

/** Item by item as a scanner of this kind declares itself. */
const DESCRIPTOR = {
  scannedData: '058C 0902 A101 0912 A102 8502', // page 8C, bar code scanner; scanned data report, id 2
  byteCount: '1500 26FF00 7508 9501 0501 093B 8102',
  symbologyIdentifier: '9503 058C 09FB 09FC 09FD 8102',
  decodedData: '9538 09FE 820201', // 56 buffered bytes
  makersTwoBytes: '9502 0666FF 0904 0900 8102', // bytes 61 and 62
  dataContinued: '058C 2501 7501 9501 09FF 8102 7507 8103 C0', // a bit, and 7 of nothing
  trigger: '0914 A102 8504 1500 2501 7501 9501 0960 9102 7507 9103 C0 C0', // trigger report, id 4
} as const;

function descriptorOf(layout: 'access-is' | 'honeywell'): Uint8Array {
  const items = Object.entries(DESCRIPTOR).filter(([name]) => layout === 'access-is' || name !== 'makersTwoBytes');
  return fromHex(items.map(([, bytes]) => bytes).join(' '));
}

const DATA_PER_REPORT = 56;

export class SimulatedHidPosScanner implements SimulatedCodeScanner {
  readonly knobs: CodeScannerKnobs = { dead: false, stopAfter: undefined };
  readonly hid: SimulatedHid;
  readonly #flagAt: 61 | 63;
  readonly #read: ShownCode[] = [];

  constructor({ layout = 'access-is', showsDescriptor = true, serialNumber = 'SN0001' }: SimulatedHidPosOptions = {}) {
    this.#flagAt = layout === 'access-is' ? 63 : 61;
    this.hid = new SimulatedHid({
      vendorId: 0x1234,
      productId: 0x0b62,
      product: 'Simulated HID POS Scanner',
      maker: 'Bench',
      serialNumber,
      descriptor: showsDescriptor ? descriptorOf(layout) : undefined,
    });
  }

  get read(): readonly ShownCode[] {
    return this.#read;
  }

  receive(bytes: Uint8Array): void {
    this.hid.receive(bytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.hid.onSend(listener);
  }

  powerCycle(): void {
    // A scanner keeps nothing between two codes.
  }

  show(code: ShownCode): void {
    this.showBytes(new TextEncoder().encode(code.text), code.aim);
  }

  showBytes(bytes: Uint8Array, aim = ']Q1'): void {
    this.#read.push({ text: Buffer.from(bytes).toString('utf8'), aim });
    if (this.knobs.dead) return;
    const sent = this.knobs.stopAfter ?? bytes.length;
    for (let at = 0; at === 0 || at < bytes.length; at += DATA_PER_REPORT) {
      if (at > 0 && at >= sent) return;
      this.hid.send(this.#report(bytes.subarray(at, at + DATA_PER_REPORT), aim, at + DATA_PER_REPORT < bytes.length || sent < bytes.length));
    }
  }

  #report(data: Uint8Array, aim: string, more: boolean): Uint8Array {
    const report = new Uint8Array(this.#flagAt + 1);
    report.set([0x02, data.length]);
    report.set(new TextEncoder().encode(aim), 2);
    report.set(data, 5);
    if (this.#flagAt === 63) report[61] = 0x73;
    report[this.#flagAt] = more ? 1 : 0;
    return report;
  }
}
