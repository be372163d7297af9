/**
 * A loss report between terminal and issuer: the real journal, steps and background delivery, a real server. Whatever is lost, offline or
 * dead on the way, one report is made of it, and nobody is told that it is in effect before the issuer has said so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { foldLossReport } from '../../../common/loss-report.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { HeldCard, IdentifyProof } from '../../../state-machines/loss-report/ports.ts';
import { identify, reportLoss, sendCode, type Reported } from '../../../state-machines/loss-report/steps.ts';
import { PortError } from '../../../state-machines/ports.ts';
import { DOCUMENT, HOLDER, messages, PASSWORD, PHONE, SERIAL } from '../../fleet/issuer/people.ts';
import { startWorld, type World } from '../../fleet/support.ts';
import { connect } from '../upstream/support.ts';
import { Died, Station, type Death } from './station.ts';

const byDocument: IdentifyProof = { by: 'document', documentHash: DOCUMENT };
const CARD: HeldCard = { serial: SERIAL, tail: '5678', status: 'active' };
const never = new AbortController().signal;

interface Scene {
  readonly world: World;
  readonly station: Station;
}

async function scene(): Promise<Scene> {
  const world = await startWorld();
  await world.hand('/sandbox/issuer/holders', HOLDER);
  const folder = mkdtempSync(path.join(tmpdir(), 'losses-'));
  const station = new Station(world, folder, 'T-0001');
  onTestFinished(() => {
    station.end();
    rmSync(folder, { recursive: true });
  });
  return { world, station };
}

async function identified(station: Station): Promise<string> {
  const person = await station.does((ports) => identify(ports, byDocument, never));
  if (person.kind !== 'identified') throw new Error(person.kind);
  return person.identificationId;
}

const reports = (station: Station, identificationId: string): Promise<Reported> =>
  station.does((ports) => reportLoss(ports, { card: CARD, identificationId, by: 'document' }));

const lossEntries = (station: Station) => station.entries().filter(({ kind }) => kind.startsWith('loss.'));
const atIssuer = async (world: World) => (await world.books()).issuerServices.losses;

/** One report at the issuer, one in the journal, under one number. */
async function expectOneReport({ world, station }: Scene): Promise<void> {
  const { reports: made } = await atIssuer(world);
  const standing = foldLossReport(lossEntries(station));
  expect(made).toHaveLength(1);
  expect(standing).toMatchObject({ state: 'reported', answer: { report: 'new', reference: made[0]?.reference } });
  expect(verifyJournal(station.journalPath)).toMatchObject({ ok: true });
}

describe('who somebody is', () => {
  test('by document, by telephone and by password: the cards, with nothing of their numbers but the end where it is shown', async () => {
    const { world } = await scene();
    const { losses } = connect(world, { terminalId: 'T-0002' });
    const cards = [{ serial: SERIAL, tail: '5678', status: 'active' }];
    expect(await losses.identify({ identificationId: 'I1', proof: byDocument })).toEqual({ kind: 'identified', cards });
    await losses.sendCode({ codeRequestId: 'C1', phone: PHONE });
    const [sent] = await messages(world);
    const code = sent?.code ?? '';
    expect(await losses.identify({ identificationId: 'I2', proof: { by: 'phone', codeRequestId: 'C1', code } })).toEqual({ kind: 'identified', cards });
    const password = { by: 'password', serial: SERIAL, password: PASSWORD } as const;
    expect(await losses.identify({ identificationId: 'I3', proof: password })).toEqual({ kind: 'identified', cards });
    expect(await losses.identify({ identificationId: 'I4', proof: { ...password, password: '000000' } })).toEqual({
      kind: 'refused',
      code: 'wrongPassword',
      triesLeft: 4,
    });
    expect(await losses.identify({ identificationId: 'I5', proof: { by: 'document', documentHash: '00'.repeat(32) } })).toMatchObject({
      code: 'unknownHolder',
    });
  });

  test('a card that is reported names number and time', async () => {
    const { station } = await scene();
    const outcome = await reports(station, await identified(station));
    if (outcome.kind !== 'reported') throw new Error(outcome.kind);
    const again = await station.does((ports) => identify(ports, byDocument, never));
    expect(again).toMatchObject({
      cards: [{ serial: SERIAL, status: 'lost', loss: { reference: outcome.reference, effectiveAt: outcome.effectiveAt } }],
    });
  });

  test('too many codes for one telephone are told from an issuer that is away', async () => {
    const { station } = await scene();
    for (let count = 0; count < 5; count += 1) expect((await station.does((ports) => sendCode(ports, PHONE, never))).kind).toBe('sent');
    expect(await station.does((ports) => sendCode(ports, PHONE, never))).toEqual({ kind: 'tooOften' });
    station.online = false;
    expect(await station.does((ports) => sendCode(ports, PHONE, never))).toEqual({ kind: 'unreachable' });
    expect(await station.does((ports) => identify(ports, byDocument, never))).toEqual({ kind: 'unreachable' });
  });
});

