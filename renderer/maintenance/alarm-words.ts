/** The words of alarms and of supplies, from resources/locales/…/alarms.json: the same that operators read on their console. */
import en from '../../resources/locales/en/alarms.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/alarms.json' with { type: 'json' };
import { flatWords, type FlatSay } from './flat-words.ts';

export type AlarmSay = FlatSay<keyof typeof zhCN>;

export const useAlarmWords = flatWords<keyof typeof zhCN>(zhCN, en);

/** Everything they can say, so that its glyphs can be loaded before they are needed. */
export const alarmWords = [zhCN, en];
