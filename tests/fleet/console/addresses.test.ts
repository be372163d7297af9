/** How a call's name becomes an address. */
import { expect, test } from 'vitest';
import { calls } from '../../../fleet/console-api/calls.ts';
import { withParams, withQuery } from '../../../fleet/console/api/client.ts';
import { storyPath, terminalPath } from '../../../fleet/console/paths.ts';

test('what stands in a path can’t leave it', () => {
  expect(withParams('/terminals/:terminalId/journal', { terminalId: '../staff?x=1#y' })).toBe('/terminals/..%2Fstaff%3Fx%3D1%23y/journal');
  expect(withParams('/terminals/:terminalId/journal/:epoch/:seq/open-sealed', { terminalId: 'T-1', epoch: 2, seq: 40 })).toBe(
    '/terminals/T-1/journal/2/40/open-sealed',
  );
});

test('every call’s parameters stand in its path', () => {
  for (const { path, ...call } of Object.values(calls)) {
    const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    const asked = 'params' in call ? Object.keys(call.params.shape) : [];
    expect(new Set(named), path).toEqual(new Set(asked));
  }
});

test('what is absent or empty is not asked', () => {
  expect(withQuery({})).toBe('');
  expect(withQuery({ filter: 'all', search: '', version: undefined, limit: 50 })).toBe('?filter=all&limit=50');
  expect(withQuery({ reference: 'A01 & B' })).toBe('?reference=A01+%26+B');
});

test('a terminal’s page is found again whatever its id is made of', () => {
  expect(terminalPath('A01_x-1.2')).toBe('/terminals/A01_x-1%2E2');
  expect(storyPath('A.1', '019abcde-0000')).toBe('/terminals/A%2E1/transactions/019abcde-0000');
});
