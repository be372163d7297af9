/**
 * Child of load.ts: loads by QR tender on lines of real speed, in turns with and without the software's own work charged to the clock,
 * and prints how long each load took, ms: from the View before INITIALIZE FOR LOAD to upstream's answer to the proof of the load; and how
 * long each card took to be read: from the push of the hand to the View with its balance.
 */
import { keepHeapSmall } from '../../main/terminal/small-heap.ts';
import { cpuMs } from '../support/virtual-clock.ts';
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
/** A moment, and the CPU time used until then. */
interface Moment {
  readonly at: number;
  readonly cpu: number;
}

const loads: Load[] = [];
const reads: Load[] = [];
let committing = false;
let began: Moment | undefined;
let cardIn: Moment | undefined;

const terminal: VirtualTerminal = await VirtualTerminal.start({
  ...options,
  onCardIn: () => (cardIn = now()),
  onView: ({ body }) => {
    const was = committing;
    committing = body.kind === 'committing';
    if (committing && !was) began = now();
    if (body.kind !== 'top-up-amount' || cardIn === undefined) return;
    reads.push(since(cardIn));
    cardIn = undefined;
  },
  onAnswer: (path) => {
    if (path !== '/v1/issuer/loads/confirm' || began === undefined) return;
    loads.push(since(began));
    began = undefined;
  },
});
for (let done = 0; done < topUps; done += 1) {
  terminal.clock.charging = done % 2 === 0;
  await terminal.topUp('qr');
}
await terminal.stop();
process.stdout.write(JSON.stringify({ loads, reads }));

function now(): Moment {
  return { at: terminal.clock.exactly(), cpu: cpuMs() };
}

function since({ at, cpu }: Moment): Load {
  const { clock } = terminal;
  return { charged: clock.charging, tookMs: clock.exactly() - at, cpuMs: cpuMs() - cpu };
}
