/** The example-model against the sentences of its class, in this process and behind a real port with its simulator in another one. */
import { describe, test } from 'vitest';
import type { SimulatedCodeScanner } from '../../../../../drivers/code-scanner/simulated-code-scanner.ts';
import { ScannerBench, scannerSituations } from '../../../../drivers/conformance/code-scanner.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal } from '../../../../drivers/conformance/stand.ts';
import { exampleOptionsSchema } from '../shared/options.ts';
import { Example } from './device.ts';
import { units } from './units.ts';

const of = { factories: `${import.meta.dirname}/units.ts`, model: 'example-model' };

describe.each([
  { where: 'in this process', make: async () => standInMemory<SimulatedCodeScanner>(units['example-model'], of), missing: undefined },
  { where: 'behind a pseudo-terminal', make: () => standOnPseudoTerminal<SimulatedCodeScanner>(of, 'baudRate=9600'), missing: noPseudoTerminal() },
])('example-model $where', ({ make, missing }) => {
  test.for(scannerSituations)('$title', async (situation, { skip }) => {
    skip(missing !== undefined, `not run: ${missing}`);
    const bench = new ScannerBench(await make(), (deps) => new Example(exampleOptionsSchema.parse({}), deps));
    try {
      await situation.run(bench);
    } finally {
      await bench.dispose();
    }
  });
});
