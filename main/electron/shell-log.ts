/** The shell's log: one JSON line an event on stdout, by the house's logger. Used by everything in this folder that runs in the main process. */
import { pino } from 'pino';

export interface ShellLog {
  info(details: object, event: string): void;
  warn(details: object, event: string): void;
  error(details: object, event: string): void;
}

export function createShellLog(): ShellLog {
  return pino({ name: 'shell', base: { pid: process.pid } });
}

/** Text from outside, shortened so that nobody can fill the log with one message. */
export function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
