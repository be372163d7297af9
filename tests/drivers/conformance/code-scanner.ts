/**
 * What every model of the class CodeScanner must do, as situations on a Stand. They use `node:assert` alone, so that they run under
 * vitest and, without it, inside the virtual machine of tests/vm.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../../../common/clock.ts';
import type { CodeScanner, CodeScannerEvent, Scan, Symbology } from '../../../drivers/code-scanner/code-scanner.ts';
import { codeScannerModels } from '../../../drivers/code-scanner/models.ts';
import type { DeviceDeps } from '../../../drivers/model-entry.ts';
import type { SimulatedCodeScanner } from '../../../drivers/code-scanner/simulated-code-scanner.ts';
import { DeviceError } from '../../../drivers/device.ts';
import { TransportError, type Transport } from '../../../drivers/transport/transport.ts';
import type { Stand } from './stand.ts';

/** The stand without the knobs of its wire, which a real bus has none of. */
export type ScannerStand = Pick<Stand<SimulatedCodeScanner>, 'transport' | 'clock' | 'settled' | 'until' | 'unplug' | 'plug' | 'dispose'> & {
  readonly unit: Pick<Stand<SimulatedCodeScanner>['unit'], 'call' | 'knob'>;
};

export type ScannerMaker = (deps: { readonly transport: Transport; readonly clock: Clock }) => CodeScanner;

/** The models that stand in code-scanner.test.ts, with the options that fit their simulated units. */
export const scannerMakers = {
  'hid-pos': (deps: DeviceDeps) => codeScannerModels['hid-pos'].create({}, deps),
  'serial-line': (deps: DeviceDeps) => codeScannerModels['serial-line'].create({ aimPrefix: true }, deps),
} satisfies Readonly<Partial<Record<keyof typeof codeScannerModels, ScannerMaker>>>;

export const PAYMENT_CODE = 'https://pay.example/t?o=20250101-000123&a=5000&c=CNY&s=0123456789abcdef';
const EAN = '4006381333931';

export class ScannerBench {
  readonly stand: ScannerStand;
  readonly scanner: CodeScanner;
  /** What was told of scans. */
  readonly told: CodeScannerEvent[] = [];
  /** Healths, in the order they were told. */
  readonly healths: string[] = [];
  readonly frames: string[] = [];

  constructor(stand: ScannerStand, make: ScannerMaker) {
    this.stand = stand;
    this.scanner = make({ transport: stand.transport, clock: stand.clock });
    this.scanner.onEvent((event) => {
      if (event.type === 'statusChanged') this.healths.push(event.status.device);
      else this.told.push(event);
    });
    this.scanner.onFrame(({ bytes }) => this.frames.push(bytes));
  }

  async ready(): Promise<void> {
    await this.connect();
    this.scanner.setListening(true);
  }

  connect(): Promise<unknown> {
    return this.stand.settled(this.scanner.connect());
  }

  show(text: string, aim = ']Q1'): Promise<void> {
    return this.stand.unit.call('show', { text, aim });
  }

  /** Waits until as much was told as is expected, and compares. */
  async expectTold(...expected: readonly CodeScannerEvent[]): Promise<void> {
    await this.stand.until(`${expected.length} things are told, now ${JSON.stringify(this.told)}`, () => this.told.length >= expected.length);
    assert.deepEqual(this.told, expected);
  }

  async expectHealths(...expected: readonly string[]): Promise<void> {
    await this.stand.until(`healths ${expected.join(', ')}, now ${this.healths.join(', ')}`, () => this.healths.length >= expected.length);
    assert.deepEqual(this.healths, expected);
  }

  async dispose(): Promise<void> {
    await this.scanner.close();
    await this.stand.dispose();
  }
}

export interface ScannerSituation {
  readonly title: string;
  run(bench: ScannerBench): Promise<void>;
}

