/** Which pages a role has, and which of them stand in a phone's bar. */
import { expect, test } from 'vitest';
import { verbsOf } from '../../../fleet/console-api/roles.ts';
import { barOf, STOPS, stopsFor } from '../../../fleet/console/frame/pages.ts';

const pathsOf = (role: keyof typeof verbsOf): readonly string[] => stopsFor(verbsOf[role]).map(({ path }) => path);

test('support begins at the desk, and has no money, figures of the fleet, staff or record', () => {
  expect(pathsOf('support')).toEqual(['/tickets', '/callbacks', '/chats', '/terminals', '/transactions', '/surveys', '/knowledge']);
});

test('an operator has everything but chats and the record of who did what; an auditor has that, and nobody to manage', () => {
  expect(STOPS.map(({ path }) => path).filter((path) => !pathsOf('operator').includes(path))).toEqual(['/chats', '/audit']);
  expect(STOPS.map(({ path }) => path).filter((path) => !pathsOf('auditor').includes(path))).toEqual(['/staff']);
});

test('a phone’s bar has room for five: what doesn’t fit is behind the fifth', () => {
  for (const count of [0, 1, 4, 5, 6, 8]) {
    const stops = STOPS.slice(0, count);
    const { bar, more } = barOf(stops);
    expect([...bar, ...more]).toEqual(stops);
    expect(bar.length + (more.length > 0 ? 1 : 0)).toBeLessThanOrEqual(5);
    expect(more.length).not.toBe(1);
  }
});
