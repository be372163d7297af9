/** The fleet as the console lists it: what heartbeats tell, filters, search and pages, at a hundred thousand terminals, too. */
import { sql } from 'kysely';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { HeartbeatRequest, TerminalState } from '../../common/upstream-api/terminals.ts';
import { openStore } from '../../fleet/server/database.ts';
import { createFleet, pageQuery, type FleetQuery } from '../../fleet/server/console/fleet.ts';
import type { Browser } from './console-browser.ts';
import { staffMember } from './console-browser.ts';
import { newDatabase } from './database.ts';
import { chain, registeredTerminal, startWorld, type HandMadeTerminal } from './support.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const MINUTE = 60_000;

const WELL: TerminalState = {
  version: '1.0.0',
  service: 'inService',
  reasons: [],
  view: 'attract',
  devices: [
    { device: 'cardReader', health: 'online', words: { media: 'notPresent' }, storage: [] },
    { device: 'receiptPrinter', health: 'online', words: { paper: 'full', cover: 'closed' }, storage: [{ id: 'paperRoll', use: 'dispense', level: 'ok' }] },
    { device: 'cashAcceptor', health: 'online', words: { box: 'ok' }, storage: [{ id: 'cashBox', use: 'collect', level: 'ok', count: 12 }] },
  ],
  counters: { boxFen: 120_000 },
};

async function beat(terminal: HandMadeTerminal, body: HeartbeatRequest = {}): Promise<void> {
  const { status } = await terminal.post('/v1/heartbeat', body);
  expect(status).toBe(200);
}

async function listed(browser: Browser, query: Partial<FleetQuery> = {}): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await browser.call('terminals', { query: { limit: 2, ...query, ...(cursor === undefined ? {} : { cursor }) } });
    ids.push(...page.items.map(({ terminalId }) => terminalId));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

describe('a terminal', () => {
  test('that said nothing of itself yet, and one that is well', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    const terminal = await registeredTerminal(world);
    expect((await operator.call('terminals', { query: {} })).items).toMatchObject([
      { terminalId: 'T-0001', health: 'untold', silent: true, version: null, alarms: [] },
    ]);
    await beat(terminal, { state: WELL, uplinkLag: 7 });
    const row = { terminalId: 'T-0001', health: 'ok', silent: false, lastSeenAt: world.clock.now(), version: '1.0.0', reasons: [], lag: 7, alarms: [] };
    expect((await operator.call('terminals', { query: {} })).items).toMatchObject([row]);
    const page = await operator.call('terminal', { params: { terminalId: 'T-0001' } });
    expect(page).toMatchObject({ ...row, kid: terminal.key.kid, state: WELL, stateAt: world.clock.now(), today: { date: '2026-03-15', transactions: 0 } });
    await beat(terminal);
    expect((await operator.call('terminal', { params: { terminalId: 'T-0001' } })).state).toEqual(WELL);
  });

  test.each<[string, Partial<TerminalState>, string, string[]]>([
    [
      'whose paper runs out',
      { devices: [{ device: 'receiptPrinter', health: 'online', words: { paper: 'low' }, storage: [] }] },
      'attention',
      ['receiptPrinter.paperLow'],
    ],
    ['whose paper is full', { devices: [{ device: 'receiptPrinter', health: 'online', words: { paper: 'full' }, storage: [] }] }, 'ok', []],
    [
      'whose box is full',
      { devices: [{ device: 'cashAcceptor', health: 'online', words: { box: 'full' }, storage: [] }] },
      'attention',
      ['cashAcceptor.boxFull'],
    ],
    ['whose reader is away', { devices: [{ device: 'cardReader', health: 'offline', words: {}, storage: [] }] }, 'attention', ['cardReader.offline']],
    [
      'whose store is low',
      { devices: [{ device: 'cardReader', health: 'online', words: {}, storage: [{ id: 'stacker', use: 'dispense', level: 'low' }] }] },
      'attention',
      ['cardReader.stackerLow'],
    ],
    ['without a way to pay', { service: 'limited', reasons: ['paymentOffline'], devices: [] }, 'attention', ['paymentOffline']],
    ['that serves nobody', { service: 'outOfService', reasons: ['maintenance'], devices: [] }, 'outOfService', ['maintenance']],
  ])('%s is judged in one word, with the reason', async (_what, over, health, reasons) => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    await beat(await registeredTerminal(world), { state: { ...WELL, ...over } });
    expect((await operator.call('terminals', { query: {} })).items).toMatchObject([{ health, reasons }]);
  });

  test('is revoked by an operator who types its id, refused from then on, and both is on record', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator', 'Wang Fang');
    const terminal = await registeredTerminal(world);
    const params = { terminalId: 'T-0001' };
    expect(await operator.refusal('revokeTerminal', { params, body: { confirm: 'T-0002', reason: 'stolen cabinet' } })).toBe('confirmationMissing');
    await beat(terminal);
    await world.clock.advance(1);
    await operator.call('revokeTerminal', { params, body: { confirm: 'T-0001', reason: 'stolen cabinet' } });
    expect((await terminal.post('/v1/heartbeat', {})).body).toMatchObject({ code: 'terminalRevoked' });
    const { events } = await operator.call('identityHistory', { params });
    expect(events.map(({ kind, actor }) => [kind, actor])).toEqual([
      ['enrolled', 'sandbox'],
      ['terminalRevoked', 'Wang Fang'],
    ]);
    const auditor = await staffMember(world, 'auditor');
    const { items } = await auditor.call('audit', { query: { kind: 'terminalRevoked' } });
    expect(items).toMatchObject([{ actor: 'Wang Fang', about: 'T-0001', detail: 'stolen cabinet', address: '127.0.0.1' }]);
  });
});

