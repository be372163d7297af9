/** A reconciliation as lines for a person: the books, then every finding with where the money is and what to do. */
import { sumText } from '../sum-text.ts';
import type { BookTotals, Finding } from './reconcile.ts';

export function bookLines(books: readonly BookTotals[]): readonly string[] {
  return books.map(
    ({ book, here, there, difference }) => `${book.padEnd(9)} journal ${sumText(here)} · statement ${sumText(there)} · difference ${sumText(difference)}`,
  );
}

export function findingLines({ number, cause, status, terminalId, id, reference, amount, atStake, detail, where, todo }: Finding): readonly string[] {
  const what = [terminalId, reference, id, detail].filter((part) => part !== '').join(' · ');
  const money = amount === 0 ? `0.00 (about ${sumText(atStake)})` : `${amount > 0 ? '+' : ''}${sumText(amount)}`;
  return [`[${number}] ${cause} (${status}) ${what}: ${money}`, `     the money: ${where}`, `     to do: ${todo}`];
}

/** How it ends: whether somebody has to act. */
export function verdictLine(findings: readonly Finding[], even: boolean): string {
  const counts = (['difference', 'open', 'inFlight'] as const).map((status) => findings.filter((finding) => finding.status === status).length);
  return even ? `even: ${counts[1]} open, ${counts[2]} in flight` : `NOT even: ${counts[0]} differences, ${counts[1]} open, ${counts[2]} in flight`;
}
