/** What the answers of the knowledge base say about this terminal and its operator, from the configuration alone. Used by knowledge.ts. */
import { z } from 'zod';
import { fen, formatYuan } from '../../common/fen.ts';
import type { TerminalConfig } from '../config/config.ts';

export const factNames = [
  'operator',
  'place',
  'terminal',
  'hotline',
  'hotlineHours',
  'minimum',
  'maximum',
  'denominations',
  'balanceLimit',
  'settledWithinHours',
  'voucherValidDays',
] as const;
export type FactName = (typeof factNames)[number];

export interface Facts {
  /** As people read it; absent where the terminal has no such thing. */
  readonly words: Readonly<Partial<Record<FactName, string>>>;
  /** What one can pay with here. */
  readonly tenders: TerminalConfig['topUp']['tenders'];
}

const withNotes = z.object({ denominations: z.array(z.int()).min(1) });

/** @param language decides what stands between the values of a list */
export function factsOf({ terminal, site, topUp, cards, devices }: TerminalConfig, language: string): Facts {
  const notes = withNotes.safeParse(devices.cashAcceptor?.options).data?.denominations;
  const limits = new Set(cards.profiles.map((profile) => profile.balanceLimit));
  const [limit] = limits;
  return {
    words: {
      operator: site.operator,
      place: site.place,
      terminal: terminal.shortName,
      hotline: site.hotline,
      hotlineHours: site.hotlineHours,
      minimum: yuan(topUp.minimum),
      maximum: yuan(topUp.maximum),
      settledWithinHours: String(topUp.settledWithinHours),
      voucherValidDays: String(topUp.voucherValidDays),
      ...(notes === undefined ? {} : { denominations: notes.map(yuan).join(language.startsWith('zh') ? '、' : ', ') }),
      // Cards of several issuers may have several limits: then only the card itself tells.
      ...(limits.size === 1 && limit !== undefined ? { balanceLimit: yuan(limit) } : {}),
    },
    tenders: topUp.tenders.filter((tender) => tender !== 'cash' || notes !== undefined),
  };
}

/** Without `.00`: `5000` → `50`. */
function yuan(amount: number): string {
  return formatYuan(fen(amount)).replace(/\.00$/, '');
}
