/** The words of the console: complete in both languages, for everything that its server names, in the terms of kiosk-ux.md 10. */
import { describe, expect, test } from 'vitest';
import { accounts, journalKinds } from '../../../common/journal-kinds.ts';
import { causes } from '../../../common/reconciliation/causes.ts';
import { loadRefusals } from '../../../common/upstream-api/issuer.ts';
import { consoleProblems, deskProblems } from '../../../common/upstream-api/problem.ts';
import { callbackStates, requests, resolutions, ticketKinds, ticketStates } from '../../../common/upstream-api/support.ts';
import { voucherRefusals } from '../../../common/upstream-api/vouchers.ts';
import { locales, wordOf } from '../../../fleet/console/words.ts';
import { supportSettingsSchema } from '../../../fleet/server/support/settings.ts';
import { ticketEvents } from '../../../fleet/server/support/ticket-states.ts';
import en from '../../../resources/locales/en/console.json' with { type: 'json' };
import zhCN from '../../../resources/locales/zh-CN/console.json' with { type: 'json' };
import { viewKinds } from '../../../state-machines/view.ts';

const desk = supportSettingsSchema.parse({});

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : leaves(value, `${path}${key}.`),
  );
}

const chinese = leaves(zhCN);
const english = leaves(en);
const placeholders = (sentence: string): string[] => [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();

test('both languages say the same things with the same placeholders', () => {
  expect(english.map(([key]) => key).sort()).toEqual(chinese.map(([key]) => key).sort());
  const other = new Map(english);
  for (const [key, sentence] of chinese) expect(placeholders(other.get(key) ?? ''), key).toEqual(placeholders(sentence));
});

test('no sentence is empty or begins or ends with a space', () => {
  for (const [key, sentence] of [...chinese, ...english]) expect(sentence, key).toMatch(/^\S(.*\S)?$/s);
});

test('Chinese sentences have full-width punctuation, English ones none and no contraction', () => {
  for (const [key, sentence] of chinese) {
    const words = sentence.replaceAll(/\{\{\w+\}\}/g, '数');
    expect(words, key).not.toMatch(/\p{Script=Han}\s*[,.;:?!()]|[,.;:?!()]\s*\p{Script=Han}/u);
  }
  for (const [key, sentence] of english) {
    expect(sentence, key).not.toMatch(/[，。？！：；（）、]/u);
    expect(sentence, key).not.toMatch(/\b(don|can|won|isn|aren|couldn|didn|you|it|we)['’](t|re|s|ve|ll)\b/i);
  }
});

test('nothing is said that must not be said', () => {
  const never = ['交易失败', '系统异常', '未知错误', '请联系管理员', '成功', '剩余金额', '流水', '冻结', '补办', '小票', '读卡器', '圈存', '补登', '客服'];
  for (const [key, sentence] of chinese) for (const phrase of never) expect(sentence, key).not.toContain(phrase);
});

describe.each(locales)('in %s there are words for', (locale) => {
  test.each([
    ['every kind of entry', 'kind', Object.keys(journalKinds)],
    ['every account', 'ledger', accounts],
    ['every refusal of the console', 'failure', consoleProblems],
    ['every reason of issuer and vouchers', 'refusal', [...loadRefusals, ...voucherRefusals]],
    ['every screen', 'view', viewKinds],
    ['where the money is by every cause of a difference', 'causeWhere', Object.keys(causes)],
    ['what to do about every cause', 'causeTodo', Object.keys(causes)],
    ['every refusal of the support desk', 'failure', deskProblems],
    ['every kind of ticket', 'ticketKind', ticketKinds],
    ['every state of a ticket', 'ticketState', ticketStates],
    ['every step of a ticket', 'deskEvent', ticketEvents],
    ['every answer to a ticket', 'deskResolution', resolutions],
    ['what the person reads of every answer', 'told.resolution', resolutions],
    ['all that a person is asked for', 'deskRequest', requests],
    ['what the person reads of all that is asked for', 'told.asks', requests],
    ['every state of a call back', 'callbackState', callbackStates],
    ['every queue of the defaults', 'queue', [...new Set(Object.values(desk.routes).map(({ queue }) => queue))]],
    ['every reason of a survey', 'surveyReason', desk.questions.reasons],
  ])('%s', (_what, group, names) => {
    expect(names.filter((name) => wordOf(locale, group, name) === name)).toEqual([]);
  });
});

test('what this version has no word for is shown as the server names it', () => {
  expect(wordOf('zh-CN', 'kind', 'load.dreamt')).toBe('load.dreamt');
});
