/**
 * Numbered limits: how often, and with how much, a card, a terminal or the whole issuer is loaded within a window. Evaluated here only, the
 * lowest number first; the one that is met is named to the person by its number. What counts is every load that may be on a card: reserved,
 * undetermined, credited. A reversal frees its amount. Loads on a claim don't count: their money was taken in before.
 */
import { sql, type RawBuilder } from 'kysely';
import type { LimitRule, LoadRefusal } from '../../../common/upstream-api/issuer.ts';
import type { IssuerSettings } from '../config.ts';
import type { StoreTransaction, Subject } from '../store/store.ts';
import type { VelocityRule } from './settings.ts';

const DAY_MS = 86_400_000;

/** The load that is asked about; `at`: ms since 1970. */
export interface LoadInQuestion {
  readonly serial: string;
  readonly terminalId: string;
  readonly amount: number;
  readonly at: number;
}

export interface MetLimit {
  readonly code: Extract<LoadRefusal, 'dailyAmount' | 'dailyCount' | 'velocity'>;
  readonly rule: LimitRule;
}

interface Rule extends Omit<VelocityRule, 'maxCount' | 'maxAmount'> {
  readonly code: MetLimit['code'];
  readonly maxCount?: number | undefined;
  readonly maxAmount?: number | undefined;
}

/** `dailyCount` and `dailyAmount` are rules 1 and 2; the rest is `velocityRules`. */
function rulesOf({ dailyCount, dailyAmount, velocityRules }: IssuerSettings): readonly Rule[] {
  const daily = { scope: 'card', window: 'day' } as const;
  const first: Rule = { ...daily, number: 1, code: 'dailyCount', maxCount: dailyCount, messageKey: 'limit.dailyCount' };
  const second: Rule = { ...daily, number: 2, code: 'dailyAmount', maxAmount: dailyAmount, messageKey: 'limit.dailyAmount' };
  const own = velocityRules.map((rule): Rule => ({ ...rule, code: 'velocity' })).toSorted((one, other) => one.number - other.number);
  return [first, second, ...own].filter(({ maxCount, maxAmount }) => maxCount !== undefined || maxAmount !== undefined);
}

/** What a transaction must have for itself, so that two loads at once don't both take the last place. The card is its caller's. */
export function limitSubjects({ velocityRules }: IssuerSettings, terminalId: string): readonly Subject[] {
  const scopes = new Set(velocityRules.map(({ scope }) => scope));
  return [...(scopes.has('terminal') ? [`limit:terminal ${terminalId}` as const] : []), ...(scopes.has('issuer') ? (['limit:issuer'] as const) : [])];
}

/** The first limit that this load would pass. */
export async function limitMet(trx: StoreTransaction, settings: IssuerSettings, load: LoadInQuestion): Promise<MetLimit | undefined> {
  for (const rule of rulesOf(settings)) {
    const { count, total } = await countWithin(trx, rule, load, windowStart(rule, settings, load.at));
    const passed = (rule.maxCount !== undefined && count >= rule.maxCount) || (rule.maxAmount !== undefined && total + load.amount > rule.maxAmount);
    if (passed) return { code: rule.code, rule: { number: rule.number, messageKey: rule.messageKey } };
  }
  return undefined;
}

/** The first moment that counts. A load leaves a window of minutes when it is exactly as old as the window. */
function windowStart({ window }: Rule, { utcOffsetMinutes }: IssuerSettings, at: number): number {
  if (window !== 'day') return at - window.minutes * 60_000 + 1;
  const ahead = utcOffsetMinutes * 60_000;
  return Math.floor((at + ahead) / DAY_MS) * DAY_MS - ahead;
}

/** The state is written out as in the indexes `loads_counted_by_…`: a bound value would not use them. */
async function countWithin(trx: StoreTransaction, { scope }: Rule, load: LoadInQuestion, since: number): Promise<{ count: number; total: number }> {
  const whose: Record<Rule['scope'], RawBuilder<boolean>> = {
    card: sql<boolean>`serial = ${load.serial} and`,
    terminal: sql<boolean>`terminal_id = ${load.terminalId} and`,
    issuer: sql<boolean>``,
  };
  const { rows } = await sql<{ count: number; total: number }>`
    select count(*) as count, coalesce(sum(amount), 0) as total from loads
    where ${whose[scope]} at >= ${since} and state in ('reserved', 'undetermined', 'credited')
      and not exists (select 1 from claimed_loads where claimed_loads.load_id = loads.load_id)`.execute(trx);
  return rows[0] ?? { count: 0, total: 0 };
}
