/**
 * How long supplies last ("paper for about 2 days"): what is left, by what was counted in the journal, divided by what was used of it lately.
 * Pure; told upstream with the heartbeat, shown on the console, the staff's overview and by `kioskctl status`.
 */
import { z } from 'zod';

/** `paper` runs out slip by slip, `blankCards` card by card; `cashBox` and `rejectBin` fill up. */
export const supplies = ['paper', 'blankCards', 'rejectBin', 'cashBox'] as const;
export type Supply = (typeof supplies)[number];

export const supplyForecastSchema = z.strictObject({
  supply: z.enum(supplies),
  /** Slips, cards or notes that are left, or that still fit in. */
  left: z.int().min(0),
  /** Used a day, in hundredths: an average has no whole numbers. */
  perDayHundredths: z.int().min(0),
  /** Whole days that it lasts at that pace, at most {@link MOST_DAYS}; absent: nothing was used lately. */
  days: z.int().min(0).optional(),
});
export type SupplyForecast = Readonly<z.infer<typeof supplyForecastSchema>>;

/** So far back use is counted: a week has each of its days once. */
export const COUNTED_DAYS = 7;
const DAY_MS = 86_400_000;
/** Beyond this an average says nothing. */
export const MOST_DAYS = 365;

/** What is known otherwise than from the journal. */
export interface StockFacts {
  /** Blanks that the dispenser counts itself. */
  readonly blankCards?: number;
  /** Cards that fit into the bin, notes that fit into the box. */
  readonly rejectBinHolds?: number;
  readonly cashBoxHolds?: number;
  /** Slips from one roll. Absent: as many as came off the one before, else {@link SLIPS_A_ROLL}. */
  readonly slipsARoll?: number;
}

/** 80 m of paper at 25 cm a slip. */
export const SLIPS_A_ROLL = 320;

/** Entries by which a supply gets less, and the ones by which it is as new. */
const USES: Readonly<Record<Supply, { readonly used: readonly string[]; readonly renewed: readonly string[] }>> = {
  paper: { used: ['receipt.printed'], renewed: ['supply.filled'] },
  blankCards: { used: ['replacement.dispensing'], renewed: ['supply.filled'] },
  rejectBin: { used: ['replacement.captured', 'card.captured'], renewed: ['supply.filled'] },
  cashBox: { used: ['cash.stacked'], renewed: ['box.inserted'] },
};

/** What of a journal entry is looked at. */
export interface CountedEntry {
  readonly kind: string;
  readonly at: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Tally {
  /** Since it was renewed last; undefined: it never was in what was read. */
  sinceRenewed: number | undefined;
  /** Pieces that were put in then, where that was counted. */
  filledWith: number | undefined;
  /** Between the last two renewals. */
  lastTurn: number | undefined;
  /** Within the days that count. */
  lately: number;
}

/**
 * One for each supply of which it is known how much is left.
 * @param entries in order; as far back as there are any, at least {@link COUNTED_DAYS}
 * @param now ms since 1970
 */
export function forecastSupplies(entries: Iterable<CountedEntry>, now: number, facts: StockFacts): readonly SupplyForecast[] {
  const tallies = Object.fromEntries(
    supplies.map((supply) => [supply, { sinceRenewed: undefined, filledWith: undefined, lastTurn: undefined, lately: 0 }]),
  ) as Record<Supply, Tally>;
  let first = now;
  for (const { kind, at, body } of entries) {
    const moment = Date.parse(at);
    first = Math.min(first, moment);
    for (const supply of supplies) count(tallies[supply], supply, kind, body, now - moment < COUNTED_DAYS * DAY_MS);
  }
  // a terminal that began on Tuesday has not had a week yet; nor is an hour a day
  const counted = Math.min(COUNTED_DAYS, Math.max(1, (now - first) / DAY_MS));
  return supplies.flatMap((supply) => {
    const left = leftOf(supply, tallies[supply], facts);
    return left === undefined ? [] : [forecast(supply, left, tallies[supply].lately / counted)];
  });
}

function count(tally: Tally, supply: Supply, kind: string, body: CountedEntry['body'], isLate: boolean): void {
  const { used, renewed } = USES[supply];
  if (used.includes(kind)) {
    if (tally.sinceRenewed !== undefined) tally.sinceRenewed += 1;
    if (isLate) tally.lately += 1;
  }
  if (!renewed.includes(kind) || (kind === 'supply.filled' && body['supply'] !== supply)) return;
  const pieces = body['count'];
  tally.lastTurn = tally.sinceRenewed;
  tally.sinceRenewed = 0;
  tally.filledWith = typeof pieces === 'number' ? pieces : undefined;
}

function leftOf(supply: Supply, { sinceRenewed, filledWith, lastTurn }: Tally, facts: StockFacts): number | undefined {
  switch (supply) {
    case 'paper': {
      const aRoll = facts.slipsARoll ?? (lastTurn === undefined || lastTurn === 0 ? SLIPS_A_ROLL : lastTurn);
      return sinceRenewed === undefined ? undefined : Math.max(0, aRoll - sinceRenewed);
    }
    case 'blankCards':
      if (facts.blankCards !== undefined) return facts.blankCards;
      return sinceRenewed === undefined || filledWith === undefined ? undefined : Math.max(0, filledWith - sinceRenewed);
    case 'rejectBin':
      return room(facts.rejectBinHolds, sinceRenewed);
    case 'cashBox':
      return room(facts.cashBoxHolds, sinceRenewed);
  }
}

function room(holds: number | undefined, inside: number | undefined): number | undefined {
  return holds === undefined || inside === undefined ? undefined : Math.max(0, holds - inside);
}

function forecast(supply: Supply, left: number, perDay: number): SupplyForecast {
  const perDayHundredths = Math.round(perDay * 100);
  return { supply, left, perDayHundredths, ...(perDay === 0 ? {} : { days: Math.min(MOST_DAYS, Math.floor(left / perDay)) }) };
}
