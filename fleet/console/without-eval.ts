/** Tells the schema library that no code may be made from strings in this page: its policy forbids it. Imported before any schema is made. */
import { z } from 'zod';

z.config({ jitless: true });
