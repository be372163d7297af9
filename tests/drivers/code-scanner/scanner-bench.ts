/** A scanner driver on a simulated line and clock, the test playing the scanner's bytes itself where a simulator wouldn't send such. */
import type { CodeScanner, CodeScannerEvent } from '../../../drivers/code-scanner/code-scanner.ts';
import { listeningDelays } from '../../../drivers/code-scanner/listening-scanner.ts';
import type { FrameTrace } from '../../../drivers/device.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { Clock } from '../../../common/clock.ts';
import type { Transport } from '../../../drivers/transport/transport.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

export interface ScannerBench {
  readonly clock: SimulatedClock;
  readonly line: SimulatedLine;
  readonly scanner: CodeScanner;
  readonly events: CodeScannerEvent[];
  readonly frames: FrameTrace[];
  /** Scans and unreadable ones, in short: the text, or `!reason`. */
  readonly told: () => string[];
}

/** Both models empty their line this long. */
const CONNECTED_AFTER = listeningDelays.emptying;

/** Connected and listening. */
export async function scannerBench(
  unit: SimulatedUnit,
  make: (deps: { readonly transport: Transport; readonly clock: Clock }) => CodeScanner,
): Promise<ScannerBench> {
  const bench = unconnectedBench(unit, make);
  const connecting = bench.scanner.connect();
  await bench.clock.advance(CONNECTED_AFTER);
  await connecting;
  bench.scanner.setListening(true);
  return bench;
}

export function unconnectedBench(unit: SimulatedUnit, make: (deps: { readonly transport: Transport; readonly clock: Clock }) => CodeScanner): ScannerBench {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  line.attachUnit((bytes) => unit.receive(bytes));
  unit.onSend((bytes) => line.fromUnit(bytes));
  const scanner = make({ transport: line, clock });
  const events: CodeScannerEvent[] = [];
  const frames: FrameTrace[] = [];
  scanner.onEvent((event) => events.push(event));
  scanner.onFrame((frame) => frames.push(frame));
  const short = (event: CodeScannerEvent): string[] => (event.type === 'scanned' ? [event.scan.text] : event.type === 'unreadable' ? [`!${event.reason}`] : []);
  return { clock, line, scanner, events, frames, told: () => events.flatMap(short) };
}
