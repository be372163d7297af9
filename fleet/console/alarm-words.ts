/** The words of what a terminal asks a hand for, from resources/locales/…/alarms.json: the same that kioskctl says. */
import { createInstance } from 'i18next';
import type { SupplyForecast } from '../../common/maintenance/forecast.ts';
import en from '../../resources/locales/en/alarms.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/alarms.json' with { type: 'json' };
import type { Locale, Values } from './words.ts';

export type AlarmSay = (key: keyof typeof zhCN, values?: Values) => string;

const catalogue = createInstance();
void catalogue.init({
  resources: { 'zh-CN': { alarms: zhCN }, en: { alarms: en satisfies typeof zhCN } },
  lng: 'zh-CN',
  fallbackLng: 'zh-CN',
  defaultNS: 'alarms',
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  interpolation: { escapeValue: false },
});

export function alarmSayIn(locale: Locale): AlarmSay {
  const t = catalogue.getFixedT(locale, 'alarms');
  return (key, values) => t(key, { ...values });
}

/** How long it lasts; what is left of it stands beside. */
export function lastsText({ days }: SupplyForecast, say: AlarmSay): string {
  if (days === undefined) return say('forecast_unused');
  return days === 0 ? say('forecast_today') : say('forecast_days', { days });
}
