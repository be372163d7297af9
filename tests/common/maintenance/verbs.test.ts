/** Every verb of every role, from the table in fleet.md's words: who may what, who needs somebody beside them, and that nobody may nothing. */
import { describe, expect, test } from 'vitest';
import { may, permissionFor, ROLES, TWO_PERSON_VERBS, VERBS, type Role, type StaffSession, type Verb } from '../../../common/maintenance/verbs.ts';

/** Columns: technician, collector, supervisor, auditor. */
const MATRIX: Readonly<Record<Verb, string>> = {
  'device.test': 'T-S-',
  'supplies.fill': 'TCS-',
  'box.exchange': '-CS-',
  'settlement.count': '-CS-',
  'settlement.resolve': '--S-',
  'journal.read': 'TCSA',
  'journal.export': '--SA',
  'receipt.reprint': 'T-S-',
  'load.resolve': 'T-S-',
  'readiness.run': 'TCS-',
  'monitor.read': 'T-S-',
  'logs.export': 'T-S-',
  'network.read': 'T-SA',
  'clock.read': 'T-SA',
  'configuration.read': 'T-SA',
  'configuration.import': 'T-S-',
  enrolment: 'T-S-',
  'update.apply': 'T-S-',
  'terminal.restart': 'T-S-',
  'terminal.outOfService': 'TCS-',
  'terminal.backInService': 'TCS-',
};
const LETTERS: Readonly<Record<Role, string>> = { technician: 'T', collector: 'C', supervisor: 'S', auditor: 'A' };

function sessionOf(role: Role, more: Partial<StaffSession> = {}): StaffSession {
  return { sessionId: 's-1', staff: '1001', role, verbs: VERBS, twoPersonVerbs: [], method: 'totp', signedInAt: '2026-11-22T05:33:00.000Z', ...more };
}

const everyCase = ROLES.flatMap((role) => VERBS.map((verb) => ({ role, verb, listed: MATRIX[verb].includes(LETTERS[role]) })));

describe('a role is a list of verbs', () => {
  test('the table names every verb once', () => expect(Object.keys(MATRIX).toSorted()).toEqual([...VERBS].toSorted()));
  test.for(everyCase)('$role, $verb: $listed', ({ role, verb, listed }) => {
    expect(may(sessionOf(role), verb)).toBe(listed);
  });
  test.for(everyCase)('$role, $verb: nothing where the visit is not for it', ({ role, verb }) => {
    expect(may(sessionOf(role, { verbs: VERBS.filter((other) => other !== verb) }), verb)).toBe(false);
  });
  test.for([...VERBS])('%s: nobody signed in may not', (verb) => expect(may(undefined, verb)).toBe(false));
});

describe('two persons', () => {
  const everyTwo = ROLES.flatMap((role) => TWO_PERSON_VERBS.map((verb) => ({ role, verb, listed: MATRIX[verb].includes(LETTERS[role]) })));
  test.for(everyTwo.filter(({ listed }) => listed))('$role, $verb: asks for somebody else, whose role lists it too, for this act', ({ role, verb }) => {
    const alone = sessionOf(role, { twoPersonVerbs: [verb] });
    expect(permissionFor(alone, verb)).toBe('secondNeeded');
    expect(permissionFor({ ...alone, second: { staff: '1001', role: 'supervisor', verb } }, verb)).toBe('secondNeeded');
    for (const other of ROLES) {
      const fit = MATRIX[verb].includes(LETTERS[other]);
      expect(may({ ...alone, second: { staff: '1002', role: other, verb } }, verb)).toBe(fit);
    }
    for (const signedFor of VERBS.filter((another) => another !== verb))
      expect(may({ ...alone, second: { staff: '1002', role: 'supervisor', verb: signedFor } }, verb)).toBe(false);
  });
  test('a supervisor beside them gives nobody a verb that is not theirs', () => {
    for (const { role, verb, listed } of everyTwo) {
      const both = sessionOf(role, { twoPersonVerbs: [verb], second: { staff: '1002', role: 'supervisor', verb } });
      expect(may(both, verb)).toBe(listed);
    }
  });
});
