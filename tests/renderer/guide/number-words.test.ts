/** Money and numbers in words. Chinese amounts: the examples of 支付结算办法, annex 1, in everyday numerals; English ones by hand. */
import { describe, expect, test } from 'vitest';
import { moneyWords, symbolWords } from '../../../renderer/guide/number-words.ts';

describe('amounts', () => {
  test.each([
    // ￥1,409.50 壹仟肆佰零玖元伍角; ￥6,007.14 陆仟零柒元壹角肆分; ￥1,680.32 壹仟陆佰捌拾元叁角贰分
    [140_950, '一千四百零九元五角'],
    [600_714, '六千零七元一角四分'],
    [168_032, '一千六百八十元三角二分'],
    // ￥107,000.53 壹拾万柒仟元伍角叁分, 壹拾 being 十 in everyday numerals; ￥16,409.02 壹万陆仟肆佰零玖元零贰分; ￥325.04 叁佰贰拾伍元零肆分
    [10_700_053, '十万七千元五角三分'],
    [1_640_902, '一万六千四百零九元零二分'],
    [32_504, '三百二十五元零四分'],
  ])('%i fen as the rule’s own example', (amount, words) => {
    expect(moneyWords(amount, 'zh-CN')).toBe(words);
  });

  test.each([
    [0, '零元整', '零元正', 'zero yuan'],
    [5, '五分', '五分', 'five fen'],
    [20, '二角', '二角', 'twenty fen'],
    [1000, '十元整', '十元正', 'ten yuan'],
    [1500, '十五元整', '十五元正', 'fifteen yuan'],
    [2320, '二十三元二角', '二十三元二角', 'twenty-three yuan and twenty fen'],
    [5000, '五十元整', '五十元正', 'fifty yuan'],
    [10_000, '一百元整', '一百元正', 'one hundred yuan'],
    [11_000, '一百一十元整', '一百一十元正', 'one hundred and ten yuan'],
    [101_000, '一千零一十元整', '一千零一十元正', 'one thousand and ten yuan'],
    [123_456, '一千二百三十四元五角六分', '一千二百三十四元五角六分', 'one thousand two hundred and thirty-four yuan and fifty-six fen'],
    [1_000_000, '一万元整', '一萬元正', 'ten thousand yuan'],
    [1_000_500, '一万零五元整', '一萬零五元正', 'ten thousand and five yuan'],
    [1_050_000, '一万零五百元整', '一萬零五百元正', 'ten thousand five hundred yuan'],
    [10_000_001, '十万元零一分', '十萬元零一分', 'one hundred thousand yuan and one fen'],
    [100_000_000, '一百万元整', '一百萬元正', 'one million yuan'],
    // The most that a purse can say: 2^32 − 1 fen.
    [
      4_294_967_295,
      '四千二百九十四万九千六百七十二元九角五分',
      '四千二百九十四萬九千六百七十二元九角五分',
      'forty-two million nine hundred and forty-nine thousand six hundred and seventy-two yuan and ninety-five fen',
    ],
  ])('%i fen in every language', (amount, mainland, hongKong, english) => {
    expect([moneyWords(amount, 'zh-CN'), moneyWords(amount, 'zh-HK'), moneyWords(amount, 'en')]).toEqual([mainland, hongKong, english]);
  });
});

test('a number is said symbol by symbol in its groups', () => {
  expect(symbolWords('A01-1122-7K4M-9', 'zh-CN')).toBe('A 零 幺，幺 幺 二 二，七 K 四 M，九');
  expect(symbolWords('A01-1122-7K4M-9', 'zh-HK')).toBe('A 零 一，一 一 二 二，七 K 四 M，九');
  expect(symbolWords('4821 0573', 'en')).toBe('four eight two one, zero five seven three');
});