describe('a report', () => {
  test('is on disk before the issuer hears of it, and in effect when it says so', async () => {
    const all = await scene();
    const outcome = await reports(all.station, await identified(all.station));
    expect(outcome).toMatchObject({ kind: 'reported', earlier: false });
    expect(lossEntries(all.station).map(({ kind }) => kind)).toEqual(['loss.reporting', 'loss.reported']);
    await expectOneReport(all);
    expect(await atIssuer(all.world)).toMatchObject({ effective: 1 });
  });

  test('of a card that was reported before has the first one’s number', async () => {
    const { world, station } = await scene();
    const first = await reports(station, await identified(station));
    const second = await reports(station, await identified(station));
    expect(second).toMatchObject({ kind: 'reported', earlier: true, reference: first.kind === 'reported' ? first.reference : '' });
    expect((await atIssuer(world)).reports).toHaveLength(1);
  });

  test('of somebody else’s card is refused, and the journal says so', async () => {
    const { world, station } = await scene();
    const identificationId = await identified(station);
    const strange = { ...CARD, serial: '00004100000099999999' };
    expect(await station.does((ports) => reportLoss(ports, { card: strange, identificationId, by: 'document' }))).toEqual({
      kind: 'refused',
      code: 'notHoldersCard',
    });
    expect(foldLossReport(lossEntries(station))).toMatchObject({ state: 'refused', code: 'notHoldersCard' });
    await station.tends();
    expect((await atIssuer(world)).reports).toEqual([]);
  });

  test('while nobody answers is queued; days later it arrives, once, with the time at which it was taken', async () => {
    const all = await scene();
    const { world, station } = all;
    const identificationId = await identified(station);
    station.online = false;
    const takenAt = world.clock.now();
    const outcome = await reports(station, identificationId);
    expect(outcome).toMatchObject({ kind: 'queued', takenAt });
    expect(foldLossReport(lossEntries(station))).toMatchObject({ state: 'open', told: true });
    await world.clock.advance(3 * 86_400_000);
    await station.tends();
    expect((await atIssuer(world)).reports).toEqual([]);
    station.online = true;
    await station.tends();
    await station.tends();
    await expectOneReport(all);
    expect((await atIssuer(world)).reports).toMatchObject([{ state: 'effective', reportedAt: world.clock.now() }]);
    expect(lossEntries(station).map(({ kind }) => kind)).toEqual(['loss.reporting', 'loss.queued', 'loss.reported']);
  });

  test('whose answer is lost, and every one after it, is queued; the issuer has it, and it stays one', async () => {
    const all = await scene();
    const { world, station } = all;
    const identificationId = await identified(station);
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/issuer/losses' });
    const losing = station.does(async (ports) =>
      reportLoss(
        {
          ...ports,
          losses: {
            ...ports.losses,
            report: async (request) => {
              await ports.losses.report(request);
              throw new PortError('timeout', 'the answer was lost');
            },
          },
        },
        { card: CARD, identificationId, by: 'document' },
      ),
    );
    expect(await losing).toMatchObject({ kind: 'queued' });
    expect((await atIssuer(world)).reports).toHaveLength(1);
    await station.tends();
    await expectOneReport(all);
  });

  test.each(
    (['loss.reporting', 'loss.queued', 'loss.reported'] as const).flatMap((kind) => (['before', 'after'] as const).map((when): Death => ({ kind, when }))),
  )('the process ends $when $kind: what was confirmed and durable arrives, once; what was not, never', async (death) => {
    const all = await scene();
    const { world, station } = all;
    const identificationId = await identified(station);
    if (death.kind === 'loss.queued') station.online = false;
    station.dieAt(death);
    await expect(reports(station, identificationId)).rejects.toBeInstanceOf(Died);
    station.online = true;
    await station.reborn();
    await station.tends();
    await station.tends();
    if (death.kind === 'loss.reporting' && death.when === 'before') {
      expect(lossEntries(station)).toEqual([]);
      expect((await atIssuer(world)).reports).toEqual([]);
    } else await expectOneReport(all);
  });

  test('the process ends while the background tells the issuer: again, and once', async () => {
    const all = await scene();
    const { station } = all;
    const identificationId = await identified(station);
    station.online = false;
    await reports(station, identificationId);
    station.online = true;
    for (const when of ['before', 'after'] as const) {
      station.dieAt({ kind: 'loss.reported', when });
      await station.tends().catch(() => {});
      await station.reborn();
    }
    await station.tends();
    await expectOneReport(all);
  });
});

test('nothing that says who somebody is stands in the journal', async () => {
  const { station } = await scene();
  await reports(station, await identified(station));
  const written = JSON.stringify(station.entries());
  for (const secret of [DOCUMENT, PHONE, PASSWORD, HOLDER.holderId + '"']) expect(written).not.toContain(secret);
});

describe('the fold of a report', () => {
  const reporting = {
    reportId: 'R1',
    identificationId: 'I1',
    serial: SERIAL,
    tail: '5678',
    reference: 'A01',
    by: 'phone',
    takenAt: '2026-11-22T00:14:00.000Z',
  };
  const refused = { kind: 'loss.refused', body: { reportId: 'R1', code: 'notIdentified' } } as const;

  test('leaves other entries alone', () => {
    expect(foldLossReport([{ kind: 'terminal.stopped', body: { reason: 'stop' } }])).toEqual({ state: 'none' });
  });

  test('does not take an answer without a report, a second report, or a second answer', () => {
    const report = { kind: 'loss.reporting', body: reporting } as const;
    expect(() => foldLossReport([refused])).toThrow('after none');
    expect(() => foldLossReport([report, report])).toThrow('twice');
    expect(() => foldLossReport([report, refused, refused])).toThrow('after refused');
  });
});
