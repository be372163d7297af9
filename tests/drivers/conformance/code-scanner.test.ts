/** Every code scanner model in every situation of the class, over the lines this machine has. A real hidraw node: tests/vm. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import type { SimulatedCodeScanner } from '../../../drivers/code-scanner/simulated-code-scanner.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import { SimulatedLines } from '../../../drivers/transport/simulated.ts';
import { machineClock } from '../../support/machine-clock.ts';
import { units } from './code-scanner-units.ts';
import { ScannerBench, scannerMakers, scannerSituations, type ScannerStand } from './code-scanner.ts';
import { RemoteUnit } from './remote-unit.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal } from './stand.ts';

type Model = keyof typeof units;

const of = (model: Model): { readonly factories: string; readonly model: Model } => ({ factories: join(import.meta.dirname, 'code-scanner-units.ts'), model });

/** The unit in another process, reached over its Unix socket as the bench's are. */
async function standOnSocket(model: Model): Promise<ScannerStand> {
  const folder = await mkdtemp(join(tmpdir(), 'stand-'));
  const socketPath = join(folder, 'unit.sock');
  const unit = await RemoteUnit.start<SimulatedCodeScanner>({ ...of(model), options: {}, socketPath, speed: 1 });
  return {
    transport: createTransport(`sim:${socketPath}`, { simulation: new SimulatedLines() }),
    clock: machineClock,
    unit,
    settled: (promise) => promise,
    until: async (what, done) => {
      for (const end = performance.now() + 20_000; !(await done()); await new Promise((resolve) => setTimeout(resolve, 10))) {
        if (performance.now() > end) throw new Error(`after 20 s still not: ${what}`);
      }
    },
    unplug: () => unit.unplug(),
    plug: () => unit.plug(),
    dispose: async () => {
      await unit.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const NO_PORT = noPseudoTerminal();

const stands: readonly { readonly name: string; readonly model: Model; readonly make: () => Promise<ScannerStand>; readonly missing?: string | undefined }[] = [
  { name: 'hid-pos in this process', model: 'hid-pos', make: async () => standInMemory<SimulatedCodeScanner>(units['hid-pos'], of('hid-pos')) },
  { name: 'hid-pos in another process, over a socket', model: 'hid-pos', make: () => standOnSocket('hid-pos') },
  { name: 'serial-line in this process', model: 'serial-line', make: async () => standInMemory<SimulatedCodeScanner>(units['serial-line'], of('serial-line')) },
  {
    name: 'serial-line behind a pseudo-terminal',
    model: 'serial-line',
    make: () => standOnPseudoTerminal<SimulatedCodeScanner>(of('serial-line'), 'baudRate=9600'),
    missing: NO_PORT,
  },
];

describe.each(stands)('$name', ({ model, make, missing }) => {
  test.for(scannerSituations)('$title', async (situation, { skip }) => {
    skip(missing !== undefined, `not run: ${missing}`);
    const bench = new ScannerBench(await make(), scannerMakers[model]);
    try {
      await situation.run(bench);
    } finally {
      await bench.dispose();
    }
  });
});
