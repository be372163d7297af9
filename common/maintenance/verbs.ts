/**
 * What staff may do at the cabinet: verbs, the roles that list them, and the one question that is asked before every act. Default deny:
 * a verb that no list names is nobody's. Rooms, self-tests, grants and the operator's command line all read these lists.
 */

export const VERBS = [
  'device.test',
  'supplies.fill',
  'box.exchange',
  'settlement.count',
  'settlement.resolve',
  'journal.read',
  'journal.export',
  'receipt.reprint',
  'load.resolve',
  'readiness.run',
  'monitor.read',
  'logs.export',
  'network.read',
  'clock.read',
  'configuration.read',
  'configuration.import',
  'enrolment',
  'update.apply',
  'terminal.restart',
  'terminal.outOfService',
  'terminal.backInService',
] as const;
export type Verb = (typeof VERBS)[number];

export const ROLES = ['technician', 'collector', 'supervisor', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** A technician has no business with the cash, a collector none with the machine, an auditor changes nothing. */
export const rolesToVerbs: Readonly<Record<Role, readonly Verb[]>> = {
  technician: [
    'device.test',
    'supplies.fill',
    'journal.read',
    'receipt.reprint',
    'load.resolve',
    'readiness.run',
    'monitor.read',
    'logs.export',
    'network.read',
    'clock.read',
    'configuration.read',
    'configuration.import',
    'enrolment',
    'update.apply',
    'terminal.restart',
    'terminal.outOfService',
    'terminal.backInService',
  ],
  // whoever empties the box leaves the terminal in service, or closed with a reason
  collector: ['supplies.fill', 'box.exchange', 'settlement.count', 'journal.read', 'readiness.run', 'terminal.outOfService', 'terminal.backInService'],
  supervisor: VERBS,
  auditor: ['journal.read', 'journal.export', 'network.read', 'clock.read', 'configuration.read'],
};

/** What the operator may want two persons for at the cabinet: cash, reversals and export; which of them: `maintenance.twoPersons`. */
export const TWO_PERSON_VERBS = [
  ...(['box.exchange', 'settlement.count'] as const),
  ...(['load.resolve'] as const),
  ...(['journal.export', 'logs.export'] as const),
] as const satisfies readonly Verb[];
export type TwoPersonVerb = (typeof TWO_PERSON_VERBS)[number];

export const SIGN_IN_METHODS = ['card', 'grant', 'totp', 'phone'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** Why somebody was not let in, as the journal has it; the screen says less (sign-in-view.ts). */
export const REFUSALS = [
  /** It has not the form of what it should be. */
  'malformed',
  'badSignature',
  'unknownStaff',
  'badCode',
  'badPin',
  'notYet',
  'expired',
  'otherTerminal',
  'revoked',
  /** As often as it may be. */
  'used',
  /** Signed for a card, and held by another one. */
  'otherCard',
  /** Beside themselves. */
  'samePerson',
  /** Their role doesn't do this either. */
  'notFit',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const SIGN_OUTS = ['left', 'idle', 'cardRemoved', 'expired', 'restart', 'fault'] as const;
export type SignOut = (typeof SIGN_OUTS)[number];

/** One person inside. Made by the sign-in, carried by every act into the journal, gone with the visit. */
export interface StaffSession {
  readonly sessionId: string;
  /** Staff number, as text. */
  readonly staff: string;
  readonly role: Role;
  /** What this visit is for: never more than the role, less where a grant says so. */
  readonly verbs: readonly Verb[];
  /** The operator wants two persons for these. */
  readonly twoPersonVerbs: readonly TwoPersonVerb[];
  readonly method: SignInMethod;
  readonly grantSerial?: string | undefined;
  /** Who else signed in, for the act at hand. */
  readonly second?: SecondPerson | undefined;
  readonly signedInAt: string;
}

export interface SecondPerson {
  readonly staff: string;
  readonly role: Role;
  /** What they signed for: they stand for no other act. */
  readonly verb: Verb;
}

/** `secondNeeded`: theirs to do, with somebody else beside them who may do it too. */
export type Permission = 'granted' | 'secondNeeded' | 'denied';

export function permissionFor(session: StaffSession | undefined, verb: Verb): Permission {
  if (session === undefined || !session.verbs.includes(verb) || !rolesToVerbs[session.role].includes(verb)) return 'denied';
  if (!session.twoPersonVerbs.some((wanted) => wanted === verb)) return 'granted';
  return secondOf(session, verb) === undefined ? 'secondNeeded' : 'granted';
}

/** Who signed for this act beside whoever is in: somebody else, who may do it too. */
export function secondOf({ staff, second }: StaffSession, verb: Verb): SecondPerson | undefined {
  return second?.verb === verb && second.staff !== staff && rolesToVerbs[second.role].includes(verb) ? second : undefined;
}

/** Asked before every act. Nobody signed in may nothing. */
export function may(session: StaffSession | undefined, verb: Verb): boolean {
  return permissionFor(session, verb) === 'granted';
}
