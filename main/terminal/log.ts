/** The one logger: JSON lines, with what must never be written taken out by name. */
import { pino, type Level, type Logger } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Names under which secrets and personal data travel in this product; redacted wherever they turn up. */
const NEVER = ['serial', 'mac1', 'mac2', 'tac', 'pin', 'key', 'privateKey', 'masterLoadKey', 'masterTacKey', 'apdu'];

/** @param recent keeps the last lines as they were written. Default: nobody does */
export function createLog(level: string, recent?: RecentLines): Log {
  const redact = { paths: NEVER.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' };
  if (recent === undefined) return pino({ level, redact });
  const lowest = level as Level;
  return pino(
    { level, redact },
    pino.multistream([
      { level: lowest, stream: pino.destination(1) },
      { level: lowest, stream: recent },
    ]),
  );
}

/** More than a day of a terminal that is well, and an hour of one that is not. */
const LINES_KEPT = 2000;

/** The end of the log, for whoever takes it along on a stick. */
export class RecentLines {
  readonly #lines: string[] = [];

  write(line: string): void {
    this.#lines.push(line.trimEnd());
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  /** The oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }
}
