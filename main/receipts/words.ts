/** The words of slips, from resources/locales/<locale>/receipt.json, settlement.json and readiness.json. Used by whatever composes for paper. */
import { createInstance } from 'i18next';
import readinessEn from '../../resources/locales/en/readiness.json' with { type: 'json' };
import en from '../../resources/locales/en/receipt.json' with { type: 'json' };
import settlementEn from '../../resources/locales/en/settlement.json' with { type: 'json' };
import readinessZhCN from '../../resources/locales/zh-CN/readiness.json' with { type: 'json' };
import zhCN from '../../resources/locales/zh-CN/receipt.json' with { type: 'json' };
import settlementZhCN from '../../resources/locales/zh-CN/settlement.json' with { type: 'json' };
import zhHK from '../../resources/locales/zh-HK/receipt.json' with { type: 'json' };
import settlementZhHK from '../../resources/locales/zh-HK/settlement.json' with { type: 'json' };

export type ReceiptWord = keyof typeof zhCN;
export type SettlementWord = keyof typeof settlementZhCN;
export type ReadinessWord = keyof typeof readinessZhCN;
type Values = Readonly<Record<string, string | number>>;
export type ReceiptWords = (word: ReceiptWord, values?: Values) => string;
export type SettlementWords = (word: SettlementWord, values?: Values) => string;
export type ReadinessWords = (word: ReadinessWord, values?: Values) => string;

const catalogue = createInstance();
void catalogue.init({
  initAsync: false,
  resources: {
    'zh-CN': { receipt: zhCN, settlement: settlementZhCN, readiness: readinessZhCN },
    'zh-HK': { receipt: zhHK satisfies typeof zhCN, settlement: settlementZhHK satisfies typeof settlementZhCN },
    en: { receipt: en satisfies typeof zhCN, settlement: settlementEn satisfies typeof settlementZhCN, readiness: readinessEn satisfies typeof readinessZhCN },
  },
  fallbackLng: 'zh-CN',
  ns: ['receipt', 'settlement', 'readiness'],
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

/** As {@link receiptWords}, for the slip that staff signs. */
export function settlementWords(locale: string): SettlementWords {
  const translate = catalogue.getFixedT(locale, 'settlement');
  return (word, values) => translate(word, { ...values });
}

/** Of self-tests and their report. Staff's own: zh-HK reads zh-CN. */
export function readinessWords(locale: string): ReadinessWords {
  const translate = catalogue.getFixedT(locale, 'readiness');
  return (word, values) => translate(word, { ...values });
}
