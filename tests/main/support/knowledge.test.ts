/** The knowledge base: complete and the same in every language, with facts from the configuration alone, short enough for the largest print. */
import { describe, expect, it } from 'vitest';
import shared from '../../../resources/knowledge/answers.json' with { type: 'json' };
import en from '../../../resources/knowledge/en.json' with { type: 'json' };
import zhCN from '../../../resources/knowledge/zh-CN.json' with { type: 'json' };
import zhHK from '../../../resources/knowledge/zh-HK.json' with { type: 'json' };
import { factNames, factsOf } from '../../../main/support/facts.ts';
import { answersAt, bundledKnowledge, KnowledgeError, readKnowledge } from '../../../main/support/knowledge.ts';
import { uiActSchema } from '../../../state-machines/view.ts';
import { answersIn, EXAMPLE } from './knowledge-bench.ts';

const languages = ['zh-CN', 'zh-HK', 'en'] as const;
const texts = { 'zh-CN': zhCN, 'zh-HK': zhHK, en };
const knowledge = bundledKnowledge();

function problemsOf(about: unknown, words: Readonly<Record<string, unknown>> = texts): readonly string[] {
  try {
    readKnowledge(about, words);
    return [];
  } catch (error) {
    if (error instanceof KnowledgeError) return error.problems;
    throw error;
  }
}

describe('the files', () => {
  it('hold at least 60 answers, each in every language, none unread', () => {
    expect(knowledge.answers.get('zh-CN')?.length).toBeGreaterThanOrEqual(60);
    expect(knowledge.answers.get('en')?.length).toBe(knowledge.answers.get('zh-CN')?.length);
    for (const { reviewed } of shared.answers) expect(reviewed <= knowledge.date).toBe(true);
  });

  it('ask no two answers the same question, in no language', () => {
    for (const language of languages) {
      const questions = (knowledge.answers.get(language) ?? []).map(({ question }) => question);
      expect(new Set(questions).size).toBe(questions.length);
    }
  });

  it('lead to what this terminal has: a service that can be chosen, a page that can be opened', () => {
    for (const { id, service } of knowledge.answers.get('zh-CN') ?? []) {
      if (service === undefined) continue;
      const act = service === 'topUp' || service === 'balance' || service === 'statement' ? { type: 'service', service } : { type: 'open', overlay: service };
      expect(uiActSchema.safeParse(act).success, id).toBe(true);
    }
  });

  it('begin, while nobody has asked, with the five usual worries', () => {
    expect(knowledge.first).toEqual(['top-up-not-arrived', 'card-blocked', 'service-password', 'check-balance', 'fraud-call']);
    expect(problemsOf({ ...shared, first: ['how-to-fly'] })).toEqual(['answers: first: how-to-fly is no answer']);
  });

  it('that are solved at the phone give its number, and those for which papers are needed name them', () => {
    for (const { id, solvedAt, tags, steps } of knowledge.answers.get('zh-CN') ?? []) {
      if (solvedAt === 'phone') expect(steps.join(''), id).toContain('{{hotline}}');
      expect(tags.includes('idNeeded'), id).toBe(/身份证|学生证|证件/.test(steps.join('')));
    }
  });

  it('name no figure that is the operator’s to decide', () => {
    for (const language of languages) {
      for (const { id, question, money = '', steps } of knowledge.answers.get(language) ?? []) {
        const figures = [question, money, ...steps].join(' ').match(/\d+/g) ?? [];
        // The one figure of the product itself: a voucher's code has twelve digits.
        expect(
          figures.filter((figure) => !(id === 'use-voucher' && figure === '12')),
          id,
        ).toEqual([]);
      }
    }
  });
});

