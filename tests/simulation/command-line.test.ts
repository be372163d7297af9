/** `npm run simulate` as people call it: what it refuses, and what a replay shows. */
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../launcher/run-tool.ts';
import { readOptions, UsageError } from './options.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');

describe('options', () => {
  test.each([
    [['--sessions', '0'], '--sessions 0: expected a whole number from 1 on'],
    [['--sessions', 'many'], '--sessions many: expected a whole number from 1 on'],
    [['--seeds', '5..3'], '--seeds 5..3: expected A..B'],
    [['--flows', 'refund'], '--flows refund: expected topUp'],
    [['--faults', 'earthquake'], '--faults earthquake: there is no such fault'],
    [['--plan', '{}'], '--plan: expected JSON, a list of [fault, session from 0, nth from 1]'],
    [['--plan', '[["earthquake",0,1]]'], '--plan: expected JSON'],
    [['--exhaustive', '3'], '--exhaustive: expected 1 or 2'],
    [['--exhaustive', '1', '--part', '3/2'], '--part 3/2: expected I/N, with I from 1 to N'],
    [['--exhaustive', '1', '--scenarios', '0..2'], '--scenarios 0..2: expected A..B'],
    [['--exhaustive', '1', '--part', '1/2', '--scenarios', '1..2'], '--part and --scenarios: one of them'],
    [['--part', '1/2'], '--part and --scenarios: of --exhaustive'],
    [['--script', 'refund'], '--script refund: expected cash, qr'],
    [['--rate', '0'], '--rate 0: expected a whole number from 1 on'],
    [['--people', 'steady,thief'], '--people thief: expected steady, hasty, careless, wavering'],
    [['--exhaustive', '1', '--prune'], '--prune: of worlds of chance, not of --exhaustive'],
    [['--behind', 'disk.full'], '--behind: of --exhaustive 2'],
    [['--exhaustive', '2', '--behind', 'earthquake'], '--behind earthquake: there is no such fault'],
    [['--exhaustive', '1', '--script', 'cash,refund'], '--script refund: expected cash, qr'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('%j is refused in words', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });

  test('so many sessions become worlds of ten', () => {
    expect(readOptions(['--sessions', '25', '--seed', '4'])).toMatchObject({ seeds: ['4', '5', '6'], sessions: 10 });
    expect(readOptions(['--sessions', '3'])).toMatchObject({ seeds: ['1'], sessions: 3 });
    expect(readOptions(['--replay', '--seed', '9', '--sessions', '25'])).toMatchObject({ seeds: ['9'], sessions: 25 });
  });
});

describe('the command', { timeout: 120_000 }, () => {
  test('ends with status 2 and says how it is called when it was called wrongly', async () => {
    const { code, output } = await run('node', [MAIN, '--exhaustive', '3']);
    expect({ code, lines: output.split('\n').slice(0, 2) }).toEqual({
      code: 2,
      lines: ['--exhaustive: expected 1 or 2', expect.stringMatching(/^npm run simulate/)],
    });
  });

  test('a replay shows what happened in order, with its time, and the fault where it struck', async () => {
    const { code, output } = await run('node', [MAIN, '--replay', '--script', 'qr', '--plan', '[["money.twice",0,2]]'], { limitMs: 100_000 });
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    const lines = output.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ +0\.000 s {2}life {6}1 begins$/);
    const times = lines.slice(0, -1).map((line) => Number(/^ *([\d.]+) s/.exec(line)?.[1]));
    expect(times.toSorted((one, other) => one - other)).toEqual(times);
    expect(lines.filter((line) => line.includes(' fault '))).toEqual([expect.stringContaining('money.twice')]);
    for (const what of ['hand', 'touch', 'view', 'entry', 'phone']) expect(lines.some((line) => line.includes(` s  ${what.padEnd(9)}`))).toBe(true);
    expect(lines.some((line) => line.includes(' s  frame'))).toBe(false);
    expect(lines.at(-1)).toMatch(/^trace [0-9a-f]{64}$/);
  });
});
