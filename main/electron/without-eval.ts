/**
 * Tells the schema library that no code may be made from strings here, before the first schema is made: the page's policy forbids it,
 * and trying would be logged as a violation. The preload imports this first.
 */
import { z } from 'zod';

z.config({ jitless: true });