describe('what cannot be used is refused with everything that is wrong', () => {
  const [first, second, ...others] = shared.answers;

  it('a file of another shape', () => {
    expect(problemsOf({ ...shared, version: 'one' })).toEqual([expect.stringMatching(/^answers: version: /)]);
    expect(problemsOf(shared, { ...texts, en: { version: 1 } })).toEqual([expect.stringMatching(/^en: answers: /)]);
    expect(problemsOf({ ...shared, answers: [{ ...first, service: 'casino' }] })).toEqual([expect.stringMatching(/^answers: answers\.0\.service: /)]);
  });

  it('languages of another version, with an answer too few or too many', () => {
    const { 'how-to-top-up': taken, ...rest } = en.answers;
    expect(problemsOf(shared, { ...texts, en: { version: 3, answers: { ...rest, 'how-to-fly': taken } } })).toEqual([
      'en: version 3, expected 2',
      'en: how-to-fly is not in answers',
      'en: how-to-top-up is missing',
    ]);
  });

  it('an id twice, a fact that no terminal has', () => {
    expect(problemsOf({ ...shared, answers: [first, second, ...others, first] })).toContain(`answers: ${first?.id} is there twice`);
    const steps = [...zhCN.answers['card-lost'].steps.slice(0, 2), '请付 {{fee}} 元。'];
    expect(
      problemsOf(shared, { ...texts, 'zh-CN': { ...zhCN, answers: { ...zhCN.answers, 'card-lost': { ...zhCN.answers['card-lost'], steps } } } }),
    ).toContain('zh-CN: card-lost: {{fee}} is no fact of a terminal');
  });

  it('money without a sentence that says where it is, and the sentence without the tag', () => {
    const { money, ...silent } = en.answers['card-lost'];
    expect(problemsOf(shared, { ...texts, en: { ...en, answers: { ...en.answers, 'card-lost': silent } } })).toEqual([
      'en: card-lost: expected a sentence that says where the money is',
    ]);
    expect(problemsOf(shared, { ...texts, en: { ...en, answers: { ...en.answers, invoice: { ...en.answers.invoice, money } } } })).toEqual([
      'en: invoice: expected the tag "money"',
    ]);
  });

  it('languages that give other facts or another number of steps', () => {
    const lost = { ...en.answers['card-lost'], steps: ['Call us.', 'Give {{terminal}}.'] };
    expect(problemsOf(shared, { ...texts, en: { ...en, answers: { ...en.answers, 'card-lost': lost } } })).toEqual([
      'en: card-lost: other placeholders than zh-CN',
      'en: card-lost: another number of steps than zh-CN',
    ]);
  });
});

