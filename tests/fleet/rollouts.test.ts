/** Rollouts on the server: what terminals are told and tell, what operators do, and who may. */
import { describe, expect, test } from 'vitest';
import type { DirectionAnswer } from '../../common/upstream-api/updates.ts';
import { placeOf } from '../../fleet/server/rollouts/rings.ts';
import { staffMember } from './console-browser.ts';
import { registeredTerminal, startWorld, type HandMadeTerminal, type World } from './support.ts';

const DAY = 24 * 3_600_000;
const REASON = 'as agreed with the site';

/** The first ids that lie between two places. */
function idsBetween(from: number, below: number, count: number): readonly string[] {
  const found: string[] = [];
  for (let number = 1; found.length < count; number += 1) {
    const id = `R-${String(number).padStart(5, '0')}`;
    const place = placeOf(id);
    if (place >= from && place < below) found.push(id);
  }
  return found;
}

async function terminalsOf(world: World, ids: readonly string[]): Promise<readonly HandMadeTerminal[]> {
  const terminals: HandMadeTerminal[] = [];
  for (const id of ids) terminals.push(await registeredTerminal(world, id));
  return terminals;
}

const directionOf = async (terminal: HandMadeTerminal): Promise<string | undefined> => {
  const { status, body } = await terminal.get('/v1/updates/direction');
  expect(status).toBe(200);
  return (body as DirectionAnswer).version;
};

const tell = (terminal: HandMadeTerminal, version: string, outcome: 'healthy' | 'failed'): Promise<{ status: number }> =>
  terminal.post('/v1/updates/outcome', { version, outcome, ...(outcome === 'failed' ? { failure: 'notHealthy' } : {}) });

test('ring by ring: the first hundredth, then a tenth after a day and what it said, then half, then all', async () => {
  const world = await startWorld();
  const operator = await staffMember(world, 'operator');
  const [first, tenth, half, last] = await terminalsOf(
    world,
    [
      [0, 100],
      [100, 1000],
      [1000, 5000],
      [5000, 10_000],
    ].flatMap(([from = 0, below = 0]) => idsBetween(from, below, 1)),
  );
  if (first === undefined || tenth === undefined || half === undefined || last === undefined) throw new Error('four terminals were registered');
  const all = [first, tenth, half, last];
  // one after the other: who asks while another one's question opens the next ring may still hear of the old one
  const told = async (): Promise<(string | undefined)[]> => {
    const versions: (string | undefined)[] = [];
    for (const terminal of all) versions.push(await directionOf(terminal));
    return versions;
  };
  expect(await told()).toEqual([undefined, undefined, undefined, undefined]);
  await operator.call('startRollout', { body: { version: '2.0.0', reason: REASON } });
  expect(await told()).toEqual(['2.0.0', undefined, undefined, undefined]);
  // of four terminals a hundredth is heard with one word
  await tell(first, '2.0.0', 'healthy');
  world.clock.jumpTo(world.clock.now() + DAY - 1);
  expect(await told()).toEqual(['2.0.0', undefined, undefined, undefined]);
  world.clock.jumpTo(world.clock.now() + 1);
  expect(await told()).toEqual(['2.0.0', '2.0.0', undefined, undefined]);
  await tell(tenth, '2.0.0', 'healthy');
  world.clock.jumpTo(world.clock.now() + DAY);
  expect(await told()).toEqual(['2.0.0', '2.0.0', '2.0.0', undefined]);
  await tell(half, '2.0.0', 'healthy');
  world.clock.jumpTo(world.clock.now() + DAY);
  expect(await told()).toEqual(['2.0.0', '2.0.0', '2.0.0', '2.0.0']);
  await tell(last, '2.0.0', 'healthy');
  world.clock.jumpTo(world.clock.now() + DAY);
  expect(await told()).toEqual(['2.0.0', '2.0.0', '2.0.0', '2.0.0']);
  // the operator’s session ended in the meantime
  const auditor = await staffMember(world, 'auditor');
  expect((await auditor.call('rollouts', {})).rollouts).toMatchObject([{ version: '2.0.0', state: 'finished', heard: 4, failed: 0, share: 100 }]);
});

