/** Words typed by pinyin: what a person strikes, and what they mean by it. The expectations are the language's. */
import { describe, expect, test } from 'vitest';
import { nineOf } from '../../../main/typing/dictionary.ts';
import { candidatesFor, readingOf, type Candidate } from '../../../main/typing/pinyin.ts';

const texts = (found: readonly Candidate[]): readonly string[] => found.map(({ text }) => text);
/** On one row of the glass. */
const ROW = 8;

describe('a word struck whole is on the first row', () => {
  test.each([
    ['ninhao', '您好'],
    ['nihao', '你好'],
    ['chongzhi', '充值'],
    ['guashi', '挂失'],
    ['buka', '补卡'],
    ['yue', '余额'],
    ['yinhang', '银行'],
    ['tuikuan', '退款'],
    ['kaihu', '开户'],
    ['zuotian', '昨天'],
    ['shitang', '食堂'],
    ['menjin', '门禁'],
    ['xian', '西安'],
    ['lvse', '绿色'],
    ['chongxin', '重新'],
  ])('%s: %s', (struck, meant) => {
    expect(texts(candidatesFor(struck, 'letters').slice(0, ROW))).toContain(meant);
  });

  test.each([
    ['ninhao', '您好'],
    ['chongzhi', '充值'],
    ['guashi', '挂失'],
    ['meiyou', '没有'],
    ['daozhang', '到账'],
  ])('on nine keys, %s: %s', (letters, meant) => {
    expect(texts(candidatesFor(nineOf(letters), 'nine').slice(0, ROW))).toContain(meant);
  });
});

describe('a sentence without choosing between', () => {
  test.each([
    ['meiyoudaozhang', '没有到账'],
    ['wodekabujianle', '我的卡不见了'],
    ['qingwenzenmechongzhi', '请问怎么充值'],
    ['woyaoguashi', '我要挂失'],
    ['kabeitunle', '卡被吞了'],
    ['zaishitangshuaka', '在食堂刷卡'],
  ])('%s: %s', (struck, meant) => {
    expect(texts(candidatesFor(struck, 'letters').slice(0, 2))).toContain(meant);
  });
});

test('initials will do for a usual word: cz, gs, nh', () => {
  expect(texts(candidatesFor('cz', 'letters').slice(0, ROW * 2))).toContain('充值');
  expect(texts(candidatesFor('gs', 'letters').slice(0, ROW * 2))).toContain('挂失');
  expect(texts(candidatesFor('nh', 'letters').slice(0, ROW * 2))).toContain('您好');
});

test('a word that is not struck to its end is found, and takes what was struck', () => {
  const found = candidatesFor('chongzh', 'letters').find(({ text }) => text === '充值');
  expect(found).toMatchObject({ takes: 7, reading: 'chong zhi' });
});

test('one letter offers the most usual words that begin so', () => {
  expect(texts(candidatesFor('n', 'letters'))).toContain('你');
  expect(texts(candidatesFor('w', 'letters'))).toContain('我');
});

test('a first part can be taken, and the rest stays', () => {
  const found = candidatesFor('guashibuka', 'letters');
  expect(found.find(({ text }) => text === '挂失')).toMatchObject({ takes: 6 });
  expect(found.find(({ text }) => text === '瓜' || text === '挂')).toMatchObject({ takes: 3 });
});

test('a character that is read in two ways is found by both', () => {
  expect(texts(candidatesFor('hang', 'letters').slice(0, ROW))).toContain('行');
  expect(texts(candidatesFor('xing', 'letters').slice(0, ROW))).toContain('行');
  expect(texts(candidatesFor('chong', 'letters'))).toContain('重');
  expect(texts(candidatesFor('zhong', 'letters'))).toContain('重');
});

test('what is no pinyin finds nothing that takes more than its first letter, and nothing struck finds nothing', () => {
  expect(candidatesFor('', 'letters')).toEqual([]);
  expect(candidatesFor('vvvv', 'letters').every(({ takes }) => takes <= 1 || takes === 4)).toBe(true);
  expect(candidatesFor('11', 'nine')).toEqual([]);
});

test('no candidate stands twice', () => {
  for (const struck of ['shi', 'yi', 'xian', 'meiyou']) {
    const found = texts(candidatesFor(struck, 'letters'));
    expect(new Set(found).size, struck).toBe(found.length);
  }
});

test('on nine keys the letters of the best word are shown in place of digits', () => {
  expect(readingOf(nineOf('guashi'), 'nine')).toBe('guashi');
  expect(readingOf('guashi', 'letters')).toBe('guashi');
});
