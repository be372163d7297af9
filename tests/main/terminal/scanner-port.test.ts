/** What the scanner reads goes to whoever listens then, and to nobody else. */
import { expect, test } from 'vitest';
import type { ScannerEvent } from '../../../state-machines/ports.ts';
import { scannerPort } from '../../../main/terminal/ports/scanner-port.ts';
import { BenchStand } from '../../drivers/bench/stand.ts';

const CODE = '134567890123456789';

async function fitted() {
  const stand = new BenchStand({ codeScanner: { model: 'hid-pos' } });
  const scanner = await stand.connected('codeScanner');
  const show = async (text = CODE): Promise<void> => {
    stand.hand({ act: 'showCode', text });
    await stand.clock.advance(2000);
  };
  return { stand, scanner, port: scannerPort(scanner), show };
}

test('a code is told once, to the one who listens', async () => {
  const { port, show } = await fitted();
  const told: ScannerEvent[] = [];
  await show('280000000000000000'); // of somebody before
  const end = port.listen((event) => told.push(event));
  await show();
  end();
  await show('281111111111111111'); // of whoever comes next
  expect(told).toEqual([{ type: 'CODE.SCANNED', text: CODE }]);
});

test('half a code is told as what it is, and nothing of it', async () => {
  const { stand, port, show } = await fitted();
  const told: ScannerEvent[] = [];
  port.listen((event) => told.push(event));
  stand.knob('codeScanner.stopAfter', 60);
  await show('x'.repeat(200));
  expect(told).toEqual([{ type: 'CODE.UNREADABLE' }]);
});

test('a scanner that goes away says so, and one that is away already, or was never fitted, says so at once', async () => {
  const { scanner, port } = await fitted();
  const told: ScannerEvent[] = [];
  port.listen((event) => told.push(event));
  await scanner.close();
  expect(told).toEqual([{ type: 'SCANNER.AWAY' }]);
  for (const away of [port, scannerPort(undefined)]) {
    const heard: ScannerEvent[] = [];
    away.listen((event) => heard.push(event))();
    expect(heard).toEqual([{ type: 'SCANNER.AWAY' }]);
  }
});