describe('facts', () => {
  it('come from the configuration, as people read them', () => {
    expect(factsOf(EXAMPLE, 'zh-CN')).toEqual({
      words: {
        operator: '江城一卡通',
        place: '江城站 B 口',
        terminal: 'A01',
        hotline: '400-812-0000',
        hotlineHours: '6:30–23:00',
        minimum: '10',
        maximum: '500',
        denominations: '5、10、20、50、100',
        balanceLimit: '1000',
        settledWithinHours: '24',
        voucherValidDays: '365',
      },
      tenders: ['cash', 'qr', 'qrPresented', 'card', 'voucher'],
    });
    expect(factsOf(EXAMPLE, 'en').words.denominations).toBe('5, 10, 20, 50, 100');
    expect(factsOf({ ...EXAMPLE, topUp: { ...EXAMPLE.topUp, minimum: 1050 } }, 'en').words.minimum).toBe('10.50');
  });

  it('stand in every answer in the place of their names', () => {
    for (const language of languages) {
      for (const { id, question, also, money = '', steps } of answersIn(language)) expect([question, ...also, money, ...steps].join(), id).not.toMatch(/[{}]/);
    }
    const [answer] = answersIn('en').filter(({ id }) => id === 'amount-limits');
    expect(answer?.steps[0]).toBe('Here ¥ 10 to ¥ 500 at once, whole yuan.');
  });

  it('that a terminal does not have leave out the answers which need them', () => {
    const idsAt = (config: typeof EXAMPLE): string[] => answersAt(knowledge, 'zh-CN', factsOf(config, 'zh-CN')).map(({ id }) => id);
    const all = idsAt(EXAMPLE);
    expect(all).toHaveLength(shared.answers.length);
    const cashless = idsAt({ ...EXAMPLE, devices: { ...EXAMPLE.devices, cashAcceptor: null } });
    expect(all.filter((id) => !cashless.includes(id)).sort()).toEqual(
      shared.answers
        .filter(({ tender }) => tender === 'cash')
        .map(({ id }) => id)
        .sort(),
    );
    const [one, ...more] = EXAMPLE.cards.profiles;
    if (one === undefined) throw new Error('no profile');
    const twoLimits = { ...EXAMPLE, cards: { profiles: [{ ...one, balanceLimit: 50_000 }, ...more] } };
    expect(all.filter((id) => !idsAt(twoLimits).includes(id))).toEqual(['balance-limit']);
    const cashOnly: typeof EXAMPLE = { ...EXAMPLE, topUp: { ...EXAMPLE.topUp, tenders: ['cash'] } };
    expect(idsAt(cashOnly)).not.toContain('pay-by-phone');
  });

  it('are all used', () => {
    const used = JSON.stringify(zhCN);
    for (const name of factNames.filter((fact) => fact !== 'operator')) expect(used, name).toContain(`{{${name}}}`);
  });

  it('a language without texts reads Chinese', () => {
    expect(answersAt(knowledge, 'fr', factsOf(EXAMPLE, 'fr'))[0]?.question).toBe(answersIn('zh-CN')[0]?.question);
  });
});

/**
 * The largest print in portrait (renderer/theme/tokens.css): 984 px between the margins, 1,296 px from the sign to the action bar for the
 * question in the lead's 64 px, then the money line and the steps in the body's 58 px, each in a panel, a step with its number.
 */
describe('no answer is longer than fits the largest print', () => {
  const WIDTH = 984;
  const HEIGHT = 1296;
  const LEAD = 64;
  const BODY = 58;
  const PANEL = 2 * 24;
  const NUMBER = 88;
  const GAP = 16;

  /** At most so many em of advance in Noto Sans SC: ideographs and full-width marks one, Latin by how wide its letters are. */
  function advance(character: string): number {
    if (/[\u2e80-\uffef]/.test(character)) return 1;
    if (/[ijlftrI.,:;'’!() ]/.test(character)) return 0.39;
    if (/[mwMW@]/.test(character)) return 0.93;
    return /[A-Z]/.test(character) ? 0.75 : 0.63;
  }

  /** Words do not part, and closing marks stay with what they close. */
  function lines(text: string, size: number, width: number): number {
    const widthOf = (piece: string): number => [...piece].reduce((sum, character) => sum + advance(character) * size, 0);
    let count = 1;
    let filled = 0;
    for (const piece of text.match(/[\u2e80-\uffef][，。；：、？！”）]*|[^\s\u2e80-\uffef]+\s?|\s/gu) ?? []) {
      if (filled > 0 && filled + widthOf(piece.trimEnd()) > width) {
        count += 1;
        filled = 0;
      }
      filled += widthOf(piece);
    }
    return count;
  }

  it.each(languages)('%s', (language) => {
    for (const { id, question, money, steps } of answersIn(language)) {
      expect(lines(question, LEAD, WIDTH), id).toBeLessThanOrEqual(2);
      const panels = [...(money === undefined ? [] : [lines(money, BODY, WIDTH - PANEL)]), ...steps.map((step) => lines(step, BODY, WIDTH - PANEL - NUMBER))];
      const height = panels.reduce((sum, count) => sum + GAP + PANEL + count * BODY * 1.4, lines(question, LEAD, WIDTH) * LEAD * 1.4);
      expect(height, id).toBeLessThanOrEqual(HEIGHT);
    }
  });
});
