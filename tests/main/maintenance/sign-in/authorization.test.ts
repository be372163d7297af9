/** The whole matrix: every verb for every role, with a grant that is good, expired or revoked, and at a terminal where sign-in is locked. */
import { describe, expect, test } from 'vitest';
import { may, ROLES, VERBS, type Role, type Verb } from '../../../../common/maintenance/verbs.ts';
import { AUDITOR, COLLECTOR, grantFor, signed, SUPERVISOR, TECHNICIAN, type StaffAtHand } from '../../../support/staff-at-hand.ts';
import { sessionOf, StaffBench } from './staff-bench.ts';

const DAY_S = 86_400;
const MEMBERS: Readonly<Record<Role, StaffAtHand>> = { technician: TECHNICIAN, collector: COLLECTOR, supervisor: SUPERVISOR, auditor: AUDITOR };

/** What a role may not, by fleet.md: a technician has nothing to do with money, a collector nothing with the machine, an auditor reads. */
const DENIED: Readonly<Record<Role, readonly Verb[]>> = {
  technician: ['box.exchange', 'settlement.count', 'settlement.resolve', 'journal.export'],
  collector: [
    'device.test',
    'settlement.resolve',
    'journal.export',
    'receipt.reprint',
    'load.resolve',
    'monitor.read',
    'logs.export',
    'network.read',
    'clock.read',
    'configuration.read',
    'configuration.import',
    'enrolment',
    'update.apply',
    'terminal.restart',
  ],
  supervisor: [],
  auditor: VERBS.filter((verb) => !['journal.read', 'journal.export', 'network.read', 'clock.read', 'configuration.read'].includes(verb)),
};

const STATES = ['signed in', 'expired', 'revoked', 'locked'] as const;

/** Signs in with a grant of the whole role, at a terminal in this state. */
async function visit(role: Role, state: (typeof STATES)[number]) {
  const member = MEMBERS[role];
  const bench = new StaffBench({ rules: { revokedStaff: state === 'revoked' ? [member.number] : [] } });
  const now = bench.clock.now();
  const from = state === 'expired' ? now - 8 * DAY_S * 1000 : now;
  const token = await signed(grantFor(member, from, { verbs: [...VERBS] }));
  if (state === 'locked') for (let tries = 0; tries < 5; tries += 1) await bench.signIn({ method: 'grant', token, pin: '000000' });
  const outcome = await bench.signIn({ method: 'grant', token, pin: member.pin });
  return { outcome, session: sessionOf(outcome) };
}

describe.each(ROLES)('%s', (role) => {
  describe.each(STATES)('%s', (state) => {
    const granted = VERBS.filter((verb) => state === 'signed in' && !DENIED[role].includes(verb));
    test.each(VERBS)('%s', async (verb) => {
      const { session } = await visit(role, state);
      expect(may(session, verb)).toBe(granted.includes(verb));
    });
  });

  test.each([
    ['signed in', { kind: 'signedIn' }],
    ['expired', { kind: 'refused', word: 'expired' }],
    ['revoked', { kind: 'refused', word: 'revoked' }],
    ['locked', { kind: 'locked' }],
  ] as const)('%s: that is what the judge says', async (state, outcome) => {
    expect((await visit(role, state)).outcome).toMatchObject(outcome);
  });
});
