/** Every cell of cash-acceptor.md 6.2. The expectations are written from the document, row by row. */
import { expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import type { PowerUpState } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { cashRestartDecision, type CashRestartDecision, type LastNoteRecord } from '../../../drivers/cash-acceptor/restart-decision.ts';

const REPORTS = {
  '40 power up': { kind: 'clean' },
  'idle, power stayed': { kind: 'idle' },
  '41 bill in acceptor, 18 seen': { kind: 'noteInAcceptor', returned: true },
  '41 bill in acceptor, 18 not seen': { kind: 'noteInAcceptor', returned: false },
  '42 bill in stacker': { kind: 'noteInStacker' },
  'still 13': { kind: 'noteInEscrow', denomination: fen(5000) },
  '14 stacking': { kind: 'stacking' },
  '18 returning': { kind: 'returning' },
  '15 vend valid': { kind: 'creditPending', evidence: 'vendValid' },
  '16 stacked, 15 never seen': { kind: 'creditPending', evidence: 'stacked' },
  'counter 0, accept counter +1': { kind: 'counted', stacked: true },
  'counter 0, accept counter +0': { kind: 'counted', stacked: false },
  '(t,0), no counter stored': { kind: 'stackedEarlier', denomination: fen(5000) },
  'events do not reach back': { kind: 'untold' },
  'counter jumped by more than 5': { kind: 'lostEvents' },
  '45 jam': { kind: 'jammed', where: 'acceptor' },
  '46 jam': { kind: 'jammed', where: 'stacker' },
  '48 cheated': { kind: 'cheated' },
  'no word': { kind: 'unknown' },
} as const satisfies Record<string, PowerUpState>;
type Report = keyof typeof REPORTS;

type Row = readonly [record: LastNoteRecord, report: Report, act: CashRestartDecision['act'], money: CashRestartDecision['money'], alarm?: 'alarm'];

const ROWS: readonly Row[] = [
  ['none', '40 power up', 'nothing', 'none'],
  ['none', 'idle, power stayed', 'nothing', 'none'],
  ['none', '41 bill in acceptor, 18 seen', 'nothing', 'none'],
  ['none', '41 bill in acceptor, 18 not seen', 'nothing', 'none'],
  ['none', '42 bill in stacker', 'nothing', 'suspense', 'alarm'],
  ['none', 'still 13', 'returnNote', 'none'],
  ['none', '14 stacking', 'wait', 'afterAct', 'alarm'],
  ['none', '18 returning', 'nothing', 'none'],
  ['none', '15 vend valid', 'acknowledge', 'suspense', 'alarm'],
  ['none', '16 stacked, 15 never seen', 'acknowledge', 'suspense', 'alarm'],
  ['none', 'counter 0, accept counter +1', 'nothing', 'none'],
  ['none', 'counter 0, accept counter +0', 'nothing', 'none'],
  ['none', '(t,0), no counter stored', 'nothing', 'none'],
  ['none', 'events do not reach back', 'nothing', 'none'],
  ['none', 'counter jumped by more than 5', 'outOfService', 'suspense', 'alarm'],
  ['none', '45 jam', 'outOfService', 'none', 'alarm'],
  ['none', '46 jam', 'outOfService', 'none', 'alarm'],
  ['none', '48 cheated', 'outOfService', 'none', 'alarm'],
  ['none', 'no word', 'outOfService', 'none', 'alarm'],

  ['escrowed', '40 power up', 'nothing', 'suspense'],
  ['escrowed', 'idle, power stayed', 'nothing', 'suspense'],
  ['escrowed', '41 bill in acceptor, 18 seen', 'nothing', 'returned'],
  ['escrowed', '41 bill in acceptor, 18 not seen', 'nothing', 'suspense'],
  ['escrowed', '42 bill in stacker', 'nothing', 'suspense'],
  ['escrowed', 'still 13', 'returnNote', 'afterAct'],
  ['escrowed', '14 stacking', 'wait', 'afterAct', 'alarm'],
  ['escrowed', '18 returning', 'nothing', 'returned'],
  ['escrowed', '15 vend valid', 'acknowledge', 'suspense', 'alarm'],
  ['escrowed', '16 stacked, 15 never seen', 'acknowledge', 'suspense', 'alarm'],
  ['escrowed', 'counter 0, accept counter +1', 'nothing', 'suspense'],
  ['escrowed', 'counter 0, accept counter +0', 'nothing', 'suspense'],
  ['escrowed', '(t,0), no counter stored', 'nothing', 'suspense', 'alarm'],
  ['escrowed', 'events do not reach back', 'nothing', 'suspense'],
  ['escrowed', 'counter jumped by more than 5', 'outOfService', 'suspense', 'alarm'],
  ['escrowed', '45 jam', 'outOfService', 'suspense', 'alarm'],
  ['escrowed', '46 jam', 'outOfService', 'suspense', 'alarm'],
  ['escrowed', '48 cheated', 'outOfService', 'suspense', 'alarm'],
  ['escrowed', 'no word', 'outOfService', 'suspense', 'alarm'],

  ['stacking', '40 power up', 'nothing', 'suspense'],
  ['stacking', 'idle, power stayed', 'nothing', 'suspense'],
  ['stacking', '41 bill in acceptor, 18 seen', 'nothing', 'returned'],
  ['stacking', '41 bill in acceptor, 18 not seen', 'nothing', 'suspense'],
  ['stacking', '42 bill in stacker', 'nothing', 'creditFlagged'],
  ['stacking', 'still 13', 'returnNote', 'afterAct'],
  ['stacking', '14 stacking', 'wait', 'afterAct'],
  ['stacking', '18 returning', 'nothing', 'returned', 'alarm'],
  ['stacking', '15 vend valid', 'acknowledge', 'credit'],
  ['stacking', '16 stacked, 15 never seen', 'acknowledge', 'creditFlagged'],
  ['stacking', 'counter 0, accept counter +1', 'nothing', 'creditFlagged'],
  ['stacking', 'counter 0, accept counter +0', 'nothing', 'returned'],
  ['stacking', '(t,0), no counter stored', 'nothing', 'creditFlagged'],
  ['stacking', 'events do not reach back', 'nothing', 'suspense'],
  ['stacking', 'counter jumped by more than 5', 'outOfService', 'suspense', 'alarm'],
  ['stacking', '45 jam', 'outOfService', 'suspense', 'alarm'],
  ['stacking', '46 jam', 'outOfService', 'suspense', 'alarm'],
  ['stacking', '48 cheated', 'outOfService', 'suspense', 'alarm'],
  ['stacking', 'no word', 'outOfService', 'suspense', 'alarm'],

  ['stacked', '40 power up', 'nothing', 'none'],
  ['stacked', 'idle, power stayed', 'nothing', 'none'],
  ['stacked', '41 bill in acceptor, 18 seen', 'nothing', 'none', 'alarm'],
  ['stacked', '41 bill in acceptor, 18 not seen', 'nothing', 'none', 'alarm'],
  ['stacked', '42 bill in stacker', 'nothing', 'none'],
  ['stacked', 'still 13', 'returnNote', 'none'],
  ['stacked', '14 stacking', 'nothing', 'none'],
  ['stacked', '18 returning', 'nothing', 'none'],
  ['stacked', '15 vend valid', 'acknowledge', 'none'],
  ['stacked', '16 stacked, 15 never seen', 'acknowledge', 'none'],
  ['stacked', 'counter 0, accept counter +1', 'nothing', 'none'],
  ['stacked', 'counter 0, accept counter +0', 'nothing', 'none', 'alarm'],
  ['stacked', '(t,0), no counter stored', 'nothing', 'none'],
  ['stacked', 'events do not reach back', 'nothing', 'none'],
  ['stacked', 'counter jumped by more than 5', 'outOfService', 'suspense', 'alarm'],
  ['stacked', '45 jam', 'outOfService', 'none', 'alarm'],
  ['stacked', '46 jam', 'outOfService', 'none', 'alarm'],
  ['stacked', '48 cheated', 'outOfService', 'none', 'alarm'],
  ['stacked', 'no word', 'outOfService', 'none', 'alarm'],

  ['returning', '40 power up', 'nothing', 'returned'],
  ['returning', 'idle, power stayed', 'nothing', 'returned'],
  ['returning', '41 bill in acceptor, 18 seen', 'nothing', 'returned'],
  ['returning', '41 bill in acceptor, 18 not seen', 'nothing', 'suspense'],
  ['returning', '42 bill in stacker', 'nothing', 'suspense', 'alarm'],
  ['returning', 'still 13', 'returnNote', 'afterAct'],
  ['returning', '14 stacking', 'wait', 'afterAct', 'alarm'],
  ['returning', '18 returning', 'nothing', 'returned'],
  ['returning', '15 vend valid', 'acknowledge', 'suspense', 'alarm'],
  ['returning', '16 stacked, 15 never seen', 'acknowledge', 'suspense', 'alarm'],
  ['returning', 'counter 0, accept counter +1', 'nothing', 'suspense', 'alarm'],
  ['returning', 'counter 0, accept counter +0', 'nothing', 'returned'],
  ['returning', '(t,0), no counter stored', 'nothing', 'suspense', 'alarm'],
  ['returning', 'events do not reach back', 'nothing', 'suspense'],
  ['returning', 'counter jumped by more than 5', 'outOfService', 'suspense', 'alarm'],
  ['returning', '45 jam', 'outOfService', 'suspense', 'alarm'],
  ['returning', '46 jam', 'outOfService', 'suspense', 'alarm'],
  ['returning', '48 cheated', 'outOfService', 'suspense', 'alarm'],
  ['returning', 'no word', 'outOfService', 'suspense', 'alarm'],
];

for (const [record, report, act, money, alarm] of ROWS) {
  test(`last record ${record}, the acceptor says ${report}: ${act}, money ${money}`, () => {
    expect(cashRestartDecision(record, REPORTS[report])).toEqual({ act, money, alarm: alarm === 'alarm' });
  });
}

test('the table has every pair of record and report once', () => {
  const pairs = new Set(ROWS.map(([record, report]) => `${record} ${report}`));
  expect(pairs.size).toBe(ROWS.length);
  expect(ROWS).toHaveLength(5 * Object.keys(REPORTS).length);
});
