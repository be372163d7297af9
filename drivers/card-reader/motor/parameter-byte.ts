/** A command parameter in a model's options. */
import { z } from 'zod';

/** A byte as the manuals print it, for example `"32"`. */
export const parameterByte = z
  .string()
  .regex(/^[0-9A-Fa-f]{2}$/, 'expected two hexadecimal digits')
  .transform((text) => Number.parseInt(text, 16));
