/** The sentences of the bench window, from resources/locales: a developer's window, in one language. */
import { createInstance } from 'i18next';
import zhCN from '../../resources/locales/zh-CN/bench.json' with { type: 'json' };
import type { Values } from '../words.ts';

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string];

/** Path of a sentence in the catalogue, e.g. `truth.box`. */
export type BenchKey = Leaves<typeof zhCN>;

const catalogue = createInstance();
void catalogue.init({
  resources: { 'zh-CN': { bench: zhCN } },
  lng: 'zh-CN',
  defaultNS: 'bench',
  initAsync: false,
  interpolation: { escapeValue: false },
});

export function say(key: BenchKey, values?: Values): string {
  return catalogue.t(key, { ...values });
}

/** The sentence at `group.name` when the catalogue has one: names that come from the cabinet may be newer than the words. */
export function sayIfKnown(group: keyof typeof zhCN, name: string): string | undefined {
  const key = `${group}.${name}`;
  return catalogue.exists(key) ? catalogue.t(key) : undefined;
}
