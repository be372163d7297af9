/** What is enumerated is all there is, once each, and every range of it can be run by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { enumerate, type Survey } from './exhaustive.ts';
import { breachCommand, runExhaustive, type Breach } from './exhaustive-run.ts';
import { channelOf, faultKinds, type Channel } from './faults.ts';
import { runChunk } from './scenario.ts';
import { scripts } from './scripts.ts';

const channels: readonly Channel[] = [...new Set(faultKinds.map(channelOf))];
/** Two steps; each channel is passed once in the first of them and twice in the second, the last time by a repeated frame. */
const cooked: Survey = {
  script: 'cash',
  steps: [
    { step: 'one', passed: new Map() },
    { step: 'two', passed: new Map(channels.map((channel) => [channel, 1])) },
  ],
  passed: new Map(channels.map((channel) => [channel, 3])),
  repeated: new Map([['line.cashAcceptor.toDevice', new Set([3])]]),
};
const onAcceptor = faultKinds.filter((kind) => channelOf(kind) === 'line.cashAcceptor.toDevice').length;
const onEffect = faultKinds.filter((kind) => channelOf(kind) === 'effect').length;

test('level 1: every kind at every step, then at every other passage that is no repetition', () => {
  const { size, scenario } = enumerate(1, [cooked], '1');
  expect(size).toBe(2 * faultKinds.length + faultKinds.length - onAcceptor);
  const all = Array.from({ length: size }, (_, index) => JSON.stringify(scenario(index)));
  expect(new Set(all).size).toBe(size);
  expect(all.filter((text) => text.includes('"at":"one"')).length).toBe(faultKinds.length);
  expect(all.filter((text) => text.includes('"nth":3')).length).toBe(faultKinds.length - onAcceptor);
  expect(onEffect).toBe(2); // both strike at every effect
});

test('a step after which nothing passes a channel, and one before which nothing passed since the last, are no places of their own', () => {
  const idle: Survey = {
    ...cooked,
    steps: [...cooked.steps, { step: 'three', passed: cooked.steps[1]?.passed ?? new Map() }, { step: 'end', passed: cooked.passed }],
  };
  expect(enumerate(1, [idle], '1').size).toBe(enumerate(1, [cooked], '1').size);
  expect(enumerate(1, [idle], '1').enumerated).toBe(enumerate(1, [cooked], '1').enumerated + 2 * faultKinds.length);
});

test('level 2: every two places at steps, whichever comes first, each once', () => {
  const { size, scenario } = enumerate(2, [cooked], '1');
  const places = 2 * faultKinds.length;
  expect(size).toBe((places * (places + 1)) / 2);
  const all = new Set(
    Array.from({ length: size }, (_, index) =>
      JSON.stringify(
        scenario(index)
          .faults.map((fault) => JSON.stringify(fault))
          .toSorted(),
      ),
    ),
  );
  expect(all.size).toBe(size);
});

test('of some kinds only, and with others in what follows them', () => {
  const choice = { kinds: ['card.tornAfter', 'money.lostAfter'], behind: ['process.killed', 'disk.full'] } as const;
  const chosen = enumerate(1, [cooked], '1', choice);
  const firsts = Array.from({ length: chosen.size }, (_, index) => chosen.scenario(index).faults);
  expect(new Set(firsts.flat().map(({ kind }) => kind))).toEqual(new Set(choice.kinds));
  expect(firsts).toHaveLength(6); // of each: the two steps, and the third passage
  const { size, scenario } = enumerate(2, [cooked], '1', choice);
  const all = Array.from({ length: size }, (_, index) => scenario(index).faults);
  expect(new Set(all.map((faults) => JSON.stringify(faults))).size).toBe(size);
  expect(size).toBe(6 * 2 * 10); // at ten distances
  expect(all.every(([first, second]) => first !== undefined && second !== undefined && 'behind' in second && !('behind' in first))).toBe(true);
});

test('what breaks only behind others is shown by the same range of the same choice', () => {
  const breach = { alone: undefined, world: { from: 3, to: 9 } } as Breach;
  const none = { script: undefined, faults: undefined, behind: undefined };
  expect(breachCommand(breach, { level: 1, seed: '7', aim: none })).toBe('npm run simulate -- --exhaustive 1 --scenarios 3..9 --seed 7 --workers 1');
  expect(breachCommand(breach, { level: 2, seed: '7', aim: { script: ['qr'], faults: ['power.cut', 'disk.full'], behind: ['process.killed'] } })).toBe(
    'npm run simulate -- --exhaustive 2 --script qr --faults power.cut,disk.full --behind process.killed --scenarios 3..9 --seed 7 --workers 1',
  );
});

test('another seed is another order of the same', () => {
  const inOrder = (seed: string): string[] => {
    const { size, scenario } = enumerate(1, [cooked], seed);
    return Array.from({ length: size }, (_, index) => JSON.stringify(scenario(index)));
  };
  expect(inOrder('1')).not.toEqual(inOrder('2'));
  expect(inOrder('1').toSorted()).toEqual(inOrder('2').toSorted());
});

test(
  'a second fault strikes in what follows the first: the process dies before the refund is written down, and it is made once',
  { timeout: 120_000 },
  async () => {
    const disk = mkdtempSync(path.join(tmpdir(), 'behind-'));
    const faults = [
      { kind: 'issuer.offline', at: 'topUp:load.authorizing' },
      { kind: 'process.killedBeforeCommit', behind: 2 },
    ] as const;
    const { scenarios, violations, lives } = await runChunk({ seed: '1', disk, scenarios: [{ script: 'qr', faults }] });
    rmSync(disk, { recursive: true, force: true });
    expect({ violations, lives, struck: scenarios[0]?.plan.map(({ kind }) => kind) }).toEqual({
      violations: [],
      lives: 2,
      struck: ['issuer.offline', 'process.killedBeforeCommit'],
    });
    expect(scenarios[0]?.outcome).toMatch(/^qr refunded \| no case/);
  },
);

test('a range of it is run and counted', { timeout: 120_000 }, async () => {
  const disk = mkdtempSync(path.join(tmpdir(), 'exhaustive-'));
  const progress: string[] = [];
  const { report, breaches, text } = await runExhaustive({
    level: 1,
    seed: '1',
    disk,
    workers: 1,
    // each is surveyed first: `npm test` runs a slice over all of them besides (tests/launcher/steps.ts)
    scripts: scripts.slice(0, 2),
    choice: { kinds: faultKinds },
    untilViolation: false,
    part: undefined,
    scenarios: { from: 3, to: 4 },
    onProgress: (line) => progress.push(line),
  });
  rmSync(disk, { recursive: true, force: true });
  expect(breaches).toEqual([]);
  expect(report).toMatchObject({ sessions: 2, violations: 0, exhaustive: { run: 2, struck: 2 } });
  expect(report.exhaustive.enumerated).toBeGreaterThan(faultKinds.length * 40);
  expect(progress).toEqual(['2 of 2 scenarios, 0 with violations']);
  expect(text).toMatch(/exhaustive {6}level 1: \d+ combinations, \d+ of them at places of their own; 2 run, 2 struck, [12] distinct outcomes/);
});
