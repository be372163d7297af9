/** Every sentence of the console, from resources/locales. `sayIn` gives those of one language; components get theirs from `usePreferences`. */
import { createInstance } from 'i18next';
import en from '../../resources/locales/en/console.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/console.json' with { type: 'json' };

export const locales = ['zh-CN', 'en'] as const;
export type Locale = (typeof locales)[number];

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string];

/** Path of a sentence in the catalogue, e.g. `terminals.title`. */
export type WordKey = Leaves<typeof zhCN>;
export type Values = Readonly<Record<string, string | number>>;
export type Say = (key: WordKey, values?: Values) => string;

const catalogue = createInstance();
void catalogue.init({
  resources: { 'zh-CN': { console: zhCN }, en: { console: en } },
  lng: 'zh-CN',
  fallbackLng: 'zh-CN',
  defaultNS: 'console',
  initAsync: false,
  interpolation: { escapeValue: false },
});

export function sayIn(locale: Locale): Say {
  const t = catalogue.getFixedT(locale, 'console');
  return (key, values) => t(key, { ...values });
}

/** A word of the catalogue below `group` for something the server names; the name itself where this version has no word for it. */
export function wordOf(locale: Locale, group: string, name: string): string {
  const key = `${group}.${name.replaceAll('.', '_')}`;
  return catalogue.exists(key, { lng: locale, ns: 'console' }) ? catalogue.getFixedT(locale, 'console')(key as never) : name;
}
