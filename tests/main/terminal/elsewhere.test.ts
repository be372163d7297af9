/**
 * A card is torn out of one terminal and comes to another one, or back: two terminals with journals of their own, one server, one chip. Whatever
 * is lost, offline or dead on the way, the load is decided once, by the card, and each fen has one place.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Tender } from '../../../common/journal-kinds.ts';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { countingRandom, v2Chip } from '../../drivers/card/pboc/cards.ts';
import { startWorld, V2, type World } from '../../fleet/support.ts';
import { Station, type Death } from './station.ts';

const AMOUNT = 5000;
const BEFORE = 0x0ed8;

interface Scene {
  readonly world: World;
  /** Where the load was begun. */
  readonly a: Station;
  readonly b: Station;
  readonly chip: Chip;
}

async function scene(): Promise<Scene> {
  const world = await startWorld({ issuer: V2.issuer, startAt: V2.at });
  const folder = mkdtempSync(path.join(tmpdir(), 'elsewhere-'));
  const [a, b] = [new Station(world, folder, 'T-0001'), new Station(world, folder, 'T-0002')];
  onTestFinished(() => {
    a.end();
    b.end();
    rmSync(folder, { recursive: true });
  });
  return { world, a, b, chip: v2Chip({ random: countingRandom() }) };
}

interface Torn {
  readonly tender: Tender;
  readonly when: 'before' | 'after';
}
const TORN: readonly Torn[] = (['qr', 'cash'] as const).flatMap((tender) => (['before', 'after'] as const).map((when) => ({ tender, when })));
const verdictOf = ({ when }: Torn) => (when === 'after' ? ('credited' as const) : ('notCredited' as const));

/** Every fen of the first load has the place that the card gives it, in every book. */
async function expectSettled({ world, a, b, chip }: Scene, { tender, when }: Torn, reference: string, loadedSince = 0): Promise<void> {
  const { issuer, acquirer } = await world.books();
  const credited = when === 'after' ? AMOUNT : 0;
  expect(chip.balance).toBe(BEFORE + credited + loadedSince);
  expect(issuer).toMatchObject({ reserved: 0, undetermined: 0, credited: credited + loadedSince, creditedAfterReversal: 0, disputed: 0 });
  const paid = tender === 'qr' ? AMOUNT : 0;
  expect(acquirer.net).toBe(when === 'after' ? paid + loadedSince : loadedSince);
  const { loaded, refunded, owed, held, anomalies, cases } = a.transaction(reference);
  const notLoaded = AMOUNT - credited;
  expect({ loaded, refunded, owed, held, anomalies }).toEqual({
    loaded: credited,
    refunded: tender === 'qr' ? notLoaded : 0,
    owed: tender === 'cash' ? notLoaded : 0,
    held: 0,
    anomalies: [],
  });
  expect(cases).toMatchObject([{ reference, resolution: when === 'after' ? 'credited' : tender === 'qr' ? 'refunded' : 'notCredited' }]);
  for (const { journalPath } of [a, b]) expect(verifyJournal(journalPath)).toMatchObject({ ok: true, openTransactions: [] });
}

const kindsOf = (station: Station, prefix: string) => station.kinds().filter((kind) => kind.startsWith(prefix));

