/** Every sentence of the screens, from resources/locales. `sayIn` gives the sentences of one language; components get theirs from useKiosk. */
import { createInstance } from 'i18next';
import { fen, formatYuan } from '../common/fen.ts';
import en from '../resources/locales/en/screens.json' with { type: 'json' };
import zhCN from '../resources/locales/zh-CN/screens.json' with { type: 'json' };
import zhHK from '../resources/locales/zh-HK/screens.json' with { type: 'json' };
import type { Preferences } from '../state-machines/view.ts';

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string];

/** Path of a sentence in the catalogue, e.g. `amount.title`. */
export type WordKey = Leaves<typeof zhCN>;
export type Values = Readonly<Record<string, string | number>>;
/** The sentence at `key`; numbers stay with their units. `<b>…</b>` in it is for {@link Rich}. */
export type Say = (key: WordKey, values?: Values) => string;

const catalogue = createInstance();
void catalogue.init({
  resources: { 'zh-CN': { screens: zhCN }, 'zh-HK': { screens: zhHK satisfies typeof zhCN }, en: { screens: en satisfies typeof zhCN } },
  lng: 'zh-CN',
  fallbackLng: 'zh-CN',
  defaultNS: 'screens',
  initAsync: false,
  interpolation: { escapeValue: false },
});

export function sayIn(locale: Preferences['locale']): Say {
  const t = catalogue.getFixedT(locale, 'screens');
  return (key, values) => keepTogether(t(key, { ...values }));
}

/** Money as people read it, without the currency: `5000` → `50.00`. */
export function money(amount: number): string {
  return formatYuan(fen(amount));
}

/** Whole yuan as printed on a note: `5000` → `50`. */
export function wholeYuan(amount: number): string {
  return String(amount / 100);
}

/** An amount, a count and its unit, a step and its number never part at the end of a line. */
function keepTogether(sentence: string): string {
  return sentence
    .replaceAll('¥ ', '¥\u00a0')
    .replaceAll(/(\d) (?=[元秒步张張小位])/g, '$1\u00a0')
    .replaceAll(/(尾号|尾號|ending|in) (?=\d{4})/g, '$1\u00a0');
}

/** What the first screen says: its glyphs are waited for. */
export function startWords(): string {
  const { attract, button, card, contact, service, sign, slot, starting, training, utility } = zhCN;
  return (
    JSON.stringify([attract, button, card, contact, service, sign, slot, starting, training, utility]) +
    '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ¥简体中文繁體English'
  );
}

/** Everything any language can say, so that its glyphs can be loaded before they are needed. */
export function allWords(): string {
  return JSON.stringify([zhCN, zhHK, en]);
}
