/** Every fault of the catalogue meets its channel, and does to the world what its name says. One scripted person a test, in one world. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadedOnto, type TownCard } from './cards.ts';
import { faultKinds, lineDevices, type FaultKind } from './faults.ts';
import type { ScreenOracle } from './oracles/screens.ts';
import { runScenario, worldFor, type PlacedFault, type ScenarioResult } from './scenario.ts';
import type { TraceEvent } from './trace.ts';
import type { World } from './world.ts';

const disk = mkdtempSync(path.join(tmpdir(), 'fault-kinds-'));
const struck = new Set<FaultKind>();
let world: World;
let screens: ScreenOracle;
let events: TraceEvent[] = [];
let session = 0;

beforeAll(async () => {
  ({ world, screens } = await worldFor({ seed: '1', disk, onEvent: (event) => events.push(event) }));
}, 60_000);
afterAll(async () => {
  await world.end();
  rmSync(disk, { recursive: true, force: true });
});

interface Told extends ScenarioResult {
  readonly card: TownCard;
  /** From the stroke of the first fault on. */
  readonly after: readonly TraceEvent[];
}

async function strike(script: string, ...faults: readonly PlacedFault[]): Promise<Told> {
  events = [];
  const result = await runScenario(world, screens, { scenario: { script, faults }, session: session++ });
  for (const { kind } of result.plan) struck.add(kind);
  expect(result.violations).toEqual([]);
  const card = world.cards.at(-1);
  if (card === undefined) throw new Error('nobody came');
  return { ...result, card, after: events.slice(events.findIndex(({ what }) => what === 'fault')) };
}

const said = ({ after }: Told, what: string, text: string): boolean => after.some((event) => event.what === what && event.text.includes(text));

describe('lines', { timeout: 60_000 }, () => {
  test.each(['lost', 'corrupt', 'duplicate', 'late', 'cut'] as const)('%s in both directions of every line', async (how) => {
    const kinds = lineDevices.flatMap((device) => (['toDevice', 'fromDevice'] as const).map((direction): FaultKind => `line.${device}.${direction}.${how}`));
    const { plan } = await strike('cash', ...kinds.map((kind): PlacedFault => ({ kind, nth: 3 })));
    expect(plan.map(({ kind }) => kind)).toEqual(kinds);
  });

  test.each(lineDevices)('%s unplugged, and without power', async (device) => {
    await strike('cash', { kind: `${device}.unplugged`, nth: 3 });
    await strike('cash', { kind: `${device}.powerLost`, nth: 3 });
  });
});

describe('the chip', { timeout: 60_000 }, () => {
  test('torn after CREDIT FOR LOAD: the chip has it, the terminal has no answer and learns it from the card', async () => {
    const told = await strike('cash', { kind: 'card.tornAfter', at: 'topUp:load.committing' });
    expect(loadedOnto(told.card)).toBe(2000);
    expect(said(told, 'view', '"put-back"')).toBe(true);
    expect(said(told, 'entry', 'load.committed')).toBe(true);
    expect(told.outcome).toContain('cash delivered');
  });

  test('torn before: the chip has nothing, and gets it when it comes back', async () => {
    const told = await strike('cash', { kind: 'card.tornBefore', at: 'topUp:load.committing' });
    expect(said(told, 'view', '"put-back"')).toBe(true);
    expect(loadedOnto(told.card)).toBe(2000);
  });

  test.each(['card.muteBefore', 'card.muteAfter', 'card.garbled'] as const)('%s: what the person paid is on the card or owed', async (kind) => {
    const { struck: strokes } = await strike('cash', { kind, at: 'topUp:load.committing' });
    expect(strokes).toBe(1);
  });
});

describe('the scanner', { timeout: 60_000 }, () => {
  const presented = ({ after }: Told): number => after.filter(({ what, text }) => what === 'hand' && text.startsWith('presents ')).length;

  test('half a code: nothing is charged for it, and the whole one is held there again', async () => {
    const told = await strike('qr-presented', { kind: 'code.halfRead', nth: 1 });
    expect(presented(told)).toBeGreaterThan(1);
    expect(loadedOnto(told.card)).toBe(2000);
  });

  test('lit and silent: nothing is charged', async () => {
    const told = await strike('qr-presented', { kind: 'codeScanner.dead', nth: 1 });
    expect(presented(told)).toBeGreaterThan(1);
  });

  // the last one: the next person may be here before the scanner is back
  test('away while a code is held there: said, and nothing is asked for', async () => {
    const told = await strike('qr-presented', { kind: 'codeScanner.unplugged', nth: 1 });
    expect(said(told, 'view', '"scannerDown"')).toBe(true);
    expect(said(told, 'entry', 'payment.requested')).toBe(false);
  });
});

