/** Help at the terminal of the example configuration: its real answers, ranked by real counts, and its channels as they are now. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAnswerCounts, type AnswerCounts } from '../../../main/support/answer-counts.ts';
import { bundledKnowledge } from '../../../main/support/knowledge.ts';
import { createSupportPort, RANKED_DAYS } from '../../../main/support/port.ts';
import type { SupportPort } from '../../../state-machines/support/port.ts';
import { helpGroups, locales, uiActSchema, viewBodySchema } from '../../../state-machines/view.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { EXAMPLE } from './knowledge-bench.ts';

const knowledge = bundledKnowledge();
const DAY_MS = 86_400_000;

let folder: string;
let counts: AnswerCounts;
let clock: SimulatedClock;
let port: SupportPort;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'support-port-'));
  counts = openAnswerCounts(path.join(folder, 'answer-counts.sqlite'), (error) => {
    throw error;
  });
  clock = new SimulatedClock();
  port = createSupportPort({ config: EXAMPLE, clock, knowledge, counts });
});
afterEach(() => {
  counts.close();
  rmSync(folder, { recursive: true });
});

const idsOf = (questions: readonly { readonly id: string }[]): string[] => questions.map(({ id }) => id);

describe('what is asked most', () => {
  it('begins with the usual worries, and has every answer once', () => {
    const ids = idsOf(port.mostAsked('zh-CN'));
    expect(ids.slice(0, 5)).toEqual([...knowledge.first]);
    expect(ids.toSorted()).toEqual(idsOf(knowledge.answers.get('zh-CN') ?? []).toSorted());
  });

  it('is what people read here, whatever the language they read it in', () => {
    for (const id of ['invoice', 'lost', 'invoice']) port.count(id === 'lost' ? 'card-lost' : id, 'views');
    expect(idsOf(port.mostAsked('en')).slice(0, 3)).toEqual(['invoice', 'card-lost', knowledge.first[0]]);
  });

  it('is not what helped, and fades after a season', async () => {
    port.count('wheelchair', 'solved');
    port.count('invoice', 'views');
    expect(idsOf(port.mostAsked('zh-CN'))[0]).toBe('invoice');
    await clock.advance(RANKED_DAYS * DAY_MS);
    expect(idsOf(port.mostAsked('zh-CN'))[0]).toBe('invoice');
    await clock.advance(DAY_MS);
    expect(idsOf(port.mostAsked('zh-CN'))[0]).toBe(knowledge.first[0]);
  });
});

describe('questions', () => {
  it('stand in one subject each, and every subject has some', () => {
    for (const locale of locales) {
      const all = helpGroups.flatMap((group) => {
        const questions = port.inGroup(locale, group);
        expect(questions.length, group).toBeGreaterThanOrEqual(5);
        expect(new Set(questions.map((question) => question.group))).toEqual(new Set([group]));
        return idsOf(questions);
      });
      expect(all.toSorted()).toEqual(idsOf(port.mostAsked(locale)).toSorted());
    }
  });

  it.each(['bk', 'buka', 'bu ka', 'BuKa'])('are found by pinyin: %s', (typed) => {
    expect(idsOf(port.search('zh-CN', typed)).slice(0, 3)).toContain('replace-card');
  });

  it.each(['zz', 'zengzhi', 'zeng zhi'])('are found by pinyin in the characters of Hong Kong: %s', (typed) => {
    expect(idsOf(port.search('zh-HK', typed)).slice(0, 3)).toContain('how-to-top-up');
  });

  it('are found by words in English, and by nothing that is not there', () => {
    expect(idsOf(port.search('en', 'refund')).slice(0, 3)).toContain('refund-time');
    expect(port.search('en', 'qqqqxyz')).toEqual([]);
    expect(port.search('zh-CN', '  ')).toEqual(port.mostAsked('zh-CN'));
  });

  it('all fit the screen’s contract, with what they lead to', () => {
    for (const locale of locales) {
      for (const { id } of port.mostAsked(locale)) {
        const answer = port.answer(locale, id);
        expect(answer, id).toBeDefined();
        if (answer === undefined) continue;
        const { service, ...said } = answer;
        expect(viewBodySchema.safeParse({ kind: 'help-answer', ...said, verdict: 'asked' }).error, id).toBeUndefined();
        if (service !== undefined) expect(uiActSchema.safeParse({ type: 'service', service }).success, id).toBe(true);
        if (said.page !== undefined) expect(uiActSchema.safeParse({ type: 'open', overlay: said.page }).success, id).toBe(true);
      }
    }
  });

  it('that nobody has are no answer', () => {
    expect(port.answer('zh-CN', 'how-to-fly')).toBeUndefined();
  });
});

describe('channels', () => {
  it('are those of the configuration, each open or closed as its hours are, in the language of the screen', () => {
    clock.jumpTo(Date.parse('2026-11-22T10:00:00+08:00')); // a Sunday
    expect(port.channels('en').map(({ id, name, opening }) => [id, name, opening?.state])).toEqual([
      ['hotline', 'Card hotline', 'open'],
      ['app', 'Card app', 'open'],
      ['wechat', 'WeChat account', 'closed'],
      ['station', 'Station service point', 'closed'],
    ]);
    expect(port.channels('zh-HK')[3]).toMatchObject({
      name: '江城站服務點',
      contact: '江城站 A 出口，地下一層',
      opening: { state: 'closed', opens: { date: '2026-11-23', days: 1, time: '08:30' } },
    });
    expect(port.channels('en')[0]).toMatchObject({ contact: '400-812-0000', qr: 'tel:4008120000', opening: { state: 'open', until: '23:00' } });
  });

  it('are at least the site’s hotline with its hours in words', () => {
    const bare = createSupportPort({ config: { ...EXAMPLE, support: { channels: [], survey: false, holidays: [], makeUpDays: [] } }, clock, knowledge });
    expect(bare.channels('zh-CN')).toEqual([
      { id: 'hotline', kind: 'hotline', name: '江城一卡通', contact: '400-812-0000', hours: '6:30–23:00', purposes: ['urgent'] },
    ]);
  });
});

it('without counts nothing is counted and nothing breaks', () => {
  const uncounted = createSupportPort({ config: EXAMPLE, clock, knowledge });
  uncounted.count('invoice', 'views');
  expect(idsOf(uncounted.mostAsked('zh-CN'))[0]).toBe(knowledge.first[0]);
});
