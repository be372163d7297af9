/**
 * Releases and service passwords between terminal and issuer: the real journal, steps, card desk and recovery, a real server, a real chip. Whatever
 * is lost, offline or dead on the way, journal and issuer say the same in the end, and the password stands nowhere.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import type { IdentifiedPerson } from '../../../state-machines/loss-report/context.ts';
import { identify, reportLoss } from '../../../state-machines/loss-report/steps.ts';
import { releaseLoss, setPassword } from '../../../state-machines/account/steps.ts';
import type { CardReading } from '../../../state-machines/ports.ts';
import { holdersChip } from '../../fleet/issuer/cards.ts';
import { DOCUMENT, HOLDER, PASSWORD, SERIAL } from '../../fleet/issuer/people.ts';
import { startWorld, V1, type World } from '../../fleet/support.ts';
import { Died, Station, type Death } from './station.ts';

const NEW = '582047';
const card: CardReading = { ref: V1.card, balance: fen(0), purseLimit: fen(100_000), validFrom: '2026-03-15', validUntil: '2036-03-15', records: [] };
const never = new AbortController().signal;

interface Scene {
  readonly world: World;
  readonly station: Station;
  readonly person: IdentifiedPerson;
}

async function scene(): Promise<Scene> {
  const world = await startWorld();
  await world.hand('/sandbox/issuer/holders', HOLDER);
  const folder = mkdtempSync(path.join(tmpdir(), 'accounts-'));
  const station = new Station(world, folder, 'T-0001');
  onTestFinished(() => {
    station.end();
    rmSync(folder, { recursive: true });
  });
  station.slot.insert(holdersChip());
  return { world, station, person: await personAt(station) };
}

async function personAt(station: Station): Promise<IdentifiedPerson> {
  const identified = await station.does((ports) => identify(ports, { by: 'document', documentHash: DOCUMENT }, never));
  if (identified.kind !== 'identified') throw new Error(identified.kind);
  return { identificationId: identified.identificationId, by: 'document', cards: identified.cards };
}

async function reported(): Promise<Scene> {
  const here = await scene();
  const { identificationId } = here.person;
  await here.station.does((ports) => reportLoss(ports, { card: { serial: SERIAL, tail: '5678', status: 'active' }, identificationId, by: 'document' }));
  return here;
}

const releases = ({ station, person }: Scene) => station.does((ports) => releaseLoss(ports, { card, person }));
const sets = ({ station, person }: Scene) => station.does((ports) => setPassword(ports, { card, person, password: NEW }));
const byPassword = async ({ station }: Scene, password: string) =>
  (await station.does((ports) => identify(ports, { by: 'password', serial: SERIAL, password }, never))).kind;
const atIssuer = async ({ world }: Scene) => (await world.books()).issuerServices.losses;
const kinds = ({ station }: Scene, beginning: string) => station.kinds().filter((kind) => kind.startsWith(beginning));

test('the card’s own proof releases it, from when it works everywhere is said', async () => {
  const here = await reported();
  const outcome = await releases(here);
  expect(outcome).toMatchObject({ kind: 'released', releasedAt: here.world.clock.now(), everywhereAt: here.world.clock.now() + 120 * 60_000 });
  expect(kinds(here, 'release.')).toEqual(['release.asking', 'release.released']);
  expect(await atIssuer(here)).toMatchObject({ released: 1, effective: 0 });
});

test('without the card nothing is asked', async () => {
  const here = await reported();
  here.station.slot.remove();
  expect(await releases(here)).toEqual({ kind: 'cardGone' });
  expect(kinds(here, 'release.')).toEqual([]);
});

test('while nobody answers it is open; the background asks again until there is an answer', async () => {
  const here = await reported();
  here.station.online = false;
  expect(await releases(here)).toMatchObject({ kind: 'open' });
  here.station.online = true;
  await here.station.tends();
  expect(kinds(here, 'release.')).toEqual(['release.asking', 'release.queued', 'release.released']);
  expect(await atIssuer(here)).toMatchObject({ released: 1 });
});

const releaseDeaths: readonly Death[] = ['release.asking', 'release.released'].flatMap((kind) => [
  { kind, when: 'before' as const },
  { kind, when: 'after' as const },
]);

test.each(releaseDeaths)('dead $when $kind: journal and issuer say the same', async (death) => {
  const here = await reported();
  here.station.dieAt(death);
  await expect(releases(here)).rejects.toBeInstanceOf(Died);
  await here.station.reborn();
  await here.station.tends();
  const announced = death.kind !== 'release.asking' || death.when === 'after';
  expect(kinds(here, 'release.')).toEqual(announced ? ['release.asking', 'release.released'] : []);
  expect(await atIssuer(here)).toMatchObject({ released: announced ? 1 : 0 });
});

test('a new password is sealed on its way, works at once, and stands in no byte of the journal', async () => {
  const here = await scene();
  expect(await sets(here)).toEqual({ kind: 'set' });
  expect(await byPassword(here, NEW)).toBe('identified');
  expect(kinds(here, 'password.')).toEqual(['password.setting', 'password.set']);
  for (const file of [here.station.journalPath, `${here.station.journalPath}-wal`]) expect(readFileSync(file).includes(NEW)).toBe(false);
});

const passwordDeaths: readonly Death[] = ['password.setting', 'password.set'].flatMap((kind) => [
  { kind, when: 'before' as const },
  { kind, when: 'after' as const },
]);

test.each(passwordDeaths)('dead $when $kind: what became of the password is asked, and one that never arrived never will', async (death) => {
  const here = await scene();
  here.station.dieAt(death);
  await expect(sets(here)).rejects.toBeInstanceOf(Died);
  await here.station.reborn();
  await here.station.tends();
  const arrived = death.kind === 'password.set';
  expect(await byPassword(here, arrived ? NEW : PASSWORD)).toBe('identified');
  const untold = death.kind === 'password.setting' && death.when === 'before';
  expect(kinds(here, 'password.')).toEqual(untold ? [] : ['password.setting', arrived ? 'password.set' : 'password.refused']);
});

test('while nobody answers nobody knows; in the background it turns out that the old one holds', async () => {
  const here = await scene();
  here.station.online = false;
  expect(await sets(here)).toMatchObject({ kind: 'open' });
  here.station.online = true;
  await here.station.tends();
  expect(kinds(here, 'password.')).toEqual(['password.setting', 'password.refused']);
  expect(await byPassword(here, PASSWORD)).toBe('identified');
});