describe('network', { timeout: 60_000 }, () => {
  test('a request for a payment that is lost on the way back leaves its order in the books', async () => {
    const orders = world.upstream.orders().length;
    const told = await strike('qr', { kind: 'money.lostAfter', at: 'topUp:qr.creating' });
    expect(world.upstream.orders().length).toBeGreaterThan(orders);
    expect(told.plan[0]?.kind).toBe('money.lostAfter');
  });

  test('a request that never arrives leaves nothing there', async () => {
    const told = await strike('qr', { kind: 'money.lostBefore', at: 'topUp:qr.creating' });
    const [stroke] = told.after;
    const answer = told.after.find(({ what, text }) => what === 'answer' && text.includes('/orders'));
    expect(answer === undefined || answer.at > (stroke?.at ?? 0) + 1000).toBe(true);
  });

  test('a request that arrives twice is answered twice and makes one order', async () => {
    const orders = world.upstream.orders().length;
    await strike('qr', { kind: 'money.twice', at: 'topUp:qr.creating' });
    expect(world.upstream.orders().length).toBe(orders + 1);
    const { struck: strokes } = await strike('qr', { kind: 'money.twiceSecond', nth: 1 });
    expect(strokes).toBe(1);
  });

  test.each(['refusedBefore', 'refusedAfter', 'slow', 'down'] as const)('money %s', async (how) => {
    await strike('qr', { kind: `money.${how}`, nth: 2 });
  });

  test.each(['lostBefore', 'lostAfter', 'refusedBefore', 'refusedAfter', 'slow', 'twice', 'twiceSecond', 'down'] as const)('uplink %s', async (how) => {
    await strike('qr', { kind: `uplink.${how}`, nth: 1 });
  });

  test.each(['issuer.offline', 'acquirer.offline'] as const)('%s: upstream itself says so', async (kind) => {
    const told = await strike('qr', { kind, nth: 1 });
    expect(said(told, 'phone', '/sandbox/faults 200')).toBe(true);
  });
});

describe('the units', { timeout: 60_000 }, () => {
  test.each(['jam', 'slow', 'dead', 'secondChip', 'holdCard', 'binFull'] as const)('card reader %s', async (how) => {
    await strike('qr', { kind: `cardReader.${how}`, at: 'session:insertCard.calm' });
  });

  test.each(['jamInAcceptor', 'jamInStacker'] as const)('note %s: the note is in the path until a technician finds it', async (how) => {
    const found = world.cabinet.found.length;
    await strike('cash', { kind: `note.${how}`, nth: 1 });
    expect(world.cabinet.found.length).toBe(found + 1);
  });

  test('a note that is rejected comes out again', async () => {
    const returned = world.cabinet.acceptor.returned.length;
    await strike('cash', { kind: 'note.rejected', nth: 1 });
    expect(world.cabinet.acceptor.returned.length).toBe(returned + 1);
  });

  test.each(['note.cheated', 'note.boxFull', 'note.powerLostSoon'] as const)('%s', async (kind) => {
    await strike('cash', { kind, nth: 1 });
  });

  test('an acceptor that falls silent', async () => {
    await strike('cash', { kind: 'cashAcceptor.silent', at: 'topUp:cash.ready.calm' });
  });

  test('no paper: no slip', async () => {
    const { outcome } = await strike('qr', { kind: 'receiptPrinter.paperOut', nth: 1 });
    expect(outcome).toContain('no slip');
  });

  test.each(['paperOutSoon', 'coverOpen', 'cutterJam', 'paperJam', 'presenterJam', 'mute'] as const)('printer %s', async (how) => {
    await strike('qr', { kind: `receiptPrinter.${how}`, at: 'topUp:finished.printing' });
  });
});

describe('the process and its machine', { timeout: 60_000 }, () => {
  test.each(['process.killedBeforeCommit', 'process.killedAfterCommit', 'process.killed', 'power.cut'] as const)('%s: another life begins', async (kind) => {
    const { lives } = world;
    const told = await strike('cash', { kind, at: 'topUp:cash.opening' });
    expect(world.lives).toBe(lives + 1);
    expect(said(told, 'life', kind === 'power.cut' ? '(mains)' : '(process)')).toBe(true);
  });

  test('killed before a commit: the entry is not there; after it: it is', async () => {
    for (const [kind, there] of [
      ['process.killedBeforeCommit', false],
      ['process.killedAfterCommit', true],
    ] as const) {
      const { after } = await strike('cash', { kind, at: 'topUp:cash.opening' });
      const dead = after.findIndex(({ what, text }) => what === 'life' && text.includes('dead'));
      const written = events
        .slice(0, events.indexOf(after[dead] as TraceEvent))
        .some(({ what, text }) => what === 'entry' && text.includes('transaction.opened'));
      expect(written).toBe(there);
    }
  });

  test('a full disk stops selling; room again sells again', async () => {
    const told = await strike('cash', { kind: 'disk.full', at: 'topUp:cash.opening' });
    expect(said(told, 'view', 'journalUnavailable') || said(told, 'view', 'diskLow')).toBe(true);
    expect(loadedOnto(told.card)).toBe(0);
    expect(world.view?.body.kind).toBe('attract');
  });

  test('a disk that fails ends the life, and the next one opens the journal anew', async () => {
    const { lives } = world;
    const told = await strike('cash', { kind: 'disk.failed', at: 'topUp:cash.opening' });
    expect(said(told, 'life', 'the journal must be opened anew')).toBe(true);
    expect(world.lives).toBe(lives + 1);
  });

  test('the clock jumps, the journal says how far it is from upstream’s, and goes on', async () => {
    const told = await strike('cash', { kind: 'clock.forward', nth: 2 });
    expect(said(told, 'entry', 'clock.skewed {"offsetMs":-')).toBe(true);
    await strike('cash', { kind: 'clock.back', nth: 2 });
  });
});

test('all of the catalogue has struck', () => {
  expect(faultKinds.filter((kind) => !struck.has(kind))).toEqual([]);
});
