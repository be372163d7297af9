/** What a slip of a ticket says, on paper of both widths, in every language and state. */
import { describe, expect, test } from 'vitest';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { composeTicket } from '../../../main/receipts/ticket-slip.ts';
import type { TicketContent } from '../../../state-machines/ports.ts';
import { connectedBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { SITE } from './slip-bench.ts';

const CONTENT: TicketContent = {
  at: Date.UTC(2026, 10, 22, 0, 14, 32),
  state: 'stored',
  id: '01a2009a-7840-7572-ae1b-d3ea5448c638',
  reference: 'A01-1122-9D2F-4',
  topic: 'topUpMissing',
  cardTail: '6688',
  dueAt: Date.UTC(2026, 10, 23, 2, 30),
  within: { minutes: 120 },
  locale: 'zh-CN',
  largePrint: false,
};
const { dueAt: _dueAt, ...KEPT } = { ...CONTENT, state: 'kept' } as const;

async function printed(content: TicketContent, model: 'escpos-generic-80' | 'escpos-generic-58' = 'escpos-generic-80'): Promise<readonly string[]> {
  const bench = await connectedBench({ model });
  const printing = bench.printer.print({ jobId: 'job-1', markup: composeTicket(content, SITE, bench.printer.columns) });
  for (let waited = 0; waited < 20_000; waited += 100) await bench.clock.advance(100);
  expect((await printing).outcome.state).toBe('printed');
  return bench.unit.slips.flatMap(readSlip).map((line) => line.replaceAll(/ +/g, ' ').trim());
}

describe('a slip of a ticket', () => {
  test('has what it is about, the promise as a date and a time, the number and how to follow it', async () => {
    const lines = await printed(CONTENT);
    expect(lines).toEqual(
      expect.arrayContaining(['工单凭条', '已送到服务中心', '什么事 充值没到账', '卡号尾号 6688', '最晚答复 2026-11-23 10:30', 'A01-1122-9D2F-4']),
    );
    expect(lines.join('')).toContain(SITE.hotline);
    expect(composeTicket(CONTENT, SITE, 48)).toContain('kiosk-desk:01a2009a-7840-7572-ae1b-d3ea5448c638');
  });

  test('that is kept says that the desk does not have it yet, and what is promised from when it has', async () => {
    const text = (await printed(KEPT)).join('');
    expect(text).toContain('还没有送到');
    expect(text).toContain('送到后 120 分钟内');
    expect(text).not.toMatch(/已送到服务中心|2026-11-23/);
    expect((await printed({ ...KEPT, within: { days: 2 } })).join('')).toContain('送到后 2 个工作日内');
  });

  test.each(['zh-CN', 'zh-HK', 'en'])('has its number whole in %s, on narrow paper and in large print, too', async (locale) => {
    for (const largePrint of [false, true]) {
      const lines = await printed({ ...CONTENT, locale, largePrint }, 'escpos-generic-58');
      expect(lines).toContain(CONTENT.reference);
      expect(lines.join('')).not.toContain('〓');
    }
  });
});
