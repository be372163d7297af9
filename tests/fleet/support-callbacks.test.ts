/** Calls back: slots from working hours and agents, one place for one booking whatever happens, and nobody's to change but who has its number. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { progressAnswerSchema, slotsAnswerSchema, type Slot } from '../../common/upstream-api/support.ts';
import { callbackDetailSchema, callbackPlanSchema, ticketDetailSchema } from '../../fleet/server/support/desk-schemas.ts';
import { supportSettingsSchema } from '../../fleet/server/support/settings.ts';
import { execute } from './database.ts';
import { registeredTerminal, startWorld, type HandMadeTerminal, type World } from './support.ts';
import { booking, CHEN, DAY_MS, LIU, MINUTE_MS, newNumber, outboxOf, refusedWith, shanghai, stored, TELEPHONE, ticket, ZHAO } from './support-desk.ts';

/** Friday, 17:10: two slots are left of the day, one of them too near. */
const FRIDAY = shanghai('2026-03-20 17:10');
const LAST_OF_FRIDAY = shanghai('2026-03-20 17:30');
const FIRST_OF_MONDAY = shanghai('2026-03-23 09:00');
const SECOND_OF_MONDAY = shanghai('2026-03-23 09:30');

async function desk(callbacks: object = { agents: 1 }, startAt = FRIDAY) {
  const world = await startWorld({ startAt, settings: { support: supportSettingsSchema.parse({ callbacks }) } });
  const terminal = await registeredTerminal(world);
  return { world, terminal, outbox: outboxOf(terminal) };
}

async function slots(terminal: HandMadeTerminal): Promise<readonly Slot[]> {
  return slotsAnswerSchema.parse((await terminal.get('/v1/support/slots')).body).slots;
}

const free = async (terminal: HandMadeTerminal, start: number): Promise<number | undefined> =>
  (await slots(terminal)).find((slot) => slot.start === start)?.free;
const book = async (world: World, outbox: ReturnType<typeof outboxOf>, slot: number, change = {}) =>
  outbox.send('callback.booked', await booking(world, slot, change));

describe('slots', () => {
  test('are half hours of the working time ahead, from a quarter of an hour on, with a place for each agent', async () => {
    const { terminal } = await desk({ agents: 3, daysAhead: 4 });
    const starts = (await slots(terminal)).map(({ start, end, free: places }) => {
      expect([end - start, places]).toEqual([30 * MINUTE_MS, 3]);
      return start;
    });
    // three hours before noon, five after: 6 and 10
    expect(starts).toHaveLength(1 + 16);
    expect(starts.slice(0, 3)).toEqual([LAST_OF_FRIDAY, FIRST_OF_MONDAY, SECOND_OF_MONDAY]);
    expect(starts[7]).toBe(shanghai('2026-03-23 13:00'));
    expect(starts.at(-1)).toBe(shanghai('2026-03-23 17:30'));
  });

  test('too short for a call at the end of the hours are none', async () => {
    const { terminal } = await desk({ agents: 1, slotMinutes: 50, daysAhead: 4 });
    const monday = (await slots(terminal)).filter(({ start }) => start >= FIRST_OF_MONDAY && start < shanghai('2026-03-23 12:00'));
    expect(monday.map(({ end }) => end)).toEqual(
      [9 * 60 + 50, 10 * 60 + 40, 11 * 60 + 30].map((minutes) => shanghai('2026-03-23 00:00') + minutes * MINUTE_MS),
    );
  });

  test('of a desk that calls nobody have no place', async () => {
    const { world, terminal, outbox } = await desk({ agents: 0 });
    expect(await free(terminal, FIRST_OF_MONDAY)).toBe(0);
    expect(await book(world, outbox, FIRST_OF_MONDAY)).toMatchObject({ result: 'refused', code: 'slotFull' });
    expect(await book(world, outbox, FIRST_OF_MONDAY, { ifFull: 'nextFree' })).toMatchObject({ result: 'refused', code: 'slotFull' });
  });
});

