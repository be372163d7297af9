/** What is the matter with a card: a table of what was found and what is said of it; then the way there and what it leads to. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../common/fen.ts';
import { ticketCreatedSchema } from '../../common/upstream-api/support.ts';
import { diagnose, ticketKindOf, verdicts, type Diagnosis, type Findings } from '../../state-machines/diagnosis.ts';
import type { CardProblem, IssuerCheck, LatestTopUp, OpenLoad, WaitingLoad } from '../../state-machines/ports.ts';
import { FakeWorld, offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

const { card, ports } = new FakeWorld();
const allowed: IssuerCheck = { allowed: true, purseLimit: fen(100_000) };
const refused = (reason: Extract<IssuerCheck, { allowed: false }>['reason']): IssuerCheck => ({ allowed: false, reason });
const well: Findings = { problem: undefined, card, issuer: allowed, waiting: [], unfinished: undefined, latest: undefined };
const latest = (outcome: LatestTopUp['outcome']): LatestTopUp => ({ reference: 'A01-1122-7K4M-6', at: 1, amount: fen(5000), outcome });
const waits = (state: WaitingLoad['state']): WaitingLoad => ({ pendingId: 'P1', kind: 'subsidy', reference: 'S-1', state, amount: fen(3000) });
const open: OpenLoad = {
  load: {
    loadId: 'L1',
    amount: 2000,
    purseType: 2,
    terminalId: '301000890004',
    balanceBefore: 2320,
    onlineCounter: 15,
    cardRandom: 'E7905A31',
    keyVersion: 1,
    algorithm: 0,
    hostDate: '20261121',
    hostTime: '081400',
  },
  reference: 'B02-1121-0000-1',
};

const TABLE: readonly (readonly [string, Partial<Findings>, Partial<Diagnosis>])[] = [
  ['no chip answers', { problem: 'unreadable', card: undefined }, { verdict: 'unreadable', fix: 'ticket' }],
  ['another kind of card', { problem: 'unknown', card: undefined }, { verdict: 'unknown', fix: 'ticket' }],
  ['of another issuer', { problem: 'foreign', card: undefined }, { verdict: 'foreign', fix: 'ticket' }],
  ['out of date', { problem: 'expired' }, { verdict: 'expired', fix: 'account' }],
  ['out of date, and nothing else of it is known', { problem: 'expired', card: undefined }, { verdict: 'expired', fix: 'ticket' }],
  ['its first day is to come', { problem: 'notYetValid' }, { verdict: 'notYetValid', fix: 'ticket' }],
  ['never activated, by the card', { problem: 'notActivated' }, { verdict: 'notActivated', fix: 'account' }],
  ['never activated, by the issuer', { issuer: refused('notActivated') }, { verdict: 'notActivated', fix: 'account' }],
  ['blocked, by the card', { problem: 'blocked', card: undefined, ref: card.ref }, { verdict: 'blocked', fix: 'account' }],
  ['blocked, and it does not say who it is', { problem: 'blocked', card: undefined }, { verdict: 'blocked', fix: 'ticket' }],
  ['blocked, by the issuer', { issuer: refused('blocked') }, { verdict: 'blocked', fix: 'ticket' }],
  ['two at once', { problem: 'twoCards', card: undefined }, { verdict: 'twoCards', fix: 'retry' }],
  ['taken away too early', { problem: 'removed', card: undefined }, { verdict: 'removed', fix: 'retry' }],
  ['reported lost', { issuer: refused('reportedLost') }, { verdict: 'reportedLost', fix: 'account' }],
  ['not in the issuer’s books', { issuer: refused('unknownCard') }, { verdict: 'notRegistered', fix: 'ticket' }],
  [
    'an open case here',
    { unfinished: { amount: fen(5000), reference: 'A01-1122-7K4M-6' }, latest: latest('case') },
    { verdict: 'undecided', amount: 5000, reference: 'A01-1122-7K4M-6' },
  ],
  ['a load open elsewhere', { issuer: { ...allowed, openLoads: [open] } }, { verdict: 'undecided', amount: 2000, reference: open.reference }],
  ['value waits', { waiting: [waits('available'), waits('notYet'), waits('available')] }, { verdict: 'waitingCredit', fix: 'pendingLoad', amount: 6000 }],
  ['value that can’t be had yet', { waiting: [waits('notYet')] }, { verdict: 'fine' }],
  ['at its limit', { card: { ...card, balance: fen(100_000) } }, { verdict: 'full' }],
  ['the issuer allows no more', { issuer: refused('limit') }, { verdict: 'full' }],
  ['little money left', { card: { ...card, balance: fen(999) } }, { verdict: 'low', fix: 'topUp' }],
  ['the last top-up arrived', { latest: latest('delivered') }, { verdict: 'arrived', amount: 5000, reference: 'A01-1122-7K4M-6' }],
  ['the last top-up was refunded', { latest: latest('refunded') }, { verdict: 'refunded', amount: 5000 }],
  ['the last top-up became a voucher', { latest: latest('voucher') }, { verdict: 'owed', amount: 5000 }],
  ['the last top-up was given up before anything was paid', { latest: latest('abandoned') }, { verdict: 'fine' }],
  ['nothing', {}, { verdict: 'fine', fix: 'ticket' }],
  ['nothing, and the issuer can’t be asked', { issuer: 'unreachable' }, { verdict: 'issuerUnknown', fix: 'ticket' }],
];

describe('a verdict', () => {
  test.each(TABLE)('%s', (_, found, expected) => {
    expect(diagnose({ ...well, ...found }, ports.settings)).toMatchObject(expected);
  });

  test('there is a row of the table for each', () => {
    expect(new Set(TABLE.map(([, , { verdict }]) => verdict))).toEqual(new Set(verdicts));
  });

  test('what the card shows goes before what the issuer says, that before money, money before what it holds', () => {
    const all: Findings = { ...well, issuer: refused('blocked'), waiting: [waits('available')], card: { ...card, balance: fen(0) } };
    expect(diagnose({ ...all, problem: 'expired' }, ports.settings).verdict).toBe('expired');
    expect(diagnose(all, ports.settings).verdict).toBe('blocked');
    expect(diagnose({ ...all, issuer: allowed }, ports.settings).verdict).toBe('waitingCredit');
    expect(diagnose({ ...all, issuer: allowed, waiting: [] }, ports.settings).verdict).toBe('low');
  });

  test('about money is a ticket about a top-up, else about the card', () => {
    expect(verdicts.filter((verdict) => ticketKindOf(verdict) === 'topUpMissing')).toEqual(['undecided', 'waitingCredit', 'arrived', 'refunded', 'owed']);
  });
});

async function asks(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  await bench.touch({ type: 'support' }, { type: 'desk', purpose: 'diagnosis' });
  return bench;
}

describe('the way there', () => {
  test('the card is asked for, read, its issuer asked; the verdict leads to a ticket that has it', async () => {
    const bench = await asks();
    expect(bench.kind).toBe('insert-card');
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.latest = latest('delivered');
    bench.world.insert();
    await bench.settle();
    expect(bench.body('diagnosis')).toMatchObject({ verdict: 'arrived', tail: '6688', checks: { card: 'ok', machine: 'ok', issuer: 'ok' } });
    await bench.touch({ type: 'desk', purpose: 'ticket' }, { type: 'skip' }, { type: 'confirm' });
    expect(ticketCreatedSchema.parse(JSON.parse(bench.world.submitted[0]?.body ?? ''))).toMatchObject({ kind: 'topUpMissing', verdict: 'arrived' });
  });

  test('an earlier load that the card decides is told at once: that is the answer', async () => {
    const bench = await asks();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.script.resolved.set([
      { outcome: 'earlier', verdict: 'credited', reference: 'B02-1121-0000-1', ref: bench.world.card.ref, amount: fen(5000), balance: fen(7320) },
    ]);
    bench.world.insert();
    await bench.settle();
    expect(bench.body('earlier-load')).toMatchObject({ verdict: 'credited', amount: 5000 });
  });

  test('little money left leads to the top-up', async () => {
    const bench = await asks();
    bench.world.card = { ...bench.world.card, balance: fen(500) };
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('diagnosis')).toMatchObject({ verdict: 'low', fix: 'topUp' });
    await bench.touch({ type: 'service', service: 'topUp' });
    expect(bench.kind).toBe('top-up-amount');
  });

  test('a card that was reported leads to its release', async () => {
    const bench = await asks();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.script.check.set(refused('reportedLost'));
    bench.world.insert();
    await bench.settle();
    expect(bench.body('diagnosis')).toMatchObject({ verdict: 'reportedLost', fix: 'account', service: 'release', checks: { card: 'ok', issuer: 'bad' } });
    await bench.touch({ type: 'service', service: 'account' });
    expect(bench.kind).toMatch(/^account-/);
  });

  test('one that is out of date leads to its extension, where that is offered', async () => {
    const bench = await asks();
    const { card } = bench.world;
    bench.world.script.read.set({ ok: false, problem: 'expired', card });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('diagnosis')).toMatchObject({ verdict: 'expired', fix: 'account', service: 'extend', checks: { card: 'bad' } });
    const { services } = bench.world.availability;
    bench.world.change({ services: { ...services, account: { available: false, reason: 'upstreamOffline' } } });
    expect(bench.body('diagnosis')).toMatchObject({ verdict: 'expired', fix: 'ticket' });
    expect(bench.body('diagnosis')).not.toHaveProperty('service');
  });

  test.each(['unreadable', 'twoCards'] as const satisfies readonly CardProblem[])('a card that is %s at the gate has its verdict, too', async (problem) => {
    const bench = await asks();
    bench.world.cardEvents.emit({ type: 'CARD.REFUSED', problem });
    await bench.settle();
    expect(bench.body('diagnosis')).toMatchObject({ verdict: problem, checks: { card: 'bad', issuer: 'unknown' } });
    await bench.touch({ type: 'finish' });
    await bench.world.clock.advance(5000);
    expect(bench.kind).toBe('attract');
  });

  test('an issuer that can’t be asked is no fault of the card’s', async () => {
    const bench = await asks();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.script.check.set(offline());
    bench.world.insert();
    await bench.settle();
    expect(bench.body('diagnosis')).toMatchObject({ verdict: 'issuerUnknown', checks: { card: 'ok', issuer: 'unknown' } });
  });

  test('without a card reader there is none', async () => {
    const bench = await new SessionBench().start();
    const { services } = bench.world.availability;
    bench.world.change({ services: { ...services, balance: { available: false, reason: 'cardReaderDown' } } });
    await bench.touch({ type: 'support' });
    expect(bench.body('help-home')).not.toHaveProperty('check');
    await bench.touch({ type: 'desk', purpose: 'diagnosis' });
    expect(bench.kind).toBe('help-home');
  });

  test('the next person starts without it', async () => {
    const bench = await asks();
    await bench.touch({ type: 'back' });
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.insert();
    await bench.settle();
    expect(bench.kind).toBe('menu');
  });
});
