/** Staff at the prompt, as charts: how it is reached, what it asks, who gets behind it, and how a visit ends. */
import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import { chartClock } from '../../../state-machines/chart-types.ts';
import { maintenanceMachine } from '../../../state-machines/maintenance.ts';
import { signInDelays } from '../../../state-machines/maintenance/sign-in-context.ts';
import { roomsDelays } from '../../../state-machines/maintenance/rooms-context.ts';
import { PortError } from '../../../state-machines/ports.ts';
import { maintenancePicture } from '../../../state-machines/maintenance/view.ts';
import { sessionDelays } from '../../../state-machines/session.ts';
import { cardBackDelays } from '../../../state-machines/maintenance/card-back.ts';
import { uiEventOf } from '../../../state-machines/ui-events.ts';
import type { UiAct } from '../../../state-machines/view.ts';
import { BESIDE, VISIT } from '../../support/fake-staff.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { SessionBench } from '../session-bench.ts';
import { UNDETERMINED } from './undetermined-story.ts';

const typed = (digits: string): UiAct[] => [...[...digits].map((digit): UiAct => ({ type: 'digit', digit })), { type: 'confirm' }];
const BY_CODE: readonly UiAct[] = [{ type: 'sign-in-way', way: 'totp' }, ...typed('0417'), ...typed('123456')];

async function terminal(): Promise<SessionBench> {
  const bench = new SessionBench();
  bench.world.staff.methods = ['card', 'grant', 'totp', 'phone'];
  return bench.start();
}
async function atPrompt(): Promise<SessionBench> {
  const bench = await terminal();
  await bench.touch({ type: 'staff' });
  return bench;
}
async function inside(): Promise<SessionBench> {
  const bench = await atPrompt();
  await bench.touch(...BY_CODE, ...typed('402817'));
  return bench;
}
const prompt = (bench: SessionBench) => bench.body('maintenance-sign-in');

describe('the way to the prompt', () => {
  test('corner gesture at the first screen: the prompt, with the ways that there are, and the gate shut', async () => {
    const bench = await atPrompt();
    expect(prompt(bench)).toMatchObject({ asks: 'way', ways: ['card', 'grant', 'totp', 'phone'] });
    expect(bench.view.utilities).toBe(false);
    expect(bench.world.acts.at(-1)).toBe('entry closed');
  });
  test('where nobody could be judged, gesture and switch do nothing', async () => {
    const bench = await new SessionBench().start();
    await bench.touch({ type: 'staff' });
    bench.world.staff.turnSwitch(true);
    await bench.settle();
    expect(bench.kind).toBe('attract');
  });
  test('service switch at the first screen: the prompt; turned back again: gone', async () => {
    const bench = await terminal();
    bench.world.staff.turnSwitch(true);
    await bench.settle();
    expect(bench.kind).toBe('maintenance-sign-in');
    bench.world.staff.turnSwitch(false);
    await bench.settle();
    expect(bench.kind).toBe('attract');
  });
  test('service switch turned before the start: the prompt comes by itself', async () => {
    const bench = new SessionBench();
    bench.world.staff.methods = ['totp'];
    bench.world.staff.called = true;
    await bench.start();
    expect(bench.kind).toBe('maintenance-sign-in');
  });
  test('service switch while somebody tops up: they are served to the end, and then it is the prompt', async () => {
    const bench = new SessionBench();
    bench.world.staff.methods = ['totp'];
    await bench.atTender();
    bench.world.staff.turnSwitch(true);
    await bench.settle();
    expect(bench.kind).toBe('top-up-tender');
    await bench.touch({ type: 'staff' });
    expect(bench.kind).toBe('top-up-tender');
    await bench.touch({ type: 'cancel' });
    bench.world.remove();
    await bench.world.clock.advance(sessionDelays.goodbye);
    expect(bench.kind).toBe('maintenance-sign-in');
  });
  test('left, with the switch as it was: it does not come again by itself', async () => {
    const bench = await terminal();
    bench.world.staff.turnSwitch(true);
    await bench.settle();
    await bench.touch({ type: 'cancel' });
    await bench.world.clock.advance(1000);
    expect(bench.kind).toBe('attract');
  });
});

