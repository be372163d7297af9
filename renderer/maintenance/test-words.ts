/** The words of guided tests, which are the report's too (resources/locales/…/readiness.json): what staff did on the screen reads the same on paper. */
import { createInstance } from 'i18next';
import en from '../../resources/locales/en/readiness.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/readiness.json' with { type: 'json' };
import type { Preferences } from '../../state-machines/view.ts';
import type { Values } from '../words.ts';

export type TestWord = keyof typeof zhCN;
export type TestSay = (key: TestWord, values?: Values) => string;

const catalogue = createInstance();
void catalogue.init({
  resources: { 'zh-CN': { readiness: zhCN }, en: { readiness: en satisfies typeof zhCN } },
  lng: 'zh-CN',
  fallbackLng: 'zh-CN',
  defaultNS: 'readiness',
  initAsync: false,
  interpolation: { escapeValue: false },
});

export function testSayIn(locale: Preferences['locale']): TestSay {
  const t = catalogue.getFixedT(locale, 'readiness');
  return (key, values) => t(key, { ...values });
}

export function allTestWords(): string {
  return JSON.stringify([zhCN, en]);
}