describe('a release that fails', () => {
  test('three of three: it stops by itself, is offered to nobody, and the record says who stopped it', async () => {
    const world = await startWorld();
    const [operator, auditor] = [await staffMember(world, 'operator'), await staffMember(world, 'auditor')];
    const terminals = await terminalsOf(world, idsBetween(0, 100, 5));
    await operator.call('startRollout', { body: { version: '2.0.0', reason: REASON } });
    for (const terminal of terminals.slice(0, 3)) await tell(terminal, '2.0.0', 'failed');
    expect((await operator.call('rollouts', {})).rollouts).toMatchObject([{ state: 'halted', heard: 3, failed: 3 }]);
    expect(await Promise.all(terminals.map(directionOf))).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect((await auditor.call('audit', { query: { kind: 'rolloutHalted' } })).items).toMatchObject([
      { actor: 'server', about: '2.0.0', detail: '3 of 3 failed' },
    ]);
  });

  test('said twice, and then said to be healthy: it counts once, as the failure that it was', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    const [terminal] = await terminalsOf(world, idsBetween(0, 100, 1));
    if (terminal === undefined) throw new Error('a terminal was registered');
    await operator.call('startRollout', { body: { version: '2.0.0', reason: REASON } });
    for (const outcome of ['failed', 'failed', 'healthy'] as const) expect((await tell(terminal, '2.0.0', outcome)).status).toBe(200);
    expect((await operator.call('rollouts', {})).rollouts).toMatchObject([{ heard: 1, failed: 1 }]);
  });

  test('healthy first and down again an hour later: the failure counts, the terminal once', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    const [terminal] = await terminalsOf(world, idsBetween(0, 100, 1));
    if (terminal === undefined) throw new Error('a terminal was registered');
    await operator.call('startRollout', { body: { version: '2.0.0', reason: REASON } });
    await tell(terminal, '2.0.0', 'healthy');
    await tell(terminal, '2.0.0', 'failed');
    expect((await operator.call('rollouts', {})).rollouts).toMatchObject([{ heard: 1, failed: 1 }]);
  });

  test('taken up again after a halt: what failed before does not count, what fails from now on does', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    const terminals = await terminalsOf(world, idsBetween(0, 100, 6));
    await operator.call('startRollout', { body: { version: '2.0.0', reason: REASON } });
    for (const terminal of terminals.slice(0, 3)) await tell(terminal, '2.0.0', 'failed');
    const rolloutId = (await operator.call('rollouts', {})).rollouts[0]?.rolloutId ?? '';
    await operator.call('actOnRollout', { params: { rolloutId }, body: { deed: 'resume', reason: REASON } });
    for (const terminal of terminals.slice(3, 5)) await tell(terminal, '2.0.0', 'failed');
    expect((await operator.call('rollouts', {})).rollouts).toMatchObject([{ state: 'running', heard: 2, failed: 2 }]);
    for (const terminal of terminals.slice(5)) await tell(terminal, '2.0.0', 'failed');
    expect((await operator.call('rollouts', {})).rollouts).toMatchObject([{ state: 'halted' }]);
  });
});

