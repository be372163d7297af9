/** Finding answers: by characters, pinyin, initials and words; in the order that search.ts states. */
import * as fc from 'fast-check';
import { pinyin } from 'pinyin-pro';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../main/support/knowledge.ts';
import { findIn, phraseOf, runsOf } from '../../../main/support/phrase.ts';
import { LONGEST_QUERY, searchAnswers, searchIndex } from '../../../main/support/search.ts';
import { knowledgeIndex, storedIndex } from '../../launcher/knowledge-index.ts';
import { answersIn } from './knowledge-bench.ts';

const chinese = answersIn('zh-CN');
const english = answersIn('en');
const nobodyAsked = new Map<string, number>();
const indexes = { 'zh-CN': searchIndex(chinese), en: searchIndex(english) };

function ids(query: string, language: keyof typeof indexes = 'zh-CN', asked: ReadonlyMap<string, number> = nobodyAsked): string[] {
  return searchAnswers(indexes[language], query, asked).map(({ id }) => id);
}

/** What people would type, and what they want to read first. */
const WANTED: readonly (readonly [language: keyof typeof indexes, query: string, id: string])[] = [
  ['zh-CN', 'cz', 'how-to-top-up'],
  ['zh-CN', 'chongzhi', 'how-to-top-up'],
  ['zh-CN', '充值', 'how-to-top-up'],
  ['zh-CN', '充zhi', 'how-to-top-up'],
  ['zh-CN', 'bk', 'replace-card'],
  ['zh-CN', 'buka', 'replace-card'],
  ['zh-CN', '补卡', 'replace-card'],
  ['zh-CN', '钱没到账', 'top-up-not-arrived'],
  ['zh-CN', 'czmdz', 'top-up-not-arrived'],
  ['zh-CN', '我充了五十块但是卡里没有钱', 'top-up-not-arrived'],
  ['zh-CN', '我的卡丢了', 'card-lost'],
  ['zh-CN', 'guashi', 'card-lost'],
  ['zh-CN', 'gs', 'card-lost'],
  ['zh-CN', '怎么退卡', 'deposit-refund'],
  ['zh-CN', 'yajin', 'deposit-refund'],
  ['zh-CN', '发票', 'invoice'],
  ['zh-CN', '找零', 'no-change'],
  ['zh-CN', '退款多久', 'refund-time'],
  ['zh-CN', '密码', 'service-password'],
  ['zh-CN', '轮椅', 'wheelchair'],
  ['zh-CN', '诈骗', 'fraud-call'],
  ['zh-CN', '消磁', 'card-unreadable'],
  ['zh-CN', 'hmd', 'card-blocked'],
  ['zh-CN', '老年卡', 'senior-rights'],
  ['zh-CN', '门禁', 'access-rights'],
  ['zh-CN', '吞卡', 'card-not-ejected'],
  ['zh-CN', '吃钱', 'note-stuck'],
  ['zh-CN', '余额转移', 'balance-to-new-card'],
  ['zh-CN', '凭证密码错', 'voucher-locked'],
  ['zh-CN', '几点关门', 'opening-hours'],
  ['zh-CN', '客服', 'talk-to-person'],
  ['en', 'lost card', 'card-lost'],
  ['en', 'I lost my card', 'card-lost'],
  ['en', 'where is my money', 'top-up-not-arrived'],
  ['en', 'top up', 'how-to-top-up'],
  ['en', 'topup', 'how-to-top-up'],
  ['en', 'card not working', 'card-unreadable'],
  ['en', 'how long does a refund take', 'refund-time'],
  ['en', 'depos', 'deposit-refund'],
  ['en', 'invoice', 'invoice'],
  ['en', 'Fee', 'top-up-fee'],
  ['en', 'student', 'student-rights'],
  ['en', 'opening hours', 'opening-hours'],
  ['en', 'scam', 'fraud-call'],
];

describe('the first answer is the one that is wanted', () => {
  it.each(WANTED)('%s: %s → %s', (language, query, id) => {
    expect(ids(query, language)[0]).toBe(id);
  });
});

