/** 清机 in the simulation: whoever changes the box gets through, what happens half-way is ended, and the oracle objects to what is not so. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import type { ViewBody, ViewBodyOf } from '../../state-machines/view.ts';
import { append, Bench, START } from '../main/journal/bench.ts';
import { STAFF, viewOf } from '../renderer/fixtures.ts';
import { checkSettlements, SettlementOracle } from './oracles/settlements.ts';
import { runChunk, runScenario, worldFor } from './scenario.ts';
import type { World } from './world.ts';

const disk = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'settlements-'));
const seed = '1';
/** ms of a machine that has others to look after. */
const PATIENCE_MS = 120_000;
let world: World;
let settlementId = '';

beforeAll(async () => {
  const begun = await worldFor({ seed, disk });
  world = begun.world;
  const { violations } = await runScenario(world, begun.screens, { scenario: { script: 'settle-short', faults: [] }, session: 0 });
  expect(violations).toEqual([]);
  [settlementId = ''] = [...world.signed.keys()];
}, PATIENCE_MS);
afterAll(async () => {
  await world.end();
  rmSync(disk, { recursive: true, force: true });
});

/** The world with something changed. */
const changed = (change: PropertyDescriptorMap): World => Object.create(world, { journal: { value: world.journal }, ...change }) as World;

/** Names of the oracles that object, each once. */
function objections(check: () => void): readonly string[] {
  const before = world.violations.length;
  check();
  return [...new Set(world.violations.splice(before).map(({ oracle }) => oracle))];
}

test('one note too few was counted: the count stands in the books, and nobody objects', () => {
  expect(world.signed.get(settlementId)).toEqual([[{ denomination: 1000, count: 1 }]]);
  expect(world.cabinet.boxes.fallen).toEqual([1000, 1000]);
  expect(objections(() => checkSettlements(world))).toEqual([]);
});

test('a count that nobody signed', () => {
  const signed = new Map([[settlementId, [[{ denomination: 1000, count: 2 }]]]]);
  expect(objections(() => checkSettlements(changed({ signed: { value: signed } })))).toEqual(['settlement']);
});

test('a note more in the boxes than in the books, or one less', () => {
  const withNotes = (...fallen: readonly number[]): World => {
    const boxes = Object.create(world.cabinet.boxes, { fallen: { value: fallen.map((note) => fen(note)) } });
    return changed({ cabinet: { value: { found: [], boxes } } });
  };
  expect(objections(() => checkSettlements(withNotes(1000, 1000)))).toEqual([]);
  expect(objections(() => checkSettlements(withNotes(1000, 1000, 5000)))).toEqual(['box']);
  expect(objections(() => checkSettlements(withNotes(1000)))).toEqual(['box']);
});

test('a slip with another sum than the books, and one for a settlement that is none', () => {
  const [slip = ''] = world.slips.filter((paper) => paper.includes(settlementId));
  expect(slip).toContain('-10.00');
  const withSlip = (paper: string): World => changed({ slips: { value: [paper] } });
  expect(objections(() => checkSettlements(withSlip(slip)))).toEqual([]);
  expect(objections(() => checkSettlements(withSlip(slip.replaceAll('-10.00', '0.00'))))).toEqual(['slip']);
  expect(objections(() => checkSettlements(withSlip(slip.replaceAll(settlementId, 'S-1-9999'))))).toEqual(['slip']);
});

test('the glass asks for what is not written yet, or tells of another count', () => {
  const oracle = new SettlementOracle(world);
  const sample = STAFF['maintenance-box'];
  if (sample === undefined) throw new Error('no sample of the box');
  const shows = (body: Partial<ViewBodyOf<'maintenance-box'>>) => () =>
    oracle.onView(viewOf({ ...sample, body: { ...sample.body, settlementId, ...body } as ViewBody }, {}));
  const told = { step: 'told', countedTotal: 1000, expectedTotal: 2000, difference: -1000 } as const;
  expect(objections(shows({ step: 'putIn' }))).toEqual([]);
  expect(objections(shows({ step: 'putIn', settlementId: 'S-1-9999' }))).toEqual(['box before disk']);
  expect(objections(shows(told))).toEqual([]);
  expect(objections(shows({ ...told, countedTotal: 2000, difference: 0 }))).toEqual(['screen']);
});

test('a note that falls while the boxes are changed', () => {
  const bench = new Bench();
  const expected = { notes: [], unspecified: 0 };
  append(bench.open(), [START, { kind: 'settlement.opened', body: { settlementId: 'S-1-2', by: '0533', boxOut: 'B-1', boxIn: 'B-2', expected } }]);
  expect(objections(() => new SettlementOracle(changed({ journal: { value: bench.path } })).onNoteInBox())).toEqual(['exchange']);
  expect(objections(() => new SettlementOracle(world).onNoteInBox())).toEqual([]);
});

test(
  'killed between the hand that takes the box out and the entry that says so: whoever comes next ends it, and all of it is right',
  { timeout: PATIENCE_MS },
  async () => {
    const seen: string[] = [];
    const faults = [{ kind: 'process.killedBeforeCommit', at: 'box:removing' } as const];
    const { scenarios, violations } = await runChunk({ seed, disk, scenarios: [{ script: 'settle', faults }], onEvent: ({ text }) => seen.push(text) });
    expect(violations).toEqual([]);
    expect(scenarios.map(({ struck }) => struck)).toEqual([1]);
    const order = ['takes the box out: "B-1"', 'is dead', 'box.removed', 'box.inserted', 'settlement.counted', 'settlement.closed'];
    const places = order.map((what) => seen.findIndex((text) => text.includes(what)));
    expect(places.every((place, index) => place > (places[index - 1] ?? -1))).toBe(true);
  },
);
