/** The shell's log: one JSON line an event on stdout, by the house's logger. Used by everything in this folder that runs in the main process. */
import { inspect } from 'node:util';
import { pino } from 'pino';

export interface ShellLog {
  info(details: object, event: string): void;
  warn(details: object, event: string): void;
  error(details: object, event: string): void;
}

export function createShellLog(): ShellLog {
  return pino({ name: 'shell', base: { pid: process.pid } });
}

/** Anything from outside as text, shortened so that nobody can fill the log with one message. Never throws. */
export function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : asText(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** A message between processes may hold what JSON has no words for: big integers, and itself. */
function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return inspect(value, { depth: 2, maxArrayLength: 10, maxStringLength: 200, breakLength: Number.POSITIVE_INFINITY });
  }
}
