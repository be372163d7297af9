/**
 * A call back between terminal and support desk: the real journal, steps and background delivery, a real server. Whatever is lost, offline,
 * taken by others or dead on the way, one booking is made of it, with one place, under the number that the person was given.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { foldSubmission } from '../../../common/desk-submission.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { supportSettingsSchema } from '../../../fleet/server/support/settings.ts';
import { askSlots, bookCallback, changeCallback, type BookingOutcome } from '../../../state-machines/callback/steps.ts';
import type { Appointment, FreeSlot } from '../../../state-machines/callback/context.ts';
import { askProgress } from '../../../state-machines/desk/steps.ts';
import { CHEN, SERIAL, DAY_MS, shanghai } from '../../fleet/support-desk.ts';
import { execute } from '../../fleet/database.ts';
import { startWorld, type World } from '../../fleet/support.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { Died, Station, type Death } from './station.ts';

const never = new AbortController().signal;
const PHONE = '13812345678';
/** A Friday morning. */
const NOW = shanghai('2026-03-20 08:00');
const FIRST: FreeSlot = { start: shanghai('2026-03-20 09:00'), end: shanghai('2026-03-20 09:30') };
const SECOND: FreeSlot = { start: FIRST.end, end: shanghai('2026-03-20 10:00') };

interface Scene {
  readonly world: World;
  readonly station: Station;
}

function stationIn(world: World, id: string): Station {
  const folder = mkdtempSync(path.join(tmpdir(), 'callback-'));
  const station = new Station(world, folder, id);
  onTestFinished(() => {
    station.end();
    rmSync(folder, { recursive: true });
  });
  return station;
}

/** One agent calls: each slot has one place. The desk has said what can be sealed to it. */
async function scene(): Promise<Scene> {
  const world = await startWorld({ startAt: NOW, settings: { support: supportSettingsSchema.parse({ callbacks: { agents: 1 } }) } });
  const station = stationIn(world, 'T-0001');
  await station.tends();
  return { world, station };
}

const card = { ...new FakeWorld().card, ref: { ...new FakeWorld().card.ref, serial: SERIAL, tail: SERIAL.slice(-4) } };
const books = (station: Station, slot = FIRST): Promise<BookingOutcome> =>
  station.does((ports) => bookCallback(ports, { topic: 'topUpMissing', slot, phone: PHONE, card, language: 'zh-CN' }, never));
const deskEntries = (station: Station) => station.entries().filter(({ kind }) => kind.startsWith('desk.'));
const atDesk = async ({ server }: World) => (await server.agents.callbacks.plan(CHEN, NOW, NOW + 5 * DAY_MS)).callbacks;
const offered = async (station: Station): Promise<readonly FreeSlot[]> => {
  const asked = await station.does((ports) => askSlots(ports, never));
  return asked.kind === 'offered' ? asked.slots : [];
};

function bookedOf(outcome: BookingOutcome) {
  if (outcome.kind !== 'booked') throw new Error(outcome.kind);
  return outcome.booked;
}

/** One booking at the desk with one place, one in the journal, under one number. */
async function expectOneBooking({ world, station }: Scene, slot: FreeSlot, number?: string): Promise<void> {
  const calls = await atDesk(world);
  expect(calls).toMatchObject([{ state: 'booked', ...slot, contactMasked: '138****5678' }]);
  expect(await execute(world.database, 'select slot_start from callback_seats')).toHaveLength(1);
  expect(foldSubmission(deskEntries(station))).toMatchObject({
    state: 'stored',
    submission: { reference: calls[0]?.number },
    answer: { dueAt: new Date(slot.start).toISOString() },
  });
  if (number !== undefined) expect(calls[0]?.number).toBe(number);
  expect(verifyJournal(station.journalPath)).toMatchObject({ ok: true });
}

test('online: booked when the person is told, for the desk alone to read whom to call, and offered to nobody else', async () => {
  const all = await scene();
  expect((await offered(all.station))[0]).toEqual(FIRST);
  const told = bookedOf(await books(all.station));
  expect(told).toMatchObject({ state: 'booked', slot: FIRST, moved: false });
  await expectOneBooking(all, FIRST, told.number);
  expect((await offered(all.station))[0]).toEqual(SECOND);
  const [call] = await atDesk(all.world);
  const { openings } = all.world.server.agents;
  expect(await openings.open(CHEN, { subject: 'callback', id: call?.callbackId ?? '', field: 'contact', reason: 'to call' })).toMatchObject({ text: PHONE });
  for (const secret of [PHONE, SERIAL]) expect(JSON.stringify(deskEntries(all.station))).not.toContain(secret);
});

