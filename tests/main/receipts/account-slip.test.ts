/** What a slip of a card's own services says, on paper of both widths, in every language and state. */
import { describe, expect, test } from 'vitest';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { composeAccount } from '../../../main/receipts/account-slip.ts';
import type { AccountContent } from '../../../state-machines/ports.ts';
import { connectedBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { SITE } from './slip-bench.ts';

const COMMON = { at: Date.UTC(2026, 10, 22, 0, 14, 32), cardTail: '6688', locale: 'zh-CN', largePrint: false } as const;
const RELEASED: AccountContent = { ...COMMON, state: 'released', releasedAt: Date.UTC(2026, 10, 22, 0, 14, 7), everywhereAt: Date.UTC(2026, 10, 22, 2, 14, 7) };
const OPEN = ['cardGone', 'issuerOffline', 'releaseOpen', 'passwordOpen'] as const;

async function printed(content: AccountContent, model: 'escpos-generic-80' | 'escpos-generic-58' = 'escpos-generic-80'): Promise<readonly string[]> {
  const bench = await connectedBench({ model });
  const printing = bench.printer.print({ jobId: 'job-1', markup: composeAccount(content, SITE, bench.printer.columns) });
  for (let waited = 0; waited < 20_000; waited += 100) await bench.clock.advance(100);
  expect((await printing).outcome.state).toBe('printed');
  return bench.unit.slips.flatMap(readSlip).map((line) => line.replaceAll(/ +/g, ' ').trim());
}

describe('a slip of a card’s own services', () => {
  test('of a release says since when, and from when on everywhere', async () => {
    expect(await printed(RELEASED)).toEqual(
      expect.arrayContaining(['卡片服务凭条', '已解挂', '卡号尾号 6688', '解挂时间 2026-11-22 08:14:07', '各处可用 2026-11-22 10:14']),
    );
  });

  test('of an extension has the last day, and of a password nothing but that it is set', async () => {
    expect(await printed({ ...COMMON, state: 'extended', until: '2036-11-22' })).toContain('有效期至 2036-11-22');
    const password = (await printed({ ...COMMON, state: 'passwordSet' })).join('');
    expect(password).toContain('服务密码已设好');
    expect(password.replace(SITE.hotline, '')).not.toMatch(/(?<![\d:-])\d{6}(?!\d)/);
  });

  test.each(OPEN)('of what has no outcome yet (%s) has its number, and says of nothing that it is done', async (state) => {
    const lines = await printed({ ...COMMON, state, reference: 'A01-1122-9D2F-4' });
    expect(lines).toContain('A01-1122-9D2F-4');
    expect(lines.join('')).not.toMatch(/已启用|已开通|已解挂|已设好，旧/);
  });

  test.each(['zh-CN', 'zh-HK', 'en'])('has its number whole in %s, on narrow paper and in large print, too', async (locale) => {
    for (const largePrint of [false, true]) {
      const lines = await printed({ ...COMMON, state: 'releaseOpen', reference: 'A01-1122-9D2F-4', locale, largePrint }, 'escpos-generic-58');
      expect(lines).toContain('A01-1122-9D2F-4');
      expect(lines.join('')).not.toContain('〓');
    }
  });
});
