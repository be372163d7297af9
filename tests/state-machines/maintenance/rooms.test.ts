/** The rooms of the maintenance mode as a chart: who is inside, what they see, and how they get out. */
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { rolesToVerbs, type Role, type StaffSession } from '../../../common/maintenance/verbs.ts';
import { chartClock } from '../../../state-machines/chart-types.ts';
import { roomsMachine } from '../../../state-machines/maintenance/rooms.ts';
import { roomsDelays } from '../../../state-machines/maintenance/rooms-context.ts';
import { roomsPicture } from '../../../state-machines/maintenance/rooms-view.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { SOUND_CABINET } from '../../support/fake-rooms.ts';

const visit = (role: Role): StaffSession => ({
  sessionId: 'visit-1',
  staff: '0417',
  role,
  verbs: rolesToVerbs[role],
  twoPersonVerbs: [],
  method: 'totp',
  signedInAt: '2026-11-22T00:00:00.000Z',
});

function inside(role: Role = 'technician') {
  const world = new FakeWorld();
  const rooms = createActor(roomsMachine, {
    input: { ports: world.ports, staff: visit(role), preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } },
    clock: chartClock(world.clock),
  });
  rooms.start();
  return { world, rooms, body: () => roomsPicture(rooms.getSnapshot()).body };
}

test('a device that falls silent is on the overview at once', () => {
  const { world, body } = inside();
  expect(body()).toMatchObject({ kind: 'maintenance-overview', staff: { number: '0417', role: 'technician' }, cabinet: SOUND_CABINET });
  world.rooms.cabinet = { ...SOUND_CABINET, parts: [{ part: 'codeScanner', tone: 'bad', word: 'silent', since: '2026-11-22T08:01:00' }] };
  world.rooms.changes.emit(undefined);
  expect(body()).toMatchObject({ cabinet: { parts: [{ part: 'codeScanner', word: 'silent' }] } });
});

test('who touches nothing for five minutes is out; a touch begins the five minutes anew', async () => {
  const { world, rooms } = inside();
  await world.clock.advance(roomsDelays.idle - 1000);
  rooms.send({ type: 'ui.extend' });
  await world.clock.advance(roomsDelays.idle - 1000);
  expect(rooms.getSnapshot().status).toBe('active');
  await world.clock.advance(2000);
  expect(rooms.getSnapshot()).toMatchObject({ status: 'done', output: { why: 'idle' } });
});

test('back in service ends the visit', () => {
  const { rooms } = inside();
  rooms.send({ type: 'ui.finish' });
  expect(rooms.getSnapshot()).toMatchObject({ status: 'done', output: { why: 'left' } });
});

test('only who may put the terminal back in service is told that leaving does', () => {
  expect(inside('technician').body()).toMatchObject({ mayLeaveInService: true });
  expect(inside('auditor').body()).toMatchObject({ mayLeaveInService: false });
});