describe('an alarm', () => {
  const alarms = async (browser: Browser) => (await browser.call('terminal', { params: { terminalId: 'T-0001' } })).alarms.map(({ kind }) => kind);

  test('of a device or of money that waits opens with the heartbeat that tells, and ends with the one that tells it is over', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    const terminal = await registeredTerminal(world);
    await beat(terminal, {
      state: { ...WELL, devices: [{ device: 'cardReader', health: 'hardwareError', words: {}, storage: [] }] },
      uplinkMoneyAgeMs: 15 * MINUTE,
    });
    expect((await alarms(operator)).sort()).toEqual(['deviceTrouble', 'moneyWaits']);
    expect(await listed(operator, { filter: 'alarmed' })).toEqual(['T-0001']);
    expect(await operator.refusal('closeAlarm', { params: { terminalId: 'T-0001' }, body: { kind: 'moneyWaits', reason: 'never mind' } })).toBe(
      'confirmationMissing',
    );
    await beat(terminal, { state: WELL });
    expect(await alarms(operator)).toEqual([]);
    expect(await listed(operator, { filter: 'alarmed' })).toEqual([]);
  });

  test('of a forked journal stays until somebody looked into it', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator', 'Wang Fang');
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: chain('T-0001', 3) });
    await terminal.post('/v1/journal', { entries: chain('T-0001', 3, { mark: 'rewritten' }) });
    await beat(terminal, { state: WELL });
    expect(await alarms(operator)).toEqual(['journalForked']);
    const asked = { params: { terminalId: 'T-0001' }, body: { kind: 'journalForked' as const, reason: 'disk was cloned by the workshop' } };
    await operator.call('closeAlarm', asked);
    expect(await alarms(operator)).toEqual([]);
    expect(await operator.refusal('closeAlarm', asked)).toBe('unknownAlarm');
    const { items } = await (await staffMember(world, 'auditor')).call('audit', { query: { kind: 'alarmClosed' } });
    expect(items).toMatchObject([{ actor: 'Wang Fang', about: 'T-0001 journalForked', detail: 'disk was cloned by the workshop' }]);
  });
});

