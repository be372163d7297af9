/** Who may sign in: staff and their invitations; and the record of every act that matters for security. */
import { z } from 'zod';
import { dateSchema, momentSchema, pageOf, pageQuery, reasonSchema, staffNameSchema } from './fields.ts';
import { roles } from './roles.ts';

export const staffParamsSchema = z.strictObject({ staffId: z.string().max(80) });

export const staffMemberSchema = z.strictObject({
  staffId: z.string(),
  name: z.string(),
  role: z.enum(roles),
  /** `invited`: has not accepted yet, or was asked to begin anew. */
  state: z.enum(['invited', 'active', 'disabled']),
  createdAt: momentSchema,
  createdBy: z.string(),
  lastSignInAt: momentSchema.nullable(),
  passkeys: z.int().min(0),
  /** Of the open invitation. */
  invitationExpiresAt: momentSchema.nullable(),
});
export type StaffMember = z.infer<typeof staffMemberSchema>;

export const staffListSchema = z.strictObject({ staff: z.array(staffMemberSchema) });

export const inviteSchema = z.strictObject({ name: staffNameSchema, role: z.enum(roles) });
/** Shown once; the page's address for it is `/console/invitation#<code>`. */
export const madeInvitationSchema = z.strictObject({ staffId: z.string(), code: z.string(), expiresAt: momentSchema });

export const changeRoleSchema = z.strictObject({ role: z.enum(roles), reason: reasonSchema });
export const staffReasonSchema = z.strictObject({ reason: reasonSchema });

export const auditKinds = [
  'invited',
  'invitationAccepted',
  'invitationRefused',
  'signedIn',
  'signInRefused',
  'signInLocked',
  'signedOut',
  'passwordChanged',
  'passkeyAdded',
  'passkeyRemoved',
  'recoveryCodeUsed',
  'recoveryCodesRenewed',
  'roleChanged',
  'staffDisabled',
  'staffEnabled',
  'staffReset',
  'notAllowed',
  'terminalRevoked',
  'alarmClosed',
  'sealedOpened',
  'reportTaken',
  'rolloutStarted',
  'rolloutPaused',
  'rolloutResumed',
  'rolloutStopped',
  'rolloutHalted',
  'terminalPinned',
  'terminalUnpinned',
] as const;
export type AuditKind = (typeof auditKinds)[number];

export const auditEventSchema = z.strictObject({
  eventId: z.string(),
  at: momentSchema,
  kind: z.enum(auditKinds),
  /** Whose session, or the name that was tried. */
  actor: z.string(),
  /** What it was done to: a member of staff, a terminal, an entry. */
  about: z.string().nullable(),
  /** Why, in the person's words, or what was refused. */
  detail: z.string().nullable(),
  address: z.string(),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;

/** The latest first. */
export const auditQuerySchema = z.strictObject({
  ...pageQuery,
  kind: z.enum(auditKinds).optional(),
  actor: z.string().max(80).optional(),
  /** The whole of that day, UTC, and before. */
  until: dateSchema.optional(),
});
export const auditPageSchema = pageOf(auditEventSchema);
