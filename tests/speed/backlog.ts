/**
 * Three days offline at a busy terminal, and how long until upstream has it all: the real journal and uplink in one process, the real
 * server on its file in another, HTTP on loopback between them. And what a batch costs: its size, packed and not, and the time to pack it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startSandbox } from '../launcher/sandbox.ts';
import { BACKLOG_TERMINAL, writeBacklog } from './backlog-journal.ts';
import type { Figure, Setting } from './figure.ts';

const HOURS = 72;
const TOP_UPS_AN_HOUR = 60;
const TARGET_MS = 60_000;

const drainedSchema = z.object({
  tookMs: z.number(),
  cpuMs: z.number(),
  deafMs: z.object({ p99: z.number(), max: z.number() }),
  batches: z.int(),
  bytes: z.int(),
  batch: z.object({ plain: z.int(), packed: z.int(), packMs: z.number() }),
});

export async function measureBacklog({ data }: Pick<Setting, 'data'>): Promise<readonly Figure[]> {
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(path.join(data, 'backlog-'));
  const sandbox = await startSandbox({
    data: path.join(folder, 'upstream'),
    settings: { devices: { cardReader: null, cashAcceptor: null, receiptPrinter: null } },
  });
  try {
    const terminal = path.join(folder, 'terminal');
    const written = writeBacklog(terminal, { hours: HOURS, topUpCount: HOURS * TOP_UPS_AN_HOUR });
    const child = path.join(import.meta.dirname, 'backlog-child.ts');
    const setting = { folder: terminal, url: sandbox.upstreamUrl, enrolmentCode: 'SANDBOX001' };
    const { stdout } = await promisify(execFile)(process.execPath, [child, JSON.stringify(setting)]);
    const { tookMs, cpuMs, deafMs, batches, bytes, batch } = drainedSchema.parse(JSON.parse(stdout));
    const held = (await sandbox.books()).journal.terminals.find(({ terminalId }) => terminalId === BACKLOG_TERMINAL)?.receivedSeq;
    if (held !== written) throw new Error(`upstream holds ${String(held)} of ${written} entries`);
    return [
      { name: 'backlog.drained', value: tookMs, unit: 'ms', target: TARGET_MS },
      { name: 'backlog.entries', value: written, unit: '' },
      { name: 'backlog.batches', value: batches, unit: '' },
      { name: 'backlog.cpu', value: cpuMs, unit: 'ms' },
      { name: 'backlog.deaf.p99', value: deafMs.p99, unit: 'ms' },
      { name: 'backlog.deaf.max', value: deafMs.max, unit: 'ms' },
      { name: 'backlog.sent', value: bytes / 1e6, unit: 'MB' },
      { name: 'backlog.batch.plain', value: batch.plain / 1000, unit: 'kB' },
      { name: 'backlog.batch.packed', value: batch.packed / 1000, unit: 'kB' },
      { name: 'backlog.batch.pack', value: batch.packMs, unit: 'ms' },
    ];
  } finally {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
