/** A terminal that goes on for hours without upstream, and what the two tell each other meanwhile and afterwards. */
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startWorld } from '../../fleet/support.ts';
import { ENTRIES_A_TOP_UP } from '../../support/busy-terminal.ts';
import { startMeddler } from './meddler.ts';
import { until } from './support.ts';
import { heldBy, startTerminalBench, TERMINAL, written } from './terminal-bench.ts';

const HOUR = 3_600_000;

/** What upstream's file holds of the terminal's journal, as one who counts its rows sees it. */
function counted(database: string): unknown {
  const db = new Database(database, { readonly: true });
  try {
    return db
      .prepare(
        'SELECT count(*) AS lines, count(DISTINCT seq) AS places, count(DISTINCT hash) AS hashes, min(seq) AS first, max(seq) AS last FROM journal_entries',
      )
      .get();
  } finally {
    db.close();
  }
}

/** Upstream's note of the last heartbeat. */
function lagNoted(database: string): unknown {
  const db = new Database(database, { readonly: true });
  try {
    return db.prepare('SELECT uplink_lag FROM terminals WHERE terminal_id = ?').pluck().get(TERMINAL);
  } finally {
    db.close();
  }
}

test('three busy hours without upstream go up, each entry once, when a heartbeat finds it again', { timeout: 60_000 }, async () => {
  const world = await startWorld();
  const terminal = startTerminalBench(world);
  await terminal.upstream.online.beat();
  await world.stop();
  terminal.write(180);
  const all = 180 * ENTRIES_A_TOP_UP;
  await until(() => terminal.uplink.current.state === 'backingOff');
  expect(terminal.uplink.status()).toMatchObject({ uplink: { error: { code: 'offline' } }, lag: { entries: all }, lastReceipt: undefined });
  await terminal.upstream.online.beat();
  await world.restart();
  await terminal.upstream.online.beat();
  await terminal.drained();
  expect(counted(world.database)).toEqual({ lines: all, places: all, hashes: all, first: 1, last: all });
  expect(heldBy(world.database)).toEqual(written(terminal.journal));
});

test('a heartbeat tells how much waits for upstream, and how long money does', async () => {
  const world = await startWorld();
  const wire = await startMeddler(world.url);
  const beats: unknown[] = [];
  const fetchSeen: typeof fetch = (input, init) => {
    if (input instanceof URL && input.pathname === '/v1/heartbeat') beats.push(JSON.parse(z.string().parse(init?.body)));
    return fetch(input, init);
  };
  wire.open = false;
  const terminal = startTerminalBench(world, { url: wire.url, startAt: world.clock.now() - HOUR, fetch: fetchSeen });
  await until(() => terminal.upstream.online.current.link === 'online');
  terminal.write(2);
  await terminal.upstream.online.beat();
  const stacked = written(terminal.journal).entries.length;
  // the fourth entry of the first top-up, cash.stacked, was written twelve seconds after the first
  expect([stacked, beats.at(-1)]).toEqual([26, { uplinkLag: 26, uplinkMoneyAgeMs: HOUR - 12_000 }]);
  expect(lagNoted(world.database)).toBe(26);
  wire.open = true;
  terminal.uplink.wake();
  await terminal.drained();
  await terminal.upstream.online.beat();
  expect(beats.at(-1)).toEqual({ uplinkLag: 0 });
  expect(lagNoted(world.database)).toBe(0);
});

test('a heartbeat tells the terminal’s state when it changed and after ten minutes, and again when the answer was lost', async () => {
  const world = await startWorld();
  const beats: unknown[] = [];
  const fetchSeen: typeof fetch = (input, init) => {
    if (input instanceof URL && input.pathname === '/v1/heartbeat') beats.push(JSON.parse(z.string().parse(init?.body)));
    return fetch(input, init);
  };
  const terminal = startTerminalBench(world, { fetch: fetchSeen });
  const { upstream } = terminal;
  await until(() => upstream.online.current.link === 'online');
  const state = (view: string) => ({ version: '1.2.3', service: 'inService' as const, reasons: [], view, devices: [], counters: {} });
  let view = 'attract';
  upstream.tellState(() => state(view));
  const told = async (): Promise<unknown> => {
    await upstream.online.beat();
    return z.looseObject({ state: z.looseObject({ view: z.string() }).optional() }).parse(beats.at(-1)).state?.view;
  };
  expect([await told(), await told()]).toEqual(['attract', undefined]);
  view = 'menu';
  await world.stop();
  expect(await told()).toBe('menu');
  await world.restart();
  expect([await told(), await told()]).toEqual(['menu', undefined]);
  const db = new Database(world.database, { readonly: true });
  expect(db.prepare('SELECT state FROM terminal_states').pluck().all()).toEqual([JSON.stringify(state('menu'))]);
  db.close();
});
