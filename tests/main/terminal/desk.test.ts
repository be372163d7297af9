/**
 * A ticket between terminal and support desk: the real journal, steps and background delivery, a real server. Whatever is lost, offline or
 * dead on the way, one ticket is made of it, under the number that the person was given.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { foldSubmission } from '../../../common/desk-submission.ts';
import { cardKeyOf } from '../../../common/upstream-api/support.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { sheetFile } from '../../../main/upstream/desk.ts';
import { askProgress, handInTicket, type TicketDraft, type TicketOutcome } from '../../../state-machines/desk/steps.ts';
import { countingRandom, v2Chip } from '../../drivers/card/pboc/cards.ts';
import { CHEN, SERIAL } from '../../fleet/support-desk.ts';
import { startWorld, V2, type World } from '../../fleet/support.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { connect } from '../upstream/support.ts';
import { Died, Station, type Death } from './station.ts';

const never = new AbortController().signal;
const PHONE = '13812345678';

interface Scene {
  readonly world: World;
  readonly station: Station;
}

async function scene(): Promise<Scene> {
  const world = await startWorld();
  const folder = mkdtempSync(path.join(tmpdir(), 'desk-'));
  const station = new Station(world, folder, 'T-0001');
  onTestFinished(() => {
    station.end();
    rmSync(folder, { recursive: true });
  });
  return { world, station };
}

const card = { ...new FakeWorld().card, ref: { ...new FakeWorld().card.ref, serial: SERIAL, tail: SERIAL.slice(-4) } };
const draft: TicketDraft = { topic: 'topUpMissing', card, transaction: undefined, phone: PHONE, verdict: 'loadUndetermined', language: 'zh-CN' };

const handsIn = (station: Station): Promise<TicketOutcome> => station.does((ports) => handInTicket(ports, draft));
const deskEntries = (station: Station) => station.entries().filter(({ kind }) => kind.startsWith('desk.'));
const atDesk = async ({ server }: World) => (await server.agents.tickets.list(CHEN, {})).tickets;

/** One ticket at the desk, one in the journal, under one number. */
async function expectOneTicket({ world, station }: Scene, number?: string): Promise<void> {
  const standing = foldSubmission(deskEntries(station));
  const tickets = await atDesk(world);
  expect(tickets).toHaveLength(1);
  expect(standing).toMatchObject({ state: 'stored', submission: { reference: tickets[0]?.number } });
  if (number !== undefined) expect(tickets[0]?.number).toBe(number);
  expect(verifyJournal(station.journalPath)).toMatchObject({ ok: true });
}

function numberOf(outcome: TicketOutcome): string {
  if (outcome.kind !== 'handed') throw new Error(outcome.kind);
  return outcome.handed.number;
}

test('online: at the desk with card, telephone and verdict when the person is told, and readable nowhere on the way', async () => {
  const all = await scene();
  await all.station.tends(); // the desk says what it promises, and what can be sealed to it
  const told = await handsIn(all.station);
  await expectOneTicket(all, numberOf(told));
  const [ticket] = await atDesk(all.world);
  expect(ticket).toMatchObject({ kind: 'topUpMissing', cardTail: SERIAL.slice(-4), verdict: 'loadUndetermined' });
  expect(told).toMatchObject({ handed: { state: 'stored', dueAt: ticket?.dueAt } });
  const written = JSON.stringify(deskEntries(all.station));
  for (const secret of [PHONE, SERIAL]) expect(written).not.toContain(secret);
  const asked = { subject: 'ticket', id: ticket?.ticketId ?? '', reason: 'to call back' } as const;
  const { openings } = all.world.server.agents;
  expect(await openings.open(CHEN, { ...asked, field: 'contact' })).toMatchObject({ text: PHONE });
  expect(await openings.open(CHEN, { ...asked, field: 'card' })).toMatchObject({ text: SERIAL });
});

