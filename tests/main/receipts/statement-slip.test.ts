/** What a slip of a statement says, on paper of both widths, in every language. */
import { describe, expect, test } from 'vitest';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { fen } from '../../../common/fen.ts';
import { composeStatement } from '../../../main/receipts/statement-slip.ts';
import type { StatementContent } from '../../../state-machines/ports.ts';
import { connectedBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { SITE } from './slip-bench.ts';

const CONTENT: StatementContent = {
  at: Date.UTC(2026, 10, 22, 0, 14, 32),
  cardTail: '6688',
  balance: fen(7320),
  source: 'account',
  range: 'month',
  first: 11,
  total: 13,
  lines: [
    { at: '2026-11-22T08:14:05', kind: 'load', amount: fen(5000) },
    { at: '2026-11-21T18:02:40', kind: 'purchase', amount: fen(200) },
    { at: '2026-11-20T12:31:00', kind: 'other', amount: fen(123_456) },
  ],
  continued: false,
  locale: 'zh-CN',
  largePrint: false,
};

async function printed(content: StatementContent, model: 'escpos-generic-80' | 'escpos-generic-58'): Promise<readonly string[]> {
  const bench = await connectedBench({ model });
  const printing = bench.printer.print({ jobId: 'job-1', markup: composeStatement(content, SITE, bench.printer.columns) });
  for (let waited = 0; waited < 20_000; waited += 100) await bench.clock.advance(100);
  expect((await printing).outcome.state).toBe('printed');
  return bench.unit.slips.flatMap(readSlip).map((line) => line.replaceAll(/ +/g, ' ').trim());
}

describe('a slip of a statement', () => {
  test('has its lines in order, which of how many they are, and where they come from', async () => {
    const lines = await printed(CONTENT, 'escpos-generic-80');
    expect(lines).toEqual(
      expect.arrayContaining([
        '交易明细',
        '时间 2026-11-22 08:14:32',
        '卡号尾号 6688',
        '卡内余额 73.20 元',
        '范围 最近一个月',
        '2026-11-22 08:14 充值 +50.00 元',
        '2026-11-21 18:02 消费 -2.00 元',
        '2026-11-20 12:31 其他 1234.56 元',
        '第 11 至 13 笔，共 13 笔',
      ]),
    );
    expect(lines.join('')).toContain('卡内记录和账户记录，同一笔只列一次。');
    expect(lines.join('')).not.toContain('接着上一张打印');
  });

  test('that goes on after one that broke off says so', async () => {
    expect(await printed({ ...CONTENT, continued: true }, 'escpos-generic-80')).toContain('接着上一张打印');
  });

  test('without the account says that it is the card’s word alone', async () => {
    const text = (await printed({ ...CONTENT, source: 'cardOnly' }, 'escpos-generic-80')).join('');
    expect(text).toContain('只有卡内记录：打印时连不上服务中心。');
  });

  test('on narrow paper, in English and in large print loses nothing', async () => {
    const lines = await printed({ ...CONTENT, locale: 'en', largePrint: true }, 'escpos-generic-58');
    const text = lines.join(' ');
    for (const part of ['Statement', '6688', '2026-11-22 08:14', 'Top-up', '+￥50.00', '2026-11-20 12:31', 'Other', '1234.56', '11 to 13 of 13'])
      expect(text).toContain(part);
  });
});
