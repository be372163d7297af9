import { describe, expect, it } from 'vitest';
import { readSlip, type PrintedText } from '../../../drivers/receipt-printer/paper.ts';
import { printSlip } from '../../../main/receipts/port.ts';
import { composeSettlementSlip, slipText, type SettlementSlip } from '../../../main/receipts/settlement-slip.ts';
import en from '../../../resources/locales/en/settlement.json' with { type: 'json' };
import zhCN from '../../../resources/locales/zh-CN/settlement.json' with { type: 'json' };
import { connectedBench, settled } from '../../drivers/receipt-printer/printer-bench.ts';
import { COUNTED as SLIP } from './settlement-bench.ts';

const HASH = SLIP.entry.hash;

/** Off the paper of a simulated printer, blank lines left out. */
async function printed(slip: SettlementSlip, locale = 'zh-CN', model: 'escpos-generic-58' | 'escpos-generic-80' = 'escpos-generic-58'): Promise<string[]> {
  const bench = await connectedBench({ model });
  const outcome = await settled(
    bench.clock,
    printSlip(bench.printer, 'job-1', () => composeSettlementSlip(slip, locale, 'Asia/Shanghai', bench.printer.columns)),
  );
  expect(outcome.state).toBe('printed');
  expect(bench.unit.unknownCommands).toEqual([]);
  const [paper] = bench.unit.slips;
  return paper === undefined ? [] : readSlip(paper).filter((line) => line.trim() !== '');
}

describe('the slip of a settlement', () => {
  it('on 58 mm paper has every denomination, the difference, and the whole hash of its entry', async () => {
    expect(await printed(SLIP)).toEqual([
      '         北岸校区一卡通',
      '         图书馆一层 A01',
      '--------------------------------',
      '        清机凭条',
      '--------------------------------',
      '终端                      T-0001',
      '清机编号               S-1-48215',
      '时间         2026-11-22 22:05:07',
      '营业日                2026-11-22',
      '经办人                      张三',
      '取出钞箱                    B-17',
      '装入钞箱                    B-18',
      '--------------------------------',
      '面额        应有    实点    差额',
      '100.00        12      12       0',
      '50.00          3       2      -1',
      '--------------------------------',
      '应有合计              1350.00 元',
      '实点合计              1300.00 元',
      '差额合计               -50.00 元',
      '短款，已记入待查，查明后再处理。',
      '可能的原因：1 张去向不明的纸币，',
      '编号 A01-1122-7K4M-9',
      '--------------------------------',
      '记录 1/48219',
      HASH.slice(0, 32),
      HASH.slice(32),
      '签名钥匙        kPrK_qmxVWaYVA9w',
      '签名            hgyY0il_MGCjP0Jz',
      '--------------------------------',
      '经办人签字          ____________',
      '复核人签字          ____________',
    ]);
  });

  it('in English, of a box that agrees, says so', async () => {
    const { counted: _short, ...rest } = SLIP;
    const lines = await printed({ ...rest, counted: SLIP.expected.notes, candidates: [] }, 'en', 'escpos-generic-80');
    expect(lines).toContain('Note            Expected     Counted       Diff.');
    expect(lines.join('\n')).toContain(en.even);
    expect(lines.join('\n')).not.toContain('May explain');
  });

  it('a sum below zero has its sign in front, and one note is told as well as many', async () => {
    const lines = await printed(SLIP, 'en');
    expect(lines).toContain('Difference              -￥50.00');
    expect(lines.join(' ')).toContain('notes whose place nobody knows (1), A01-1122-7K4M-9');
  });

  it('each of the two who sign has a line of their own with room for a hand', async () => {
    const bench = await connectedBench({ model: 'escpos-generic-58' });
    await bench.print(composeSettlementSlip(SLIP, 'zh-CN', 'Asia/Shanghai', 32));
    const lines = bench.unit.slips.flatMap(({ items }) => items).filter((item): item is PrintedText => item.kind === 'text' && item.text.includes('____'));
    expect(lines).toHaveLength(2);
    const [first, second] = lines;
    // A signature takes about a centimetre; 8 dots are 1 mm.
    expect((second?.y ?? 0) - (first?.y ?? 0)).toBeGreaterThanOrEqual(80);
  });

  it('of a box that is not counted yet has no count, and says that the slip follows', async () => {
    const { counted: _none, ...rest } = SLIP;
    const text = (await printed(rest)).join('');
    expect(text).toContain(zhCN.titleCollected);
    expect(text).toContain('清点后另出清机凭条');
    expect(text).not.toContain(zhCN.counted);
  });

  it('printed once more says so, and a sum without denominations is shown apart', async () => {
    const text = (await printed({ ...SLIP, reprint: 2, expected: { notes: SLIP.expected.notes, unspecified: 700 } })).join('\n');
    expect(text).toContain('补打 2');
    expect(text).toMatch(/面额不明 +7\.00 元\n应有合计 +1357\.00 元/);
  });

  it('in a file is the same, as plain text', () => {
    const text = slipText(composeSettlementSlip(SLIP, 'zh-CN', 'Asia/Shanghai', 48), 48);
    expect(text).toMatch(/50\.00 +3 +2 +-1\n/);
    expect(text).toContain(`${HASH.slice(0, 32)}\n`);
  });
});
