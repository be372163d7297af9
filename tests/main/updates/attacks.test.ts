/** Each attack of attacks.ts is refused, by the right judge, and the terminal goes on running what it ran. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attackClasses, attacks, judged, newScene, withCatalogueSignedBy, type Scene } from './attacks.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await newScene();
});
afterEach(() => {
  scene.operator.end();
  scene.terminal.end();
});

test.each(attacks.map((attack) => [attack.name, attack] as const))('%s: refused, and the release before runs on', async (_, attack) => {
  const verdict = await judged(attack, scene);
  expect(attack.refusedAs).toContain(verdict);
  expect(existsSync(join(scene.terminal.folder, 'next.json'))).toBe(false);
  expect(scene.terminal.choose()).toMatchObject({ slot: '1.0.0', trial: false });
});

test('the same catalogue signed by two of its keys is taken: nothing else was wrong with it', async () => {
  const { operator, terminal } = scene;
  expect(await withCatalogueSignedBy(operator, terminal, operator.keys.targets.slice(1))).toMatchObject({ slot: '2.0.0' });
});

test('the eight classes of attack of The Update Framework are among them, and wrong keys', () => {
  expect(attackClasses).toEqual([
    'arbitrary software',
    'rollback',
    'freeze',
    'mix-and-match',
    'endless data',
    'fast-forward',
    'extraneous software',
    'key threshold',
    'wrong keys',
    'slow retrieval',
  ]);
});
