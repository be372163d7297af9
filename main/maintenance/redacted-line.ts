/** A line of the log as it may leave the terminal: what the logger takes out by name is gone already; runs of digits that could be a card, a telephone or an identity number keep their last four. */
import { parseJson } from '../../common/parse-json.ts';

/** As long as the shortest of them. */
const NUMBER = /\d{8,}/g;

export function redactedLine(line: string): string {
  const value = parseJson(line);
  // what is no line of the logger is text as a whole
  return value === undefined ? masked(line) : JSON.stringify(redacted(value));
}

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redacted(each)]));
  return value;
}

function masked(text: string): string {
  return text.replaceAll(NUMBER, (digits) => '*'.repeat(digits.length - 4) + digits.slice(-4));
}
