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
import { askSlots, bookCallback, type BookingOutcome } from '../../../state-machines/callback/steps.ts';
import type { FreeSlot } from '../../../state-machines/callback/context.ts';
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
