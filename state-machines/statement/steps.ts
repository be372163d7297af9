/** The steps of a statement that ask the world: its lines, and a slip of them. */
import type { CardRecord, Ports, ReceiptOutcome, StatementContent } from '../ports.ts';
import { LINES_OF_SLIP, linesOf, todayOf, type StatementContext, type StatementInput } from './context.ts';
import { dayBefore, joinRecords, RANGE_DAYS } from './lines.ts';

export interface Gathered {
  readonly lines: readonly CardRecord[];
  readonly source: StatementContext['source'];
}

/** Never rejects: without upstream the card's own records are the statement, and it says so. */
export async function gather({ ports, card }: Pick<StatementInput, 'ports' | 'card'>, signal: AbortSignal): Promise<Gathered> {
  try {
    const ofAccount = await ports.issuer.history(card.ref, dayBefore(todayOf({ ports }), RANGE_DAYS.quarter), signal);
    return { lines: joinRecords(card.records, ofAccount), source: 'account' };
  } catch {
    return { lines: joinRecords(card.records, []), source: 'cardOnly' };
  }
}

/** The slip that comes next: after the last line that is on paper for certain. */
export function nextSlip(context: StatementContext): StatementContent {
  const { ports, card, source, range, printed, broken, preferences } = context;
  const lines = linesOf(context);
  return {
    at: ports.clock.now(),
    cardTail: card.ref.tail,
    balance: card.balance,
    source,
    range,
    first: printed + 1,
    total: lines.length,
    lines: lines.slice(printed, printed + LINES_OF_SLIP),
    continued: broken,
    locale: preferences.locale,
    largePrint: preferences.size !== 'standard',
  };
}

export function printNext(ports: Ports, content: StatementContent): Promise<ReceiptOutcome> {
  return ports.receipts.printStatement(ports.ids.uuid(), content);
}
