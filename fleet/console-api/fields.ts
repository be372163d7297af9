/** Fields that several calls of the console share. Every string is bounded. The console's server validates with them, its page is typed by them. */
import { z } from 'zod';
import { timeSchema } from '../../common/upstream-api/fields.ts';

/** ms since 1970. */
export const momentSchema = timeSchema;

/** Fen; differences may be negative. */
export const fenSchema = z.int();

export const dateSchema = z.iso.date();

/** In a query everything is text. */
export const countInQuery = (most: number) => z.coerce.number<number>().int().min(1).max(most);

/** Where the next page begins: opaque, as the page before it said. */
export const cursorSchema = z.string().max(200);

/** A page's `limit` and place. */
export const pageQuery = { limit: countInQuery(200).default(50), cursor: cursorSchema.optional() };

/** `next` is absent on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next: cursorSchema.optional() });
}

/** Who, in a person's own words; signs in under it. */
export const staffNameSchema = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,38}[\p{L}\p{N}]$/u, 'expected 2 to 40 letters, digits, spaces, dots, hyphens');

/** Why, in a person's own words; kept for ever. */
export const reasonSchema = z.string().trim().min(5).max(400);

export const doneSchema = z.strictObject({ done: z.literal(true) });
