import { describe, expect, it } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { characterCells, readSlip, type PrintedText } from '../../../drivers/receipt-printer/paper.ts';
import type { ReceiptContent } from '../../../state-machines/ports.ts';
import { locales } from '../../../state-machines/view.ts';
import { DELIVERED, OPEN, open, printSlip, SITE, SLIPS } from './slip-bench.ts';

/** Lines as a person reads them, blank ones left out. */
async function linesOf(content: ReceiptContent, model?: 'escpos-generic-58' | 'escpos-generic-80'): Promise<string[]> {
  const { slip } = await printSlip(content, model);
  return readSlip(slip).filter((line) => line.trim() !== '');
}

const { PENDING, STUCK, VOUCHER } = OPEN;

const ALL: readonly ReceiptContent[] = locales.flatMap((locale) =>
  Object.values(SLIPS).flatMap((content) => [0, 1].map((reprint) => ({ ...content, locale, reprint, largePrint: reprint === 1 }))),
);

describe('slips on paper', () => {
  it.each(locales)('a stuck note of unknown value has a number and no amount (%s)', async (locale) => {
    const text = (await linesOf({ ...STUCK, locale })).join('\n');
    expect(text).toContain(STUCK.reference);
    // The fee, and nothing else, is a sum.
    expect(text.match(/\d+\.\d\d/g)).toEqual(['0.00']);
    const amount = { 'zh-CN': /金额.*待查清/, 'zh-HK': /金額.*待查明/, en: /Amount.*Not known yet/ };
    const yours = { 'zh-CN': '这张纸币是您的', 'zh-HK': '這張紙幣是你的', en: 'Thenoteisyours.' };
    expect(text).toMatch(amount[locale]);
    expect(text.replaceAll(/\s/g, '')).toContain(yours[locale]);
  });

  it('what is held beside a stuck note is told, and what the card holds', async () => {
    const held = (await linesOf({ ...STUCK, amount: fen(5_000) })).join('\n');
    expect(held).toMatch(/金额 +50\.00 元/);
    expect(held).toContain('卡住的纸币也是您的');
    expect((await linesOf({ ...STUCK, balanceAfter: fen(7_320) })).join('\n')).toMatch(/卡内余额 +73\.20 元/);
  });

  it('a top-up on 58 mm paper reads as in the picture', async () => {
    expect(await linesOf(DELIVERED)).toEqual([
      '         北岸校区一卡通',
      '         图书馆一层 A01',
      '--------------------------------',
      '        充值凭条',
      '--------------------------------',
      '时间         2026-11-22 08:14:32',
      '编号             A01-1122-7K4M-9',
      '卡号尾号                    6688',
      '付款          微信支付 尾号 3071',
      '手续费                   0.00 元',
      '--------------------------------',
      '充值前                  23.20 元',
      '充入                    50.00 元',
      '卡内余额                73.20 元',
      '余额已从卡里读回核对',
      '--------------------------------',
      '        扫码核对这张凭条',
      '    服务电话 96123（24 小时）',
      '记录 48214              3f9a1c72',
    ]);
  });

  it('and on 80 mm paper', async () => {
    expect(await linesOf(DELIVERED, 'escpos-generic-80')).toEqual([
      '                 北岸校区一卡通',
      '                 图书馆一层 A01',
      '------------------------------------------------',
      '                充值凭条',
      '------------------------------------------------',
      '时间                         2026-11-22 08:14:32',
      '编号                             A01-1122-7K4M-9',
      '卡号尾号                                    6688',
      '付款                          微信支付 尾号 3071',
      '手续费                                   0.00 元',
      '------------------------------------------------',
      '充值前                                  23.20 元',
      '充入                                    50.00 元',
      '卡内余额                                73.20 元',
      '余额已从卡里读回核对',
      '------------------------------------------------',
      '                扫码核对这张凭条',
      '            服务电话 96123（24 小时）',
      '记录 48214                              3f9a1c72',
    ]);
  });

  it('an outcome not yet known says what happened, where the money is, by when, and how to ask', async () => {
    expect(await linesOf(PENDING)).toEqual([
      '         北岸校区一卡通',
      '         图书馆一层 A01',
      '--------------------------------',
      '      待确认凭证',
      '         请保留这张凭证',
      '--------------------------------',
      '时间         2026-11-22 08:02:41',
      '编号             A01-1122-7K4M-9',
      '卡号尾号                    6688',
      '付款          微信支付 尾号 3071',
      '手续费                   0.00 元',
      '金额                    50.00 元',
      '--------------------------------',
      '1 发生了什么',
      '  支付结果还没有确认。',
      '2 您的钱',
      '  如果已扣款，会到这张卡',
      '  或原路退回。',
      '3 最晚什么时候',
      '  2026-11-23 08:02 以前',
      '4 怎么查',
      '  报编号打 96123。',
      '  下面的码能证明这张凭条。',
      '--------------------------------',
      ' A01-1122-7K4M-9',
      '        扫码核对这张凭条',
      '    服务电话 96123（24 小时）',
      '记录 48209              91d07be5',
    ]);
  });

  it('a voucher has its number and its code, once and large, and says how and until when it can be used', async () => {
    expect(await linesOf(VOUCHER)).toEqual([
      '         北岸校区一卡通',
      '         图书馆一层 A01',
      '--------------------------------',
      '      待领款凭证',
      '         请保留这张凭证',
      '--------------------------------',
      '时间         2026-11-22 08:14:32',
      '编号             A01-1122-7K4M-9',
      '卡号尾号                    6688',
      '付款                        现金',
      '收到纸币                50 元×1',
      '手续费                   0.00 元',
      '为您保留                50.00 元',
      '--------------------------------',
      '            凭证密码',
      '  4821 0573 9164',
      ' 密码只印在这里，不要给别人看。',
      '--------------------------------',
      '1 发生了什么',
      '  这次充值没有写进卡里。',
      '2 怎么领',
      '  在任一台充值机，',
      '  付款时选“凭证”，',
      '  输入编号和密码；',
      '  也可到人工服务领回。',
      '3 什么时候以前',
      '  2027-11-22',
      '  过期后到人工服务领回，',
      '  钱仍为您保留。',
      '--------------------------------',
      ' A01-1122-7K4M-9',
      '        扫码核对这张凭条',
      '    服务电话 96123（24 小时）',
      '记录 48214              3f9a1c72',
    ]);
  });

  it('a slip whose code must not be told has none', async () => {
    const { voucher } = VOUCHER;
    if (voucher === undefined) throw new Error('unreachable');
    const { code: _code, ...known } = voucher;
    const lines = await linesOf({ ...VOUCHER, voucher: known });
    expect(lines.join()).not.toMatch(/密码[^，]*\d{4} \d{4}/);
    expect(lines).toContain('  2027-11-22');
  });

  it('what a voucher paid for names it, and given back it says so', async () => {
    const redeemed = 'B02-1120-7K4M-6';
    expect(await linesOf({ ...DELIVERED, tender: 'voucher', redeemed })).toContain('付款        凭证 B02-1120-7K4M-6');
    expect((await linesOf(open({ status: 'refunded', tender: 'voucher', redeemed }))).join('')).toContain('原来的凭证没有用掉');
  });

  it('a voucher says that the money is kept, and how to get it', async () => {
    const lines = await linesOf(open({ status: 'voucher', tender: 'cash', notes: [fen(2_000), fen(1_000), fen(2_000)], settledWithinHours: 72 }));
    expect(lines).toContain('      待领款凭证');
    expect(lines).toContain('付款                        现金');
    expect(lines).toContain('收到纸币       20 元×2 10 元×1');
    expect(lines).toContain('为您保留                50.00 元');
    expect(lines).toContain('  这笔钱没有丢，为您保留着。');
    expect(lines).toContain('  2026-11-25 08:14 以前');
  });

  it('a refund says which way the money went and that the card is as it was', async () => {
    const lines = await linesOf({ ...DELIVERED, status: 'refunded', balanceAfter: DELIVERED.balanceBefore });
    expect(lines).toContain('已退回                  50.00 元');
    expect(lines.join('')).toContain('这次没有充值。您付的钱已原路退回。');
    expect(lines).toContain('卡内余额                23.20 元');
    expect(lines).toContain('卡里的钱没有变。');
    const changed = await linesOf({ ...DELIVERED, status: 'refunded' });
    expect(changed).toContain('卡内余额                73.20 元');
    expect(changed).not.toContain('卡里的钱没有变。');
  });

  it('without a balance read back, none is printed', async () => {
    const lines = await linesOf(open({}));
    expect(lines.join('')).not.toContain('卡内余额');
    expect(lines.join('')).toContain('余额没有读回');
    const refund = await linesOf(open({ status: 'refunded' }));
    expect(refund.join('')).not.toContain('卡里的钱没有变');
  });

  it('a reprint is marked and counted', async () => {
    const { slip } = await printSlip({ ...DELIVERED, reprint: 2 });
    const mark = slip.items.find((item): item is PrintedText => item.kind === 'text' && item.text.includes('补打'));
    expect(mark).toMatchObject({ text: ' 补打 2 ', inverse: true });
    expect((await linesOf(DELIVERED)).join('')).not.toContain('补打');
  });

  it('an English slip has its sums in Chinese too', async () => {
    const lines = await linesOf({ ...DELIVERED, locale: 'en' });
    expect(lines).toContain('Added 充入               ￥50.00');
    expect(lines).toContain('Balance 卡内余额         ￥73.20');
    expect(lines).toContain('  Top-up receipt');
  });

  it('large print prints the body twice as high', async () => {
    const { slip } = await printSlip({ ...DELIVERED, largePrint: true });
    const low = slip.items.filter((item): item is PrintedText => item.kind === 'text' && item.scaleY === 1 && /[^- ]/.test(item.text));
    expect(low).toEqual([]);
  });

  it('sums are twice as high as the text around them', async () => {
    const { slip } = await printSlip(DELIVERED);
    const heightOfText = (text: string): number | undefined =>
      slip.items.find((item): item is PrintedText => item.kind === 'text' && item.text === text)?.scaleY;
    expect(heightOfText('73.20 元')).toBe(2);
    expect(heightOfText('23.20 元')).toBe(1);
  });

  it('headings of steps are bold, and what they say is not', async () => {
    const { slip } = await printSlip(PENDING);
    const runs = slip.items.filter((item): item is PrintedText => item.kind === 'text');
    const bold = runs.filter((run) => run.bold).map((run) => run.text);
    expect(bold).toEqual(['1', '发生了什么', '2', '您的钱', '3', '最晚什么时候', '4', '怎么查']);
  });

  it('sums from ten thousand yuan on keep their column', async () => {
    expect(await linesOf({ ...DELIVERED, amount: fen(1_234_500) })).toContain('充入                12 345.00 元');
  });

  it('local time is the time of the site', async () => {
    const { slip } = await printSlip(DELIVERED, 'escpos-generic-58', { ...SITE, timeZone: 'Asia/Tokyo' });
    expect(readSlip(slip)).toContain('时间         2026-11-22 09:14:32');
  });

  it('names of operator and place are printed as they are, whatever they hold', async () => {
    const site = { ...SITE, operator: '北|岸{x}~卡', place: '𠮷林路_^"`\\', hotlineHours: '8:00|18:00' };
    const { slip, unknownCommands } = await printSlip(DELIVERED, 'escpos-generic-80', site);
    const text = readSlip(slip).join('\n');
    expect(unknownCommands).toEqual([]);
    expect(text).toContain('北|岸{x}~卡');
    expect(text).toContain('〓林路_^"`\\ A01');
    expect(text).toContain('8:00|18:00');
  });

  it('a value that has no room beside its label stands below it, at the right', async () => {
    const lines = await linesOf({ ...DELIVERED, channel: { name: '中国工商银行数字人民币钱包', tail: '3071' } });
    const at = lines.indexOf('付款');
    expect(at).toBeGreaterThan(0);
    const value = lines.slice(at + 1, at + 3);
    expect(value.map((line) => line.replaceAll(' ', '')).join('')).toBe('中国工商银行数字人民币钱包尾号3071');
    for (const line of value) expect(cells(line)).toBe(32);
  });

  it('without a place in the journal the line of it is left out', async () => {
    expect((await linesOf({ ...DELIVERED, journal: { seq: 0, hash: '' } })).join('')).not.toContain('记录');
  });

  it(
    'every slip, on every paper: nothing beyond the last column, one cut, no unknown command, no more of the card than its tail',
    { timeout: 60_000 },
    async () => {
      for (const model of ['escpos-generic-58', 'escpos-generic-80', 'epson-tm'] as const) {
        for (const content of ALL) {
          const { slip, outcome, unknownCommands, slips } = await printSlip(content, model);
          expect(outcome.state).toBe('printed');
          expect(unknownCommands).toEqual([]);
          expect(slips).toBe(1);
          const texts = slip.items.filter((item) => item.kind === 'text');
          for (const run of texts) expect(run.x + cells(run.text) * 12 * run.scaleX).toBeLessThanOrEqual(slip.printableDots);
          const words = readSlip(slip).join('\n');
          expect(words).toContain('6688');
          expect(words).toContain('A01-1122-7K4M-9');
          expect(words).toContain('96123');
          expect(words).not.toMatch(/\{\{|receipt:|undefined|〓/);
          expect(words.split('\n').every((line) => !/^\s*[，。、；：？！）]/.test(line))).toBe(true);
        }
      }
    },
  );
});

describe('words', () => {
  it('an unknown language is answered in Chinese', async () => {
    expect((await linesOf({ ...DELIVERED, locale: 'xx' })).join('')).toContain('充值凭条');
  });
});

/** Names of what is filled into a text. */

function cells(text: string): number {
  return [...text].reduce((sum, character) => sum + characterCells(character), 0);
}
