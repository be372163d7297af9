/**
 * The chip executes CREDIT FOR LOAD and its answer comes with 9000 and a TAC that it did not make. The issuer refuses it: the card's own proof
 * settles its books, at once where the card is still inside, or when it comes back; until then a case says that they wait. Nobody pays twice.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { countingRandom, v2Chip } from '../../drivers/card/pboc/cards.ts';
import { startWorld, V2, type World } from '../../fleet/support.ts';
import { Station } from './station.ts';

const AMOUNT = 5000;
const BEFORE = 0x0ed8;

interface Scene {
  readonly world: World;
  readonly a: Station;
  readonly b: Station;
}

async function scene(): Promise<Scene> {
  const world = await startWorld({ issuer: V2.issuer, startAt: V2.at });
  const folder = mkdtempSync(path.join(tmpdir(), 'unproven-'));
  const [a, b] = [new Station(world, folder, 'T-0001'), new Station(world, folder, 'T-0002')];
  onTestFinished(() => {
    a.end();
    b.end();
    rmSync(folder, { recursive: true });
  });
  return { world, a, b };
}

function damaged(changes: Parameters<typeof v2Chip>[0] = {}): Chip {
  const chip = v2Chip({ random: countingRandom(), ...changes });
  chip.arm({ kind: 'garble', command: 'credit', how: 'inverted' });
  return chip;
}

function reference({ a }: Scene): string {
  const opened = a.entries().find(({ kind }) => kind === 'transaction.opened');
  return String(opened?.body['reference']);
}

const checks = (station: Station) => station.entries().flatMap(({ kind, body }) => (kind === 'load.confirmed' ? [body['tacChecked']] : []));

/** The chip has it once, the issuer books it once, nobody is owed anything. */
async function expectBooked(all: Scene, chip: Chip): Promise<void> {
  expect(chip.balance).toBe(BEFORE + AMOUNT);
  const { issuer, acquirer } = await all.world.books();
  expect(issuer).toMatchObject({ credited: AMOUNT, reserved: 0, undetermined: 0, disputed: 0 });
  expect(acquirer.net).toBe(AMOUNT);
  expect(all.a.transaction(reference(all))).toMatchObject({ loaded: AMOUNT, refunded: 0, owed: 0, held: 0, anomalies: [], phase: 'closed' });
  for (const { journalPath } of [all.a, all.b]) expect(verifyJournal(journalPath)).toMatchObject({ ok: true, openTransactions: [] });
}

/** Delivered to the person; between terminal and issuer an open case. */
async function expectAsked(all: Scene, chip: Chip): Promise<void> {
  expect(chip.balance).toBe(BEFORE + AMOUNT);
  expect((await all.world.books()).issuer).toMatchObject({ credited: 0, disputed: AMOUNT });
  const { cases, loaded, owed, anomalies, closed } = all.a.transaction(reference(all));
  expect({ loaded, owed, anomalies, outcome: closed?.outcome }).toEqual({ loaded: AMOUNT, owed: 0, anomalies: [], outcome: 'case' });
  expect(cases).toMatchObject([{ reason: 'loadUndetermined', amount: 0, disputed: 0 }]);
  expect(cases[0]?.resolution).toBeUndefined();
  expect(verifyJournal(all.a.journalPath)).toMatchObject({ ok: true, openTransactions: [] });
}

describe('with the card still inside', () => {
  test('the card is asked for its proof, and the issuer books the load by that', async () => {
    const all = await scene();
    const chip = damaged();
    expect(await all.a.topUp(chip, AMOUNT)).toBe(true);
    await expectBooked(all, chip);
    expect(checks(all.a)).toEqual(['good']);
    expect(all.a.kinds()).not.toContain('case.opened');
    expect(await all.a.topUp(chip, AMOUNT)).toBe(true);
  });

  test('a card that gives no proof, but counts the load and has it in its log: booked without a TAC', async () => {
    const all = await scene();
    const chip = damaged({ changes: { prove: 'unsupported' } });
    await all.a.topUp(chip, AMOUNT);
    await expectBooked(all, chip);
    expect(checks(all.a)).toEqual(['absent']);
    expect(all.a.kinds()).not.toContain('case.opened');
  });
});

describe('the card is gone before it can be asked', () => {
  async function gone(all: Scene, chip: Chip): Promise<void> {
    await all.a.topUp(chip, AMOUNT, () => all.a.slot.remove());
    expect(all.a.entries().findLast(({ kind }) => kind === 'transaction.closed')?.body).toMatchObject({ outcome: 'delivered', loaded: AMOUNT });
    await all.a.tends();
    await all.a.tends();
    await expectAsked(all, chip);
  }

  test.each(['a', 'b'] as const)('a case keeps the question until it comes back, at terminal %s', async (where) => {
    const all = await scene();
    const chip = damaged();
    await gone(all, chip);
    await all.a.tends();
    expect(checks(all.a)).toEqual(['bad']); // asked once, not for ever
    await all.world.clock.advance(3 * 86_400_000);
    expect(await all[where].presented(chip)).toMatchObject([{ outcome: 'earlier', verdict: 'credited', reference: reference(all), amount: AMOUNT }]);
    await all.a.tends();
    await expectBooked(all, chip);
    expect(all.a.transaction(reference(all)).cases).toMatchObject([{ resolution: 'credited' }]);
    expect(checks(all.a)).toEqual(['bad', 'good']);
    expect(await all[where].presented(chip)).toEqual([]);
    expect(await all[where].topUp(chip, AMOUNT)).toBe(true);
  });

  test('until then it is not loaded again elsewhere', async () => {
    const all = await scene();
    const chip = damaged();
    await gone(all, chip);
    expect(await all.b.topUp(chip, AMOUNT)).toBe(false);
    await expectAsked(all, chip);
  });

  test('the clearing says that it was not loaded: nothing is paid back by machine, the case stays for staff', async () => {
    const all = await scene();
    const chip = damaged();
    await gone(all, chip);
    const [load] = (await all.world.books()).issuer.loads;
    await all.world.hand(`/sandbox/issuer/loads/${load?.loadId ?? ''}/clearing`, { verdict: 'notCredited' });
    await all.a.tends();
    await all.a.tends();
    expect(all.a.kinds()).not.toContain('refund.requested');
    expect(all.a.transaction(reference(all)).cases[0]?.resolution).toBeUndefined();
    expect((await all.world.books()).acquirer.net).toBe(AMOUNT);
  });
});

test('the network is away when the load is reported: the case is opened once the issuer refuses the TAC', async () => {
  const all = await scene();
  const chip = damaged();
  await all.a.topUp(chip, AMOUNT, () => void (all.a.online = false));
  expect(checks(all.a)).toEqual([]);
  all.a.slot.remove();
  all.a.online = true;
  await all.a.tends();
  await all.a.tends();
  await expectAsked(all, chip);
});

test('the network goes away after the issuer refused the TAC: the proof is asked for again when the card is back', async () => {
  const all = await scene();
  const chip = damaged();
  all.a.cutAfter('/v1/issuer/loads/confirm');
  await all.a.topUp(chip, AMOUNT);
  all.a.online = true;
  await all.a.tends();
  await all.a.tends();
  await expectAsked(all, chip);
  await all.a.presented(chip);
  await all.a.tends();
  await expectBooked(all, chip);
});