describe('a booking', () => {
  test('takes one place, and said again no other', async () => {
    const { world, terminal, outbox } = await desk({ agents: 2 });
    const body = await booking(world, FIRST_OF_MONDAY);
    for (const again of [outbox, outbox, outboxOf(terminal)]) {
      expect(stored(await again.send('callback.booked', body))).toEqual({
        callback: { number: body.number, state: 'booked', start: FIRST_OF_MONDAY, end: SECOND_OF_MONDAY },
      });
    }
    expect(await free(terminal, FIRST_OF_MONDAY)).toBe(1);
    expect(refusedWith(await outbox.send('callback.booked', { ...body, about: 'device' }))).toBe('idempotencyConflict');
  });

  test('of a full slot is refused with what is free, or gets the next one if the person said so', async () => {
    const { world, terminal, outbox } = await desk();
    stored(await book(world, outbox, FIRST_OF_MONDAY));
    expect(await free(terminal, FIRST_OF_MONDAY)).toBe(0);
    expect(await book(world, outbox, FIRST_OF_MONDAY)).toMatchObject({
      result: 'refused',
      code: 'slotFull',
      free: [SECOND_OF_MONDAY, shanghai('2026-03-23 10:00'), shanghai('2026-03-23 10:30')],
    });
    expect(stored(await book(world, outbox, FIRST_OF_MONDAY, { ifFull: 'nextFree' })).callback?.start).toBe(SECOND_OF_MONDAY);
  });

  test.each([
    ['too near', shanghai('2026-03-20 17:00')],
    ['in the past', shanghai('2026-03-20 09:00')],
    ['on a Saturday', shanghai('2026-03-21 09:00')],
    ['beside the slots', FIRST_OF_MONDAY + MINUTE_MS],
    ['too far', shanghai('2026-04-10 09:00')],
  ])('of a time %s is refused, and offered the next', async (_what, slot) => {
    const { world, outbox } = await desk();
    const item = await book(world, outbox, slot);
    expect(item).toMatchObject({ result: 'refused', code: 'noSuchSlot' });
    expect(item.result === 'refused' ? item.free?.length : 0).toBe(3);
  });

  test('that came late, after its slot was over, gets the next free one if the person said so', async () => {
    const { world, outbox } = await desk();
    expect(stored(await book(world, outbox, shanghai('2026-03-20 09:00'), { ifFull: 'nextFree' })).callback?.start).toBe(LAST_OF_FRIDAY);
  });

  test('ten at once of the last place: one gets it', async () => {
    const { world, terminal } = await desk();
    const others = await Promise.all(Array.from({ length: 9 }, (_, index) => registeredTerminal(world, `T-1${index}`)));
    const bodies = await Promise.all([terminal, ...others].map(() => booking(world, FIRST_OF_MONDAY)));
    const items = await Promise.all([terminal, ...others].map((each, index) => outboxOf(each).send('callback.booked', bodies[index] ?? {})));
    expect(items.map(({ result }) => result).toSorted()).toEqual([...Array.from({ length: 9 }, () => 'refused'), 'stored']);
    expect(await execute(world.database, 'select seat from callback_seats')).toEqual([{ seat: expect.anything() as unknown }]);
  });

  test('can not be made twice for one place, whatever the program does', async () => {
    const { world, outbox } = await desk({ agents: 2 });
    const bodies = [await booking(world, FIRST_OF_MONDAY), await booking(world, FIRST_OF_MONDAY)];
    for (const body of bodies) stored(await outbox.send('callback.booked', body));
    await expect(execute(world.database, 'update callback_seats set seat = 0')).rejects.toThrow(/unique/i);
    await expect(execute(world.database, `insert into callback_seats values (1, 0, '${bodies[0]?.callbackId}')`)).rejects.toThrow(/unique/i);
  });

  test('of half an hour is not booked over when slots become shorter', async () => {
    const { world, outbox } = await desk();
    stored(await book(world, outbox, FIRST_OF_MONDAY));
    await world.stop();
    const support = supportSettingsSchema.parse({ callbacks: { agents: 1, slotMinutes: 20 } });
    const shorter = await startWorld({ startAt: FRIDAY, database: world.database, settings: { support } });
    const terminal = await registeredTerminal(shorter, 'T-0002');
    expect(
      (await slots(terminal))
        .filter(({ start }) => start >= FIRST_OF_MONDAY)
        .slice(0, 3)
        .map(({ free: places }) => places),
    ).toEqual([0, 0, 1]);
    expect(await book(shorter, outboxOf(terminal), FIRST_OF_MONDAY + 20 * MINUTE_MS)).toMatchObject({ code: 'slotFull' });
  });
});

