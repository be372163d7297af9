/**
 * What a ccTalk driver knows again after its process died: how far the ring's events were handled, and the accept counter when a bill came
 * to stand in escrow. Text ↔ value for `AcceptorMemory`.
 * Source: protocols/cash-acceptor.md 5.3 and 6.2.
 */
import { z } from 'zod';
import { fromHex, toHex } from '../../../common/hex.ts';
import { readEvents } from './codec.ts';
import type { RingMark } from './event-ring.ts';

/** The accept counter (150 for this type) before a bill in escrow was moved. */
export interface AcceptedBefore {
  readonly billType: number;
  readonly count: number;
}

export interface Remembered {
  readonly mark: RingMark;
  readonly accepted?: AcceptedBefore | undefined;
}

const schema = z.strictObject({
  counter: z.int().min(0).max(255),
  events: z.string().regex(/^(?:[0-9A-F]{4}){0,5}$/),
  accepted: z.strictObject({ billType: z.int().min(1).max(255), count: z.int().min(0).max(0xff_ffff) }).optional(),
});

export function memoryText({ mark, accepted }: Remembered): string {
  const events = toHex(Uint8Array.from(mark.events.flatMap(({ a, b }) => [a, b])));
  return JSON.stringify({ counter: mark.counter, events, accepted });
}

/** Undefined: nothing was kept, or not by this driver. */
export function readMemory(text: string | undefined): Remembered | undefined {
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = schema.safeParse(parsed);
  if (!result.success) return undefined;
  const { counter, events, accepted } = result.data;
  return { mark: { counter, events: readEvents(fromHex(events)) }, accepted };
}
