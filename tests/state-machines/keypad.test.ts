/** A headphone in the jack of the keypad: speech as long as it is in, for this session, with time to listen. */
import { describe, expect, test } from 'vitest';
import { sessionDelays } from '../../state-machines/session.ts';
import { topUpDelays } from '../../state-machines/top-up/context.ts';
import { paceOf } from '../../state-machines/waiting.ts';
import { FakeKeypad } from '../support/fake-keypad.ts';
import { SessionBench } from './session-bench.ts';

async function started(keypad = new FakeKeypad()) {
  const bench = await new SessionBench(() => ({ keypad })).start();
  return { bench, keypad };
}

async function inMenu(bench: SessionBench): Promise<void> {
  bench.world.script.read.set({ ok: true, card: bench.world.card });
  bench.world.insert();
  await bench.settle();
  expect(bench.kind).toBe('menu');
}

async function ends(bench: SessionBench): Promise<void> {
  await bench.touch({ type: 'finish' });
  bench.world.remove();
  await bench.world.clock.advance(sessionDelays.goodbye * 2.5);
  expect(bench.kind).toBe('attract');
}

test('no keypad: no View says anything of one', async () => {
  expect((await new SessionBench().start()).view).not.toHaveProperty('keypad');
});

test('a keypad: every View says how its switches work and whether what is private may be spoken', async () => {
  const { bench, keypad } = await started(new FakeKeypad({ switches: 'one' }));
  expect(bench.view.keypad).toEqual({ headphone: false, switches: 'one', scanMs: 2000 });
  keypad.plug(true);
  await bench.settle();
  expect(bench.view.keypad?.headphone).toBe(true);
});

describe('a headphone', () => {
  test('plugged in at the first screen: speech, and without it no more', async () => {
    const { bench, keypad } = await started();
    expect(bench.view.preferences.speech).toBeUndefined();
    keypad.plug(true);
    await bench.settle();
    expect(bench.view.preferences.speech).toBe(true);
    keypad.plug(false);
    await bench.settle();
    expect(bench.view.preferences.speech).toBe(false);
  });

  test('in the jack already when the terminal starts: speech', async () => {
    const { bench } = await started(new FakeKeypad({ headphone: true }));
    expect(bench.view.preferences.speech).toBe(true);
  });

  test('plugged in in the middle of a top-up: speech, the top-up stays, and its wait is two and a half times as long', async () => {
    const keypad = new FakeKeypad();
    const bench = await new SessionBench(() => ({ keypad })).atTender();
    keypad.plug(true);
    await bench.settle();
    expect([bench.kind, bench.view.preferences.speech]).toEqual(['top-up-tender', true]);
    await bench.touch({ type: 'back' });
    await bench.world.clock.advance(topUpDelays.chooseAmount * 2.5 - 1);
    expect(bench.overlay).toBeUndefined();
    await bench.world.clock.advance(1);
    expect(bench.overlay?.kind).toBe('idle-warning');
  });

  test('pulled out: nothing is spoken any more, also in a flow', async () => {
    const keypad = new FakeKeypad({ headphone: true });
    const bench = await new SessionBench(() => ({ keypad })).atTender();
    expect(bench.view.preferences.speech).toBe(true);
    keypad.plug(false);
    await bench.settle();
    expect(bench.view.preferences.speech).toBe(false);
  });
});

describe('the end of a session', () => {
  test('speech, switches, volume and rate end with it', async () => {
    const { bench } = await started();
    await inMenu(bench);
    const usual = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false };
    await bench.touch({ type: 'prefer', preferences: { speech: true, scan: true, volume: 2, rate: 4 } });
    expect(bench.view.preferences).toEqual({ ...usual, speech: true, scan: true, volume: 2, rate: 4 });
    await ends(bench);
    expect(bench.view.preferences).toEqual(usual);
  });

  test('whoever keeps the headphone in still listens, at the usual volume', async () => {
    const { bench } = await started(new FakeKeypad({ headphone: true }));
    await inMenu(bench);
    await bench.touch({ type: 'prefer', preferences: { volume: 2 } });
    await ends(bench);
    expect(bench.view.preferences).toEqual({ locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false, speech: true });
  });
});

test('listening and switches get the time of large print', () => {
  const usual = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } as const;
  expect([usual, { ...usual, speech: true }, { ...usual, scan: true }, { ...usual, size: 'large' as const }].map(paceOf)).toEqual([1, 2.5, 2.5, 2.5]);
});
