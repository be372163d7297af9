import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellWidth } from '../../../drivers/receipt-printer/markup.ts';
import { breakLines } from '../../../main/receipts/break-lines.ts';

describe('breaking sentences into lines', () => {
  it('leaves alone what fits', () => {
    expect(breakLines('余额已从卡里读回核对', 32)).toEqual(['余额已从卡里读回核对']);
    expect(breakLines('', 32)).toEqual([]);
  });

  it('breaks English between words', () => {
    expect(breakLines('Put the card back', 10)).toEqual(['Put the', 'card back']);
  });

  it('breaks where the catalogue marks the end of a phrase', () => {
    expect(breakLines('如果已扣款，会到这张卡\u200b或原路退回。', 30)).toEqual(['如果已扣款，会到这张卡', '或原路退回。']);
  });

  it('keeps closing punctuation with what it closes, and brackets with what they open', () => {
    for (let columns = 8; columns < 30; columns += 1) {
      for (const line of breakLines('服务电话 96123（24 小时），请取走凭条。', columns)) {
        expect(line).not.toMatch(/^[，。）]/);
        expect(line).not.toMatch(/（$/);
      }
    }
  });

  it('leaves no last line of one or two characters when it can share', () => {
    const [first = '', last = ''] = breakLines('aaaa bbbb cccc dddd ee', 20);
    expect(cellWidth(last)).toBeGreaterThan(4);
    expect(cellWidth(first)).toBeLessThanOrEqual(20);
  });

  it('cuts a word that is longer than a line', () => {
    expect(breakLines('AAAAAAAAAAAA', 5)).toEqual(['AAAAA', 'AAAAA', 'AA']);
  });

  it('whatever the text, no line is too wide and nothing but spaces gets lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'校园卡钱，。（）abc 12'), maxLength: 60 }), fc.integer({ min: 8, max: 48 }), (text, columns) => {
        const lines = breakLines(text, columns);
        for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});