test('taken by another terminal meanwhile: nothing is written, and the next times are known', async () => {
  const { world, station } = await scene();
  const other = stationIn(world, 'T-0002');
  await other.tends();
  await books(other);
  const outcome = await books(station);
  expect(outcome).toMatchObject({ kind: 'taken' });
  expect(outcome.kind === 'taken' ? outcome.slots[0] : undefined).toEqual(SECOND);
  expect(deskEntries(station)).toEqual([]);
});

test('kept while another terminal takes the time: the next free one, and the number tells which', async () => {
  const { world, station } = await scene();
  const other = stationIn(world, 'T-0002');
  await other.tends();
  station.online = false;
  const { state, number } = bookedOf(await books(station));
  expect(state).toBe('kept');
  await books(other);
  station.online = true;
  await station.tends();
  expect((await atDesk(world)).find((call) => call.number === number)).toMatchObject(SECOND);
  const asked = await station.does((ports) => askProgress(ports, { by: 'number', number }, never));
  expect(asked).toMatchObject({ standings: [{ what: 'callback', number, state: 'booked', ...SECOND }] });
});

test('offline: kept, known by card and by number here, and booked once there is a line', async () => {
  const all = await scene();
  const { station } = all;
  station.online = false;
  const told = bookedOf(await books(station));
  expect(told).toMatchObject({ state: 'kept', slot: FIRST });
  for (const asked of [{ by: 'card', card } as const, { by: 'number', number: told.number } as const])
    expect(await station.does((ports) => askProgress(ports, asked, never))).toEqual({
      kind: 'found',
      standings: [{ what: 'keptCallback', number: told.number, start: FIRST.start }],
    });
  await station.tends();
  expect(await atDesk(all.world)).toEqual([]);
  station.online = true;
  await station.tends();
  await station.tends();
  await expectOneBooking(all, FIRST, told.number);
});

test('the line goes between the last look and the booking: no promise is made, and it is booked later', async () => {
  const all = await scene();
  all.station.cutAfter('/v1/support/slots');
  const told = bookedOf(await books(all.station));
  expect(told.state).toBe('kept');
  all.station.online = true;
  await all.station.tends();
  await expectOneBooking(all, FIRST, told.number);
});

describe('the process ends', () => {
  test.each((['desk.submitting', 'desk.stored'] as const).flatMap((kind) => (['before', 'after'] as const).map((when): Death => ({ kind, when }))))(
    '$when $kind: one booking, or none where nobody was told of one',
    async (death) => {
      const all = await scene();
      all.station.dieAt(death);
      await expect(books(all.station)).rejects.toThrow(Died);
      await all.station.reborn();
      await all.station.tends();
      if (death.kind === 'desk.submitting' && death.when === 'before') {
        expect(await atDesk(all.world)).toEqual([]);
        expect(deskEntries(all.station)).toEqual([]);
        return;
      }
      await expectOneBooking(all, FIRST);
    },
  );
});

