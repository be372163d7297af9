/** The frames that a running terminal keeps of its devices: decoded, bounded, without what a card or a document said. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createFrameTap, FRAMES_KEPT } from '../../../main/maintenance/monitor/frame-tap.ts';
import type { MonitorPort } from '../../../state-machines/maintenance/monitor-port.ts';
import { TestCabinet } from './test-cabinet.ts';

let bench: TestCabinet;
afterEach(() => bench.close());

function tapped(exportFolder?: string): MonitorPort {
  bench = new TestCabinet();
  const { clock, devices } = bench;
  return createFrameTap({ clock, devices, models: { cardReader: 'crt591-m001', cashAcceptor: 'jcm-id003' }, terminalId: 'T-0001', exportFolder });
}

test('of the acceptor: both ways, in the words of its protocol, and whoever looks is told', async () => {
  const tap = tapped();
  let told = 0;
  const end = tap.onFrame('cashAcceptor', () => (told += 1));
  await bench.up('cashAcceptor');
  await bench.clock.advance(1000);
  const frames = tap.frames('cashAcceptor');
  expect(told).toBe(frames.length);
  expect(new Set(frames.map(({ direction }) => direction))).toEqual(new Set(['toDevice', 'fromDevice']));
  // ID-003 3.1: SYNC FC, length 5, STATUS REQUEST 11, CRC
  expect(frames.find(({ bytes }) => bytes === 'FC05112756')).toMatchObject({
    direction: 'toDevice',
    length: 5,
    bad: false,
    says: expect.stringContaining('status'),
  });
  end();
  await bench.clock.advance(1000);
  expect(told).toBe(frames.length);
});

test('no more are kept than a screen needs; each has its number', async () => {
  const tap = tapped();
  await bench.up('cashAcceptor');
  await bench.clock.advance(120_000);
  const frames = tap.frames('cashAcceptor');
  expect(frames).toHaveLength(FRAMES_KEPT);
  expect((frames.at(-1)?.number ?? 0) - (frames[0]?.number ?? 0)).toBe(FRAMES_KEPT - 1);
});

test('a card that is read leaves nothing of its number, on the screen or on the stick', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'frames-'));
  const tap = tapped(folder);
  await bench.up('cardReader');
  await bench.run('cardRead', ({ say }) => {
    if (say === 'insertCard') bench.hand({ act: 'insertCard', card: 'student-6688' });
    if (say === 'takeCard') bench.hand({ act: 'takeCard' });
  });
  const frames = tap.frames('cardReader');
  expect(frames.some(({ length }) => length > 40)).toBe(true); // it was read
  const exported = tap.export('cardReader');
  if (!exported.good) throw new Error(exported.why);
  const text = JSON.stringify(frames) + readFileSync(exported.file, 'utf8');
  expect(text).not.toContain('3105170010170906688');
  expect(text).not.toContain('0906688');
  expect(readFileSync(exported.file, 'utf8').trim().split('\n')).toHaveLength(frames.length);
});

test('nowhere to export to, and nothing fitted there, is said', () => {
  const tap = tapped();
  expect(tap.export('cashAcceptor')).toMatchObject({ good: false, why: expect.stringContaining('no folder') });
  expect(tap.frames('screen')).toEqual([]);
});
