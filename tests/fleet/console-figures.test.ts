/** What the console counts: statistics, settlements, the money of a day, and a report that names nobody. */
import { describe, expect, test } from 'vitest';
import { topUpRows } from '../../fleet/load/top-up-rows.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { createDigester } from '../../fleet/server/console/digest.ts';
import { Browser, staffMember } from './console-browser.ts';
import { writerOf, type Line } from './console-entries.ts';
import { registeredTerminal, startWorld } from './support.ts';

const DAY = { from: '2026-03-15', to: '2026-03-15' };

function topUp(transactionId: string): Line[] {
  return topUpRows('A01-0315-7K4M-9', { noteId: `note-${transactionId}`, loadId: `load-${transactionId}` }).map((row) => ({ ...row, transactionId }));
}

const settlement = (counted: number): Line[] => [
  {
    kind: 'settlement.opened',
    body: { settlementId: 'S1', by: 'Zhao', boxOut: 'B1', boxIn: 'B2', expected: { notes: [{ denomination: 5000, count: 3 }], unspecified: 0 } },
  },
  { kind: 'box.removed', body: { settlementId: 'S1', boxId: 'B1', content: { notes: [{ denomination: 5000, count: 3 }], unspecified: 0 } } },
  { kind: 'box.inserted', body: { settlementId: 'S1', boxId: 'B2' } },
  {
    kind: 'settlement.counted',
    body: {
      settlementId: 'S1',
      boxId: 'B1',
      by: 'Qian',
      expected: { notes: [{ denomination: 5000, count: 3 }], unspecified: 0 },
      counted: [{ denomination: 5000, count: counted }],
    },
  },
  { kind: 'settlement.closed', body: { settlementId: 'S1', expected: 15_000, counted: counted * 5000, difference: counted * 5000 - 15_000 } },
];

test('statistics count outcomes by flow, money, faults and reasons, as entries come and each once', async () => {
  const world = await startWorld();
  const operator = await staffMember(world, 'operator');
  const terminal = await registeredTerminal(world);
  const writer = writerOf('T-0001', world.clock);
  const send = (lines: readonly Line[]) => terminal.post('/v1/journal', { entries: writer.write(lines) });
  await send([...topUp('tx-1'), ...topUp('tx-2').slice(0, 4)]);
  const first = await operator.call('statistics', { query: DAY });
  expect(first).toMatchObject({ waiting: 0, days: [{ transactions: 2, delivered: 1, loadedFen: 5000, faults: 0 }] });
  await send([
    ...topUp('tx-2').slice(4),
    { kind: 'device.fault', body: { device: 'cardReader', code: 'mediaJammed', detail: 'at the gate' } },
    { kind: 'device.lost', body: { device: 'receiptPrinter', code: 'offline', detail: '' } },
    { kind: 'device.lost', body: { device: 'receiptPrinter', code: 'offline', detail: '' } },
    { kind: 'load.refused', transactionId: 'tx-2', body: { loadId: 'L', code: 'purseLimit' } },
    { kind: 'voucher.refused', body: { redeemId: 'R', code: 'wrongCode' } },
    { kind: 'case.opened', transactionId: 'tx-2', body: { reference: 'A01', reason: 'loadUndetermined', amount: 0, disputed: 5000 } },
  ]);
  const second = await operator.call('statistics', { query: DAY });
  expect(await operator.call('statistics', { query: DAY })).toEqual(second);
  expect(second).toMatchObject({
    days: [{ transactions: 2, delivered: 2, loadedFen: 10_000, faults: 3 }],
    // ten entries from opened to closed, one a second
    flows: [{ flow: 'top-up', tender: 'cash', started: 2, outcomes: { delivered: 2 }, loadedFen: 10_000, closed: 2, totalMs: 18_000 }],
    faults: [
      { device: 'receiptPrinter', code: 'offline', count: 2 },
      { device: 'cardReader', code: 'mediaJammed', count: 1 },
    ],
    loadRefusals: [{ reason: 'purseLimit', count: 1 }],
    caseReasons: [{ reason: 'loadUndetermined', count: 1 }],
    voucherRefusals: [{ reason: 'wrongCode', count: 1 }],
  });
});

test('entries are counted once, also by several servers at the same time, and also those that are sent again', async () => {
  const world = await startWorld();
  const operator = await staffMember(world, 'operator');
  const other = new Browser(await world.second());
  other.cookie = operator.cookie;
  const terminals = [await registeredTerminal(world, 'T-1'), await registeredTerminal(world, 'T-2'), await registeredTerminal(world, 'T-3')];
  for (const terminal of terminals) {
    const entries = writerOf(terminal.terminalId, world.clock).write(Array.from({ length: 20 }, (_, n) => topUp(`tx-${n}`)).flat());
    await terminal.post('/v1/journal', { entries });
    await terminal.post('/v1/journal', { entries });
  }
  await Promise.all([1, 2, 3, 4].flatMap(() => [operator.call('statistics', { query: DAY }), other.call('statistics', { query: DAY })]));
  const { days, waiting } = await operator.call('statistics', { query: DAY });
  expect([waiting, days[0]?.transactions, days[0]?.delivered, days[0]?.loadedFen]).toEqual([0, 60, 60, 300_000]);
});

