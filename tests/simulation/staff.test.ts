/** Staff in the simulation: somebody does get in, and the oracle objects to whoever is in without a visit of this life. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../common/journal-kinds.ts';
import { STAFF, viewOf } from '../renderer/fixtures.ts';
import { StaffOracle } from './oracles/staff.ts';
import { characters } from './person.ts';
import { runSeed } from './run-seed.ts';
import type { World } from './world.ts';

const signedIn: NewEntry = {
  kind: 'maintenance.signedIn',
  body: { attemptId: 'a', sessionId: 's', purpose: 'visit', staff: '0417', role: 'technician', method: 'totp', verbs: [] },
};

function watched() {
  const violations: string[] = [];
  const world = { lives: 1, violation: (oracle: string) => violations.push(oracle) };
  const oracle = new StaffOracle(world as unknown as World);
  const overview = STAFF['maintenance-overview'];
  if (overview === undefined) throw new Error('no sample of the overview');
  return { world, oracle, violations, shows: () => oracle.onView(viewOf(overview, {})) };
}

test('in a calm world staff signs in, is on disk, and leaves', async () => {
  const disk = mkdtempSync(join(tmpdir(), 'staff-town-'));
  onTestFinished(() => rmSync(disk, { recursive: true }));
  const seen: string[] = [];
  const people = characters.slice(0, 1);
  const { violations } = await runSeed({ seed: 'staff', sessions: 1, flows: ['maintenance'], kinds: [], people, disk, onEvent: ({ text }) => seen.push(text) });
  expect(violations).toEqual([]);
  for (const what of ['maintenance.trying', 'maintenance.signedIn', 'maintenance-overview', 'maintenance.signedOut'])
    expect(
      seen.some((text) => text.includes(what)),
      what,
    ).toBe(true);
});

test('inside without a sign-in, after a sign-out, or in the life after it: objected to', () => {
  const { world, oracle, violations, shows } = watched();
  shows();
  expect(violations.splice(0)).toEqual(['inside without a visit']);
  oracle.onEntry(signedIn);
  shows();
  expect(violations).toEqual([]);
  world.lives = 2;
  shows();
  expect(violations.splice(0)).toEqual(['inside without a visit']);
  world.lives = 1;
  oracle.onEntry({ kind: 'maintenance.signedOut', body: { sessionId: 's', why: 'left' } });
  shows();
  expect(violations.splice(0)).toEqual(['inside without a visit']);
});

test('money that moves while staff is inside: objected to', () => {
  const { oracle, violations, shows } = watched();
  const stacked = { kind: 'cash.stacked', body: { noteId: 'n', denomination: 1000, evidence: 'stacked' } } as const;
  oracle.onEntry(stacked);
  expect(violations).toEqual([]);
  oracle.onEntry(signedIn);
  shows();
  oracle.onEntry(stacked);
  expect(violations).toEqual(['sale during maintenance']);
});
