import { describe, expect, test } from 'vitest';
import type { HttpClient } from '../../../main/upstream/http.ts';
import { createOnline, onlineDelays, type OnlineState } from '../../../main/upstream/online.ts';
import { PortError } from '../../../state-machines/ports.ts';
import type { UplinkLag } from '../../../main/upstream/uplink-lag.ts';
import { newKey, startWorld } from '../../fleet/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { connect } from './support.ts';

const UP: OnlineState = { link: 'online', issuer: 'up', payments: 'up' };
const OFFLINE: OnlineState = { link: 'offline', issuer: 'down', payments: 'down' };

/** A far side that the test switches. */
function farSide() {
  const clock = new SimulatedClock();
  const side = { up: true, issuer: 'up' as 'up' | 'down', beats: 0 };
  const client: HttpClient = {
    call: async (call) => {
      side.beats += 1;
      if (!side.up) throw new PortError('offline', 'gone');
      return call.answer.parse({ serverTime: clock.now(), issuer: side.issuer, payments: 'up' });
    },
  };
  const online = createOnline({ client, clock });
  const seen: OnlineState[] = [];
  online.onChange((state) => seen.push(state));
  return { clock, side, online, seen };
}

describe('the link upstream', () => {
  test('is offline until the first answer, then online, and each change is told once', async () => {
    const { clock, side, online, seen } = farSide();
    expect(online.current).toEqual(OFFLINE);
    online.start();
    await clock.advance(3 * onlineDelays.heartbeat);
    expect(seen).toEqual([UP]);
    expect(side.beats).toBe(4);
    side.up = false;
    await clock.advance(onlineDelays.heartbeat);
    expect(online.current).toEqual(OFFLINE);
    side.up = true;
    await clock.advance(onlineDelays.probe);
    expect(seen).toEqual([UP, OFFLINE, UP]);
  });

  test('tells that upstream has lost the issuer', async () => {
    const { clock, side, online, seen } = farSide();
    online.start();
    await clock.settle();
    side.issuer = 'down';
    await clock.advance(onlineDelays.heartbeat);
    expect(seen.at(-1)).toEqual({ link: 'online', issuer: 'down', payments: 'up' });
  });

  test('is not asked about any more once stopped', async () => {
    const { clock, side, online } = farSide();
    online.start();
    await clock.settle();
    online.stop();
    await clock.advance(10 * onlineDelays.heartbeat);
    expect(side.beats).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('stopped while it waits for an answer tells nothing and asks no more', async () => {
    const clock = new SimulatedClock();
    const { promise, resolve } = Promise.withResolvers<void>();
    const client: HttpClient = {
      call: async (call) => {
        await promise;
        return call.answer.parse({ serverTime: 0, issuer: 'up', payments: 'up' });
      },
    };
    const online = createOnline({ client, clock });
    online.start();
    online.stop();
    resolve();
    await clock.settle();
    expect(online.current).toEqual(OFFLINE);
    expect(clock.pendingTimers).toBe(0);
  });

  test('started twice beats once', async () => {
    const { clock, side, online } = farSide();
    online.start();
    online.start();
    await clock.settle();
    expect(side.beats).toBe(1);
  });
});

test.each<[string, UplinkLag | undefined, object]>([
  ['is not known', undefined, {}],
  ['is nothing', { entries: 0 }, { uplinkLag: 0 }],
  ['moves no money', { entries: 7 }, { uplinkLag: 7 }],
  ['moves money', { entries: 7, oldestMoneyAt: 990_000 }, { uplinkLag: 7, uplinkMoneyAgeMs: 10_000 }],
  ['was written before the clock was set back', { entries: 7, oldestMoneyAt: 1_010_000 }, { uplinkLag: 7, uplinkMoneyAgeMs: 0 }],
])('what a heartbeat tells of a backlog that %s', async (_what, lag, told) => {
  const clock = new SimulatedClock(1_000_000);
  let body: object | undefined;
  const client: HttpClient = {
    call: async (call) => {
      body = call.body;
      return call.answer.parse({ serverTime: 0, issuer: 'up', payments: 'up' });
    },
  };
  await createOnline({ client, clock, lag: () => lag }).beat();
  expect(body).toEqual(told);
});

describe('with a real server', () => {
  test('a terminal that upstream does not know enrols itself and learns the key', async () => {
    const world = await startWorld();
    let learned: unknown;
    const { online } = connect(world, { onServerKey: (key) => (learned = key) });
    expect(await online.beat()).toEqual(UP);
    expect(learned).toEqual(world.server.publicKey);
  });

  test('with a wrong enrolment code it stays offline and says why', async () => {
    const { online } = connect(await startWorld(), { enrolmentCode: 'WRONG' });
    expect(await online.beat()).toEqual(OFFLINE);
    expect(online.error).toMatchObject({ code: 'refused', detail: 'badEnrolmentCode' });
  });

  test('a server that shows another key than the one kept is not believed', async () => {
    const world = await startWorld();
    const { online } = connect(world, { serverKey: newKey().publicKey });
    expect(await online.beat()).toEqual(OFFLINE);
    expect(online.error).toMatchObject({ code: 'invalidAnswer' });
  });
});