const answer = fc.constantFrom(...chinese);
const ideographsOf = (text: string): string[] => [...text].filter((character) => /\p{Script=Han}/u.test(character));
const spoken = (text: string): string[] => pinyin(ideographsOf(text).join(''), { type: 'array', toneType: 'none', v: true });

describe('a question is found', () => {
  it('by itself, as the first', () => {
    for (const [language, answers] of [
      ['zh-CN', chinese],
      ['en', english],
    ] as const)
      for (const { id, question } of answers) expect(ids(question, language)[0], question).toBe(id);
  });

  it('by any way in which people put it', () => {
    for (const [language, answers] of [
      ['zh-CN', chinese],
      ['en', english],
    ] as const)
      for (const { id, also } of answers) for (const phrase of also) expect(ids(phrase, language).slice(0, 3), phrase).toContain(id);
  });

  it('by its full pinyin, with or without spaces', () => {
    fc.assert(
      fc.property(answer, fc.constantFrom('', ' '), ({ id, question }, space) => {
        fc.pre(spoken(question).join(space).length <= LONGEST_QUERY);
        expect(ids(spoken(question).join(space))).toContain(id);
      }),
    );
  });

  it('by its initials, and by the first few of them', () => {
    fc.assert(
      fc.property(answer, fc.nat(), ({ id, question }, more) => {
        const initials = spoken(question).map((syllable) => syllable.slice(0, 1));
        expect(ids(initials.slice(0, 2 + (more % initials.length)).join(''))).toContain(id);
      }),
    );
  });

  it('by any two of its characters, in any order', () => {
    fc.assert(
      fc.property(answer, fc.nat(), fc.nat(), ({ id, question }, one, other) => {
        const characters = ideographsOf(question);
        expect(ids(`${characters[one % characters.length]}${characters[other % characters.length]}`)).toContain(id);
      }),
    );
  });

  it('at every key on the way to its pinyin', () => {
    fc.assert(
      fc.property(answer, fc.nat(), ({ id, question }, keys) => {
        const typed = spoken(question).join('').slice(0, LONGEST_QUERY);
        expect(ids(typed.slice(0, 1 + (keys % typed.length)))).toContain(id);
      }),
    );
  });

  it('by the beginnings of its words in English', () => {
    fc.assert(
      fc.property(fc.constantFrom(...english), fc.infiniteStream(fc.nat()), ({ id, question }, lengths) => {
        const words = question.split(' ').map((word) => word.slice(0, 3 + ((lengths.next().value as number) % word.length)));
        expect(ids(words.join(' '), 'en')).toContain(id);
      }),
    );
  });
});

describe('an ideograph of several readings is found by each', () => {
  const phrases = [
    ['重新办卡', 'chongxin', 'zhongxin'],
    ['银行账户', 'yinhang', 'yinxing'],
    ['长者', 'zhangzhe', 'changzhe'],
    ['还卡', 'huanka', 'haika'],
  ] as const;

  it.each(phrases)('%s by %s and by %s', (phrase, usual, other) => {
    const readings: Readonly<Record<string, readonly string[]>> = {
      重: ['chong', 'zhong'],
      新: ['xin'],
      办: ['ban'],
      卡: ['ka'],
      银: ['yin'],
      行: ['hang', 'xing'],
      账: ['zhang'],
      户: ['hu'],
      长: ['zhang', 'chang'],
      者: ['zhe'],
      还: ['huan', 'hai'],
    };
    const units = [...phrase].map((text) => ({ text, spoken: (readings[text] ?? []).slice(0, 1), readings: readings[text] ?? [] }));
    expect(findIn(units, usual)).toMatchObject({ from: 0, asSpoken: true });
    expect(findIn(units, other)).toMatchObject({ from: 0, asSpoken: false });
  });

  it('and another reading than the spoken one comes after the spoken ones', () => {
    // 长者 is one way to ask for senior rates; read as changzhe its initials are those of 充值
    const found = ids('cz');
    expect(found).toContain('senior-rights');
    expect(found.indexOf('senior-rights')).toBeGreaterThan(found.indexOf('top-up-not-arrived'));
  });
});

