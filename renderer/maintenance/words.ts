/** The sentences of the staff's screens, from resources/locales/…/maintenance.json: Chinese first, English complete; a cardholder's other language reads Chinese here. */
import { createInstance } from 'i18next';
import en from '../../resources/locales/en/maintenance.json' with { type: 'json' };
import { alarmWords } from './alarm-words.ts';
import { readinessWords } from './readiness-words.ts';
import zhCN from '../../resources/locales/zh-CN/maintenance.json' with { type: 'json' };
import type { Preferences } from '../../state-machines/view.ts';
import { allKindWords } from './kind-words.ts';
import { useKiosk } from '../kiosk-context.ts';
import type { Values } from '../words.ts';

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string];

/** Path of a sentence in the catalogue, e.g. `overview.proof`. */
export type StaffWordKey = Leaves<typeof zhCN>;
export type StaffSay = (key: StaffWordKey, values?: Values) => string;

const catalogue = createInstance();
void catalogue.init({
  resources: { 'zh-CN': { maintenance: zhCN }, en: { maintenance: en satisfies typeof zhCN } },
  lng: 'zh-CN',
  fallbackLng: 'zh-CN',
  defaultNS: 'maintenance',
  initAsync: false,
  interpolation: { escapeValue: false },
});

export function staffSayIn(locale: Preferences['locale']): StaffSay {
  const t = catalogue.getFixedT(locale, 'maintenance');
  return (key, values) => t(key, { ...values }).replaceAll('¥ ', '¥\u00a0');
}

export function useStaffWords(): StaffSay {
  return staffSayIn(useKiosk().view.preferences.locale);
}

/** Everything these screens can say, so that its glyphs can be loaded before they are needed. */
export function allStaffWords(): string {
  return JSON.stringify([zhCN, en, readinessWords, alarmWords]) + allKindWords();
}
