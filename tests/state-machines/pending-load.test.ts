/** The pending loads' chart: walked through every state it can reach, and followed through what its people, cards and issuer can do to it. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { foldTransaction } from '../../common/money/fold.ts';
import type { FoldEntry } from '../../common/money/transaction-state.ts';
import { pendingLoadMachine } from '../../state-machines/pending-load.ts';
import type { WaitingLoad } from '../../state-machines/ports.ts';
import { topUpDelays, type TopUpContext } from '../../state-machines/top-up/context.ts';
import { FakeWorld, offline } from '../support/fake-world.ts';
import { atMenu, atOffer, paths, run, subsidy } from './pending-load-paths.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const preferences = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } as const;
const refund: WaitingLoad = { pendingId: 'w2', kind: 'refund', reference: 'A01-1121-7K4M-4', state: 'available', amount: fen(1250) };

function plain(...types: string[]) {
  return Object.fromEntries(types.map((type) => [type, [{ type }]]));
}

function walkAll() {
  const world = new FakeWorld();
  world.media = 'inside';
  const transaction = { transactionId: 't', reference: 'A01-1122-7K4M-9' };
  const claim = { claimId: 'k', pendingId: 'w1' };
  const entry = { epoch: 1, seq: 1, hash: '00', at: 0 };
  const journalFailed = { kind: 'journalFailed' };
  const failed = { kind: 'failed', detail: 'offline' };
  const found = (...waiting: WaitingLoad[]) => ({ kind: 'found', waiting, purseLimit: fen(100_000) });
  return walk({
    machine: pendingLoadMachine,
    input: { ports: world.ports, card: world.card, preferences },
    outputs: {
      findWaiting: [
        found(subsidy, refund),
        found({ ...subsidy, amount: fen(99_999) }, { ...refund, state: 'taken' }),
        found(),
        { kind: 'loadOpen', reference: 'A01-1122-7K4M-9' },
        { kind: 'refused', reason: 'reportedLost' },
        { kind: 'refused', reason: 'other' },
        failed,
      ],
      claimWaiting: [
        { kind: 'claimed', transaction, claim, amount: fen(5000) },
        ...['taken', 'loaded', 'reportedLost'].map((code) => ({ kind: 'refused', code })),
        failed,
        journalFailed,
      ],
      authorizeLoad: [
        { kind: 'authorized', pending: { loadId: 'l', amount: 5000 } },
        { kind: 'refused', code: 'claimNotHeld' },
        { kind: 'cardRefused', statusWord: '9402' },
        { kind: 'otherCard', tail: '2031' },
        { kind: 'removed' },
        failed,
        journalFailed,
      ],
      commitLoad: [{ kind: 'credited', tac: '00' }, { kind: 'notCredited' }, { kind: 'unknown' }, journalFailed],
      examineLoad: [
        { kind: 'credited', balance: fen(7320) },
        { kind: 'notCredited' },
        { kind: 'undetermined', row: 16, why: '' },
        { kind: 'otherCard', tail: '2031' },
        { kind: 'removed' },
        journalFailed,
      ],
      finishLoad: [{ kind: 'finished', balanceAfter: fen(7320), entry }, { kind: 'finished', balanceAfter: undefined, entry }, journalFailed],
      settle: [{ kind: 'refunded', entry }, { kind: 'case', reason: 'loadUndetermined', entry }, journalFailed],
      openGate: ['presented', 'open'],
      closeGate: [undefined],
      presentCard: ['presented', 'failed'],
      printSlip: [{ state: 'printed' }, { state: 'interrupted', trouble: 'paperOut' }],
    },
    events: {
      'ui.service': ['account'].map((service) => ({ type: 'ui.service', service })),
      ...plain('ui.confirm', 'ui.back', 'ui.cancel', 'ui.retry', 'ui.extend', 'ui.give-up-card', 'ui.another', 'ui.finish', 'ui.open', 'ui.close', 'ui.prefer'),
      ...plain('CARD.INSERTED', 'CARD.REMOVED', 'wait.ended'),
      ...plain('PREFERENCES'),
      'ui.receipt': ['print', 'screen', 'none'].map((choice) => Object.assign({ type: 'ui.receipt' }, { choice })),
    },
    key: (snapshot) => {
      const {
        held,
        trouble,
        putBackFor,
        loadAttempts,
        outcome,
        next,
        otherTail,
        receipt,
        waiting,
        claim: own,
        balanceAfter,
      } = snapshot.context as TopUpContext;
      return JSON.stringify([
        snapshot.value,
        [held > 0, trouble, loadAttempts, waiting.length, own !== undefined],
        snapshot.matches('putBack') || snapshot.matches('load') ? [putBackFor, otherTail !== undefined] : 0,
        snapshot.matches('finished') || snapshot.status === 'done' ? [outcome, receipt, next, balanceAfter !== undefined] : 0,
      ]);
    },
  });
}

describe('the chart of pending loads, walked', () => {
  const places = walkAll();

  it('a person who walks away at any moment is never waited for without end', () => {
    expect(traps(places)).toEqual([]);
  });
  it('reaches every state it has, but those that are left at once', () => {
    const reached = new Set([...places.values()].flatMap(({ snapshot }) => snapshot._nodes.map(({ path }) => path[0])));
    expect(Object.keys(pendingLoadMachine.root.states).filter((state) => !reached.has(state))).toEqual(['unwritten', 'over']);
  });
  it('ends delivered only after the proof, and never with money of unknown place', () => {
    for (const { snapshot } of places.values()) {
      const context = snapshot.context as TopUpContext;
      if (context.outcome === 'delivered') expect(context).toMatchObject({ held: 0, entry: expect.anything() });
      if (snapshot.status === 'done' && context.outcome === 'abandoned') expect(context.held).toBe(0);
    }
  });
});

function foldOf({ world }: SessionBench) {
  const at = new Date(world.clock.now()).toISOString();
  const byTransaction = Map.groupBy(
    world.entries.filter(({ transactionId }) => transactionId !== undefined),
    ({ transactionId }) => transactionId,
  );
  return [...byTransaction.values()].map((own) => foldTransaction(own.map(({ kind, body }, index): FoldEntry => ({ seq: index + 1, at, kind, body }))));
}

describe('what waits for a card', () => {
  it('is offered on its first screen: the sum, from whom, until when', async () => {
    const until = Date.parse('2027-01-31T12:00:00+08:00');
    const bench = await atMenu({ loads: [{ ...subsidy, until }, refund] });
    const { services, notices } = bench.body('menu');
    expect(services[0]).toEqual({ name: 'pendingLoad', available: true });
    expect(notices?.[0]).toEqual({ kind: 'pendingLoad', amount: 6250, count: 2, from: ['subsidy', 'refund'], until: '2027-01-31' });
  });
  it('is no service where nothing waits, or the issuer can not be asked', async () => {
    const nothing = await atMenu({ loads: [] });
    expect(nothing.body('menu').services.map(({ name }) => name)).toEqual(['topUp', 'statement', 'account']);
    const bench = new SessionBench();
    bench.world.script.waiting.set(offline());
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.start();
    await bench.touch({ type: 'start' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('menu').services.map(({ name }) => name)).toEqual(['topUp', 'statement', 'account']);
  });

  it('is claimed before the card is touched, loaded, proved, and only then said to be on it', async () => {
    const bench = await atOffer();
    expect(bench.body('pending-offer')).toMatchObject({ loads: [{ kind: 'subsidy', amount: 5000, verdict: 'now' }], next: 5000 });
    await bench.touch({ type: 'confirm' });
    expect(bench.world.kinds).toEqual([
      'transaction.opened',
      'pending.claiming',
      'pending.claimed',
      'load.authorizing',
      'load.authorized',
      'load.committing',
      'load.committed',
      'load.confirmed',
      'transaction.closed',
    ]);
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceBefore: 2320, balanceAfter: 7320, source: 'pending', card: 'atGate' });
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.slips).toMatchObject([{ tender: 'pending', amount: 5000, status: 'delivered' }]);
  });

  it('keeps waiting when its holder turns back: nothing is asked and nothing written', async () => {
    for (const act of [{ type: 'back' }, { type: 'cancel' }] as const) {
      const bench = await atOffer();
      await bench.touch(act);
      expect([bench.kind, bench.world.entries, bench.world.acts.includes('claim')]).toEqual(['menu', [], false]);
    }
  });

  it('is loaded one after the other, each with its own proof, number and slip; the card stays inside until the last', async () => {
    const bench = await atOffer({ loads: [subsidy, refund] });
    await bench.touch({ type: 'confirm' });
    expect(bench.body('done')).toMatchObject({ amount: 5000, card: 'inside', next: { kind: 'refund', amount: 1250 } });
    const first = bench.body('done').reference;
    await bench.touch({ type: 'receipt', choice: 'print' });
    bench.world.card = { ...bench.world.card, balance: fen(7320) };
    bench.world.script.claim.set({ kind: 'claimed', amount: fen(1250) });
    bench.world.script.balance.set(fen(8570));
    await bench.touch({ type: 'another' });
    expect(bench.body('done')).toMatchObject({ amount: 1250, balanceBefore: 7320, balanceAfter: 8570, card: 'atGate' });
    expect(bench.body('done').reference).not.toBe(first);
    expect(bench.body('done')).not.toHaveProperty('next');
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.slips.map(({ amount, balanceBefore }) => [amount, balanceBefore])).toEqual([
      [5000, 2320],
      [1250, 7320],
    ]);
    expect(foldOf(bench)).toMatchObject([{ loaded: 5000 }, { loaded: 1250 }]);
  });

  it('that fits goes before what does not, which is said to keep waiting', async () => {
    const bench = await atOffer({ loads: [{ ...subsidy, amount: fen(99_999) }, refund] });
    expect(bench.body('pending-offer')).toMatchObject({ loads: [{ verdict: 'tooLarge' }, { verdict: 'now' }], next: 1250, room: 97_680 });
    bench.world.script.claim.set({ kind: 'claimed', amount: fen(1250) });
    await bench.touch({ type: 'confirm' });
    expect(bench.body('done')).toMatchObject({ amount: 1250 });
    expect(bench.body('done')).not.toHaveProperty('next');
  });
  it('and does not fit at all, is not due, or is not known yet, can not be chosen', async () => {
    const loads = [
      { ...subsidy, amount: fen(99_999) },
      { ...refund, state: 'notYet', from: Date.parse('2026-12-01T00:00:00+08:00') },
      { ...refund, pendingId: 'w3', state: 'awaited' },
    ] as const;
    const bench = await atOffer({ loads });
    expect(bench.body('pending-offer').loads.map(({ verdict }) => verdict)).toEqual(['tooLarge', 'notYet', 'awaited']);
    await bench.touch({ type: 'confirm' });
    expect([bench.kind, bench.world.entries]).toEqual(['pending-offer', []]);
  });
  it('is within the limit of the card as well as the issuer’s', async () => {
    const bench = new SessionBench();
    bench.world.script.check.set({ allowed: true, purseLimit: fen(5000) });
    await atOffer({}, bench);
    expect(bench.body('pending-offer')).toMatchObject({ room: 2680, loads: [{ verdict: 'tooLarge' }] });
  });
  it('is not held back by the numbered limits, which are for what people pay', async () => {
    const bench = new SessionBench();
    bench.world.script.check.set({ allowed: false, reason: 'limit' });
    await atOffer({}, bench);
    expect(bench.kind).toBe('pending-offer');
  });

  it('and was taken at another terminal meanwhile is said so; trying again asks anew', async () => {
    const bench = await atOffer();
    bench.world.script.claim.set({ kind: 'refused', code: 'taken' });
    await bench.touch({ type: 'confirm' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'pendingTaken', canRetry: true });
    expect(bench.world.kinds).toEqual(['transaction.opened', 'pending.claiming', 'pending.refused', 'transaction.closed']);
    bench.world.script.waiting.set([{ ...subsidy, state: 'taken' }]);
    await bench.touch({ type: 'retry' });
    expect(bench.body('pending-offer').loads).toMatchObject([{ verdict: 'taken' }]);
  });
  it.each(['loaded', 'cancelled', 'expired', 'unknownPending'])('and is %s meanwhile can not be had', async (code) => {
    const bench = await atOffer();
    bench.world.script.claim.set({ kind: 'refused', code });
    await bench.touch({ type: 'confirm' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'pendingGone', canRetry: false });
  });
  it('of a card that is reported lost stays with the issuer', async () => {
    const bench = new SessionBench();
    bench.world.script.check.set({ allowed: false, reason: 'reportedLost' });
    await atOffer({}, bench);
    expect(bench.body('trouble').trouble).toBe('cardReportedLost');
  });
  it('is not begun while an earlier load of the card is open', async () => {
    const bench = new SessionBench();
    const load = { loadId: 'l0', amount: 5000 } as never;
    bench.world.script.check.set({ allowed: true, purseLimit: fen(100_000), openLoads: [{ load, reference: 'A01-1121-7K4M-4' }] });
    bench.world.script.undecided.set({ load: { load, reference: 'A01-1121-7K4M-4' } });
    await atOffer({}, bench);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'loadOpen', reference: 'A01-1121-7K4M-4' });
  });

  it('whose claim nobody answers is given up: it took nothing, and the issuer is told', async () => {
    const bench = await atOffer();
    bench.world.script.claim.set(offline());
    await bench.touch({ type: 'confirm' });
    expect(bench.body('trouble').trouble).toBe('issuerOffline');
    expect(bench.world.kinds).toEqual(['transaction.opened', 'pending.claiming', 'pending.givenUp', 'transaction.closed', 'pending.returned']);
  });
  it('and was claimed for another amount than was offered is given back', async () => {
    const bench = await atOffer();
    bench.world.script.claim.set({ kind: 'claimed', amount: fen(4000) });
    await bench.touch({ type: 'confirm' });
    expect(bench.kind).toBe('trouble');
    expect(bench.world.kinds).toContain('pending.givenUp');
    expect(bench.world.kinds).not.toContain('pending.claimed');
  });
  it('can not be begun without a journal', async () => {
    const bench = await atOffer();
    bench.world.journalFails = true;
    await bench.touch({ type: 'confirm' });
    expect([bench.body('trouble').trouble, bench.world.acts.includes('claim')]).toEqual(['journalUnavailable', false]);
  });

  it('waits again when the card is gone before it was written; when the issuer can not be told now, it is told later', async () => {
    const bench = await atOffer();
    bench.world.script.initialize.set({ kind: 'removed' });
    bench.world.script.releaseClaim.set(offline());
    await bench.touch({ type: 'confirm' });
    expect(bench.body('put-back')).toMatchObject({ tender: 'pending', amount: 5000 });
    bench.world.media = 'notPresent';
    await bench.touch({ type: 'give-up-card' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'refunded', tender: 'pending', amount: 5000, why: 'cardGone' });
    expect(bench.world.kinds.slice(2)).toEqual(['pending.claimed', 'pending.returning', 'transaction.closed']);
  });
  it('of a torn card is an open case, with a number: neither loaded again nor given back', async () => {
    const bench = await atOffer();
    bench.world.script.credit.set({ kind: 'unknown', why: 'torn' });
    bench.world.script.examine.set({ kind: 'removed' });
    await bench.touch({ type: 'confirm' });
    bench.world.media = 'notPresent';
    await bench.touch({ type: 'give-up-card' });
    expect(bench.body('settled')).toMatchObject({ outcome: 'case', tender: 'pending', why: 'loadUndetermined' });
    expect(bench.world.kinds).not.toContain('pending.returning');
  });
  it('and a torn card that is put back, after another one, is decided by its proof', async () => {
    const bench = await atOffer();
    bench.world.script.credit.set({ kind: 'unknown', why: 'torn' });
    bench.world.script.examine.set({ kind: 'removed' }, { kind: 'otherCard', tail: '2031' }, { kind: 'credited', balance: fen(7320) });
    await bench.touch({ type: 'confirm' });
    bench.world.remove();
    await bench.settle();
    bench.world.insert();
    await bench.settle();
    expect(bench.body('put-back').otherTail).toBe('2031');
    bench.world.remove();
    await bench.settle();
    bench.world.insert();
    await bench.settle();
    expect(bench.body('done')).toMatchObject({ amount: 5000, balanceAfter: 7320 });
  });
  it('goes on without a touch: a person who walks away keeps what was loaded, and the rest waits', async () => {
    const bench = await atOffer({ loads: [subsidy, refund] });
    await bench.touch({ type: 'confirm' });
    await bench.world.clock.advance(topUpDelays.result + 1);
    expect(bench.kind).toBe('take-card');
    expect(foldOf(bench)).toMatchObject([{ loaded: 5000, closed: { outcome: 'delivered' } }]);
  });
});

describe('the fold of what was journaled says what the person was shown', () => {
  it('on every path of a pending load', async () => {
    const outcomes = new Map<string, number>();
    for (const path of paths()) {
      const bench = await run(path);
      const [state] = foldOf(bench);
      const { body } = bench.view;
      const shown = body.kind === 'done' ? 'delivered' : body.kind === 'settled' ? body.outcome : 'abandoned';
      expect(state?.anomalies).toEqual([]);
      expect([state?.closed?.outcome, state?.held]).toEqual([shown, 0]);
      expect(state?.postings['issuer.receivable']).toBe(shown === 'delivered' || shown === 'case' ? 5000 : 0);
      outcomes.set(shown, (outcomes.get(shown) ?? 0) + 1);
    }
    expect([...outcomes.keys()].toSorted()).toEqual(['abandoned', 'case', 'delivered', 'refunded']);
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(2 * 2 + 2 * (2 + 2 + 1 + 3) + 2 * 2);
  });
});
