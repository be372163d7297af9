import { describe, expect, test } from 'vitest';
import { deadline, delay } from '../../common/clock.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

describe('delay', () => {
  test('resolves after the clock’s time, not before', async () => {
    const clock = new SimulatedClock();
    let done = false;
    const waiting = delay(clock, 100).then(() => (done = true));
    await clock.advance(99);
    expect(done).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(done).toBe(true);
  });
  test('rejects with the signal’s reason and leaves no timer', async () => {
    const clock = new SimulatedClock();
    const controller = new AbortController();
    const waiting = delay(clock, 100, controller.signal);
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(clock.pendingTimers).toBe(0);
    await expect(delay(clock, 100, AbortSignal.abort('before'))).rejects.toBe('before');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('deadline', () => {
  test('aborts with its own reason when the time is over', async () => {
    const clock = new SimulatedClock();
    const { signal } = deadline(clock, 50, () => 'too late');
    await clock.advance(49);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.reason).toBe('too late');
  });
  test('aborts with its parent, also with one that had aborted before', () => {
    const clock = new SimulatedClock();
    const parent = new AbortController();
    const { signal } = deadline(clock, 50, () => 'too late', parent.signal);
    parent.abort('stopped');
    expect(signal.reason).toBe('stopped');
    expect(deadline(clock, 50, () => 'too late', AbortSignal.abort('before')).signal.reason).toBe('before');
  });
  test('that was disposed of never fires, and hears its parent no more', async () => {
    const clock = new SimulatedClock();
    const parent = new AbortController();
    const { signal, dispose } = deadline(clock, 50, () => 'too late', parent.signal);
    dispose();
    expect(clock.pendingTimers).toBe(0);
    parent.abort('stopped');
    await clock.advance(100);
    expect(signal.aborted).toBe(false);
  });
});
