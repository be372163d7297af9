/** What a slip of a new card for a lost one says, on paper of both widths, in every language and outcome. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { composeReplacement } from '../../../main/receipts/replacement-slip.ts';
import type { ReplacementContent } from '../../../state-machines/ports.ts';
import { connectedBench } from '../../drivers/receipt-printer/printer-bench.ts';
import { SITE } from './slip-bench.ts';

const REFERENCE = 'A01-1122-7K4M-9';
const DELIVERED: ReplacementContent = {
  at: Date.UTC(2026, 10, 22, 0, 14, 32),
  reference: REFERENCE,
  outcome: 'delivered',
  oldTail: '6688',
  newTail: '5678',
  fee: fen(2000),
  tender: 'cash',
  transfer: { state: 'awaited', expectedAt: Date.UTC(2026, 10, 28, 16, 0) },
  settledWithinHours: 24,
  locale: 'zh-CN',
  largePrint: false,
  journal: { seq: 48_214, hash: '3f9a1c72' },
  qr: 'https://card.example.edu/r/A01-1122-7K4M-9',
};
const { newTail: _newTail, transfer: _transfer, ...NOT_MADE } = DELIVERED;
const VOUCHER: ReplacementContent = {
  ...NOT_MADE,
  outcome: 'voucher',
  voucher: { number: REFERENCE, code: '482105739164', validUntil: Date.UTC(2027, 10, 22, 0, 14, 32) },
};

async function printed(content: ReplacementContent, model: 'escpos-generic-80' | 'escpos-generic-58' = 'escpos-generic-80'): Promise<readonly string[]> {
  const bench = await connectedBench({ model });
  const printing = bench.printer.print({ jobId: 'job-1', markup: composeReplacement(content, SITE, bench.printer.columns) });
  for (let waited = 0; waited < 20_000; waited += 100) await bench.clock.advance(100);
  expect((await printing).outcome.state).toBe('printed');
  return bench.unit.slips.flatMap(readSlip).map((line) => line.replaceAll(/ +/g, ' ').trim());
}

describe('a slip of a new card', () => {
  test('that was handed over has both cards, the fee, and from which day on the old card’s money is there', async () => {
    const lines = await printed(DELIVERED);
    // 28 November 16:00 UTC is the 29th in Shanghai
    const expected = ['补卡凭条', '时间 2026-11-22 08:14:32', `编号 ${REFERENCE}`, '旧卡尾号 6688', '新卡尾号 5678', '付款 现金', '工本费 20.00 元'];
    expect(lines).toEqual(expect.arrayContaining([...expected, '旧卡的钱 2026-11-29 起插新卡领取。']));
    expect(lines.join('')).not.toContain('没有做成');
  });

  test('says how much waits for it where the issuer knows, and that there is nothing where there was nothing', async () => {
    expect(await printed({ ...DELIVERED, transfer: { state: 'known', amount: fen(2320) } })).toContain('旧卡的 23.20 元插新卡就能领取。');
    expect(await printed({ ...DELIVERED, transfer: { state: 'known', amount: fen(0) } })).toContain('旧卡里没有余额。');
  });

  test('that was not made names the way the fee went back, no new card, and that the report stays', async () => {
    const channel = { name: '微信支付', tail: '3071' };
    const lines = await printed({ ...NOT_MADE, outcome: 'refunded', tender: 'qr', channel });
    expect(lines.join('\n')).toMatch(/微信支付.*3071/);
    expect(lines.join('')).toContain('工本费已原路退回。');
    expect(lines.join('')).toContain('挂失仍然有效');
    expect(lines.join('')).not.toMatch(/新卡尾号|插新卡/);
  });

  test('paid with notes and not made is a voucher: its secret code, until when, and no word of a refund', async () => {
    const lines = await printed(VOUCHER);
    expect(lines.join('').replaceAll(' ', '')).toContain('482105739164');
    expect(lines.join('\n')).toContain('2027-11-22');
    expect(lines.join('')).not.toContain('退回');
  });

  test('that nobody took says that it was not handed over, and until when somebody answers', async () => {
    const lines = await printed({ ...NOT_MADE, outcome: 'case' });
    expect(lines.join('')).toContain('新卡没有交到您手里。');
    expect(lines.join('\n')).toContain('2026-11-23 08:14');
    expect(lines.filter((line) => line.includes(REFERENCE)).length).toBeGreaterThan(1);
  });

  const all = { DELIVERED, VOUCHER, refunded: { ...NOT_MADE, outcome: 'refunded' }, held: { ...NOT_MADE, outcome: 'case' } } as const;
  test.each(['zh-CN', 'zh-HK', 'en'].flatMap((locale) => Object.entries(all).map(([name, content]) => ({ locale, name, content }))))(
    'in $locale, $name, fits both widths and large print',
    async ({ locale, content }) => {
      for (const model of ['escpos-generic-80', 'escpos-generic-58'] as const) {
        const lines = await printed({ ...content, locale, largePrint: model === 'escpos-generic-58' }, model);
        expect(lines.join('\n')).toContain(REFERENCE);
        expect(lines.join('\n')).not.toMatch(/\{\{|replacement[A-Z]|transfer[A-Z]|undefined/);
      }
    },
  );
});