test('what a store held before it had a console is counted by and by, more than one step’s worth of it', async () => {
  const world = await startWorld();
  const operator = await staffMember(world, 'operator');
  const terminal = await registeredTerminal(world);
  const entries = writerOf('T-0001', world.clock).write(Array.from({ length: 200 }, (_, n) => topUp(`tx-${n}`)).flat());
  for (let from = 0; from < entries.length; from += 300) await terminal.post('/v1/journal', { entries: entries.slice(from, from + 300) });
  const store = await openStore(world.database);
  const digester = createDigester({ store, clock: world.clock, utcOffsetMinutes: 480 });
  const before = await digester.waiting();
  await digester.catchUp('T-0001');
  expect([before, await digester.waiting()]).toEqual([2400, 0]);
  await store.destroy();
  expect((await operator.call('statistics', { query: DAY })).days).toMatchObject([{ transactions: 200, delivered: 200 }]);
});

test('a running server counts by itself soon after entries came', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  await terminal.post('/v1/journal', { entries: writerOf('T-0001', world.clock).write(topUp('tx-1')) });
  await world.clock.advance(1000);
  await world.stop();
  const store = await openStore(world.database);
  expect(await store.selectFrom('journal_epochs').select(['head_seq', 'digested_seq']).execute()).toEqual([{ head_seq: 12, digested_seq: 12 }]);
  await store.destroy();
});

test('a sign-in at the cabinet that is locked for the day is an alarm, one that waits some seconds is none', async () => {
  const world = await startWorld();
  const operator = await staffMember(world, 'operator');
  const terminal = await registeredTerminal(world);
  const writer = writerOf('T-0001', world.clock);
  const locked = (scope: 'wait' | 'day', failures: number): Line => ({
    kind: 'maintenance.locked',
    body: { scope, failures, until: '2026-03-16T08:00:00.000Z' },
  });
  const alarmed = async () => {
    await operator.call('terminal', { params: { terminalId: 'T-0001' } }); // who looks at a terminal waits until it is counted
    return (await operator.call('terminals', { query: { filter: 'alarmed' } })).items;
  };
  await terminal.post('/v1/journal', { entries: writer.write([locked('wait', 5)]) });
  expect(await alarmed()).toEqual([]);
  await terminal.post('/v1/journal', { entries: writer.write([locked('day', 10)]) });
  expect(await alarmed()).toMatchObject([{ terminalId: 'T-0001', alarms: ['signInLocked'] }]);
});

describe('a settlement', () => {
  test('is shown with its counts and its difference, which is an alarm, and with why it differed', async () => {
    const world = await startWorld();
    const operator = await staffMember(world, 'operator');
    const terminal = await registeredTerminal(world);
    const writer = writerOf('T-0001', world.clock);
    await terminal.post('/v1/journal', { entries: writer.write(settlement(2).slice(0, 3)) });
    expect((await operator.call('settlements', { query: { filter: 'uncounted' } })).items).toMatchObject([
      { phase: 'inserted', countedFen: null, differenceFen: null },
    ]);
    await terminal.post('/v1/journal', { entries: writer.write(settlement(2).slice(3)) });
    const differing = { query: { filter: 'differing', from: '2026-03-15', to: '2026-03-15' } } as const;
    const { items } = await operator.call('settlements', differing);
    expect(items).toMatchObject([
      {
        terminalId: 'T-0001',
        settlementId: 'S1',
        phase: 'closed',
        by: 'Zhao',
        countedBy: 'Qian',
        expectedFen: 15_000,
        countedFen: 10_000,
        countedNotes: [{ denomination: 5000, count: 2 }],
        differenceFen: -5000,
        unresolvedFen: -5000,
        resolutions: [],
      },
    ]);
    expect((await operator.call('terminals', { query: { filter: 'alarmed' } })).items).toMatchObject([{ alarms: ['settlementDiffers'] }]);
    await terminal.post('/v1/journal', {
      entries: writer.write([
        { kind: 'suspense.resolved', body: { resolution: 'recounted', of: 'S1', amount: -5000, by: 'Sun', why: 'a note was behind the tray' } },
      ]),
    });
    expect((await operator.call('settlements', differing)).items).toMatchObject([
      { unresolvedFen: 0, resolutions: [{ resolution: 'recounted', amountFen: -5000, by: 'Sun', why: 'a note was behind the tray' }] },
    ]);
    expect((await operator.call('settlements', { query: { from: '2026-03-16' } })).items).toEqual([]);
  });

  test('and the money of its day add up by account, to nothing over all', async () => {
    const world = await startWorld();
    const auditor = await staffMember(world, 'auditor');
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: writerOf('T-0001', world.clock).write([...topUp('tx-1'), ...topUp('tx-2'), ...settlement(3)]) });
    const { days } = await auditor.call('reconciliation', { query: { from: '2026-03-14', to: '2026-03-15' } });
    expect(days).toMatchObject([
      { date: '2026-03-14', accounts: {}, cashFen: 0, settlements: 0 },
      {
        date: '2026-03-15',
        accounts: { 'cash.box': 10_000, 'cardholder.held': 0, 'issuer.payable': -10_000 },
        cashFen: 10_000,
        electronicFen: 0,
        loadedFen: 10_000,
        settlements: 1,
        settlementDifferenceFen: 0,
        imbalanceFen: 0,
      },
    ]);
    expect(await auditor.refusal('reconciliation', { query: { from: '2026-03-15', to: '2026-03-14' } })).toBe('invalidRequest');
    expect(await auditor.refusal('reconciliation', { query: { from: '2026-01-01', to: '2026-12-31' } })).toBe('invalidRequest');
  });
});

