/** Child of memory.ts: tops up `topUps` times, cash and QR in turn, and prints this process's resident memory after each, bytes. */
import { keepHeapSmall } from '../../main/terminal/small-heap.ts';
import type { ChildSetting } from './virtual-process.ts';
import { VirtualTerminal } from './virtual-terminal.ts';

keepHeapSmall();
const { topUps, ...options } = JSON.parse(process.argv[2] ?? '') as ChildSetting;
const terminal = await VirtualTerminal.start(options);
const resident: number[] = [];
for (let done = 0; done < topUps; done += 1) {
  await terminal.topUp(done % 2 === 0 ? 'cash' : 'qr');
  resident.push(process.memoryUsage.rss());
}
await terminal.stop();
process.stdout.write(JSON.stringify({ resident }));
