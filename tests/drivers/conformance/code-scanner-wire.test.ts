/** The serial scanner on a wire as wires are: in pieces, glued together, late, noisy, broken in the middle; in memory and on a real port. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SerialLineScanner, serialLineOptionsSchema } from '../../../drivers/code-scanner/serial-line/device.ts';
import type { SimulatedCodeScanner } from '../../../drivers/code-scanner/simulated-code-scanner.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import { units } from './code-scanner-units.ts';
import { PAYMENT_CODE, ScannerBench, scannerMakers } from './code-scanner.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal, type Stand } from './stand.ts';

const OF = { factories: join(import.meta.dirname, 'code-scanner-units.ts'), model: 'serial-line' };
const NO_PORT = noPseudoTerminal();

const code = (text: string): object => ({ type: 'scanned', scan: { text, symbology: 'qr', aim: ']Q1' } });

describe.each([
  ['in this process', async (): Promise<Stand<SimulatedCodeScanner>> => standInMemory<SimulatedCodeScanner>(units['serial-line'], OF), undefined],
  ['behind a pseudo-terminal', (): Promise<Stand<SimulatedCodeScanner>> => standOnPseudoTerminal<SimulatedCodeScanner>(OF, 'baudRate=9600'), NO_PORT],
] as const)('serial-line %s', (_name, make, missing) => {
  let stand: Stand<SimulatedCodeScanner>;
  let bench: ScannerBench;

  beforeEach(async (context) => {
    context.skip(missing !== undefined, `not run: ${missing}`);
    stand = await make();
    bench = new ScannerBench(stand, scannerMakers['serial-line']);
    await bench.ready();
  });
  afterEach(async () => {
    if (missing === undefined) await bench.dispose();
  });

  const told = async (count: number): Promise<unknown[]> => {
    await stand.until(`${count} things are told`, () => bench.told.length >= count);
    return bench.told;
  };

  test('byte by byte, late, and glued to the next: each code is told as it was shown', async () => {
    await stand.unit.wire('pieces', 1);
    await bench.show(PAYMENT_CODE);
    await stand.unit.wire('delay', 40);
    await bench.show('late');
    await told(2);
    await stand.unit.wire('glue', 30);
    await bench.show('glued');
    await bench.show('together');
    expect(await told(4)).toEqual([code(PAYMENT_CODE), code('late'), code('glued'), code('together')]);
  });

  test('noise in front of a code: it is told as no text, and once the noise is gone codes are whole', async () => {
    await stand.unit.wire('noise', 'FFFE00');
    await bench.show(PAYMENT_CODE);
    expect(await told(1)).toEqual([{ type: 'unreadable', reason: 'notText' }]);
    await stand.unit.wire('noise', '');
    await bench.show(PAYMENT_CODE);
    expect(await told(2)).toEqual([{ type: 'unreadable', reason: 'notText' }, code(PAYMENT_CODE)]);
  });

  test('line ends between codes are nothing', async () => {
    await stand.unit.wire('noise', '0A0D');
    await bench.show('first');
    await bench.show('second');
    expect(await told(2)).toEqual([code('first'), code('second')]);
  });

  test('the wire breaks in the middle of a code: offline once, nothing of the code, and after plugging in it reads', async () => {
    await stand.unit.wire('breakAfter', 30);
    await bench.show(PAYMENT_CODE);
    await bench.expectHealths('online', 'offline');
    await stand.plug();
    await bench.connect();
    await bench.show('after');
    await stand.until('the code is told', () => bench.told.some((event) => event.type === 'scanned'));
    // The half may die with the port, or be told as one.
    expect(bench.told.filter((event) => event.type === 'scanned')).toEqual([code('after')]);
    expect(bench.healths).toEqual(['online', 'offline', 'online']);
  });
});

test('a port that another program holds: connecting fails, naming the port', async ({ skip }) => {
  skip(NO_PORT !== undefined, `not run: ${NO_PORT}`);
  const stand = await standOnPseudoTerminal<SimulatedCodeScanner>(OF, 'baudRate=9600');
  await stand.transport.open();
  const second = createTransport(stand.transport.address, { simulation: 'refused' });
  const scanner = new SerialLineScanner(serialLineOptionsSchema.parse({}), { transport: second, clock: stand.clock });
  await expect(scanner.connect()).rejects.toMatchObject({
    code: 'offline',
    message: expect.stringContaining(`opening ${stand.transport.address}`),
    cause: expect.objectContaining({ code: 'busy' }),
  });
  await stand.transport.close();
  await stand.dispose();
});