describe('who has its number and was told its time', () => {
  test('moves a booking from another terminal; the old place is free once there is a new one, and not before', async () => {
    const { world, terminal, outbox } = await desk();
    const { number, ...body } = await booking(world, FIRST_OF_MONDAY);
    stored(await outbox.send('callback.booked', { number, ...body }));
    stored(await book(world, outbox, SECOND_OF_MONDAY));
    const elsewhere = outboxOf(await registeredTerminal(world, 'T-0002'));
    const move = (slot: number, start = FIRST_OF_MONDAY) => elsewhere.send('callback.rebooked', { number, start, slot, ifFull: 'refuse' });
    expect(refusedWith(await move(SECOND_OF_MONDAY))).toBe('slotFull');
    expect(refusedWith(await move(shanghai('2026-03-21 09:00')))).toBe('noSuchSlot');
    expect(await free(terminal, FIRST_OF_MONDAY)).toBe(0);
    expect(stored(await move(LAST_OF_FRIDAY)).callback).toMatchObject({ state: 'booked', start: LAST_OF_FRIDAY });
    expect(stored(await move(LAST_OF_FRIDAY, LAST_OF_FRIDAY)).callback).toMatchObject({ state: 'booked', start: LAST_OF_FRIDAY });
    expect([await free(terminal, FIRST_OF_MONDAY), await free(terminal, LAST_OF_FRIDAY)]).toEqual([1, 0]);
  });

  test('cancels it once; then it can be neither moved nor made', async () => {
    const { world, terminal, outbox } = await desk();
    const body = await booking(world, FIRST_OF_MONDAY);
    const told = { number: body.number, start: FIRST_OF_MONDAY };
    stored(await outbox.send('callback.booked', body));
    for (const _ of [1, 2]) expect(stored(await outbox.send('callback.cancelled', told)).callback?.state).toBe('cancelled');
    expect(await free(terminal, FIRST_OF_MONDAY)).toBe(1);
    expect(refusedWith(await outbox.send('callback.rebooked', { ...told, slot: SECOND_OF_MONDAY, ifFull: 'refuse' }))).toBe('callbackOver');
    await expect(world.server.agents.callbacks.act(CHEN, body.callbackId, { do: 'made' })).rejects.toMatchObject({ code: 'callbackOver' });
    const { history } = callbackDetailSchema.parse(await world.server.agents.callbacks.detail(CHEN, body.callbackId));
    expect(history.map(({ event }) => event)).toEqual(['booked', 'cancelled']);
  });

  test('the same change said again is one, also when it was moved on in between', async () => {
    const { world, outbox } = await desk();
    const body = await booking(world, FIRST_OF_MONDAY);
    stored(await outbox.send('callback.booked', body));
    const first = outbox.next('callback.rebooked', { number: body.number, start: FIRST_OF_MONDAY, slot: SECOND_OF_MONDAY, ifFull: 'refuse' });
    const { items } = await outbox.raw(first);
    stored(await outbox.send('callback.rebooked', { number: body.number, start: SECOND_OF_MONDAY, slot: LAST_OF_FRIDAY, ifFull: 'refuse' }));
    expect((await outbox.raw(first)).items).toEqual(items);
    const { callback, history } = await world.server.agents.callbacks.detail(CHEN, body.callbackId);
    expect(callback.start).toBe(LAST_OF_FRIDAY);
    expect(history.map(({ event }) => event)).toEqual(['booked', 'rebooked', 'rebooked']);
  });

  test.each([
    ['callback.cancelled', {}],
    ['callback.rebooked', { slot: LAST_OF_FRIDAY, ifFull: 'refuse' }],
  ] as const)('a %s that was late on its way undoes no later change', async (kind, wish) => {
    const { world, outbox } = await desk();
    const body = await booking(world, FIRST_OF_MONDAY);
    stored(await outbox.send('callback.booked', body));
    await world.server.agents.callbacks.act(CHEN, body.callbackId, { do: 'rebook', slot: SECOND_OF_MONDAY });
    expect(refusedWith(await outbox.send(kind, { number: body.number, start: FIRST_OF_MONDAY, ...wish }))).toBe('callbackMoved');
    expect((await world.server.agents.callbacks.detail(CHEN, body.callbackId)).callback).toMatchObject({ state: 'booked', start: SECOND_OF_MONDAY });
  });

  test('of two with one number it is the one with that time, and of those the one that can be changed', async () => {
    const { world, outbox } = await desk({ agents: 2 });
    const [first, other, twin] = [await booking(world, FIRST_OF_MONDAY), await booking(world, SECOND_OF_MONDAY), await booking(world, FIRST_OF_MONDAY)];
    const { number } = first;
    for (const body of [first, other, twin]) stored(await outbox.send('callback.booked', { ...body, number }));
    const cancel = () => outbox.send('callback.cancelled', { number, start: FIRST_OF_MONDAY });
    const states = () =>
      Promise.all([first, other, twin].map(async ({ callbackId }) => (await world.server.agents.callbacks.detail(CHEN, callbackId)).callback.state));
    stored(await cancel());
    expect((await states()).toSorted()).toEqual(['booked', 'booked', 'cancelled']);
    stored(await cancel());
    expect(await states()).toEqual(['cancelled', 'booked', 'cancelled']);
  });

  test('and nobody else changes anything; by the number one learns no id', async () => {
    const { world, outbox } = await desk();
    const body = await booking(world, FIRST_OF_MONDAY);
    stored(await outbox.send('callback.booked', body));
    const other = await registeredTerminal(world, 'T-0002');
    for (const kind of ['callback.cancelled', 'callback.rebooked']) {
      const wish = kind === 'callback.rebooked' ? { slot: SECOND_OF_MONDAY, ifFull: 'refuse' } : {};
      expect(refusedWith(await outboxOf(other).send(kind, { number: newNumber(), start: FIRST_OF_MONDAY, ...wish }))).toBe('unknownCallback');
    }
    const answer = progressAnswerSchema.parse((await other.post('/v1/support/progress', { by: 'number', number: body.number })).body);
    expect(answer).toEqual({ tickets: [], callbacks: [{ number: body.number, state: 'booked', start: FIRST_OF_MONDAY, end: SECOND_OF_MONDAY }] });
    expect(JSON.stringify(answer)).not.toContain(body.callbackId);
  });
});

