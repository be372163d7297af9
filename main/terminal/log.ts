/** The one logger: JSON lines, with what must never be written taken out by name. */
import { pino, type Logger } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Names under which secrets and personal data travel in this product; redacted wherever they turn up. */
const NEVER = ['serial', 'mac1', 'mac2', 'tac', 'pin', 'key', 'privateKey', 'masterLoadKey', 'masterTacKey', 'apdu'];

export function createLog(level: string): Log {
  return pino({ level, redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' } });
}