test('the list is filtered, searched and paged, each terminal once', async () => {
  const world = await startWorld();
  const operator = await staffMember(world, 'operator');
  const terminals = [];
  for (const id of ['A-1', 'A-2', 'A-3', 'B-1', 'B-2']) terminals.push(await registeredTerminal(world, id));
  const [a1, a2, a3, b1] = terminals;
  if (a1 === undefined || a2 === undefined || a3 === undefined || b1 === undefined) throw new Error('five terminals');
  await beat(a1, { state: WELL });
  await world.clock.advance(6 * MINUTE);
  await beat(a2, { state: { ...WELL, version: '2.0.0' } });
  await beat(a3, { state: { ...WELL, service: 'outOfService' } });
  await beat(b1, { state: { ...WELL, service: 'limited' } });
  await operator.call('revokeTerminal', { params: { terminalId: 'A-3' }, body: { confirm: 'A-3', reason: 'taken down' } });
  expect(await listed(operator)).toEqual(['A-1', 'A-2', 'A-3', 'B-1', 'B-2']);
  expect(await listed(operator, { search: 'A-' })).toEqual(['A-1', 'A-2', 'A-3']);
  expect(await listed(operator, { filter: 'ok' })).toEqual(['A-1', 'A-2']);
  expect(await listed(operator, { filter: 'ok', version: '2.0.0' })).toEqual(['A-2']);
  expect(await listed(operator, { filter: 'attention', search: 'B' })).toEqual(['B-1']);
  expect(await listed(operator, { filter: 'outOfService' })).toEqual([]);
  expect(await listed(operator, { filter: 'revoked' })).toEqual(['A-3']);
  expect(await listed(operator, { filter: 'untold' })).toEqual(['B-2']);
  // the longest silence first
  expect(await listed(operator, { filter: 'silent', limit: 1 })).toEqual(['B-2', 'A-1']);
  expect(await operator.call('fleetSummary', {})).toEqual({
    at: world.clock.now(),
    total: 4,
    byHealth: { ok: 2, attention: 1, outOfService: 0, untold: 1 },
    silent: 2,
    revoked: 1,
    alarmed: 0,
    versions: [
      { version: '1.0.0', terminals: 2 },
      { version: '2.0.0', terminals: 1 },
    ],
  });
});

