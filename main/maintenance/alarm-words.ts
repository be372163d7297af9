/** The words of alarms and of supplies, from resources/locales/<locale>/alarms.json. For kioskctl; the console has the same catalogue. */
import { createInstance } from 'i18next';
import en from '../../resources/locales/en/alarms.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/alarms.json' with { type: 'json' };
import type { SupplyForecast } from '../../common/maintenance/forecast.ts';

type AlarmWord = keyof typeof zhCN;
export type AlarmWords = (word: AlarmWord, values?: Readonly<Record<string, string | number>>) => string;

const catalogue = createInstance();
void catalogue.init({
  initAsync: false,
  resources: { 'zh-CN': { alarms: zhCN }, en: { alarms: en satisfies typeof zhCN } },
  fallbackLng: 'zh-CN',
  defaultNS: 'alarms',
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
});

export function alarmWords(locale: string): AlarmWords {
  const translate = catalogue.getFixedT(locale, 'alarms');
  return (word, values) => translate(word, { ...values });
}

/** "Paper: 42 left, for about 2 days" */
export function forecastText({ supply, left, days }: SupplyForecast, words: AlarmWords): string {
  const lasts = days === undefined ? words('forecast_unused') : days === 0 ? words('forecast_today') : words('forecast_days', { days });
  return `${words(`supply_${supply}`)}: ${words('forecast_left', { left })}, ${lasts}`;
}