test('an operator pauses, resumes and stops; stopped for good, the release before is offered again, also to whoever has the new one', async () => {
  const world = await startWorld({ settings: { rollouts: { soakHours: 0, heardPercent: 1, failurePercent: 1 } } });
  const [operator, auditor] = [await staffMember(world, 'operator'), await staffMember(world, 'auditor')];
  const [first, other] = await terminalsOf(world, idsBetween(0, 100, 2));
  if (first === undefined || other === undefined) throw new Error('two terminals were registered');
  await operator.call('startRollout', { body: { version: '1.0.0', reason: REASON } });
  await tell(first, '1.0.0', 'healthy');
  // without a time to watch, every question goes a ring further
  for (let asked = 0; asked < 5; asked += 1) await directionOf(first);
  expect((await operator.call('rollouts', {})).rollouts[0]?.state).toBe('finished');
  world.clock.jumpTo(world.clock.now() + 1000);
  await operator.call('startRollout', { body: { version: '2.0.0', reason: REASON } });
  expect(await operator.refusal('startRollout', { body: { version: '3.0.0', reason: REASON } })).toBe('rolloutUnderWay');
  const rolloutId = (await operator.call('rollouts', {})).rollouts[0]?.rolloutId ?? '';
  const act = (deed: 'pause' | 'resume' | 'stop') => ({ params: { rolloutId }, body: { deed, reason: REASON } });
  await operator.call('actOnRollout', act('pause'));
  await tell(first, '2.0.0', 'healthy');
  expect([await directionOf(first), await directionOf(other)]).toEqual([undefined, '1.0.0']);
  expect(await operator.refusal('actOnRollout', act('pause'))).toBe('rolloutState');
  await operator.call('actOnRollout', act('resume'));
  expect(await directionOf(other)).toBe('2.0.0');
  await operator.call('actOnRollout', act('stop'));
  expect([await directionOf(first), await directionOf(other)]).toEqual(['1.0.0', '1.0.0']);
  expect(await operator.refusal('actOnRollout', act('resume'))).toBe('rolloutState');
  expect(await operator.refusal('actOnRollout', { ...act('stop'), params: { rolloutId: 'nothing' } })).toBe('unknownRollout');
  const kinds = (await auditor.call('audit', { query: {} })).items.map(({ kind }) => kind).filter((kind) => kind.startsWith('rollout'));
  expect(kinds).toEqual(['rolloutStopped', 'rolloutResumed', 'rolloutPaused', 'rolloutStarted', 'rolloutStarted']);
});

test('a pinned terminal stays where it is pinned, and the drift report names whoever runs something else', async () => {
  const world = await startWorld();
  const operator = await staffMember(world, 'operator');
  const [right, wrong, pinned] = await terminalsOf(world, idsBetween(0, 100, 3));
  if (right === undefined || wrong === undefined || pinned === undefined) throw new Error('three terminals were registered');
  const runs = (terminal: HandMadeTerminal, version: string) =>
    terminal.post('/v1/heartbeat', { state: { version, service: 'inService', reasons: [], view: 'attract', devices: [], counters: {} } });
  expect(await operator.call('drift', {})).toEqual({ version: null, should: 0, other: 0, terminals: [] });
  await operator.call('startRollout', { body: { version: '2.0.0', reason: REASON } });
  await operator.call('pinTerminal', { params: { terminalId: pinned.terminalId }, body: { version: '1.9.0', reason: REASON } });
  await runs(right, '2.0.0');
  await runs(wrong, '1.9.0');
  await runs(pinned, '2.0.0');
  expect(await directionOf(pinned)).toBe('1.9.0');
  const drift = await operator.call('drift', {});
  expect(drift).toMatchObject({ version: '2.0.0', should: 3, other: 2 });
  expect(drift.terminals.map(({ terminalId, runs: now, should, pinned: isPinned }) => ({ terminalId, now, should, isPinned }))).toEqual(
    [
      { terminalId: wrong.terminalId, now: '1.9.0', should: '2.0.0', isPinned: false },
      { terminalId: pinned.terminalId, now: '2.0.0', should: '1.9.0', isPinned: true },
    ].sort((one, two) => (one.terminalId < two.terminalId ? -1 : 1)),
  );
  await operator.call('pinTerminal', { params: { terminalId: pinned.terminalId }, body: { reason: REASON } });
  expect(await directionOf(pinned)).toBe('2.0.0');
  expect(await operator.refusal('pinTerminal', { params: { terminalId: 'T-9999' }, body: { version: '1.0.0', reason: REASON } })).toBe('unknownTerminal');
});
