/** Runs situations as tests of one terminal, which is started once a file and left at the attract screen by each of them. */
import { test } from '@playwright/test';
import type { Situation } from './top-up-situations.ts';
import type { World } from './world.ts';

/** @param start makes the world; @param stop what the file must put away after it */
export function runSituations(situations: readonly Situation[], start: () => Promise<World>, stop: () => void = () => {}): void {
  test.describe.configure({ timeout: 180_000 });
  let world: World;
  test.beforeAll(async () => {
    world = await start();
  });
  test.afterAll(async () => {
    await world.stop();
    stop();
  });
  for (const situation of situations) {
    test(situation.title, async () => {
      const before = await world.truth();
      try {
        await situation.run(world, before);
        await world.rest();
        await world.expectSound();
      } catch (error) {
        await test.info().attach('what the terminal said', { body: world.shell.lines.slice(-200).join('\n') });
        throw error;
      }
    });
  }
}
