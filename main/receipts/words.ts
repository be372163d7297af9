/** The words of slips in the person's language, from resources/locales/<locale>/receipt.json. Used by compose.ts. */
import { createInstance } from 'i18next';
import en from '../../resources/locales/en/receipt.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/receipt.json' with { type: 'json' };

export type ReceiptWord = keyof typeof zhCN;
export type ReceiptWords = (word: ReceiptWord, values?: Readonly<Record<string, string | number>>) => string;

const catalogue = createInstance();
void catalogue.init({
  initAsync: false,
  resources: { 'zh-CN': { receipt: zhCN }, en: { receipt: en satisfies typeof zhCN } },
  fallbackLng: 'zh-CN',
  ns: ['receipt'],
  defaultNS: 'receipt',
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false }, // the composer escapes for paper
});

/** An unknown locale speaks Chinese, the language of every site. */
export function receiptWords(locale: string): ReceiptWords {
  const translate = catalogue.getFixedT(locale, 'receipt');
  return (word, values) => translate(word, { ...values });
}
