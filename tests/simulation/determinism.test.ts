/** The same seed is the same world, byte for byte: in this process, in another one, on a real disk and in memory. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot, run } from '../launcher/run-tool.ts';
import { faultKinds } from './faults.ts';
import { flows, runSeed, type FlowName } from './run-seed.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const out = path.join(projectRoot, 'out');
mkdirSync(out, { recursive: true });
const disk = mkdtempSync(path.join(out, 'determinism-'));
const memory = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/determinism-') : disk;
afterAll(() => {
  for (const folder of new Set([disk, memory])) rmSync(folder, { recursive: true, force: true });
});

const world = (seed: string, folder: string) => runSeed({ seed, sessions: 2, flows: Object.keys(flows) as FlowName[], kinds: faultKinds, disk: folder });

describe('one seed', { timeout: 120_000 }, () => {
  test('is the same world on a real disk, in memory and in another process, and another seed is another world', async () => {
    const first = await world('7', disk);
    expect(first.traceHash).toMatch(/^[0-9a-f]{64}$/);
    const again = await world('7', memory);
    expect({ hash: again.traceHash, plan: again.plan, events: again.events }).toEqual({ hash: first.traceHash, plan: first.plan, events: first.events });
    const other = await world('8', memory);
    expect(other.traceHash).not.toBe(first.traceHash);

    const { output } = await run('node', [MAIN, '--seeds', '7..7', '--sessions', '2', '--workers', '1', '--json'], { limitMs: 100_000 });
    const report: unknown = JSON.parse(output.slice(output.indexOf('{'), output.indexOf('}\n') + 1));
    expect(report).toEqual({
      sessions: 2,
      virtualHours: expect.any(Number),
      realSeconds: expect.any(Number),
      faultsStruck: Object.values(first.struck).reduce((sum, count) => sum + count, 0),
      faultsByKind: first.struck,
      outcomes: first.outcomes,
      money: { in: expect.any(Number), onCards: expect.any(Number), refunded: expect.any(Number), vouchers: expect.any(Number), openCases: expect.any(Number) },
      violations: first.violations.length,
      traceHash: createHash('sha256').update(`7 ${first.traceHash}\n`).digest('hex'),
    });
  });
});
