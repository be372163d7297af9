/** The words of self-tests and their report, from resources/locales/…/readiness.json: the same that stand on the slip. */
import en from '../../resources/locales/en/readiness.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/readiness.json' with { type: 'json' };
import { flatWords, type FlatSay } from './flat-words.ts';

export type ReadinessSay = FlatSay<keyof typeof zhCN>;

export const useReadinessWords = flatWords<keyof typeof zhCN>(zhCN, en);

/** Everything they can say, so that its glyphs can be loaded before they are needed. */
export const readinessWords = [zhCN, en];
