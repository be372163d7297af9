/** The words of self-tests and their report, from resources/locales/…/readiness.json: the same that stand on the slip. */
import { createInstance } from 'i18next';
import en from '../../resources/locales/en/readiness.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/readiness.json' with { type: 'json' };
import { useKiosk } from '../kiosk-context.ts';
import type { Values } from '../words.ts';

export type ReadinessSay = (key: keyof typeof zhCN, values?: Values) => string;

const catalogue = createInstance();
void catalogue.init({
  resources: { 'zh-CN': { readiness: zhCN }, en: { readiness: en satisfies typeof zhCN } },
  lng: 'zh-CN',
  fallbackLng: 'zh-CN',
  defaultNS: 'readiness',
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  interpolation: { escapeValue: false },
});

export function useReadinessWords(): ReadinessSay {
  const t = catalogue.getFixedT(useKiosk().view.preferences.locale, 'readiness');
  return (key, values) => t(key, { ...values });
}

/** Everything they can say, so that its glyphs can be loaded before they are needed. */
export const readinessWords = [zhCN, en];
