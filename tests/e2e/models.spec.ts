/** The main situations with other makers' devices in the cabinet, each on a pseudo-terminal: to the person and to the books it makes no difference. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from '@playwright/test';
import type { DeviceName } from '../../drivers/bench/protocol.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import type { Settings } from '../launcher/sandbox.ts';
import { Cables } from './support/cables.ts';
import { runSituations } from './support/run-situations.ts';
import { situations } from './support/top-up-situations.ts';
import { World } from './support/world.ts';

interface Fitted {
  readonly model: string;
  readonly options: object;
  /** Query of the serial address, as the model's document says. */
  readonly line: string;
}

const NOTES = { denominations: [500, 1000, 2000, 5000, 10_000] };

const cabinets: Readonly<Record<string, Readonly<Partial<Record<DeviceName, Fitted>>>>> = {
  'crt571, cashcode-ccnet and custom-vkp80': {
    cardReader: { model: 'crt571', options: {}, line: 'baudRate=38400' },
    cashAcceptor: { model: 'cashcode-ccnet', options: NOTES, line: 'baudRate=9600' },
    receiptPrinter: { model: 'custom-vkp80', options: {}, line: 'baudRate=115200' },
  },
  'cctalk-bill and epson-tm': {
    cardReader: { model: 'crt591-m001', options: {}, line: 'baudRate=38400' },
    cashAcceptor: { model: 'cctalk-bill', options: NOTES, line: 'baudRate=9600' },
    receiptPrinter: { model: 'epson-tm', options: {}, line: 'baudRate=115200' },
  },
};

function baseWith(devices: Readonly<Partial<Record<DeviceName, Fitted>>>): Settings {
  const example = JSON.parse(readFileSync(path.join(projectRoot, 'resources', 'config', 'example.json'), 'utf8')) as Settings;
  const placed = Object.entries(devices).map(([name, { model, options }]) => [name, { model, options, address: `sim:${name}` }]);
  return { ...example, devices: Object.fromEntries(placed), topUp: {} };
}

for (const [title, devices] of Object.entries(cabinets)) {
  test.describe(title, () => {
    const cables = new Cables(Object.fromEntries(Object.entries(devices).map(([name, { line }]) => [name, line])));
    runSituations(
      situations.filter(({ main }) => main),
      () => World.start({ speed: 3, carry: cables.carry, base: baseWith(devices) }),
      () => cables.stop(),
    );
  });
}
