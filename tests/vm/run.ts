/**
 * `npm run test:vm`: the drivers against real kernel devices, HID and USB-serial, in a virtual machine. The last line is
 * `N passed, N failed`; a machine that can't run one says `not run: why` before it.
 */
import { MissingNeed } from '../launcher/needs.ts';
import { summaryLine, type Counts } from '../launcher/results.ts';
import { runInMachine } from './machine.ts';

export interface VmResult {
  readonly counts: Counts;
  /** Why nothing was run. */
  readonly notRun?: string;
  readonly output: string;
}

export async function runVmTests(): Promise<VmResult> {
  try {
    const { code, output } = await runInMachine(`exec "${process.execPath}" tests/vm/inside/main.ts`);
    const found = /^(\d+) passed, (\d+) failed$/m.exec(output);
    const counts = { passed: Number(found?.[1] ?? 0), failed: Number(found?.[2] ?? 1) };
    return { counts: code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 }, output };
  } catch (error) {
    if (!(error instanceof MissingNeed)) throw error;
    return { counts: { passed: 0, failed: 0 }, notRun: error.message, output: '' };
  }
}

if (process.argv[1] === import.meta.filename) {
  const { counts, notRun } = await runVmTests();
  if (notRun !== undefined) process.stdout.write(`not run: ${notRun}\n`);
  process.stdout.write(`${summaryLine(counts)}\n`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}
