/** Words of staff's screens that stand in a catalogue without groups, which others say, too: alarms.json, readiness.json. Chinese first, English complete. */
import { createInstance } from 'i18next';
import { useKiosk } from '../kiosk-context.ts';
import type { Values } from '../words.ts';

export type FlatSay<Key extends string> = (key: Key, values?: Values) => string;

/** @returns a hook that says them in the language of the screen */
export function flatWords<Key extends string>(zhCN: Readonly<Record<Key, string>>, en: Readonly<Record<Key, string>>): () => FlatSay<Key> {
  const catalogue = createInstance();
  void catalogue.init({
    resources: { 'zh-CN': { translation: zhCN }, en: { translation: en } },
    lng: 'zh-CN',
    fallbackLng: 'zh-CN',
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    interpolation: { escapeValue: false },
  });
  return function useFlatWords() {
    const t = catalogue.getFixedT(useKiosk().view.preferences.locale);
    return (key: string, values) => t(key, { ...values });
  };
}