describe('the desk', () => {
  test('sees the day’s calls and how full its slots are, opens the number to call, and reports the call', async () => {
    const { world, outbox } = await desk({ agents: 2 });
    const about = await ticket(world);
    stored(await outbox.send('ticket.created', about));
    const body = await booking(world, FIRST_OF_MONDAY, { ticketId: about.ticketId });
    stored(await outbox.send('callback.booked', body));
    const { callbacks, openings, tickets } = world.server.agents;
    const plan = callbackPlanSchema.parse(await callbacks.plan(CHEN, shanghai('2026-03-23 00:00'), shanghai('2026-03-24 00:00')));
    expect(plan.callbacks).toMatchObject([{ callbackId: body.callbackId, contactMasked: '138****5678', state: 'booked', ticketId: about.ticketId }]);
    expect(plan.slots).toHaveLength(16);
    expect(plan.slots.slice(0, 2)).toMatchObject([
      { start: FIRST_OF_MONDAY, agents: 2, booked: 1 },
      { start: SECOND_OF_MONDAY, agents: 2, booked: 0 },
    ]);
    expect((await openings.open(CHEN, { subject: 'callback', id: body.callbackId, field: 'contact', reason: 'the call that was booked' })).text).toBe(
      TELEPHONE,
    );
    const done = callbackDetailSchema.parse(await callbacks.act(CHEN, body.callbackId, { do: 'made', note: 'explained' }));
    expect(done.callback.state).toBe('made');
    expect(done.history.at(-1)).toMatchObject({ event: 'made', by: 'agent', actor: 'chen', note: 'explained' });
    expect(ticketDetailSchema.parse(await tickets.detail(CHEN, about.ticketId)).callbacks).toMatchObject([{ state: 'made' }]);
    await expect(callbacks.act(CHEN, body.callbackId, { do: 'missed' })).rejects.toMatchObject({ code: 'callbackOver' });
  });

  test('moves and cancels, and only support does', async () => {
    const { world, terminal, outbox } = await desk();
    const body = await booking(world, FIRST_OF_MONDAY);
    stored(await outbox.send('callback.booked', body));
    const { callbacks } = world.server.agents;
    for (const actor of [LIU, ZHAO]) await expect(callbacks.act(actor, body.callbackId, { do: 'made' })).rejects.toMatchObject({ code: 'roleNotAllowed' });
    expect((await callbacks.act(CHEN, body.callbackId, { do: 'rebook', slot: SECOND_OF_MONDAY })).callback.start).toBe(SECOND_OF_MONDAY);
    expect((await callbacks.act(CHEN, body.callbackId, { do: 'cancel', note: 'solved' })).callback.state).toBe('cancelled');
    expect(await free(terminal, SECOND_OF_MONDAY)).toBe(1);
    await expect(callbacks.act(CHEN, randomUUID(), { do: 'made' })).rejects.toMatchObject({ code: 'unknownCallback' });
    await expect(callbacks.plan(CHEN, 0, 61 * DAY_MS)).rejects.toMatchObject({ code: 'invalidRequest' });
  });

  test('promises a missed call anew in another slot, which the person’s terminal then says; a person can not, nor for one that was made', async () => {
    const { world, terminal, outbox } = await desk();
    const body = await booking(world, LAST_OF_FRIDAY);
    stored(await outbox.send('callback.booked', body));
    const { callbacks } = world.server.agents;
    await world.clock.advance(30 * MINUTE_MS);
    await callbacks.act(CHEN, body.callbackId, { do: 'missed', note: 'rang for a minute' });
    const wish = { number: body.number, start: LAST_OF_FRIDAY, slot: SECOND_OF_MONDAY, ifFull: 'refuse' };
    expect(refusedWith(await outbox.send('callback.rebooked', wish))).toBe('callbackOver');
    await expect(callbacks.act(CHEN, body.callbackId, { do: 'rebook', slot: LAST_OF_FRIDAY })).rejects.toMatchObject({ code: 'noSuchSlot' });
    const { callback, history } = await callbacks.act(CHEN, body.callbackId, { do: 'rebook', slot: FIRST_OF_MONDAY });
    expect(callback).toMatchObject({ state: 'booked', start: FIRST_OF_MONDAY });
    expect(history.map(({ event }) => event)).toEqual(['booked', 'missed', 'rebooked']);
    expect(await free(terminal, FIRST_OF_MONDAY)).toBe(0);
    const asked = await terminal.post('/v1/support/progress', { by: 'id', id: body.callbackId });
    expect(progressAnswerSchema.parse(asked.body).callbacks).toMatchObject([{ state: 'booked', start: FIRST_OF_MONDAY }]);
    await callbacks.act(CHEN, body.callbackId, { do: 'made' });
    await expect(callbacks.act(CHEN, body.callbackId, { do: 'rebook', slot: SECOND_OF_MONDAY })).rejects.toMatchObject({ code: 'callbackOver' });
  });

  test('that promises anew finds the slot taken: nothing moves', async () => {
    const { world, outbox } = await desk();
    const [first, second] = [await booking(world, FIRST_OF_MONDAY), await booking(world, LAST_OF_FRIDAY)];
    for (const body of [first, second]) stored(await outbox.send('callback.booked', body));
    const { callbacks } = world.server.agents;
    await callbacks.act(CHEN, second.callbackId, { do: 'missed' });
    await expect(callbacks.act(CHEN, second.callbackId, { do: 'rebook', slot: FIRST_OF_MONDAY })).rejects.toMatchObject({ code: 'slotFull' });
    expect((await callbacks.detail(CHEN, second.callbackId)).callback).toMatchObject({ state: 'missed', start: LAST_OF_FRIDAY });
  });

  test('that forgot a call has it expired two hours after its slot', async () => {
    const { world, outbox } = await desk();
    const body = await booking(world, LAST_OF_FRIDAY);
    stored(await outbox.send('callback.booked', body));
    const { callbacks } = world.server.agents;
    const state = async () => (await callbacks.detail(CHEN, body.callbackId)).callback.state;
    await world.clock.advance(shanghai('2026-03-20 20:00') - FRIDAY - 1);
    expect(await state()).toBe('booked');
    await world.clock.advance(1);
    expect(await state()).toBe('expired');
    expect((await callbacks.detail(CHEN, body.callbackId)).history.at(-1)).toMatchObject({ event: 'expired', by: 'desk' });
    await expect(callbacks.act(CHEN, body.callbackId, { do: 'made' })).rejects.toMatchObject({ code: 'callbackOver' });
    const anew = await callbacks.act(CHEN, body.callbackId, { do: 'rebook', slot: FIRST_OF_MONDAY });
    expect(anew.callback).toMatchObject({ state: 'booked', start: FIRST_OF_MONDAY });
  });
});
