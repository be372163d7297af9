/** Configuration of the maintenance mode: who may sign in, whose signed grants are taken, what needs two persons. Part of schema.ts. */
import { z } from 'zod';
import { grantSerialSchema, staffNumberSchema } from '../../common/maintenance/grant.ts';
import { pinHashSchema } from '../../common/maintenance/pin.ts';
import { ROLES, TWO_PERSON_VERBS } from '../../common/maintenance/verbs.ts';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';

/** With its name in the header of what it signs; a key that is taken out of the list signs nothing any more. */
const grantKeySchema = publicKeySchema.extend({
  kid: z.string('expected the name of the key').regex(/^[\w-]{1,80}$/, 'expected 1 to 80 of A-Z a-z 0-9 _ and -'),
});

export const maintenanceSchema = z.strictObject({
  /** Who signs in with a one-time code. Grants and cards say themselves whose they are. */
  staff: z
    .array(z.strictObject({ number: staffNumberSchema, role: z.enum(ROLES, `expected one of ${ROLES.join(', ')}`), pin: pinHashSchema }))
    .max(500)
    .default([])
    .refine((staff) => new Set(staff.map(({ number }) => number)).size === staff.length, 'expected each staff number once'),
  /** The operator's: whose grants and cards are taken. */
  grantKeys: z.array(grantKeySchema).max(8, 'expected at most 8 keys').default([]),
  revokedSerials: z.array(grantSerialSchema).max(5000).default([]),
  /** However they sign in. */
  revokedStaff: z.array(staffNumberSchema).max(5000).default([]),
  /** Where sticks are mounted: exports go there. `null`: nothing can be taken along. Relative paths count from the configuration file. */
  exportFolder: z
    .string('expected a folder, or null')
    .min(1, 'expected a folder, or null')
    .max(400)
    .nullish()
    .transform((folder) => folder ?? undefined),
  /** Acts that somebody else must sign for too, at that moment. */
  twoPersons: z.array(z.enum(TWO_PERSON_VERBS, `expected one of ${TWO_PERSON_VERBS.join(', ')}`)).default([]),
});
