/**
 * Child of load.ts: loads by QR tender on lines of real speed, in turns with and without the software's own work charged to the clock,
 * and prints how long each load took, ms: from the View before INITIALIZE FOR LOAD to upstream's answer to the proof of the load.
 */
import { keepHeapSmall } from '../../main/terminal/small-heap.ts';
import { cpuMs } from './virtual-clock.ts';
import type { ChildSetting } from './virtual-process.ts';
import { VirtualTerminal } from './virtual-terminal.ts';

interface Load {
  /** With the software's work, or of lines and units alone. */
  readonly charged: boolean;
  readonly tookMs: number;
  /** Everything this process did meanwhile, also beside the load. */
  readonly cpuMs: number;
}

keepHeapSmall();
const { topUps, ...options } = JSON.parse(process.argv[2] ?? '') as ChildSetting;
const loads: Load[] = [];
let committing = false;
let began: { readonly at: number; readonly cpu: number } | undefined;

const terminal: VirtualTerminal = await VirtualTerminal.start({
  ...options,
  onView: ({ body }) => {
    const was = committing;
    committing = body.kind === 'committing';
    if (committing && !was) began = { at: terminal.clock.exactly(), cpu: cpuMs() };
  },
  onAnswer: (path) => {
    if (path !== '/v1/issuer/loads/confirm' || began === undefined) return;
    const { clock } = terminal;
    loads.push({ charged: clock.charging, tookMs: clock.exactly() - began.at, cpuMs: cpuMs() - began.cpu });
    began = undefined;
  },
});
for (let done = 0; done < topUps; done += 1) {
  terminal.clock.charging = done % 2 === 0;
  await terminal.topUp('qr');
}
await terminal.stop();
process.stdout.write(JSON.stringify({ loads }));
