/** What is said of a text: by headphone all of it in words, into the room nothing that is a person's own. */
import { describe, expect, test } from 'vitest';
import { spoken, type Hearing } from '../../../renderer/guide/spoken-text.ts';

const headphone = (locale: Hearing['locale']): Hearing => ({ locale, open: false, look: 'LOOK', common: ['96123'] });
const room: Hearing = { locale: 'zh-CN', open: true, look: 'LOOK', common: ['96123'] };

describe('by headphone', () => {
  test.each([
    ['zh-CN', '充 50.00\u00a0元，去付款', '充 五十元整，去付款'],
    ['zh-HK', '增值 50.00 元，去付款', '增值 五十元正，去付款'],
    ['en', 'Pay ¥\u00a050.00', 'Pay fifty yuan'],
    ['en', '¥ 10 to ¥ 500, whole yuan', 'ten yuan to five hundred yuan, whole yuan'],
    ['zh-CN', '¥ 12\u2009345.00', '一万二千三百四十五元整'],
    ['zh-CN', '尾号 6688', '尾号 六 六 八 八'],
    ['en', 'going onto card 6688.', 'going onto card six six eight eight.'],
    ['zh-CN', '编号 A01-1122-7K4M-9', '编号 A 零 幺，幺 幺 二 二，七 K 四 M，九'],
    ['zh-CN', '王** 的卡，138****5678', '王 的卡，五 六 七 八'],
    ['zh-CN', '身份证 1****************X', '身份证 LOOK'],
    ['zh-CN', '有效期至 2029-08-31，08:14:07', '有效期至 2029年8月31日，8点14分7秒'],
    ['zh-HK', '08:14', '8點14分'],
    ['en', 'Valid until 2029-08-31', 'Valid until August 31, 2029'],
    ['zh-CN', '高对比·\u200b黑底', '高对比，黑底'],
    ['zh-CN', '收 5、10、20 元纸币', '收 5、10、20 元纸币'],
    ['zh-CN', '打 96123', '打 九 六 幺 二 三'],
  ] as const)('%s: %s', (locale, text, words) => {
    expect(spoken(text, headphone(locale))).toBe(words);
  });
});

describe('into the room', () => {
  test.each([
    ['卡内余额，¥ 23.20', '卡内余额， LOOK'],
    ['尾号 6688', '尾号 LOOK'],
    ['编号 A01-1122-7K4M-9', '编号 LOOK'],
    ['王** 138****5678', 'LOOK LOOK'],
    ['打 96123', '打 九 六 幺 二 三'],
    ['可充 10 至 500 元，整元', '可充 10 至 500 元，整元'],
  ])('%s', (text, words) => {
    expect(spoken(text, room)).toBe(words);
  });
});
