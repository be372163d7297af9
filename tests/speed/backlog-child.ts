/**
 * Child of backlog.ts: `{ folder, url, enrolmentCode }`. Drains the journal in the folder and prints as JSON how long it took, what went
 * over the wire, how long the process was deaf to anything else, and what one full batch costs to pack.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { JournalDesk } from '../../main/terminal/ports/journal-port.ts';
import { keepHeapSmall } from '../../main/terminal/small-heap.ts';
import { systemClock as clock, systemRandom as random } from '../../main/terminal/system.ts';
import { GZIP_LEVEL } from '../../main/upstream/http.ts';
import { createUpstream } from '../../main/upstream/upstream.ts';
import { BACKLOG_TERMINAL as terminalId, keyOf, openBacklog } from './backlog-journal.ts';
import { median } from './statistics.ts';

const ROUNDS = 31;

keepHeapSmall();
const { folder, url, enrolmentCode } = z.object({ folder: z.string(), url: z.url(), enrolmentCode: z.string() }).parse(JSON.parse(process.argv[2] ?? ''));
const sent: { batches: number; bytes: number; first: Uint8Array } = { batches: 0, bytes: 0, first: new Uint8Array() };
const counted: typeof fetch = (input, init) => {
  if (init?.body instanceof Uint8Array) {
    sent.batches += 1;
    sent.bytes += init.body.length;
    if (sent.batches === 1) sent.first = init.body;
  }
  return fetch(input, init);
};

const journal = openBacklog(folder);
const desk = new JournalDesk({ journal, clock, random, shortName: 'A01', businessDate: () => '2026-11-22', onHealth: () => {} });
const upstream = createUpstream({ url, terminalId, key: keyOf(folder), clock, random, enrolmentCode, fetch: counted });
await upstream.online.beat();

const deaf = monitorEventLoopDelay({ resolution: 1 });
deaf.enable();
const cpu = process.cpuUsage();
const began = performance.now();
const uplink = upstream.startUplink(desk);
await new Promise<void>((resolve, reject) => {
  uplink.onChange((state) => {
    if (state.state === 'drained') resolve();
    else if (state.state !== 'sending') reject(state.error);
  });
});
const tookMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
deaf.disable();
upstream.close();
journal.close();

const plain = gunzipSync(sent.first);
process.stdout.write(
  JSON.stringify({
    tookMs,
    cpuMs: (user + system) / 1000,
    deafMs: { p99: deaf.percentile(99) / 1e6, max: deaf.max / 1e6 },
    batches: sent.batches,
    bytes: sent.bytes,
    batch: { plain: plain.length, packed: sent.first.length, packMs: median(timesOf(() => gzipSync(plain, { level: GZIP_LEVEL }))) },
  }),
);

function timesOf(act: () => unknown): readonly number[] {
  return Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    act();
    return performance.now() - start;
  });
}
