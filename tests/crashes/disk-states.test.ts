import { describe, expect, test } from 'vitest';
import { Dice } from '../fuzz/generate.ts';
import type { DiskCall } from './disk-shim.ts';
import { Disk, SECTOR, type DiskState } from './disk-states.ts';

const write = (file: string, offset: number, text: string): DiskCall => ({ op: 'write', file, offset, bytes: Buffer.from(text) });

function after(calls: readonly DiskCall[], files: DiskState = new Map()): Disk {
  const disk = new Disk(files);
  for (const call of calls) disk.apply(call);
  return disk;
}

const inWords = (state: DiskState): Record<string, string> => Object.fromEntries([...state].map(([file, bytes]) => [file, bytes.toString('latin1')]));

describe('after a power cut', () => {
  const SYNCED: readonly DiskCall[] = [{ op: 'create', file: 'a' }, write('a', 0, 'one'), { op: 'sync', file: 'a' }, { op: 'sync', file: '.' }];

  test('what was synced is there, whatever came after', () => {
    const disk = after([...SYNCED, write('a', 3, 'two')]);
    expect(inWords(disk.bare())).toEqual({ a: 'one' });
    expect(inWords(disk.whole())).toEqual({ a: 'onetwo' });
    for (let seed = 0; seed < 50; seed += 1) expect(['one', 'onetwo']).toContain(inWords(disk.torn(new Dice(seed)))['a']);
  });

  test('a file that was synced but not its folder may be missing', () => {
    const disk = after(SYNCED.slice(0, 3));
    expect(inWords(disk.bare())).toEqual({});
    expect(inWords(disk.whole())).toEqual({ a: 'one' });
  });

  test('a rename that the folder was not synced after has happened or not, never half', () => {
    const disk = after([...SYNCED, { op: 'create', file: 'b' }, write('b', 0, 'new'), { op: 'sync', file: 'b' }, { op: 'rename', file: 'b', to: 'a' }]);
    const states = new Set([...disk.plain()].map((state) => JSON.stringify(inWords(state))));
    expect(states).toContain(JSON.stringify({ a: 'one' }));
    expect(states).toContain(JSON.stringify({ a: 'new' }));
    for (const state of states) expect(JSON.parse(state)).toHaveProperty('a');
  });

  test('a later write may be there without an earlier one, with nothing in its place', () => {
    const disk = after([...SYNCED, write('a', 3, 'two'), write('a', 6, 'six')]);
    const states = [...disk.plain()].map((state) => inWords(state)['a']);
    expect(states).toEqual(expect.arrayContaining(['one', 'onetwo', 'onetwosix', 'one\0\0\0six']));
  });

  test('a write may be torn between any two sectors, and only there', () => {
    const disk = after([...SYNCED, write('a', 0, 'x'.repeat(2 * SECTOR))]);
    const states = new Set(Array.from({ length: 200 }, (_, seed) => inWords(disk.torn(new Dice(seed)))['a'] ?? ''));
    expect(states.size).toBe(4); // neither, either, both
    for (const state of states) expect([0, SECTOR, 2 * SECTOR]).toContain([...state].filter((letter) => letter === 'x').length);
    expect(disk.possible()).toBe(2);
  });

  test('a file that was cut short is so, or is as it was', () => {
    const disk = after([...SYNCED, { op: 'truncate', file: 'a', length: 1 }]);
    expect([...disk.plain()].map((state) => inWords(state)['a'])).toEqual(expect.arrayContaining(['one', 'o']));
  });
});
