/** The words of the screens: complete in every language, in the pattern of kiosk-ux.md 10, with Chinese punctuation in Chinese. Their terms: tests/resources/glossary.test.ts. */
import { describe, expect, test } from 'vitest';
import en from '../../resources/locales/en/screens.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/screens.json' with { type: 'json' };
import zhHK from '../../resources/locales/zh-HK/screens.json' with { type: 'json' };
import { settledWords } from '../../renderer/screens/settled-words.ts';
import { money, sayIn } from '../../renderer/words.ts';
import { locales, troubles, type ViewBodyOf } from '../../state-machines/view.ts';
import { branches, leaves, placeholdersOf, type Tree } from '../support/catalogues.ts';
import { MAIN, STATES } from './fixtures.ts';

const catalogues: Record<(typeof locales)[number], Tree> = { 'zh-CN': zhCN, 'zh-HK': zhHK, en };
const sentences = Object.fromEntries(locales.map((locale) => [locale, leaves(catalogues[locale])])) as Record<(typeof locales)[number], [string, string][]>;
const chinese = sentences['zh-CN'];
const english = sentences.en;
const others = locales.filter((locale) => locale !== 'zh-CN');
const inChinese = locales.filter((locale) => locale.startsWith('zh'));
const ideographs = (sentence: string): number => [...sentence.matchAll(/\p{Script=Han}/gu)].length;

describe.each(others)('%s beside zh-CN', (locale) => {
  const other = new Map(sentences[locale]);

  test('says the same things, in the same order', () => {
    expect([...other.keys()]).toEqual(chinese.map(([key]) => key));
  });

  test('has the same placeholders and strong parts', () => {
    for (const [key, sentence] of chinese) {
      expect(placeholdersOf(other.get(key) ?? ''), key).toEqual(placeholdersOf(sentence));
      expect((other.get(key) ?? '').match(/<b>/g)?.length, key).toBe(sentence.match(/<b>/g)?.length);
    }
  });
});

test('Chinese and English share no sentence that is not a name', () => {
  const other = new Map(english);
  const same = chinese.filter(([key, sentence]) => other.get(key) === sentence).map(([key]) => key);
  expect(same).toEqual(['card.brand', 'training.mark']);
});

test('no sentence is empty or begins or ends with a space', () => {
  for (const locale of locales) for (const [key, sentence] of sentences[locale]) expect(sentence, `${locale} ${key}`).toMatch(/^\S(.*\S)?$/s);
});

test.each(inChinese)('sentences in %s have full-width punctuation', (locale) => {
  for (const [key, sentence] of sentences[locale]) {
    const words = sentence.replaceAll(/\{\{\w+\}\}|<\/?b>/g, '数');
    expect(words, key).not.toMatch(/\p{Script=Han}\s*[,.;:?!()]|[,.;:?!()]\s*\p{Script=Han}/u);
    expect(words, key).not.toMatch(/\.\.\.|…/);
  }
});

