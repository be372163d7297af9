/** With whom clearing files are exchanged, and under which names. Used by config.ts. */
import { z } from 'zod';
import { publicKeySchema } from '../../../common/upstream-api/fields.ts';
import { clearingRoles, partyNameSchema } from './clearing-file.ts';

export const clearingSettingsSchema = z.strictObject({
  /** What we are, and how partners know us. */
  role: z.enum(clearingRoles).default('operator'),
  name: partyNameSchema.default('operator'),
  /** The key is the public half of that which signs the partner's files (Ed25519, JWK). */
  partners: z
    .array(z.strictObject({ name: partyNameSchema, publicKey: publicKeySchema }))
    .max(32)
    .default([]),
});
export type ClearingSettings = z.infer<typeof clearingSettingsSchema>;
