/** Runs inside the virtual machine: the scanner and keypad drivers in every situation of their classes, on hidraw and USB-serial devices of a real kernel. */
import assert from 'node:assert/strict';
import * as nodeHid from 'node-hid';
import { SimulatedHidPosScanner } from '../../../drivers/code-scanner/hid-pos/simulator.ts';
import { SimulatedSerialScanner } from '../../../drivers/code-scanner/serial-line/simulator.ts';
import { SimulatedHidKeypad } from '../../../drivers/keypad/hid-keypad/simulator.ts';
import { keypadKeys } from '../../../drivers/keypad/keypad.ts';
import { keypadModels } from '../../../drivers/keypad/models.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import { PAYMENT_CODE, ScannerBench, scannerMakers, scannerSituations, type ScannerStand } from '../../drivers/conformance/code-scanner.ts';
import { KeypadBench, keypadSituations, type KeypadSituation } from '../../drivers/keypad/keypad-situations.ts';
import { finish, group, until, type Case } from './check.ts';
import { HidSocket, hidScannerStand, machineClock, serialScannerStand, startUsbBus } from './stands.ts';

const real = { simulation: 'refused' } as const;

function scannerCases(model: keyof typeof scannerMakers, make: () => Promise<ScannerStand>): readonly Case[] {
  return scannerSituations.map((situation) => ({
    title: situation.title,
    run: async () => {
      const bench = new ScannerBench(await make(), scannerMakers[model]);
      try {
        await situation.run(bench);
      } finally {
        await bench.dispose();
      }
    },
  }));
}

function keypadCases(kind: 'keyboard' | 'bits', address: string, options: Record<string, unknown>): readonly Case[] {
  return keypadSituations.map((situation: KeypadSituation) => ({
    title: situation.title,
    run: async () => {
      const unit = new SimulatedHidKeypad(kind);
      const socket = new HidSocket(unit.hid);
      await socket.plug();
      const model = keypadModels['hid-keys'];
      const keypad = model.create(options, { transport: createTransport(address, real), clock: machineClock });
      const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      try {
        await situation.run(
          new KeypadBench({ unit, keypad, until, pass, settled: (promise) => promise, plug: () => socket.plug(), unplug: () => socket.unplug() }),
        );
      } finally {
        await keypad.close();
        await socket.unplug();
      }
    },
  }));
}

/** A socket that is empty again afterwards, whatever happened. */
async function withPlugged<T>(unit: SimulatedHidPosScanner | SimulatedHidKeypad, use: (socket: HidSocket) => Promise<T>): Promise<T> {
  const socket = new HidSocket(unit.hid);
  await socket.plug();
  try {
    return await use(socket);
  } finally {
    await socket.unplug();
  }
}

const hidLines: readonly Case[] = [
  {
    title: 'a scanner among keypads is found by its usage, with its report descriptor, and forgotten when it goes',
    run: () =>
      withPlugged(new SimulatedHidKeypad(), () =>
        withPlugged(new SimulatedHidPosScanner(), async (socket) => {
          const transport = createTransport('hid:usage=8c:02', real);
          await transport.open();
          let lost: unknown;
          transport.onClose((error) => (lost = error?.message));
          await socket.unplug();
          await until('the loss is told', () => lost !== undefined);
          assert.match(String(lost), /^hid:usage=8c:02: .*disconnected/);
          await assert.rejects(transport.open(), /no such HID device is plugged in; there are: 1234:0c01 usage=01:06/);
        }),
      ),
  },
  {
    title: 'an output report reaches the device',
    run: () =>
      withPlugged(new SimulatedHidPosScanner(), async (socket) => {
        const transport = createTransport('hid:1234:0b62?serial=SN0001', real);
        await transport.open();
        await transport.write(Uint8Array.of(0x04, 0x01));
        await until('the device heard it', () => socket.device.heard.length > 0);
        assert.deepEqual(socket.device.heard, ['0401']);
        await transport.close();
      }),
  },
  {
    title: 'two scanners that fit: neither is opened, both are named',
    run: () =>
      withPlugged(new SimulatedHidPosScanner(), () =>
        withPlugged(new SimulatedHidPosScanner({ serialNumber: 'SN0002' }), async () => {
          await assert.rejects(createTransport('hid:usage=8c:02', real).open(), /more than one device fits: .*SN000[12].*SN000[12]/);
          const one = createTransport('hid:usage=8c:02&serial=SN0002', real);
          await one.open();
          await one.close();
        }),
      ),
  },
  {
    title: 'a terminal without the right to the device is told which udev rule to add',
    run: () =>
      withPlugged(new SimulatedHidPosScanner(), async () => {
        process.seteuid?.(65_534);
        try {
          await assert.rejects(createTransport('hid:usage=8c:02', real).open(), /no permission for \/dev\/hidraw\d+ .*ATTRS\{idVendor\}=="1234", MODE="0660"/);
        } finally {
          process.seteuid?.(0);
        }
      }),
  },
  {
    title: 'a code of two reports crosses the kernel as two data calls of 64 bytes, id first',
    run: async () => {
      const unit = new SimulatedHidPosScanner();
      await withPlugged(unit, async () => {
        const transport = createTransport('hid:usage=8c:02', real);
        const reports: Uint8Array[] = [];
        transport.onData((report) => reports.push(report));
        await transport.open();
        unit.show({ text: PAYMENT_CODE });
        await until('both reports are here', () => reports.length >= 2);
        assert.deepEqual(
          reports.map((report) => [report.length, report[0], report[1], report[63]]),
          [
            [64, 2, 56, 1],
            [64, 2, 15, 0],
          ],
        );
        await transport.close();
      });
    },
  },
];

process.stdout.write(`Node ${process.versions.node}, hidapi ${nodeHid.getHidapiVersion()}\n`);
await group('hid lines', hidLines);
await group(
  'hid-pos on hidraw',
  scannerCases('hid-pos', () => hidScannerStand(new SimulatedHidPosScanner())),
);
await group('hid-keys, a number pad', keypadCases('keyboard', 'hid:usage=01:06', {}));
const bits = {
  keys: Object.fromEntries(keypadKeys.map((key, at) => [key, { report: 3, byte: 1 + (at >> 3), bit: at & 7 }])),
  headphone: { report: 3, byte: 3, bit: 7 },
};
await group('hid-keys, a keypad of bits', keypadCases('bits', 'hid:1234:0c02', bits));
startUsbBus();
await group(
  'serial-line on a USB-serial port',
  scannerCases('serial-line', () => serialScannerStand(new SimulatedSerialScanner({ aimPrefix: true }))),
);
finish();
