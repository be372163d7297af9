/** What the terminal tells upstream of itself. */
import { expect, test } from 'vitest';
import { terminalStateSchema } from '../../../common/upstream-api/terminals.ts';
import { NO_BALANCES } from '../../../common/money/postings.ts';
import { terminalState, type StateSources } from '../../../main/terminal/terminal-state.ts';

const yes = { available: true } as const;
const switchedOff = { available: false, reason: 'switchedOff' } as const;
const no = { available: false, reason: 'maintenance' } as const;
const sources: StateSources = {
  version: '1.2.3',
  availability: {
    services: { topUp: yes, pendingLoad: yes, balance: yes, statement: yes, account: yes },
    tenders: { cash: yes, qr: yes, qrPresented: switchedOff, card: switchedOff, voucher: switchedOff },
    replacement: false,
    lossReport: { available: true },
    documents: 'available',
    receipts: 'available',
    upstream: 'online',
  },
  parts: { receiptPrinter: { device: 'online', paper: 'low', cover: 'closed', cutter: 'ok', presenter: 'notSupported', storage: [] } },
  devices: [
    {
      name: 'receiptPrinter',
      condition: 'degraded',
      since: 0,
      identity: { model: 'M'.repeat(200), firmware: '1.0' },
      report: { health: 'online', impairments: ['paper.low'], storage: [{ id: 'paperRoll', use: 'dispense', level: 'low' }] },
      trouble: undefined,
    },
  ],
  view: 'attract',
  balances: { ...NO_BALANCES, 'cash.box': 12_300 },
  freeBytes: 5_000_000_000,
  alarms: [{ code: 'paperLow', weight: 'soon', device: 'receiptPrinter', since: 1 }],
  supplies: [{ supply: 'paper', left: 42, perDayHundredths: 2100, days: 2 }],
  update: { state: 'fetching', release: '2.0.0', done: 1, total: 2 },
};

test('is what the devices, the availability and the journal say, and fits what upstream reads', () => {
  const state = terminalState(sources);
  expect(terminalStateSchema.parse(state)).toEqual({
    version: '1.2.3',
    service: 'inService',
    reasons: [],
    view: 'attract',
    devices: [
      {
        device: 'receiptPrinter',
        health: 'online',
        words: { paper: 'low', cover: 'closed', cutter: 'ok', presenter: 'notSupported' },
        identity: { model: 'M'.repeat(80), firmware: '1.0' },
        storage: [{ id: 'paperRoll', use: 'dispense', level: 'low' }],
      },
    ],
    // 18 × 256 MiB: the last bytes change all the time
    counters: { boxFen: 12_300, diskFreeBytes: 4_831_838_208 },
    alarms: sources.alarms,
    supplies: sources.supplies,
    update: sources.update,
  });
});

test('a terminal that nothing could update tells nothing of updates', () => {
  expect(terminalState({ ...sources, update: undefined })).not.toHaveProperty('update');
});

test.each([
  [
    'a tender is missing',
    { tenders: { ...sources.availability.tenders, qr: { available: false, reason: 'paymentOffline' } as const } },
    'limited',
    ['paymentOffline'],
  ],
  ['there are no slips', { receipts: 'paperOut' as const }, 'limited', ['paperOut']],
  ['upstream is away', { upstream: 'offline' as const }, 'limited', []],
  ['nothing is offered', { services: { topUp: no, pendingLoad: no, balance: no, statement: no, account: no } }, 'outOfService', ['maintenance']],
])('when %s it says so', (_what, over, service, reasons) => {
  expect(terminalState({ ...sources, availability: { ...sources.availability, ...over } })).toMatchObject({ service, reasons });
});

test('a device whose words upstream would not read is told with its health alone', () => {
  const [printer] = sources.devices;
  if (printer === undefined) throw new Error('a printer');
  const odd = { ...printer, report: { ...printer.report, storage: [{ id: 'not a word', use: 'dispense' as const, level: 'low' as const }] } };
  expect(terminalState({ ...sources, devices: [odd] }).devices).toEqual([{ device: 'receiptPrinter', health: 'online', words: {}, storage: [] }]);
});