test('English sentences have no full-width punctuation and no contraction', () => {
  for (const [key, sentence] of english) {
    expect(sentence, key).not.toMatch(/[，。？！：；（）、]/u);
    expect(sentence, key).not.toMatch(/\b(don|can|won|isn|aren|couldn|didn|you|it|we)['’](t|re|s|ve|ll)\b/i);
  }
});

test.each(inChinese)('titles in %s have at most 12 ideographs', (locale) => {
  const titles = sentences[locale].filter(([key]) => /(^|\.)title(\w*|\.\w+)$/.test(key) && !key.startsWith('receipt.'));
  expect(titles.length).toBeGreaterThan(40);
  for (const [key, sentence] of titles) expect(ideographs(sentence), `${key}: ${sentence}`).toBeLessThanOrEqual(12);
});

test.each(inChinese)('a top-up that is not proven is nowhere called done in %s', (locale) => {
  const before = sentences[locale].filter(([key]) => /^(committing|putBack|pay|cash|settled|trouble)\./.test(key));
  for (const [key, sentence] of before) expect(sentence, key).not.toMatch(/已充入|充值完成|已增值 |增值完成|已到[账賬]/);
});

describe.each(locales)('four parts of trouble in %s', (locale) => {
  const say = sayIn(locale);
  const tree = catalogues[locale];

  test('what happened, your money, what to do: together or not at all', () => {
    const messages = branches(tree).filter(([path, branch]) => 'happened' in branch && typeof branch['happened'] === 'string' && path !== 'four');
    expect(messages.length).toBe(10 + troubles.length + 12 + 5 + 3 + 1 + 1 + 10 + 1);
    for (const [path, branch] of messages) for (const part of ['happened', 'money', 'now']) expect(branch[part], `${path}.${part}`).toBeTypeOf('string');
  });

  test('the fourth part names the number, and the phone with its hours', () => {
    expect(say('contact.hotline', { hotline: '96123', hours: '24 h' })).toMatch(/96123.*24 h/);
    expect(say('contact.both', { hotline: '96123', terminal: 'A01' })).toMatch(/96123.*A01/);
    expect(say('contact.reference')).not.toBe('');
  });

  test('money that is safe but not on the card has its four parts for every outcome, cause and tender', () => {
    const { body } = MAIN['settled'] ?? {};
    if (body?.kind !== 'settled') throw new Error('no settled sample');
    const whys = Object.keys(zhCN.settled.happened) as ViewBodyOf<'settled'>['why'][];
    expect(whys).toHaveLength(17);
    for (const outcome of ['refunded', 'voucher', 'case'] as const) {
      for (const tender of ['cash', 'qr', 'voucher'] as const) {
        for (const why of whys) {
          const words = settledWords({ ...body, outcome, tender, why }, say, '50.00');
          for (const part of [words.title, words.where, words.happened, words.money, words.now]) expect(part).not.toMatch(/^$|settled\.|\{\{/);
        }
        const { money } = settledWords({ ...body, outcome, tender }, say, '50.00');
        expect(money).toMatch(outcome === 'case' ? /24/ : /50\.00/);
      }
    }
  });

  test('a stuck note of unknown value is told of without an amount, and beside it what is known', () => {
    const { body } = MAIN['settled'] ?? {};
    if (body?.kind !== 'settled') throw new Error('no settled sample');
    const stuck = { ...body, outcome: 'case', why: 'noteUndetermined', tender: 'cash', noteStuck: true } as const;
    const told = (more: { readonly amount: number; readonly loaded?: number }) => {
      const words = settledWords({ ...stuck, ...more }, say, money(more.amount));
      return [words.title, words.where, words.happened, words.money, words.now].join(' ');
    };
    const sums = (text: string) => text.match(/\d+\.\d\d/g) ?? [];
    expect(sums(told({ amount: 0 }))).toEqual([]);
    const saying = { 'zh-CN': /卡.*是您的.*打开机器.*编号/, 'zh-HK': /卡.*是你的.*打開機器.*編號/, en: /stuck.*yours.*opened.*number/ };
    expect(told({ amount: 0 })).toMatch(saying[locale]);
    expect(sums(told({ amount: 0, loaded: 2000 }))).toEqual(['20.00']);
    expect(sums(told({ amount: 5000 }))).toEqual(['50.00']);
  });
});

test('an amount never parts from its unit at the end of a line', () => {
  expect(sayIn('zh-CN')('amount.confirm', { amount: '50.00' })).toBe('充 50.00\u00a0元，去付款');
  expect(sayIn('zh-HK')('amount.confirm', { amount: '50.00' })).toBe('增值 50.00\u00a0元，去付款');
  expect(sayIn('en')('amount.confirm', { amount: '50.00' })).toBe('Pay ¥\u00a050.00');
});

test('every sample of a screen has its name once', () => {
  expect(Object.keys(MAIN).filter((name) => name in STATES)).toEqual([]);
});
