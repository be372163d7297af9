/** The clock of a promise in words: how long is left, or how late it is. Pure; the server's row and the moment are given. */
import type { TicketRowAnswer } from '../../../console-api/tickets.ts';
import type { Tone } from '../../components/text.tsx';

export interface PromiseReading {
  readonly word: 'left' | 'over' | 'paused' | 'kept' | 'late';
  readonly tone: Tone;
  /** `left`, `over`: how long, ms. */
  readonly ms: number;
}

type Clock = Pick<TicketRowAnswer, 'state' | 'promise' | 'dueAt' | 'breachedAt'>;

/** Less than so much left is worth a color, ms: what the server calls pressing, too. */
const SOON_MS = 3_600_000;

/** A promise that ends while the page is looked at is over then, whatever the row says. */
export function readPromise({ state, promise, dueAt, breachedAt }: Clock, now: number): PromiseReading {
  if (state === 'resolved' || state === 'closed') return promise === 'breached' ? reading('late', 'warn') : reading('kept', 'ok');
  const brokenAt = breachedAt ?? (dueAt !== null && dueAt < now ? dueAt : null);
  if (brokenAt !== null) return reading('over', 'danger', now - brokenAt);
  if (dueAt === null) return reading('paused', 'off');
  return reading('left', dueAt - now < SOON_MS ? 'warn' : 'info', dueAt - now);
}

function reading(word: PromiseReading['word'], tone: Tone, ms = 0): PromiseReading {
  return { word, tone, ms };
}
