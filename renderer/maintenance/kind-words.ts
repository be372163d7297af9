/** What a kind of entry is called: the words are the operators' console's, so that staff on both ends of a telephone say the same. */
import en from '../../resources/locales/en/console.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/console.json' with { type: 'json' };

/** The kind itself where there is no word for it. */
export function kindWords(kind: string, locale: string): string {
  const words: Readonly<Record<string, string>> = locale === 'en' ? en.kind : zhCN.kind;
  return words[kind.replaceAll('.', '_')] ?? kind;
}

export function allKindWords(): string {
  return JSON.stringify([zhCN.kind, en.kind]);
}