describe('the prompt', () => {
  test('asks one thing after the other, takes no more digits than there are, and shows no PIN', async () => {
    const bench = await atPrompt();
    await bench.touch({ type: 'sign-in-way', way: 'totp' });
    expect(prompt(bench)).toMatchObject({ asks: 'number', typed: '', whole: false });
    await bench.touch({ type: 'confirm' });
    expect(prompt(bench)).toMatchObject({ asks: 'number' });
    await bench.touch(...typed('0417'), ...typed('12345'));
    expect(prompt(bench)).toMatchObject({ asks: 'code', typed: '12345', whole: false });
    await bench.touch(...typed('678'));
    expect(prompt(bench)).toMatchObject({ asks: 'pin', hidden: 0 });
    await bench.touch(...typed('4028').slice(0, -1), { type: 'erase' }, { type: 'clear' }, ...typed('402817').slice(0, -1));
    expect(prompt(bench)).toMatchObject({ asks: 'pin', typed: '', hidden: 6, whole: true });
    expect(JSON.stringify(bench.seen)).not.toContain('402817');
    await bench.touch({ type: 'confirm' });
    expect(bench.world.staff.claims).toEqual([{ claim: { method: 'totp', staff: '0417', code: '123456', pin: '402817' }, purpose: 'visit' }]);
    expect(bench.kind).toBe('maintenance-overview');
  });
  test('refused: says the word, forgets all that was typed, and begins anew', async () => {
    const bench = await atPrompt();
    bench.world.staff.outcome = { kind: 'refused', word: 'notAccepted' };
    bench.world.staff.free = { state: 'free', triesLeft: 2 };
    await bench.touch(...BY_CODE, ...typed('402817'));
    expect(prompt(bench)).toMatchObject({ asks: 'way', message: 'notAccepted', triesLeft: 2 });
    await bench.touch({ type: 'sign-in-way', way: 'totp' });
    expect(prompt(bench)).toMatchObject({ asks: 'number', typed: '' });
    expect(prompt(bench)).not.toHaveProperty('message');
  });
  test('locked: says for how long, takes nothing, and opens by itself', async () => {
    const bench = await terminal();
    bench.world.staff.methods = ['totp', 'phone'];
    bench.world.staff.free = { state: 'wait', leftMs: 15_000 };
    await bench.touch({ type: 'staff' });
    expect(prompt(bench)).toMatchObject({ asks: 'locked', locked: { why: 'wait', leftMs: 15_000 }, ways: [] });
    await bench.touch(...BY_CODE);
    expect(prompt(bench)).toMatchObject({ asks: 'locked' });
    bench.world.staff.free = { state: 'free', triesLeft: 1 };
    await bench.world.clock.advance(15_000);
    expect(prompt(bench)).toMatchObject({ asks: 'way' });
  });
  test('what is typed is closed: a card and a grant are still offered, and one that was tried too often is told so', async () => {
    const bench = await terminal();
    bench.world.staff.methods = ['card', 'grant', 'totp', 'phone'];
    bench.world.staff.free = { state: 'day', leftMs: 3_600_000 };
    await bench.touch({ type: 'staff' });
    expect(prompt(bench)).toMatchObject({ asks: 'way', ways: ['card', 'grant'] });
    await bench.touch({ type: 'sign-in-way', way: 'totp' });
    expect(prompt(bench)).toMatchObject({ asks: 'way' });
    bench.world.staff.outcome = { kind: 'locked' };
    await bench.touch({ type: 'sign-in-way', way: 'grant' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: 'aaa.bbb.ccc' });
    await bench.settle();
    await bench.touch(...typed('402817'));
    expect(prompt(bench)).toMatchObject({ asks: 'way', message: 'triedTooOften' });
  });
  test('nobody goes on: back to the first screen, at each step', async () => {
    const steps: readonly (readonly UiAct[])[] = [
      [],
      BY_CODE.slice(0, 1),
      BY_CODE.slice(0, -1),
      BY_CODE,
      [{ type: 'sign-in-way', way: 'grant' }],
      [{ type: 'sign-in-way', way: 'card' }],
    ];
    for (const acts of steps) {
      const bench = await atPrompt();
      await bench.touch(...acts);
      await bench.world.clock.advance(signInDelays.step);
      expect(bench.kind, JSON.stringify(acts.at(-1))).toBe('attract');
    }
  });
  test('by telephone: the challenge is on the screen, and there is time for the call', async () => {
    const bench = await atPrompt();
    await bench.touch({ type: 'sign-in-way', way: 'phone' }, ...typed('0417'));
    expect(prompt(bench)).toMatchObject({ asks: 'answer', challenge: '20261122' });
    await bench.world.clock.advance(signInDelays.step * 2);
    await bench.touch(...typed('48210573'), ...typed('402817'));
    expect(bench.world.staff.claims).toMatchObject([{ claim: { method: 'phone', challenge: '20261122', code: '48210573' } }]);
  });
  test('a payment code held to the scanner is no grant and no try', async () => {
    const bench = await atPrompt();
    await bench.touch({ type: 'sign-in-way', way: 'grant' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: '134567890123456789' });
    await bench.settle();
    expect(prompt(bench)).toMatchObject({ asks: 'scan', message: 'notAGrant' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: 'aaa.bbb.ccc' });
    await bench.settle();
    expect(prompt(bench)).toMatchObject({ asks: 'pin' });
    await bench.touch(...typed('402817'));
    expect(bench.world.staff.claims).toEqual([{ claim: { method: 'grant', token: 'aaa.bbb.ccc', pin: '402817' }, purpose: 'visit' }]);
  });
  test('a cardholder’s card is no staff card: it comes out again', async () => {
    const bench = await atPrompt();
    await bench.touch({ type: 'sign-in-way', way: 'card' });
    bench.world.insert();
    await bench.settle();
    expect(bench.world.acts).toContain('present');
    expect(prompt(bench)).toMatchObject({ asks: 'way', message: 'noStaffCard' });
  });
  test('a reader that is away is said so, and another way is open', async () => {
    const bench = new SessionBench(({ ports }) => ({ card: { ...ports.card, setEntry: async () => Promise.reject(new PortError('offline', 'no answer')) } }));
    bench.world.staff.methods = ['card', 'totp'];
    await bench.start();
    await bench.touch({ type: 'staff' }, { type: 'sign-in-way', way: 'card' });
    expect(prompt(bench)).toMatchObject({ asks: 'way', message: 'readerAway', ways: ['card', 'totp'] });
  });
  test('the staff card leaves before the PIN: from the beginning', async () => {
    const bench = await atPrompt();
    bench.world.staff.card = { kind: 'read', token: 'a.b.c', chip: '04A1B2C3' };
    await bench.touch({ type: 'sign-in-way', way: 'card' });
    bench.world.insert();
    await bench.settle();
    expect(prompt(bench)).toMatchObject({ asks: 'pin' });
    bench.world.remove();
    await bench.settle();
    expect(prompt(bench)).toMatchObject({ asks: 'way', message: 'cardRemoved' });
  });
});