describe('a booking that is changed', () => {
  const changes = (station: Station, appointment: Appointment, to: FreeSlot | undefined): Promise<BookingOutcome> =>
    station.does((ports) => changeCallback(ports, { appointment, to }, never));
  const LATER: FreeSlot = { start: SECOND.end, end: shanghai('2026-03-20 10:30') };

  async function withBooking() {
    const all = await scene();
    const { number, slot } = bookedOf(await books(all.station));
    return { ...all, appointment: { number, slot } };
  }

  /** What was done to it, by whom. */
  async function historyOf({ server }: World, number: string) {
    const { callbacks } = await server.agents.callbacks.plan(CHEN, NOW, NOW + 5 * DAY_MS);
    const { callbackId = '' } = callbacks.find((call) => call.number === number) ?? {};
    const { callback, history } = await server.agents.callbacks.detail(CHEN, callbackId);
    return { callback, events: history.map(({ event }) => event) };
  }
  /** Of the places that are taken. A large number is text where PostgreSQL says it. */
  async function starts(world: World): Promise<readonly number[]> {
    const rows = (await execute(world.database, 'select slot_start from callback_seats order by slot_start')) as { slot_start: number | string }[];
    return rows.map((row) => Number(row.slot_start));
  }

  test('at another terminal, online: the new time has a place, the old one is free, and the same number tells it', async () => {
    const { world, appointment } = await withBooking();
    const other = stationIn(world, 'T-0002');
    await other.tends();
    expect(bookedOf(await changes(other, appointment, SECOND))).toEqual({
      state: 'booked',
      change: 'move',
      number: appointment.number,
      slot: SECOND,
      moved: false,
    });
    expect(await starts(world)).toEqual([SECOND.start]);
    expect(await offered(other)).toContainEqual(FIRST);
    const asked = await other.does((ports) => askProgress(ports, { by: 'number', number: appointment.number }, never));
    expect(asked).toEqual({ kind: 'found', standings: [{ what: 'callback', number: appointment.number, state: 'booked', ...SECOND }] });
    expect(verifyJournal(other.journalPath)).toMatchObject({ ok: true });
  });

  test('cancelled: nobody calls, and its place is free', async () => {
    const { world, station, appointment } = await withBooking();
    expect(bookedOf(await changes(station, appointment, undefined))).toMatchObject({ state: 'booked', change: 'cancel' });
    expect(await starts(world)).toEqual([]);
    expect((await historyOf(world, appointment.number)).events).toEqual(['booked', 'cancelled']);
  });

  test('to a time that another terminal took meanwhile: nothing is written, and it stays where it was', async () => {
    const { world, station, appointment } = await withBooking();
    const other = stationIn(world, 'T-0002');
    await other.tends();
    bookedOf(await books(other, SECOND));
    const before = deskEntries(station).length;
    const outcome = await changes(station, appointment, SECOND);
    expect(outcome.kind === 'taken' ? outcome.slots[0] : undefined).toEqual(LATER);
    expect(deskEntries(station)).toHaveLength(before);
    expect(await starts(world)).toEqual([FIRST.start, SECOND.start]);
  });

  test.each([
    ['moved', SECOND, ['booked', 'rebooked'], [SECOND.start]],
    ['cancelled', undefined, ['booked', 'cancelled'], []],
  ] as const)('%s without a line: known here to wait, and done once there is one, once', async (_what, to, events, left) => {
    const { world, station, appointment } = await withBooking();
    station.online = false;
    expect(bookedOf(await changes(station, appointment, to)).state).toBe('kept');
    await station.tends();
    expect((await historyOf(world, appointment.number)).events).toEqual(['booked']);
    station.online = true;
    const asked = await station.does((ports) => askProgress(ports, { by: 'number', number: appointment.number }, never));
    expect(asked).toMatchObject({ standings: [{ state: 'booked', ...FIRST, waits: to === undefined ? 'cancel' : 'move' }] });
    for (const _ of [1, 2]) await station.tends();
    expect(await historyOf(world, appointment.number)).toMatchObject({ events });
    expect(await starts(world)).toEqual(left);
    const after = await station.does((ports) => askProgress(ports, { by: 'number', number: appointment.number }, never));
    expect(after.kind === 'found' ? after.standings[0] : undefined).not.toHaveProperty('waits');
  });

  test('a cancellation that waited undoes no time that was chosen elsewhere meanwhile', async () => {
    const { world, station, appointment } = await withBooking();
    station.online = false;
    bookedOf(await changes(station, appointment, undefined));
    const other = stationIn(world, 'T-0002');
    await other.tends();
    bookedOf(await changes(other, appointment, SECOND));
    station.online = true;
    await station.tends();
    expect(await historyOf(world, appointment.number)).toMatchObject({ callback: { state: 'booked', ...SECOND }, events: ['booked', 'rebooked'] });
    expect(foldSubmission(deskEntries(station).slice(2))).toMatchObject({ state: 'refused', code: 'callbackMoved' });
  });

  test.each((['desk.submitting', 'desk.stored'] as const).flatMap((kind) => (['before', 'after'] as const).map((when): Death => ({ kind, when }))))(
    'the process ends $when $kind: moved once, or not at all where nobody was told',
    async (death) => {
      const { world, station, appointment } = await withBooking();
      station.dieAt(death);
      await expect(changes(station, appointment, SECOND)).rejects.toThrow(Died);
      await station.reborn();
      await station.tends();
      const lost = death.kind === 'desk.submitting' && death.when === 'before';
      expect((await historyOf(world, appointment.number)).events).toEqual(lost ? ['booked'] : ['booked', 'rebooked']);
      expect(await starts(world)).toEqual([lost ? FIRST.start : SECOND.start]);
      expect(verifyJournal(station.journalPath)).toMatchObject({ ok: true });
    },
  );
});