describe('at a hundred thousand terminals', () => {
  const COUNT = 100_000;
  const NOW = Date.UTC(2026, 2, 15);

  const big = async () => {
    const store = await openStore(await newDatabase());
    onTestFinished(() => store.destroy());
    const healths = ['ok', 'attention', 'outOfService', 'untold'] as const;
    for (let start = 0; start < COUNT; start += 2000) {
      const rows = Array.from({ length: 2000 }, (_, index) => {
        const n = start + index;
        const seen = NOW - (n % 1000 === 7 ? 3_600_000 : 10_000);
        return {
          terminal_id: `T-${String(n).padStart(6, '0')}`,
          public_key: '{}',
          registered_at: 0,
          last_seen_at: seen,
          uplink_lag: 0,
          revoked_at: n % 5000 === 9 ? NOW : null,
          seen_step: Math.floor(seen / 300_000),
          health: healths[n % 100 === 3 ? 1 : n % 100 === 4 ? 2 : 0] ?? 'ok',
          software_version: n % 2 === 0 ? '1.0.0' : '1.1.0',
        };
      });
      await store.insertInto('terminals').values(rows).execute();
    }
    return store;
  };

  test.skipIf(inject('postgres') !== undefined)('a page is read along an index, whatever the filter and however far in', async () => {
    const store = await big();
    const fleet = createFleet(store, new SimulatedClock(NOW));
    const plain = { limit: 50, search: undefined, version: undefined, cursor: undefined };
    const plans: [FleetQuery, RegExp][] = [
      [{ ...plain, filter: 'all' }, /USING (?:COVERING )?INDEX sqlite_autoindex_terminals_1/],
      [{ ...plain, filter: 'all', cursor: 'T-090000' }, /SEARCH terminals USING INDEX sqlite_autoindex_terminals_1 \(terminal_id>\?\)/],
      [{ ...plain, filter: 'all', search: 'T-09' }, /SEARCH terminals USING INDEX sqlite_autoindex_terminals_1 \(terminal_id>\? AND terminal_id<\?\)/],
      [{ ...plain, filter: 'attention', cursor: 'T-090000' }, /SEARCH terminals USING INDEX terminals_by_health \(health=\? AND terminal_id>\?\)/],
      [
        { ...plain, filter: 'ok', version: '1.0.0', cursor: 'T-090000' },
        /terminals_by_health_and_version \(health=\? AND software_version=\? AND terminal_id>\?\)/,
      ],
      [{ ...plain, filter: 'all', version: '1.1.0', cursor: 'T-090000' }, /terminals_by_version \(software_version=\? AND terminal_id>\?\)/],
      [{ ...plain, filter: 'silent', cursor: '0:T-090000' }, /terminals_by_silence \(/],
      [{ ...plain, filter: 'revoked', cursor: 'T-090000' }, /terminals_revoked/],
      [{ ...plain, filter: 'alarmed', cursor: 'T-090000' }, /LIST SUBQUERY|terminal_alarms/],
    ];
    for (const [query, plan] of plans) {
      const steps = (await pageQuery(store, query, NOW).explain(undefined, sql`query plan`)) as { detail: string }[];
      const told = steps.map(({ detail }) => detail).join(' | ');
      expect([query.filter, told]).toEqual([query.filter, expect.stringMatching(plan)]);
      expect([query.filter, told]).toEqual([query.filter, expect.not.stringMatching(/TEMP B-TREE|SCAN terminals(?! USING)/)]);
    }
    expect((await fleet.page({ ...plain, filter: 'silent', limit: 200 })).items).toHaveLength(100);
    const last = await fleet.page({ ...plain, filter: 'all', cursor: 'T-099990' });
    expect(last.items.map(({ terminalId }) => terminalId)).toEqual(Array.from({ length: 9 }, (_, n) => `T-09999${n + 1}`));
  });

  test('the summary counts every terminal once', { timeout: 60_000 }, async () => {
    const fleet = createFleet(await big(), new SimulatedClock(NOW));
    // 20 are revoked, of which none is in a hundred's third or fourth place; 100 are silent, none of them revoked
    expect(await fleet.summary()).toMatchObject({
      total: COUNT - 20,
      byHealth: { ok: 98_000 - 20, attention: 1000, outOfService: 1000, untold: 0 },
      silent: 100,
      revoked: 20,
      versions: [
        { version: '1.0.0', terminals: 50_000 },
        { version: '1.1.0', terminals: 50_000 - 20 },
      ],
    });
  });
});

describe('service', () => {
  test('is added up by day from heartbeats: served, limited, out of service, silent', async () => {
    const world = await startWorld(); // 08:15:30 in Shanghai
    const terminal = await registeredTerminal(world);
    const every = async (minutes: number, body: HeartbeatRequest = {}): Promise<void> => {
      for (let minute = 0; minute < minutes; minute += 1) {
        await world.clock.advance(MINUTE);
        await beat(terminal, minute === minutes - 1 ? body : {});
      }
    };
    await beat(terminal, { state: WELL });
    await every(20, { state: { ...WELL, service: 'limited' } });
    await every(10, { state: { ...WELL, service: 'outOfService' } });
    await world.clock.advance(30 * MINUTE);
    await beat(terminal, { state: WELL });
    await every(10);
    const operator = await staffMember(world, 'operator');
    const { days } = await operator.call('statistics', { query: { from: '2026-03-15', to: '2026-03-15' } });
    expect(days[0]?.serviceMinutes).toEqual({ inService: 30, limited: 10, outOfService: 0, silent: 30 });
  });

  test('of a night is split at midnight, and a day that is over is rolled up without a minute lost', async () => {
    const world = await startWorld({ startAt: Date.UTC(2026, 2, 15, 15, 57) }); // 23:57 in Shanghai
    const auditor = await staffMember(world, 'auditor');
    const terminal = await registeredTerminal(world);
    await beat(terminal, { state: WELL });
    for (let minute = 0; minute < 10; minute += 1) {
      await world.clock.advance(MINUTE);
      await beat(terminal);
    }
    await world.clock.advance(2 * 86_400_000);
    await beat(terminal);
    await auditor.refusal('session', {});
    await world.clock.advance(30_000);
    await auditor.signIn('The auditor');
    const minutes = async () => {
      const { days } = await auditor.call('statistics', { query: { from: '2026-03-15', to: '2026-03-18' } });
      return days.map(({ serviceMinutes: { inService, silent } }) => [inService, silent]);
    };
    // 23:57 to 00:07 served, then silent until 00:07 two days later
    const expected = [
      [3, 0],
      [7, 1433],
      [0, 1440],
      [0, 7],
    ];
    expect(await minutes()).toEqual(expected);
    expect(await minutes()).toEqual(expected);
    const store = await openStore(world.database);
    onTestFinished(() => store.destroy());
    const left = await store.selectFrom('service_days').select('date').orderBy('date').execute();
    expect(left.map(({ date }) => date)).toEqual(['2026-03-17', '2026-03-18']);
  });
});