describe('a visit', () => {
  test('nobody is served meanwhile: a card that comes in is given back at the end', async () => {
    const bench = await inside();
    bench.world.insert();
    await bench.touch({ type: 'service', service: 'topUp' }, { type: 'start' });
    expect(bench.kind).toBe('maintenance-overview');
    await bench.touch({ type: 'finish' });
    expect(bench.kind).toBe('take-card');
  });
  test('ends by leaving', async () => {
    const bench = await inside();
    await bench.touch({ type: 'finish' });
    expect(bench.kind).toBe('attract');
    expect(bench.world.staff.signedOut).toEqual([{ sessionId: 'visit-1', why: 'left' }]);
  });
  test('ends after five idle minutes', async () => {
    const bench = await inside();
    await bench.world.clock.advance(roomsDelays.idle);
    expect(bench.kind).toBe('attract');
    expect(bench.world.staff.signedOut).toEqual([{ sessionId: 'visit-1', why: 'idle' }]);
  });
  test('ends with the grant that let them in, whatever they touch', async () => {
    const bench = await atPrompt();
    bench.world.staff.outcome = { kind: 'signedIn', session: VISIT, endsInMs: 600_000 };
    await bench.touch(...BY_CODE, ...typed('402817'));
    for (let minutes = 0; minutes < 9; minutes += 1) {
      await bench.world.clock.advance(60_000);
      await bench.touch({ type: 'extend' });
    }
    expect(bench.kind).toBe('maintenance-overview');
    await bench.world.clock.advance(60_000);
    expect(bench.kind).toBe('attract');
    expect(bench.world.staff.signedOut).toEqual([{ sessionId: 'visit-1', why: 'expired' }]);
  });
  test('ends when the card that let them in leaves; another one’s coming and going ends nothing', async () => {
    for (const [method, kind, ends] of [
      ['card', 'attract', [{ sessionId: 'visit-1', why: 'cardRemoved' }]],
      ['totp', 'maintenance-overview', []],
    ] as const) {
      const bench = await atPrompt();
      bench.world.staff.outcome = { kind: 'signedIn', session: { ...VISIT, method } };
      await bench.touch(...BY_CODE, ...typed('402817'));
      bench.world.remove();
      await bench.settle();
      expect(bench.kind).toBe(kind);
      expect(bench.world.staff.signedOut).toEqual(ends);
    }
  });
  test('leaves nothing of staff’s language to the next cardholder', async () => {
    const bench = await inside();
    await bench.touch({ type: 'prefer', preferences: { locale: 'en' } });
    expect(bench.view.preferences.locale).toBe('en');
    await bench.touch({ type: 'finish' });
    expect(bench.view.preferences.locale).toBe('zh-CN');
  });
});