test('offline: kept, known by card and by number here, and at the desk once there is a line', async () => {
  const all = await scene();
  const { station } = all;
  await station.tends();
  station.online = false;
  const told = await handsIn(station);
  expect(told).toMatchObject({ kind: 'handed', handed: { state: 'kept' } });
  const number = numberOf(told);
  for (const asked of [{ by: 'card', card } as const, { by: 'number', number } as const])
    expect(await station.does((ports) => askProgress(ports, asked, never))).toMatchObject({ kind: 'found', standings: [{ what: 'kept', number }] });
  await station.tends();
  expect(await atDesk(all.world)).toEqual([]);
  station.online = true;
  await station.tends();
  await station.tends();
  await expectOneTicket(all, number);
  const after = await station.does((ports) => askProgress(ports, { by: 'card', card }, never));
  expect(after).toMatchObject({ kind: 'found', standings: [{ what: 'ticket', number, state: 'open' }] });
});

describe('the process ends', () => {
  test.each((['desk.submitting', 'desk.stored'] as const).flatMap((kind) => (['before', 'after'] as const).map((when): Death => ({ kind, when }))))(
    '$when $kind: one ticket, or none where nobody was told of one',
    async (death) => {
      const all = await scene();
      await all.station.tends();
      all.station.dieAt(death);
      await expect(handsIn(all.station)).rejects.toThrow(Died);
      await all.station.reborn();
      await all.station.tends();
      if (death.kind === 'desk.submitting' && death.when === 'before') {
        expect(await atDesk(all.world)).toEqual([]);
        expect(deskEntries(all.station)).toEqual([]);
        return;
      }
      await expectOneTicket(all);
    },
  );
});

describe('what the desk says of itself', () => {
  test('is kept for the time without a network, and believed only as it was signed', async () => {
    const world = await startWorld();
    const folder = mkdtempSync(path.join(tmpdir(), 'sheet-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'sheet.jws');
    const online = connect(world, { sheetFile: sheetFile(file) });
    expect(online.desk.terms).toBeUndefined();
    await online.desk.refreshTerms();
    expect(online.desk.terms?.promise('topUpMissing')).toEqual({ minutes: 120 });
    const away = (): typeof online =>
      connect(world, { sheetFile: sheetFile(file), serverKey: world.signingKey.publicKey, fetch: async () => Promise.reject(new TypeError('fetch failed')) });
    expect(away().desk.terms).toMatchObject({ seals: true });
    await away().desk.refreshTerms();
    const [head, , signature] = readFileSync(file, 'utf8').split('.');
    writeFileSync(file, [head, Buffer.from('{}').toString('base64url'), signature].join('.'));
    expect(away().desk.terms).toBeUndefined();
  });
});

test('the latest top-up of the card: what became of it, where its story is, and that of no other card', async () => {
  const world = await startWorld({ issuer: V2.issuer, startAt: V2.at });
  const folder = mkdtempSync(path.join(tmpdir(), 'latest-'));
  const station = new Station(world, folder, 'T-0001');
  onTestFinished(() => {
    station.end();
    rmSync(folder, { recursive: true });
  });
  const chip = v2Chip({ random: countingRandom() });
  const reference = await station.tornTopUp(chip, { tender: 'qr', amount: 5000, when: 'after' });
  const ref = await station.does(async ({ card: slot }) => {
    station.slot.insert(chip);
    const read = await slot.read();
    if (!read.ok) throw new Error(read.problem);
    return read.card.ref;
  });
  const latest = () => station.does(async ({ recovery }) => recovery.latestOf(ref));
  const torn = await latest();
  expect(torn).toMatchObject({ reference, amount: 5000, outcome: 'case' });
  const story = station.entries().filter(({ seq }) => seq >= (torn?.evidence?.fromSeq ?? 0) && seq <= (torn?.evidence?.toSeq ?? 0));
  expect(story.at(0)).toMatchObject({ kind: 'transaction.opened', body: { reference } });
  await station.presented(chip);
  expect(await latest()).toMatchObject({ reference, amount: 5000, outcome: 'delivered' });
  expect(await station.does(async ({ recovery }) => recovery.latestOf({ ...ref, serial: SERIAL }))).toBeUndefined();
});

test('a card is found by a key that is not its number', () => {
  expect(cardKeyOf(SERIAL)).not.toContain(SERIAL);
});
