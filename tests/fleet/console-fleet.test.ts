/** The fleet as the console lists it: what heartbeats tell, filters, search and pages. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HeartbeatRequest, TerminalState } from '../../common/upstream-api/terminals.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import type { FleetQuery } from '../../fleet/server/console/fleet.ts';
import type { Browser } from './console-browser.ts';
import { staffMember } from './console-browser.ts';
import { chain, registeredTerminal, startWorld, type HandMadeTerminal } from './support.ts';

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
    [
      'whose acceptor lost count, and whose clock is off',
      {
        devices: [],
        alarms: [
          { code: 'cashUntold', weight: 'limits', device: 'cashAcceptor', since: 1 },
          { code: 'clockOff', weight: 'soon', since: 1, cause: '-2 min' },
        ],
      },
      'attention',
      ['cashAcceptor.cashUntold', 'clockOff'],
    ],
    ['without a way to pay', { service: 'limited', reasons: ['paymentOffline'], devices: [] }, 'attention', ['paymentOffline']],
    ['that serves nobody', { service: 'outOfService', reasons: ['maintenance'], devices: [] }, 'outOfService', ['maintenance']],
  ])('%s is judged in one word, with the reason', async (_what, over, health, reasons) => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    await beat(await registeredTerminal(world), { state: { ...WELL, ...over } });
    expect((await operator.call('terminals', { query: {} })).items).toMatchObject([{ health, reasons }]);
  });

  test('tells what it asks a hand for, how long supplies last and how an update stands, and the console gives it on as it was told', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    const alarms: TerminalState['alarms'] = [{ code: 'paperLow', weight: 'soon', device: 'receiptPrinter', since: 1_773_500_000_000, cause: 'paperRoll 12' }];
    const supplies: TerminalState['supplies'] = [{ supply: 'paper', left: 42, perDayHundredths: 2100, days: 2 }];
    const update: TerminalState['update'] = { state: 'waiting', release: '2.0.0+lobby-3', waitsFor: ['outsideWindow'], rolledBack: '1.9.0' };
    await beat(await registeredTerminal(world), { state: { ...WELL, alarms, supplies, update } });
    expect((await operator.call('terminal', { params: { terminalId: 'T-0001' } })).state).toMatchObject({ alarms, supplies, update });
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
