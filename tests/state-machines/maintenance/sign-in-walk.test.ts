/** The chart of staff's prompt, walked through every state it can reach: no trap, and nobody inside without the judge's word. */
import { expect, test } from 'vitest';
import { signInMachine } from '../../../state-machines/maintenance/sign-in.ts';
import type { SignInContext } from '../../../state-machines/maintenance/sign-in-context.ts';
import { VISIT } from '../../support/fake-staff.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { traps, walk } from '../walk.ts';

const preferences = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } as const;
const plain = (...types: readonly string[]) => Object.fromEntries(types.map((type) => [type, [{ type }]]));

const events = {
  ...plain('ui.erase', 'ui.clear', 'ui.confirm', 'ui.back', 'ui.cancel', 'ui.finish', 'CARD.INSERTED', 'CARD.REMOVED', 'CODE.UNREADABLE', 'SCANNER.AWAY'),
  PREFERENCES: [{ type: 'PREFERENCES', preferences }],
  'ui.digit': [{ type: 'ui.digit', digit: '4' }],
  'ui.sign-in-way': ['card', 'grant', 'totp', 'phone'].map((way) => ({ type: 'ui.sign-in-way', way })),
  'CODE.SCANNED': ['a.b.c', '134567890123456789'].map((text) => ({ type: 'CODE.SCANNED', text })),
};

function walked(standing: FakeWorld['staff']['free']) {
  const world = new FakeWorld();
  world.staff.methods = ['card', 'grant', 'totp', 'phone'];
  world.staff.free = standing;
  return walk({
    machine: signInMachine,
    input: { ports: world.ports, preferences, purpose: { kind: 'visit' } },
    outputs: {
      scan: [],
      openGate: [undefined],
      giveBack: [undefined],
      readCard: [{ kind: 'read', token: 'a.b.c', chip: '04A1B2C3' }, { kind: 'noStaffCard' }, { kind: 'removed' }],
      judge: [{ kind: 'signedIn', session: VISIT }, { kind: 'refused', word: 'notAccepted' }, { kind: 'locked' }],
    },
    events,
    key: (snapshot) => {
      const { method, staff, code, pin, token, result } = snapshot.context as SignInContext;
      const typed = snapshot.matches('number') ? staff.length : snapshot.matches('code') ? code.length : pin.length;
      return JSON.stringify([snapshot.value, snapshot.status, method, typed, staff === '', code === '', token === '', result.kind]);
    },
  });
}

test('who walks away at any moment is never waited for without end', () => {
  expect(traps(walked({ state: 'free', triesLeft: 5 }))).toEqual([]);
  expect(traps(walked({ state: 'day', leftMs: 86_400_000 }))).toEqual([]);
});

test('nobody gets in but by the judge, and nothing that was typed or read is left at the end', () => {
  const places = [...walked({ state: 'free', triesLeft: 5 }).values()];
  expect(places.length).toBeGreaterThan(50);
  for (const { snapshot, done } of places) {
    const { result, staff, code, pin, token } = snapshot.context as SignInContext;
    if (!done) expect(result.kind).toBe('left');
    else expect([staff, code, pin, token]).toEqual(['', '', '', '']);
  }
  expect(places.filter(({ done, snapshot }) => done && (snapshot.context as SignInContext).result.kind === 'signedIn')).toHaveLength(1);
});

test('what is typed is locked: only what the operator signed leads to the judge', () => {
  const places = [...walked({ state: 'wait', leftMs: 15_000 }).values()];
  const judged = places.filter(({ snapshot }) => snapshot.matches('judging')).map(({ snapshot }) => (snapshot.context as SignInContext).method);
  expect(new Set(judged)).toEqual(new Set(['card', 'grant']));
});
