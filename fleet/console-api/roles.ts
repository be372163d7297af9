/** Who may do what in the console: a role is a list of verbs, and what no role lists nobody may. */

export const verbs = [
  'fleet.read',
  'terminal.revoke',
  'alarm.close',
  'rollouts.read',
  'rollouts.run',
  'journal.read',
  'sealed.open',
  'settlements.read',
  'statistics.read',
  'tickets.read',
  'tickets.work',
  'tickets.evidence',
  'chats.read',
  'desk.figures',
  'staff.manage',
  'audit.read',
] as const;
export type Verb = (typeof verbs)[number];

export const roles = ['operator', 'support', 'auditor'] as const;
export type Role = (typeof roles)[number];

export const verbsOf: Readonly<Record<Role, readonly Verb[]>> = {
  /** Runs the fleet, and says who else may sign in. Of the desk it sees how it goes, and nothing of a person (server/support/person-data.ts). */
  operator: [
    'fleet.read',
    'terminal.revoke',
    'alarm.close',
    'rollouts.read',
    'rollouts.run',
    'journal.read',
    'settlements.read',
    'statistics.read',
    'tickets.read',
    'desk.figures',
    'staff.manage',
  ],
  /** Answers cardholders. */
  support: ['fleet.read', 'journal.read', 'tickets.read', 'tickets.work', 'tickets.evidence', 'chats.read', 'desk.figures'],
  /** Looks at everything, changes nothing, and alone opens what is sealed. */
  auditor: [
    'fleet.read',
    'rollouts.read',
    'journal.read',
    'sealed.open',
    'settlements.read',
    'statistics.read',
    'tickets.read',
    'tickets.evidence',
    'chats.read',
    'desk.figures',
    'audit.read',
  ],
};
