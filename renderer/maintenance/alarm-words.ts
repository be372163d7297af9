/** The words of alarms and of supplies, from resources/locales/…/alarms.json: the same that operators read on their console. */
import { createInstance } from 'i18next';
import en from '../../resources/locales/en/alarms.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/alarms.json' with { type: 'json' };
import { useKiosk } from '../kiosk-context.ts';
import type { Values } from '../words.ts';

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

export function useAlarmWords(): AlarmSay {
  const t = catalogue.getFixedT(useKiosk().view.preferences.locale, 'alarms');
  return (key, values) => t(key, { ...values });
}

/** Everything they can say, so that its glyphs can be loaded before they are needed. */
export const alarmWords = [zhCN, en];
