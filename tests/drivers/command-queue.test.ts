import { describe, expect, test } from 'vitest';
import { CommandQueue } from '../../drivers/command-queue.ts';

describe('a queue of commands', () => {
  test('each runs when the one before has settled, also when that failed', async () => {
    const queue = new CommandQueue();
    const story: string[] = [];
    const step = (name: string, fails: boolean) => async (): Promise<string> => {
      story.push(`${name} begins`);
      await Promise.resolve();
      story.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([queue.run(step('a', false)), queue.run(step('b', true)), queue.run(step('c', false))]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(story).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('aborted while it waits: rejected at once with the reason, and never run', async () => {
    const queue = new CommandQueue();
    const gate = Promise.withResolvers<void>();
    const first = queue.run(() => gate.promise);
    const abort = new AbortController();
    let ran = false;
    const second = queue.run(async () => {
      ran = true;
    }, abort.signal);
    abort.abort('no longer wanted');
    await expect(second).rejects.toBe('no longer wanted');
    const third = queue.run(async () => 'third');
    gate.resolve();
    await first;
    expect(await third).toBe('third');
    expect(ran).toBe(false);
  });

  test('aborted once it runs: it ends by itself', async () => {
    const queue = new CommandQueue();
    const abort = new AbortController();
    const gate = Promise.withResolvers<string>();
    const running = queue.run(() => gate.promise, abort.signal);
    await Promise.resolve();
    await Promise.resolve();
    abort.abort();
    gate.resolve('done');
    expect(await running).toBe('done');
  });

  test('aborted before it was ordered: never run', async () => {
    await expect(new CommandQueue().run(async () => 'ran', AbortSignal.abort('too late'))).rejects.toBe('too late');
  });
});