describe.each(TORN)('torn $when the chip executed the credit, paid by $tender', (torn) => {
  test('at another terminal the card is examined first, its holder is told under the first number, and the first terminal settles', async () => {
    const all = await scene();
    const { a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    const balance = BEFORE + (torn.when === 'after' ? AMOUNT : 0);
    expect(await b.presented(chip)).toMatchObject([{ outcome: 'earlier', verdict: verdictOf(torn), reference, amount: AMOUNT, balance }]);
    expect(kindsOf(b, 'foreign.')).toEqual(['foreign.load.examined', 'foreign.load.reported', 'foreign.load.told']);
    await a.tends();
    await expectSettled(all, torn, reference);
    expect(await b.presented(chip)).toEqual([]);
    expect(await b.topUp(chip, AMOUNT)).toBe(true);
    await expectSettled(all, torn, reference, AMOUNT);
  });

  test('the first terminal is offline for days: the other one settles the card and loads it, the first one follows when it is back', async () => {
    const all = await scene();
    const { world, a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    a.online = false;
    await world.clock.advance(3 * 86_400_000);
    expect(await b.presented(chip)).toMatchObject([{ verdict: verdictOf(torn), reference }]);
    expect(await b.topUp(chip, AMOUNT)).toBe(true);
    await a.tends();
    expect(a.transaction(reference).cases).toMatchObject([{ settled: 0 }]);
    a.online = true;
    await a.tends();
    await expectSettled(all, torn, reference, AMOUNT);
  });

  test('back at the first terminal while it is offline, after another load of the same amount elsewhere: what another load explains proves nothing', async () => {
    const all = await scene();
    const { a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    a.online = false;
    await b.presented(chip);
    expect(await b.topUp(chip, AMOUNT)).toBe(true);
    await a.presented(chip);
    await a.tends();
    a.online = true;
    await a.tends();
    await expectSettled(all, torn, reference, AMOUNT);
  });

  test('back at the first terminal, which heard of it meanwhile: its holder gets what redeems a voucher, once, and hears nothing else twice', async () => {
    const all = await scene();
    const { a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    await b.presented(chip);
    await a.tends();
    const voucher = { number: reference, code: expect.stringMatching(/^[0-9]{12}$/) };
    const told = torn.when === 'before' && torn.tender === 'cash' ? [{ outcome: 'voucher', reference, amount: AMOUNT, voucher }] : [];
    expect(await a.presented(chip)).toMatchObject(told);
    expect(await a.presented(chip)).toEqual([]);
    await expectSettled(all, torn, reference);
  });

  test('both terminals find it out at once', async () => {
    const all = await scene();
    const { a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    await b.presented(chip);
    await Promise.all([a.presented(chip), a.tends(), a.tends(), b.tends()]);
    await expectSettled(all, torn, reference);
    expect(kindsOf(a, 'case.resolved')).toHaveLength(1);
  });

  test('the first terminal was faster: the other one has nothing to tell', async () => {
    const all = await scene();
    const { a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    expect(await a.presented(chip)).toMatchObject([{ reference }]);
    expect(await b.presented(chip)).toEqual([]);
    await expectSettled(all, torn, reference);
  });

  test('the first terminal decided it by the card but could not tell the issuer: the other one comes to the same', async () => {
    const all = await scene();
    const { a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    a.online = false;
    await a.presented(chip);
    expect(await b.presented(chip)).toMatchObject([{ verdict: verdictOf(torn), reference }]);
    a.online = true;
    await a.tends();
    await expectSettled(all, torn, reference);
  });

  test('the clearing says it, and no card ever comes', async () => {
    const all = await scene();
    const { world, a, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    await world.clock.advance(86_400_000);
    await a.tends();
    expect(a.transaction(reference).cases).toMatchObject([{ settled: 0 }]);
    const [load] = (await world.books()).issuer.loads;
    await world.hand(`/sandbox/issuer/loads/${load?.loadId ?? ''}/clearing`, { verdict: verdictOf(torn) });
    await a.tends();
    await a.tends();
    await expectSettled(all, torn, reference);
  });

  test('the second terminal’s journal tells all this to a third party, and the first one’s', async () => {
    const { a, b, chip } = await scene();
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    await b.presented(chip);
    const [examined] = b.entries().filter(({ kind }) => kind === 'foreign.load.examined');
    const row = torn.when === 'after' ? { row: 1, proof: 'good', log: 'found', counterNow: 16 } : { row: 4, proof: 'none', log: 'notFound', counterNow: 15 };
    expect(examined).toMatchObject({ postings: [], body: { reference, amount: AMOUNT, balanceBefore: BEFORE, verdict: verdictOf(torn), evidence: row } });
    expect('tac' in (examined?.body ?? {})).toBe(torn.when === 'after');
  });

  const lossy = ['/v1/issuer/check', '/v1/issuer/loads/check-tac', '/v1/issuer/loads/examined', '/v1/issuer/loads/', '/v1/payments/refunds'];
  test.each(lossy)('the answer of %s is lost', async (prefix) => {
    const all = await scene();
    const { world, a, b, chip } = all;
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    await world.hand('/sandbox/faults', { loseNextAnswer: prefix });
    await b.presented(chip);
    await b.presented(chip);
    await world.hand('/sandbox/faults', { loseNextAnswer: prefix });
    await a.tends();
    await a.tends();
    await expectSettled(all, torn, reference);
  });

  const deaths: readonly (readonly ['a' | 'b', string])[] = [
    ...['load.committing', 'load.undetermined', 'case.opened', 'reference.shown', 'transaction.closed'].map((kind) => ['a', kind] as const),
    ...['case.resolved', torn.when === 'after' ? 'load.confirmed' : 'load.reversed'].map((kind) => ['a', kind] as const),
    ...['foreign.load.examined', 'foreign.load.reported', 'foreign.load.told'].map((kind) => ['b', kind] as const),
  ];
  const moments = deaths.flatMap(([who, kind]) => (['before', 'after'] as const).map((when) => ({ who, kind, when })));
  test.each(moments)('$who dies right $when $kind', async ({ who, kind, when }) => {
    const all = await scene();
    const reference = await lived(all, torn, who, { kind, when });
    // A load whose announcement never became durable was never sent to the card: the start settles it without a case.
    if (kind === 'load.committing' && when === 'before') expect(all.chip.balance).toBe(BEFORE);
    else if (kind === 'load.committing') await expectSettled(all, { ...torn, when: 'before' }, reference);
    else await expectSettled(all, torn, reference);
  });
});

/** The whole story, with one death in it. @returns the number that the person has */
async function lived({ a, b, chip }: Scene, torn: Torn, who: 'a' | 'b', death: Death): Promise<string> {
  const dying = who === 'a' ? a : b;
  dying.dieAt(death);
  const again = async (act: () => Promise<unknown>): Promise<void> => {
    await act().catch((error: unknown) => {
      if (!a.dead && !b.dead) throw error;
    });
    if (dying.dead) {
      dying.slot.remove();
      await dying.reborn();
    }
  };
  await again(() => a.tornTopUp(chip, { ...torn, amount: AMOUNT }));
  a.slot.remove();
  for (let time = 0; time < 2; time += 1) {
    await again(() => b.presented(chip));
    await again(() => a.tends());
    await again(() => b.tends());
  }
  const opened = a.entries().find(({ kind }) => kind === 'transaction.opened');
  return String(opened?.body['reference']);
}

describe('a card that can not say', () => {
  test('is not loaded anywhere until the clearing says it; its holder hears why, every time', async () => {
    const all = await scene();
    const { world, a, b } = all;
    // PROVE and log are silent, and another load took the number: row 10.
    const chip = v2Chip({ random: countingRandom(), changes: { prove: 'unsupported' } });
    const reference = await a.tornTopUp(chip, { tender: 'qr', when: 'before', amount: AMOUNT });
    chip.loadElsewhere({ amount: 700, terminalId: '000001000050', date: '20261122', time: '140000' });
    for (let time = 0; time < 2; time += 1) expect(await b.presented(chip)).toMatchObject([{ verdict: 'undetermined', reference }]);
    expect(await b.mayLoad(chip)).toEqual({ kind: 'loadOpen', reference });
    expect((await a.presented(chip))[0]).toMatchObject({ outcome: 'case', reference });
    expect(await a.mayLoad(chip)).toEqual({ kind: 'loadOpen', reference });
    const [load] = (await world.books()).issuer.loads;
    expect(load?.state).toBe('undetermined');
    await world.hand(`/sandbox/issuer/loads/${load?.loadId ?? ''}/clearing`, { verdict: 'notCredited' });
    await a.tends();
    expect(a.transaction(reference)).toMatchObject({ refunded: AMOUNT, owed: 0, cases: [{ resolution: 'refunded' }] });
    expect(await b.mayLoad(chip)).toMatchObject({ allowed: true });
  });

  test('that is another card is told nothing, and is served', async () => {
    const { a, b, chip } = await scene();
    await a.tornTopUp(chip, { tender: 'qr', when: 'after', amount: AMOUNT });
    const other = v2Chip({ random: countingRandom(), changes: { serial: '03105170010170900001' } });
    expect(await b.presented(other)).toEqual([]);
    expect(b.kinds()).toEqual([]);
  });
});

describe('without the issuer', () => {
  test('the card is read and nothing is decided; a load is not begun', async () => {
    const { a, b, chip } = await scene();
    await a.tornTopUp(chip, { tender: 'qr', when: 'after', amount: AMOUNT });
    b.online = false;
    expect(await b.presented(chip)).toEqual([]);
    expect(await b.mayLoad(chip)).toMatchObject({ kind: 'failed' });
    expect(b.kinds()).toEqual([]);
  });

  test('gone right after it named the load: what the card said is journaled, told, and reported later', async () => {
    const all = await scene();
    const { a, b, chip } = all;
    const torn: Torn = { tender: 'qr', when: 'before' };
    const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
    b.cutAfter('/v1/issuer/check');
    expect(await b.presented(chip)).toMatchObject([{ verdict: 'notCredited', reference }]);
    expect(kindsOf(b, 'foreign.')).toEqual(['foreign.load.examined', 'foreign.load.told']);
    b.online = true;
    await Promise.all([b.tends(), b.tends()]);
    expect(kindsOf(b, 'foreign.load.reported')).toHaveLength(1);
    await a.tends();
    await expectSettled(all, torn, reference);
  });
});

test('what the issuer decided meanwhile goes before what the card said here, and the contradiction is a dispute', async () => {
  const { world, a, b, chip } = await scene();
  const reference = await a.tornTopUp(chip, { tender: 'qr', when: 'before', amount: AMOUNT });
  b.dieAt({ kind: 'foreign.load.examined', when: 'after' });
  await b.presented(chip);
  const [load] = (await world.books()).issuer.loads;
  await world.hand(`/sandbox/issuer/loads/${load?.loadId ?? ''}/clearing`, { verdict: 'credited' });
  await b.reborn();
  await b.tends();
  expect(await b.presented(chip)).toMatchObject([{ verdict: 'credited', reference }]);
  expect((await world.books()).issuer).toMatchObject({ credited: AMOUNT, disputed: AMOUNT });
});

test('a load that this journal knows the end of is no open question: the issuer is told, and the next one is allowed', async () => {
  const { world, a, chip } = await scene();
  await a.tends();
  a.cutAfter('/v1/issuer/loads/authorize');
  expect(await a.topUp(chip, AMOUNT)).toBe(true);
  expect(a.kinds()).not.toContain('load.confirmed');
  a.online = true;
  await world.clock.advance(86_400_000);
  expect(await a.topUp(chip, AMOUNT)).toBe(true);
  expect((await world.books()).issuer).toMatchObject({ credited: 2 * AMOUNT, reserved: 0 });
  expect(kindsOf(a, 'foreign.')).toEqual([]);
});

type Act = 'presentB' | 'presentA' | 'tendA' | 'tendB' | 'cutA' | 'joinA' | 'cutB' | 'joinB' | 'both' | 'loadB' | 'days';
const ACTS: readonly Act[] = ['presentB', 'presentA', 'tendA', 'tendB', 'cutA', 'joinA', 'cutB', 'joinB', 'both', 'loadB', 'days'];

test('in whatever order card, terminals and network come: decided once, by the card', async () => {
  const stories = fc.record({ torn: fc.constantFrom(...TORN), acts: fc.array(fc.constantFrom(...ACTS), { maxLength: 10 }) });
  await fc.assert(
    fc.asyncProperty(stories, async ({ torn, acts }) => {
      const all = await scene();
      const { a, b, chip, world } = all;
      const reference = await a.tornTopUp(chip, { ...torn, amount: AMOUNT });
      let loaded = 0;
      for (const act of acts) {
        if (act === 'loadB' && b.online) {
          await b.presented(chip);
          if (await b.topUp(chip, AMOUNT)) loaded += AMOUNT;
        } else await perform(act, all);
      }
      a.online = true;
      b.online = true;
      await b.presented(chip);
      for (const station of [b, a, b]) await station.tends();
      await expectSettled(all, torn, reference, loaded);
      await world.stop();
    }),
    { numRuns: 40 },
  );
}, 120_000);

async function perform(act: Act, { a, b, chip, world }: Scene): Promise<void> {
  if (act === 'presentB') await b.presented(chip);
  else if (act === 'presentA') await a.presented(chip);
  else if (act === 'tendA') await a.tends();
  else if (act === 'tendB') await b.tends();
  else if (act === 'cutA' || act === 'joinA') a.online = act === 'joinA';
  else if (act === 'cutB' || act === 'joinB') b.online = act === 'joinB';
  else if (act === 'both') await Promise.all([a.presented(chip), a.tends(), b.tends()]);
  else await world.clock.advance(2 * 86_400_000);
}