describe('an act that needs the reader, for who came in by their card', () => {
  /** Their card is inside, and a load is to be resolved by another one. */
  async function atLoad(): Promise<SessionBench> {
    const bench = await atPrompt();
    const { rooms, staff } = bench.world;
    rooms.found = {
      found: [{ ...UNDETERMINED, transactionId: 'tx', at: '2026-11-22T08:01:52', amount: 5000 }].map(
        ({ transactionId, reference, at, type, tail, amount, outcome }) => ({ transactionId, reference, at, type, tail, amount, outcome }),
      ),
      cut: false,
    };
    rooms.told = UNDETERMINED;
    staff.card = { kind: 'read', token: 'a.b.c', chip: '04A1B2C3' };
    staff.outcome = { kind: 'signedIn', session: { ...VISIT, method: 'card', verbs: ['journal.read', 'load.resolve'], twoPersonVerbs: [] } };
    await bench.touch({ type: 'sign-in-way', way: 'card' });
    bench.world.insert();
    await bench.settle();
    await bench.touch(...typed('402817'), { type: 'room', room: 'journal' }, ...typed('1122'), { type: 'pick', index: 0 }, { type: 'work', work: 'resolve' });
    return bench;
  }
  async function resolved(): Promise<SessionBench> {
    const bench = await atLoad();
    expect(bench.body('maintenance-load')).toMatchObject({ step: 'clear' });
    expect(bench.world.acts.at(-1)).toBe('present');
    bench.world.remove();
    await bench.settle();
    expect(bench.body('maintenance-load')).toMatchObject({ step: 'present' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('maintenance-load')).toMatchObject({ step: 'told' });
    bench.world.remove();
    await bench.touch({ type: 'confirm' });
    return bench;
  }

  test('it comes out first, which ends nothing; afterwards it must be back before anything else', async () => {
    const bench = await resolved();
    expect(prompt(bench)).toMatchObject({ asks: 'cardBack', cardOf: VISIT.staff });
    bench.world.staff.card = { kind: 'read', token: 'x.y.z', chip: '04A1B2C3' };
    bench.world.insert();
    await bench.settle();
    expect(prompt(bench)).toMatchObject({ asks: 'cardBack', message: 'notThatCard' });
    bench.world.remove();
    await bench.settle();
    bench.world.staff.card = { kind: 'read', token: 'a.b.c', chip: '04A1B2C3' };
    bench.world.insert();
    await bench.settle();
    expect(bench.kind).toBe('maintenance-story');
    expect(bench.world.staff.signedOut).toEqual([]);
    bench.world.remove();
    await bench.settle();
    expect(bench.world.staff.signedOut).toEqual([{ sessionId: 'visit-1', why: 'cardRemoved' }]);
  });
  test('it does not come back: the visit ends after a minute, or at once by who leaves', async () => {
    for (const goes of [(bench: SessionBench) => bench.world.clock.advance(cardBackDelays.back), (bench: SessionBench) => bench.touch({ type: 'cancel' })]) {
      const bench = await resolved();
      await goes(bench);
      expect(bench.kind).toBe('attract');
      expect(bench.world.staff.signedOut).toEqual([{ sessionId: 'visit-1', why: 'cardRemoved' }]);
    }
  });
  test('given up with the card still in: nothing is asked, and taking it ends the visit as ever', async () => {
    const bench = await atLoad();
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('maintenance-story');
    bench.world.remove();
    await bench.settle();
    expect(bench.world.staff.signedOut).toEqual([{ sessionId: 'visit-1', why: 'cardRemoved' }]);
  });
});

describe('a second person', () => {
  test('with a card takes it along before the act', async () => {
    const { world, touch, want, body } = await wanted();
    await touch({ type: 'cancel' });
    world.staff.methods = ['card', 'totp'];
    world.staff.card = { kind: 'read', token: 'x.y.z', chip: '04A1B2C3' };
    world.insert();
    await want();
    await touch({ type: 'sign-in-way', way: 'card' });
    expect(body()).toMatchObject({ kind: 'maintenance-sign-in', asks: 'pin' });
    await touch(...typed('60193342'));
    expect(body()).toMatchObject({ kind: 'maintenance-overview' });
    expect(world.acts.at(-1)).toBe('present');
  });
  test('is asked for no card while the card of who is in lies in the reader', async () => {
    for (const [method, ways] of [
      ['totp', ['card', 'totp']],
      ['card', ['totp']],
    ] as const) {
      const { body, world, want, touch } = await wanted(method);
      await touch({ type: 'cancel' });
      world.staff.methods = ['card', 'totp'];
      await want();
      expect(body()).toMatchObject({ kind: 'maintenance-sign-in', ways });
      await touch({ type: 'sign-in-way', way: 'card' });
      expect(body()).toMatchObject({ asks: method === 'card' ? 'way' : 'card' });
    }
  });
  async function wanted(method: 'totp' | 'card' = 'totp') {
    const world = new FakeWorld();
    world.staff.methods = ['totp'];
    const actor = createActor(maintenanceMachine, {
      input: { ports: world.ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } },
      clock: chartClock(world.clock),
    });
    actor.start();
    const touch = async (...acts: readonly UiAct[]): Promise<void> => {
      for (const act of acts) {
        actor.send(uiEventOf(act));
        await world.clock.settle();
      }
    };
    world.staff.outcome = { kind: 'signedIn', session: { ...VISIT, method } };
    await touch(...BY_CODE, ...typed('402817'));
    world.staff.outcome = { kind: 'second', second: BESIDE };
    const want = async (): Promise<void> => {
      actor.send({ type: 'SECOND.WANTED', verb: 'load.resolve' });
      await world.clock.settle();
    };
    await want();
    return { world, actor, touch, want, body: () => maintenancePicture(actor.getSnapshot())?.body };
  }

  test('is asked for in the place of the rooms, and who is in stays in', async () => {
    const { touch, body, world } = await wanted();
    expect(body()).toMatchObject({ kind: 'maintenance-sign-in', second: { staff: '0417', verb: 'load.resolve' } });
    await touch(...BY_CODE, ...typed('60193342'));
    expect(body()).toMatchObject({ kind: 'maintenance-overview' });
    expect(world.staff.claims.map(({ purpose }) => purpose)).toEqual(['visit', 'second']);
    expect(world.staff.signedOut).toEqual([]);
  });
  test('is not there: the act is not done, the visit goes on', async () => {
    const { touch, body } = await wanted();
    await touch({ type: 'cancel' });
    expect(body()).toMatchObject({ kind: 'maintenance-overview' });
  });
  test('nobody comes and nobody touches anything: the visit ends as idle', async () => {
    const { world, actor } = await wanted();
    await world.clock.advance(roomsDelays.idle);
    expect(actor.getSnapshot().status).toBe('done');
    expect(world.staff.signedOut).toEqual([{ sessionId: 'visit-1', why: 'idle' }]);
  });
});