const scanned = (text: string, symbology: Symbology = 'qr', aim = ']Q1'): CodeScannerEvent => ({
  type: 'scanned',
  scan: { text, symbology, aim } satisfies Scan,
});
const unreadable = (reason: 'incomplete' | 'tooLong' | 'notText'): CodeScannerEvent => ({ type: 'unreadable', reason });

async function failure(promise: Promise<unknown>): Promise<DeviceError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (cause: unknown) => cause,
  );
  if (error instanceof DeviceError) return error;
  throw error;
}

export const scannerSituations: readonly ScannerSituation[] = [
  {
    title: 'connected: says who it is, and that it is online, once',
    run: async (bench) => {
      assert.equal(bench.scanner.lastStatus.device, 'unknown');
      const identity = (await bench.connect()) as { readonly model: string };
      assert.ok(identity.model.length > 0);
      await bench.expectHealths('online');
      assert.equal(bench.scanner.lastStatus.device, 'online');
    },
  },
  {
    title: 'codes of several kinds, one after the other: each is told once, with its text and kind',
    run: async (bench) => {
      await bench.ready();
      await bench.show(PAYMENT_CODE);
      await bench.show(EAN, ']E0');
      await bench.show('校园卡 6688', ']d2');
      await bench.show(PAYMENT_CODE);
      await bench.expectTold(scanned(PAYMENT_CODE), scanned(EAN, 'ean13', ']E0'), scanned('校园卡 6688', 'dataMatrix', ']d2'), scanned(PAYMENT_CODE));
    },
  },
  {
    title: 'a code as long as the class takes is whole, a longer one is told as too long, and the next one is whole again',
    run: async (bench) => {
      await bench.ready();
      const longest = 'https://pay.example/'.padEnd(1000, 'x');
      await bench.show(longest);
      await bench.show(longest.padEnd(1100, 'y'));
      await bench.expectTold(scanned(longest), unreadable('tooLong'));
      await bench.show(EAN, ']E0');
      await bench.expectTold(scanned(longest), unreadable('tooLong'), scanned(EAN, 'ean13', ']E0'));
    },
  },
  {
    title: 'a code that is no text: nothing of it is told but that',
    run: async (bench) => {
      await bench.ready();
      await bench.stand.unit.call('showBytes', Uint8Array.of(0x41, 0xff, 0xfe, 0x42), ']Q1');
      await bench.show(EAN, ']E0');
      await bench.expectTold(unreadable('notText'), scanned(EAN, 'ean13', ']E0'));
    },
  },
  {
    title: 'while nobody listens, whatever is read is dropped and doesn’t come later',
    run: async (bench) => {
      await bench.connect();
      await bench.show(PAYMENT_CODE);
      await bench.stand.until('the code has come and gone', () => bench.frames.length > 0);
      bench.scanner.setListening(true);
      await bench.show(EAN, ']E0');
      await bench.expectTold(scanned(EAN, 'ean13', ']E0'));
      bench.scanner.setListening(false);
      const before = bench.frames.length;
      await bench.show(PAYMENT_CODE);
      await bench.stand.until('the code has come and gone', () => bench.frames.length > before);
      bench.scanner.setListening(true);
      await bench.show('next');
      await bench.expectTold(scanned(EAN, 'ean13', ']E0'), scanned('next'));
    },
  },
  {
    title: 'half a code, and then silence: it is told as incomplete, and the next one is whole',
    run: async (bench) => {
      await bench.ready();
      await bench.stand.unit.knob('stopAfter', 40);
      await bench.show(PAYMENT_CODE);
      await bench.expectTold(unreadable('incomplete'));
      await bench.stand.unit.knob('stopAfter', undefined);
      // The late rest of a code isn't one; a person takes longer than this to show another.
      const waited = bench.stand.clock.monotonic() + 600;
      await bench.stand.until('a person shows the next code', () => bench.stand.clock.monotonic() > waited);
      await bench.show(EAN, ']E0');
      await bench.expectTold(unreadable('incomplete'), scanned(EAN, 'ean13', ']E0'));
    },
  },
  {
    title: 'unplugged while idle: offline is told once, connecting fails until it is back, and then it reads',
    run: async (bench) => {
      await bench.ready();
      await bench.show('before');
      await bench.expectTold(scanned('before'));
      await bench.stand.unplug();
      await bench.expectHealths('online', 'offline');
      const error = await failure(bench.connect());
      assert.equal(error.code, 'offline');
      assert.match(error.message, /^connecting the code scanner: .+/);
      assert.ok(error.cause instanceof TransportError && error.cause.address === bench.stand.transport.address);
      await bench.stand.plug();
      await bench.connect();
      await bench.show(PAYMENT_CODE);
      await bench.expectTold(scanned('before'), scanned(PAYMENT_CODE));
      await bench.expectHealths('online', 'offline', 'online');
    },
  },
  {
    title: 'unplugged in the middle of a code: nothing of it is told, offline once, and after that codes are whole',
    run: async (bench) => {
      await bench.ready();
      await bench.stand.unit.knob('stopAfter', 40);
      await bench.show(PAYMENT_CODE);
      await bench.stand.until('half of the code has come', () => bench.frames.length > 0);
      await bench.stand.unplug();
      await bench.expectHealths('online', 'offline');
      await bench.expectTold(unreadable('incomplete'));
      await bench.stand.unit.knob('stopAfter', undefined);
      await bench.stand.plug();
      await bench.connect();
      await bench.show(PAYMENT_CODE);
      await bench.expectTold(unreadable('incomplete'), scanned(PAYMENT_CODE));
      await bench.expectHealths('online', 'offline', 'online');
    },
  },
  {
    title: 'plugged in again without being connected: it rests, and what was read meanwhile is never told',
    run: async (bench) => {
      await bench.ready();
      await bench.stand.unplug();
      await bench.expectHealths('online', 'offline');
      await bench.stand.plug();
      await bench.show('meanwhile');
      await bench.connect();
      await bench.show('after');
      await bench.expectTold(scanned('after'));
      await bench.expectHealths('online', 'offline', 'online');
    },
  },
  {
    title: 'connected again while connected, twice at the same time: it goes on reading, and nothing was lost in between',
    run: async (bench) => {
      await bench.ready();
      await Promise.all([bench.connect(), bench.connect()]);
      await bench.show(EAN, ']E0');
      await bench.expectTold(scanned(EAN, 'ean13', ']E0'));
      await bench.expectHealths('online');
    },
  },
  {
    title: 'closed, however often: offline once; connecting later works',
    run: async (bench) => {
      await bench.ready();
      await Promise.all([bench.scanner.close(), bench.scanner.close()]);
      await bench.expectHealths('online', 'offline');
      await bench.connect();
      await bench.show(EAN, ']E0');
      await bench.expectTold(scanned(EAN, 'ean13', ']E0'));
    },
  },
  {
    title: 'connecting that was aborted says so, and leaves the scanner usable',
    run: async (bench) => {
      const error = await failure(bench.stand.settled(bench.scanner.connect(AbortSignal.abort('no'))));
      assert.equal(error.code, 'aborted');
      await bench.ready();
      await bench.show(EAN, ']E0');
      await bench.expectTold(scanned(EAN, 'ean13', ']E0'));
    },
  },
  {
    title: 'no trace holds any part of a code',
    run: async (bench) => {
      await bench.ready();
      await bench.show(PAYMENT_CODE);
      await bench.expectTold(scanned(PAYMENT_CODE));
      const hex = bench.frames.join('');
      assert.ok(hex.includes('XX'.repeat(50)), hex);
      for (let at = 0; at + 3 <= PAYMENT_CODE.length; at += 1) {
        assert.ok(
          !hex.includes(
            Buffer.from(PAYMENT_CODE.slice(at, at + 3))
              .toString('hex')
              .toUpperCase(),
          ),
          `the trace holds ${PAYMENT_CODE.slice(at, at + 3)}`,
        );
      }
    },
  },
];
