/** What a slip of a loss report says, on paper of both widths, in every language and state. */
import { describe, expect, test } from 'vitest';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { composeLoss } from '../../../main/receipts/loss-slip.ts';
import type { LossContent } from '../../../state-machines/ports.ts';
import { connectedBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { SITE } from './slip-bench.ts';

const CONTENT: LossContent = {
  at: Date.UTC(2026, 10, 22, 0, 14, 32),
  cardTail: '6688',
  reference: 'A01-1122-9D2F-4',
  state: 'effective',
  since: Date.UTC(2026, 10, 22, 0, 14, 7),
  locale: 'zh-CN',
  largePrint: false,
};

async function printed(content: LossContent, model: 'escpos-generic-80' | 'escpos-generic-58' = 'escpos-generic-80'): Promise<readonly string[]> {
  const bench = await connectedBench({ model });
  const printing = bench.printer.print({ jobId: 'job-1', markup: composeLoss(content, SITE, bench.printer.columns) });
  for (let waited = 0; waited < 20_000; waited += 100) await bench.clock.advance(100);
  expect((await printing).outcome.state).toBe('printed');
  return bench.unit.slips.flatMap(readSlip).map((line) => line.replaceAll(/ +/g, ' ').trim());
}

describe('a slip of a loss report', () => {
  test('has card, time to the second and number, and what to do when the card turns up', async () => {
    const lines = await printed(CONTENT);
    expect(lines).toEqual(expect.arrayContaining(['挂失凭条', '已生效', '卡号尾号 6688', '生效时间 2026-11-22 08:14:07', 'A01-1122-9D2F-4']));
    expect(lines.join('')).toContain('带身份证和这个编号解挂');
    expect(lines.join('')).toContain(SITE.hotline);
  });

  test('that is queued says that it is not in effect, and never that it is', async () => {
    const lines = await printed({ ...CONTENT, state: 'queued' });
    expect(lines).toEqual(expect.arrayContaining(['还没有生效', '收到时间 2026-11-22 08:14:07']));
    const text = lines.join('');
    expect(text).toContain('现在还没有生效');
    expect(text).not.toMatch(/已生效|受到保护。.*不能再用/);
    expect(text).toContain(`请马上拨打 ${SITE.hotline} 电话挂失`);
  });

  test.each(['zh-CN', 'zh-HK', 'en'].flatMap((locale) => (['effective', 'scheduled', 'queued'] as const).map((state) => ({ locale, state }))))(
    'in $locale, $state, fits both widths and large print',
    async ({ locale, state }) => {
      for (const model of ['escpos-generic-80', 'escpos-generic-58'] as const) {
        const lines = await printed({ ...CONTENT, locale, state, largePrint: model === 'escpos-generic-58' }, model);
        expect(lines.join('\n')).toContain('A01-1122-9D2F-4');
        expect(lines.join('\n')).not.toMatch(/\{\{|loss[A-Z]|undefined/);
      }
    },
  );
});
