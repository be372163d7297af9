import { beforeEach, describe, expect, test } from 'vitest';
import { ServiceManager, SYSTEMD_NOTIFY } from '../../main/service-manager.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

describe('what systemd is told', () => {
  let clock: SimulatedClock;
  let said: string[];
  const managerIn = (env: Readonly<Record<string, string>>): ServiceManager =>
    new ServiceManager({ env, clock, start: (program, args) => void said.push([program, ...args].join(' ')) });

  beforeEach(() => {
    clock = new SimulatedClock();
    said = [];
  });

  test('a watchdog of a minute: ready at once, then a word every twenty seconds, and none after the end', async () => {
    const manager = managerIn({ NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '60000000' });
    await clock.advance(60_000);
    expect(said).toEqual([]);
    manager.ready();
    await clock.advance(59_999);
    expect(said).toEqual([`${SYSTEMD_NOTIFY} READY=1`, `${SYSTEMD_NOTIFY} WATCHDOG=1`, `${SYSTEMD_NOTIFY} WATCHDOG=1`]);
    manager.stopping();
    await clock.advance(600_000);
    expect(said.slice(3)).toEqual([`${SYSTEMD_NOTIFY} STOPPING=1`]);
  });

  test('ready again, as after a page was loaded anew: the words come no oftener', async () => {
    const manager = managerIn({ NOTIFY_SOCKET: '@notify', WATCHDOG_USEC: '30000000' });
    for (let time = 1; time <= 3; time += 1) manager.ready();
    await clock.advance(30_000);
    expect(said.filter((line) => line.endsWith('WATCHDOG=1'))).toHaveLength(3);
  });

  test('below the launcher, whose the service is: that it turns and nothing else, so that an update is no end of the service', async () => {
    const manager = managerIn({ NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '60000000', KIOSK_INSTALL: '/var/lib/kiosk/install' });
    manager.ready();
    await clock.advance(40_000);
    manager.stopping();
    await clock.advance(600_000);
    expect(said).toEqual([`${SYSTEMD_NOTIFY} WATCHDOG=1`, `${SYSTEMD_NOTIFY} WATCHDOG=1`]);
  });

  test.each([
    ['no watchdog asked for', { NOTIFY_SOCKET: '/run/systemd/notify' }, 1],
    ['a watchdog time that is none', { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: 'soon' }, 1],
    ['not under systemd', {}, 0],
    ['not under systemd, with a watchdog time of somebody else', { WATCHDOG_USEC: '60000000' }, 0],
  ])('%s: words said within ten minutes', async (_case, env: Readonly<Record<string, string>>, words) => {
    managerIn(env).ready();
    await clock.advance(600_000);
    expect(said).toHaveLength(words);
  });
});
