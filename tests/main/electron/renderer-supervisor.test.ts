import { beforeEach, describe, expect, test } from 'vitest';
import { rendererLimits, RendererSupervisor } from '../../../main/electron/renderer-supervisor.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { KeptLog } from './support.ts';

describe('supervision of a page', () => {
  let clock: SimulatedClock;
  let reloads: number;
  let crashes: number;
  let givenUp: number;
  let supervisor: RendererSupervisor;

  beforeEach(() => {
    clock = new SimulatedClock();
    [reloads, crashes, givenUp] = [0, 0, 0];
    supervisor = new RendererSupervisor({
      page: { reload: () => void (reloads += 1), crash: () => void (crashes += 1) },
      clock,
      log: new KeptLog(),
      giveUp: () => void (givenUp += 1),
    });
    supervisor.loading();
  });

  test('its process is gone: reloaded', () => {
    supervisor.ready();
    supervisor.gone('crashed');
    expect(reloads).toBe(1);
  });

  test('five crashes within a minute are borne, the sixth is not', async () => {
    for (let crash = 1; crash <= 5; crash += 1) {
      supervisor.gone('crashed');
      supervisor.ready();
      await clock.advance(10_000);
    }
    expect([reloads, givenUp]).toEqual([5, 0]);
    supervisor.gone('crashed');
    expect([reloads, givenUp]).toEqual([5, 1]);
  });

  test('a crash counts for a minute and no longer', async () => {
    for (let crash = 1; crash <= 20; crash += 1) {
      supervisor.gone('oom');
      supervisor.ready();
      await clock.advance(rendererLimits.within / rendererLimits.reloads);
    }
    expect([reloads, givenUp]).toEqual([20, 0]);
  });

  test('renewed by night after night: loaded anew each time, and none of it counts as a crash', async () => {
    for (let night = 1; night <= 10; night += 1) {
      supervisor.renew();
      supervisor.ready();
    }
    await clock.advance(rendererLimits.ready);
    expect([reloads, givenUp]).toEqual([10, 0]);
  });

  test('renewed and then silent: reloaded again after twenty seconds', async () => {
    supervisor.renew();
    await clock.advance(rendererLimits.ready);
    expect(reloads).toBe(2);
  });

  test('it hangs: its process is ended first, and its going is what reloads it', () => {
    supervisor.ready();
    supervisor.unresponsive();
    expect([crashes, reloads]).toEqual([1, 0]);
    supervisor.gone('killed');
    expect(reloads).toBe(1);
  });

  test('it loads but never draws: reloaded after twenty seconds', async () => {
    await clock.advance(rendererLimits.ready - 1);
    expect(reloads).toBe(0);
    await clock.advance(1);
    expect(reloads).toBe(1);
  });

  test('it draws: no timer is left behind', () => {
    supervisor.ready();
    expect(clock.pendingTimers).toBe(0);
  });

  test('the application ends: nothing is reloaded, ended or given up any more', async () => {
    supervisor.end();
    supervisor.gone('killed');
    supervisor.unresponsive();
    await clock.advance(rendererLimits.ready);
    expect([reloads, crashes, givenUp]).toEqual([0, 0, 0]);
  });

  test('given up once, not again', () => {
    for (let crash = 0; crash < 9; crash += 1) supervisor.gone('crashed');
    expect(givenUp).toBe(1);
  });
});