describe('the order', () => {
  const made = (id: string, question: string, also: readonly string[] = ['其他'], steps: readonly string[] = ['请看']): Answer => ({
    id,
    category: 'card',
    solvedAt: 'machine',
    tags: [],
    reviewed: '2026-11-30',
    question,
    also: [...also],
    steps: [...steps],
  });
  const five = [
    made('text', '别的', ['其他'], ['卡片在这里']),
    made('parts', '片子和卡'),
    made('within', '一张卡片'),
    made('begins', '卡片丢了'),
    made('other-way', '没有', ['卡片']),
    made('whole', '卡片'),
  ];
  const order = (query: string, answers = five, asked = nobodyAsked): string[] => searchAnswers(searchIndex(answers), query, asked).map(({ id }) => id);

  it('whole phrase, beginning, within, all parts in any order, anywhere in the answer', () => {
    expect(order('卡片')).toEqual(['whole', 'other-way', 'begins', 'within', 'parts', 'text']);
  });

  it('what is asked more goes first within its rank, and no further', () => {
    const two = [made('first', '卡片丢了'), made('second', '卡片坏了'), made('third', '一张卡片')];
    expect(order('卡片', two)).toEqual(['first', 'second', 'third']);
    expect(
      order(
        '卡片',
        two,
        new Map([
          ['second', 3],
          ['third', 9],
        ]),
      ),
    ).toEqual(['second', 'first', 'third']);
  });

  it('nothing typed: all answers, the most asked first, then as in the file', () => {
    expect(ids('')).toEqual(chinese.map(({ id }) => id));
    expect(
      ids(
        ' ？ ',
        'zh-CN',
        new Map([
          ['invoice', 2],
          ['card-lost', 7],
        ]),
      ).slice(0, 3),
    ).toEqual(['card-lost', 'invoice', chinese[0]?.id]);
  });

  it('what is only near comes only when nothing else is found, the larger share first', () => {
    const two = [made('less', '里余额不对'), made('more', '卡里余额不对')];
    expect(order('查卡里余额', two)).toEqual(['more', 'less']);
    expect(order('里余额', two)).toEqual(['less', 'more']);
    expect(order('天气预报', two)).toEqual([]);
  });

  it('is the same for the same counts, whatever was searched before', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (one, other) => {
        const before = ids(one);
        ids(other);
        expect(ids(one)).toEqual(before);
      }),
    );
  });
});

describe('whatever is typed', () => {
  it('is answered, never twice with the same answer', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: fc.constantFrom('充', '值', 'c', 'z', 'h', ' ', '长', '1') })),
        (typed) => {
          const found = ids(typed);
          expect(new Set(found).size).toBe(found.length);
        },
      ),
    );
  });

  it('full width, capitals, punctuation and spaces mean nothing', () => {
    expect(ids('ＣＺ')).toEqual(ids('cz'));
    expect(ids('充值，怎么 充')).toEqual(ids('充值怎么充'));
    expect(ids('LOST card!', 'en')).toEqual(ids('lost card', 'en'));
  });

  it('beyond what a search box takes is not looked at', () => {
    expect(ids(`充值${' '.repeat(LONGEST_QUERY)}余额`)).toEqual(ids('充值'));
  });
});

it('runs are ideographs, words and numbers', () => {
  expect(runsOf('用NFC充50元, someone’s top-up')).toEqual(['用', 'nfc', '充', '50', '元', 'someones', 'top', 'up']);
});

it('a phrase with words of another script is found by them and by its ideographs', () => {
  const phrase = phraseOf('手机NFC卡');
  expect(findIn(phrase, 'nf')).toMatchObject({ from: 2, units: 1 });
  expect(findIn(phrase, '机nfc卡')).toMatchObject({ from: 1, units: 3 });
  expect(findIn(phrase, 'fc')).toBeUndefined();
});

it('resources/knowledge/pinyin.json is made of the texts as they are; npm run knowledge-index makes it anew', async () => {
  expect(storedIndex()).toBe(await knowledgeIndex());
});