test('the weekly report names nobody, wherever an identity was planted in the entries', async () => {
  const world = await startWorld();
  const auditor = await staffMember(world, 'auditor');
  const CANARIES = ['王小芳', '110101199003074578', '13800138000', 'CanaryName', 'A01-0315-7K4M-9', '03105170010170906688', '6688', 'T-CANARY', 'BOX-CANARY'];
  const terminal = await registeredTerminal(world, 'T-CANARY');
  const planted: Line[] = [
    ...topUp('tx-CanaryName'),
    { kind: 'device.fault', body: { device: '王小芳', code: 'CanaryName', detail: '110101199003074578' } },
    { kind: 'device.fault', body: { device: 'CanaryName', code: '13800138000', detail: '王小芳' } },
    { kind: 'load.refused', body: { loadId: 'CanaryName', code: 'CanaryName' } },
    { kind: 'voucher.refused', body: { redeemId: 'R', code: '13800138000' } },
    { kind: 'case.opened', body: { reference: 'A01-0315-7K4M-9', reason: 'cardCaptured', amount: 700, disputed: 0 } },
    { kind: 'voucher.issued', body: { reference: '王小芳', amount: 300 } },
    ...settlement(2).map(({ kind, body }) => ({
      kind,
      body: { ...body, ...('by' in body ? { by: '王小芳' } : {}), ...('boxOut' in body ? { boxOut: 'BOX-CANARY' } : {}) },
    })),
    { kind: 'suspense.resolved', body: { resolution: 'writtenOff', of: 'S1', amount: -5000, by: '王小芳', why: 'CanaryName 13800138000' } },
    { kind: 'transaction.opened', transactionId: 'bad', body: { type: 'CanaryName', tender: '王小芳' } },
  ].map((line) => ({ ...line, businessDate: '2026-03-11' }) as Line);
  expect((await terminal.post('/v1/journal', { entries: writerOf('T-CANARY', world.clock).write(planted) })).status).toBe(200);
  const params = { monday: '2026-03-09' };
  const report = await auditor.call('report', { params });
  const csv = await auditor.call('reportCsv', { params });
  for (const canary of CANARIES) {
    expect([canary, JSON.stringify(report).includes(canary), csv.includes(canary)]).toEqual([canary, false, false]);
  }
  // what was planted in is there, as figures
  expect(report).toMatchObject({ week: '2026-W11', from: '2026-03-09', to: '2026-03-15', complete: false, terminals: 1 });
  expect(report.statistics.faults).toEqual([{ device: 'other', code: 'other', count: 2 }]);
  expect(report.money.find(({ date }) => date === '2026-03-11')).toMatchObject({ cashFen: 5000, owedFen: 1000, settlementDifferenceFen: -5000 });
  const lines = csv.split('\r\n');
  expect(lines[0]).toBe('date,subject,key,value');
  expect(lines).toContain('2026-03-11,cashFen,money,5000');
  expect(lines).toContain('2026-03-09/2026-03-15,outcome,top-up:cash:delivered,1');
  expect(lines.slice(0, -1).every((line) => line.split(',').length === 4)).toBe(true);
  expect((await auditor.call('audit', { query: { kind: 'reportTaken' } })).items).toMatchObject([{ about: '2026-03-09' }]);
  expect(await auditor.refusal('report', { params: { monday: '2026-03-10' } })).toBe('invalidRequest');
});
