/** What a slip of a call back says, on paper of both widths, in every language and state. */
import { describe, expect, test } from 'vitest';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { composeCallback } from '../../../main/receipts/callback-slip.ts';
import type { CallbackContent } from '../../../state-machines/ports.ts';
import { connectedBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { SITE } from './slip-bench.ts';

const CONTENT: CallbackContent = {
  at: Date.UTC(2026, 10, 22, 0, 14, 32),
  state: 'booked',
  id: '01a2009a-7840-7572-ae1b-d3ea5448c638',
  reference: 'A01-1122-9D2F-4',
  start: Date.UTC(2026, 10, 23, 6, 0),
  end: Date.UTC(2026, 10, 23, 6, 30),
  cardTail: '6688',
  locale: 'zh-CN',
  largePrint: false,
};

async function printed(content: CallbackContent, model: 'escpos-generic-80' | 'escpos-generic-58' = 'escpos-generic-80'): Promise<readonly string[]> {
  const bench = await connectedBench({ model });
  const printing = bench.printer.print({ jobId: 'job-1', markup: composeCallback(content, SITE, bench.printer.columns) });
  for (let waited = 0; waited < 20_000; waited += 100) await bench.clock.advance(100);
  expect((await printing).outcome.state).toBe('printed');
  return bench.unit.slips.flatMap(readSlip).map((line) => line.replaceAll(/ +/g, ' ').trim());
}

describe('a slip of a call back', () => {
  test('has day and time where the terminal stands, the number and how to follow it', async () => {
    const lines = await printed(CONTENT);
    expect(lines).toEqual(expect.arrayContaining(['回电凭条', '已约好', '卡号尾号 6688', '日期 2026-11-23', '时间 14:00-14:30', 'A01-1122-9D2F-4']));
    expect(lines.join('')).toContain(SITE.hotline);
    expect(composeCallback(CONTENT, SITE, 48)).toContain('kiosk-desk:01a2009a-7840-7572-ae1b-d3ea5448c638');
  });

  test('that is kept says that nothing is booked yet, and what becomes of a time that is full by then', async () => {
    const text = (await printed({ ...CONTENT, state: 'kept' })).join('');
    expect(text).toContain('还没有约好');
    expect(text).toContain('就排下一个');
    expect(text).not.toContain('已约好');
  });

  test.each([
    ['booked', 'move', ['时间已改', '会在上面的时间打给您']],
    ['kept', 'move', ['还没有改好', '还是原来的时间']],
    ['booked', 'cancel', ['已取消', '不会在上面的时间打给您']],
    ['kept', 'cancel', ['还没有取消', '可能还会打给您']],
  ] as const)('of a change (%s, %s) says what holds from now on, and has no code: the one of the first slip goes on', async (state, change, words) => {
    const { id: _, ...content } = CONTENT;
    const text = (await printed({ ...content, state, change })).join('');
    for (const word of words) expect(text).toContain(word);
    expect(text).not.toContain('已约好');
    expect(composeCallback({ ...content, state, change }, SITE, 48)).not.toContain('kiosk-desk:');
  });

  test.each(['zh-CN', 'zh-HK', 'en'])('has its number whole in %s, on narrow paper and in large print, too', async (locale) => {
    for (const largePrint of [false, true]) {
      const lines = await printed({ ...CONTENT, locale, largePrint }, 'escpos-generic-58');
      expect(lines).toContain(CONTENT.reference);
      expect(lines.join('')).not.toContain('〓');
    }
  });
});
