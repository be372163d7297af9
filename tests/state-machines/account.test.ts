/** The card's own services: what is listed, who is asked, what is written before the card or the issuer, and what is told at the end. */
import { describe, expect, test } from 'vitest';
import { accountDelays } from '../../state-machines/account/context.ts';
import { accountMachine } from '../../state-machines/account.ts';
import type { RunningScript } from '../../state-machines/card-script.ts';
import type { CardReadOutcome } from '../../state-machines/ports.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { CARD_REF, FakeWorld, offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const digits = (number: string): readonly UiAct[] => [...number].map((digit) => ({ type: 'digit', digit }));
const pick = (index: number): UiAct => ({ type: 'pick', index });
const confirm: UiAct = { type: 'confirm' };
const account: UiAct = { type: 'service', service: 'account' };
const byDocument: UiAct = { type: 'way', way: 'document' };
const ACTIVATE = { function: 'activate', holder: false } as const;
const EXTEND = { function: 'extendValidity', holder: false } as const;
const UNBLOCK = { function: 'unblockApplication', holder: true } as const;
const LIBRARY = { function: 'enableService', service: 'library', holder: true } as const;

async function withCard(read: (bench: SessionBench) => CardReadOutcome, prepare: (bench: SessionBench) => void = () => {}): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  bench.world.script.read.set(read(bench));
  prepare(bench);
  bench.world.insert();
  await bench.settle();
  return bench;
}

const good = ({ world: { card } }: SessionBench): CardReadOutcome => ({ ok: true, card });
const unfit =
  (problem: 'notActivated' | 'expired') =>
  ({ world: { card } }: SessionBench): CardReadOutcome => ({ ok: false, problem, card });

const lost = (bench: SessionBench): void => bench.world.script.offers.set({ offers: [], lossEffectiveAt: bench.world.clock.now() - 1000 });

describe('a card that was never activated', () => {
  test('has its activation as the next step; read back, it is told and the card is read anew', async () => {
    const bench = await withCard(unfit('notActivated'), ({ world }) => world.script.offers.set({ offers: [ACTIVATE, EXTEND] }));
    expect(bench.body('card-problem')).toMatchObject({ problem: 'notActivated', service: 'activate' });
    await bench.touch(account);
    expect(bench.body('account-menu').services).toEqual([{ index: 0, name: 'activate' }]);
    await bench.touch(pick(0));
    expect(bench.body('account-confirm')).toMatchObject({ name: 'activate' });
    expect(bench.world.entries).toEqual([]);
    await bench.touch(confirm);
    expect(bench.body('account-told')).toMatchObject({ state: 'activated', tail: CARD_REF.tail });
    expect(bench.world.kinds).toEqual(['script.asking', 'script.issued', 'script.sending', 'script.answered', 'script.confirmed']);
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.touch({ type: 'another' });
    expect(bench.kind).toBe('menu');
  });

  test('while the issuer is away nothing is offered in its place', async () => {
    const bench = await withCard(unfit('notActivated'), ({ world }) =>
      world.change({ services: { ...world.availability.services, account: { available: false, reason: 'issuerOffline' } } }),
    );
    expect(bench.body('card-problem').service).toBeUndefined();
  });
});

describe('a card that is blocked', () => {
  const blocked = (): CardReadOutcome => ({ ok: false, problem: 'blocked', ref: CARD_REF });
  const offers = ({ world }: SessionBench): void => world.script.offers.set({ offers: [ACTIVATE, EXTEND, UNBLOCK, LIBRARY] });

  test('works again for its holder: identified, written, told; nothing else is offered, and no balance is claimed', async () => {
    const bench = await withCard(blocked, offers);
    expect(bench.body('card-problem')).toEqual({ kind: 'card-problem', problem: 'blocked', tail: CARD_REF.tail, service: 'unblock' });
    await bench.touch(account);
    expect(bench.body('account-menu')).toEqual({ kind: 'account-menu', card: { tail: CARD_REF.tail }, services: [{ index: 0, name: 'unblock' }] });
    await bench.touch(pick(0), byDocument);
    expect(bench.body('account-confirm')).toMatchObject({ name: 'unblock', card: { tail: CARD_REF.tail } });
    expect(bench.world.entries).toEqual([]);
    await bench.touch(confirm);
    expect(bench.body('account-told')).toMatchObject({ state: 'unblocked', tail: CARD_REF.tail });
    expect(bench.world.entries[0]).toMatchObject({ kind: 'script.asking', body: { function: 'unblockApplication' } });
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.touch({ type: 'another' });
    expect(bench.body('menu').card).toMatchObject({ balance: bench.world.card.balance });
  });

  test('somebody else’s document: not theirs, and the card stays as it is', async () => {
    const bench = await withCard(blocked, offers);
    bench.world.script.identify.set({ kind: 'identified', cards: [{ serial: '03105170010170902071', tail: '2071', status: 'active' }] });
    await bench.touch(account, pick(0), byDocument);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'accountNotHolder' });
    expect(bench.world.entries).toEqual([]);
  });

  test('one that does not say who it is has no service, and a touch leads nowhere', async () => {
    const bench = await withCard(() => ({ ok: false, problem: 'blocked' }), offers);
    expect(bench.body('card-problem').service).toBeUndefined();
    await bench.touch(account);
    expect(bench.kind).toBe('card-problem');
  });

  test('a card in use is not offered it', async () => {
    const bench = await withCard(good, offers);
    await bench.touch(account);
    expect(bench.body('account-menu').services.map(({ name }) => name)).toEqual(['enable', 'password']);
  });
});

describe('what is listed', () => {
  test('functions and the password; validity only near its end', async () => {
    const bench = await withCard(good, ({ world }) => world.script.offers.set({ offers: [ACTIVATE, EXTEND, LIBRARY] }));
    await bench.touch(account);
    expect(bench.body('account-menu').services).toEqual([
      { index: 0, name: 'enable', service: 'library' },
      { index: 1, name: 'password' },
    ]);
  });

  test('a card that ends soon, or ended, can be extended, and the new end is what the card says', async () => {
    const bench = await withCard(unfit('expired'), ({ world }) => {
      world.card = { ...world.card, validUntil: '2026-10-31' };
      world.script.offers.set({ offers: [EXTEND] });
      world.script.read.set({ ok: false, problem: 'expired', card: world.card }, { ok: true, card: { ...world.card, validUntil: '2036-11-22' } });
    });
    expect(bench.body('card-problem').service).toBe('extend');
    await bench.touch(account, pick(0), confirm);
    expect(bench.body('account-told')).toMatchObject({ state: 'extended', until: '2036-11-22' });
  });

  test('nothing to be had for this card: said so', async () => {
    const bench = await withCard(unfit('notActivated'), ({ world }) => world.script.offers.set({ offers: [] }));
    await bench.touch(account);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'accountNothing' });
  });

  test('a journal that can’t announce it: the issuer is asked for no script, and the card is not touched', async () => {
    const bench = await withCard(unfit('notActivated'), ({ world }) => world.script.offers.set({ offers: [ACTIVATE] }));
    await bench.touch(account, pick(0));
    bench.world.journalFails = true;
    await bench.touch(confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable' });
    expect(bench.world.kinds).toEqual([]);
  });

  test('nobody answers: said so, and asked again on a touch', async () => {
    const bench = await withCard(good, ({ world }) => world.script.offers.set(offline()));
    await bench.touch(account);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'accountOffline', canRetry: true });
    bench.world.script.offers.set({ offers: [] });
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('account-menu');
  });
});

describe('who is asked', () => {
  test('a function for holders alone asks first; a holder of other cards is told so', async () => {
    const bench = await withCard(good, ({ world }) => world.script.offers.set({ offers: [LIBRARY] }));
    bench.world.script.identify.set({ kind: 'identified', cards: [{ serial: '03105170010170902071', tail: '2071', status: 'active' }] });
    await bench.touch(account, pick(0));
    expect(bench.body('loss-ways')).toMatchObject({ cardHere: true });
    await bench.touch(byDocument);
    expect(bench.body('trouble').trouble).toBe('accountNotHolder');
    expect(bench.world.entries).toEqual([]);
  });

  test('the password of the card that is inside is asked without its number; a release takes no password', async () => {
    const bench = await withCard(good, ({ world }) => world.script.offers.set({ offers: [LIBRARY] }));
    await bench.touch(account, pick(0), { type: 'way', way: 'password' });
    expect(bench.body('loss-typing').field).toBe('password');
    await bench.touch(...digits('739102'), confirm);
    expect(bench.world.asked).toMatchObject([{ proof: { by: 'password', serial: CARD_REF.serial, password: '739102' } }]);
    expect(bench.body('account-confirm')).toMatchObject({ name: 'enable', service: 'library' });

    const found = await withCard(good, lost);
    await found.touch(account, pick(0));
    expect(found.body('loss-ways').ways.map(({ name }) => name)).toEqual(['document', 'phone']);
    await found.touch({ type: 'way', way: 'password' });
    expect(found.kind).toBe('loss-ways');
  });

  test('somebody who is too often wrong is told so, in the words of this service', async () => {
    const bench = await withCard(good, lost);
    bench.world.script.identify.set({ kind: 'refused', code: 'locked' });
    await bench.touch(account, pick(0), byDocument);
    expect(bench.body('trouble').trouble).toBe('accountLocked');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('menu');
  });
});

describe('a card that is torn out while it is written', () => {
  const torn = (bench: SessionBench): void => {
    const { script } = bench.world;
    script.offers.set({ offers: [ACTIVATE] });
    script.execute.set('none');
    script.challenge.set({ kind: 'challenge', challenge: '19393A92' }, { kind: 'challenge', challenge: '19393A93' }, { kind: 'removed' });
  };

  test('is asked for; the same one put back completes it', async () => {
    const bench = await withCard(unfit('notActivated'), torn);
    await bench.touch(account, pick(0), confirm);
    bench.world.remove();
    await bench.settle();
    expect(bench.body('account-put-back').reference).toMatch(/^A01-/);
    bench.world.script.challenge.set({ kind: 'challenge', challenge: '19393A94' });
    bench.world.insert();
    await bench.settle();
    expect(bench.body('account-told').state).toBe('activated');
    expect(bench.world.kinds.at(-1)).toBe('script.confirmed');
  });

  test('another card is named and left alone', async () => {
    const bench = await withCard(unfit('notActivated'), torn);
    await bench.touch(account, pick(0), confirm);
    bench.world.script.challenge.set({ kind: 'otherCard', tail: '2071' });
    bench.world.remove();
    bench.world.insert();
    await bench.settle();
    expect(bench.body('account-put-back').otherTail).toBe('2071');
  });

  test('not put back: the number is told and in the journal, and the next time the card comes it goes on by itself', async () => {
    const bench = await withCard(unfit('notActivated'), torn);
    await bench.touch(account, pick(0), confirm);
    bench.world.remove();
    await bench.world.clock.advance(accountDelays.putBack + accountDelays.warning);
    const { state, reference } = bench.body('account-told');
    expect(state).toBe('cardGone');
    expect(bench.world.kinds.at(-1)).toBe('script.left');
    expect(bench.world.entries.at(0)).toMatchObject({ kind: 'script.asking', body: { reference } });
    await bench.touch({ type: 'finish' });

    const ask = bench.world.entries.find(({ kind }) => kind === 'script.asking')?.body as RunningScript['ask'];
    const later = await withCard(good, ({ world }) => {
      world.unfinishedScript = { ask, last: { step: 1 } };
    });
    expect(later.body('account-told').state).toBe('activated');
    expect(later.world.asked).toMatchObject([{ scriptId: ask.scriptId, last: { step: 1 } }, { scriptId: ask.scriptId }]);
  });

  test('with the issuer away in the middle it is told as open, and goes on at a touch', async () => {
    const bench = await withCard(unfit('notActivated'), ({ world }) => {
      world.script.offers.set({ offers: [ACTIVATE] });
      world.script.confirmScript.set(offline());
    });
    await bench.touch(account, pick(0), confirm);
    expect(bench.body('account-told')).toMatchObject({ state: 'issuerOffline', canRetry: true });
    bench.world.script.confirmScript.set({ kind: 'confirmed' });
    await bench.touch({ type: 'retry' });
    expect(bench.body('account-told').state).toBe('activated');
  });

  test('a card that refuses the command is a matter for the service desk', async () => {
    const bench = await withCard(unfit('notActivated'), ({ world }) => {
      world.script.offers.set({ offers: [ACTIVATE] });
      world.script.nextCommand.set({ kind: 'failed', code: 'cardRefused' });
    });
    await bench.touch(account, pick(0), confirm);
    expect(bench.body('trouble').trouble).toBe('accountFailed');
    expect(bench.world.kinds.at(-1)).toBe('script.failed');
  });
});

describe('the release of a loss report', () => {
  async function atRelease(): Promise<SessionBench> {
    const bench = await withCard(good, lost);
    await bench.touch(account, pick(0), byDocument);
    expect(bench.body('account-confirm').name).toBe('release');
    return bench;
  }

  test('the card proves that it is there, the request is on disk, and the person learns from when it works where', async () => {
    const bench = await atRelease();
    expect(bench.world.entries).toEqual([]);
    await bench.touch(confirm);
    expect(bench.body('account-told')).toMatchObject({ state: 'released', since: '2026-11-22T08:14:00', everywhere: '2026-11-22T10:14:00', document: true });
    expect(bench.world.kinds).toEqual(['release.asking', 'release.released']);
  });

  test('is on paper, too: since when, and from when on everywhere', async () => {
    const bench = await atRelease();
    await bench.touch(confirm, { type: 'receipt', choice: 'print' });
    expect(bench.body('account-told')).toMatchObject({ state: 'released', receipt: 'printed' });
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.accountSlips).toMatchObject([
      { state: 'released', cardTail: '6688', releasedAt: Date.UTC(2026, 10, 22, 0, 14), everywhereAt: Date.UTC(2026, 10, 22, 2, 14) },
    ]);
    expect(JSON.stringify(bench.world.accountSlips)).not.toContain(CARD_REF.serial);
  });

  test('without an answer has its number on paper; a slip that broke off is said to be none', async () => {
    const bench = await atRelease();
    bench.world.script.releaseLoss.set(offline());
    bench.world.script.print.set({ state: 'failedBefore', trouble: 'offline' });
    await bench.touch(confirm, { type: 'receipt', choice: 'print' });
    const { reference, receipt } = bench.body('account-told');
    expect(receipt).toBe('failed');
    expect(bench.world.accountSlips).toMatchObject([{ state: 'releaseOpen', reference }]);
  });

  test('without an answer nothing is claimed, and the number is in the journal', async () => {
    const bench = await atRelease();
    bench.world.script.releaseLoss.set(offline());
    await bench.touch(confirm);
    const { state, reference } = bench.body('account-told');
    expect(state).toBe('releaseOpen');
    expect(bench.world.entries).toMatchObject([{ kind: 'release.asking', body: { reference } }, { kind: 'release.queued' }]);
  });

  test.each([
    ['replaced', 'accountReplaced'],
    ['reportedSince', 'accountRefused'],
  ] as const)('%s is said as it is', async (code, trouble) => {
    const bench = await atRelease();
    bench.world.script.releaseLoss.set({ kind: 'refused', code });
    await bench.touch(confirm);
    expect(bench.body('trouble').trouble).toBe(trouble);
    expect(bench.world.kinds).toEqual(['release.asking', 'release.refused']);
  });

  test('a journal that can’t be written releases nothing', async () => {
    const bench = await atRelease();
    bench.world.journalFails = true;
    await bench.touch(confirm);
    expect(bench.body('trouble').trouble).toBe('journalUnavailable');
    expect(bench.world.asked.filter((request) => 'releaseId' in request)).toEqual([]);
  });

  test('is the next step where a top-up finds the card reported', async () => {
    const bench = await withCard(good, lost);
    bench.world.script.check.set({ allowed: false, reason: 'reportedLost' });
    await bench.touch({ type: 'service', service: 'topUp' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'cardReportedLost', service: 'release' });
    await bench.touch(account);
    expect(bench.body('account-menu').services).toEqual([{ index: 0, name: 'release' }]);
  });
});

describe('the service password', () => {
  const NEW = '582047';

  async function atPassword(): Promise<SessionBench> {
    const bench = await withCard(good);
    await bench.touch(account, pick(0), byDocument);
    expect(bench.body('loss-typing').field).toBe('newPassword');
    return bench;
  }

  test('typed twice and set; its digits hide after a second and stand in no view and no entry', async () => {
    const bench = await atPassword();
    await bench.touch(...digits(NEW.slice(0, 3)));
    expect(bench.body('loss-typing').shown).toBe('••2');
    await bench.world.clock.advance(accountDelays.hideDigit);
    expect(bench.body('loss-typing').shown).toBe('•••');
    await bench.touch(...digits(NEW.slice(3)), confirm);
    expect(bench.body('loss-typing').field).toBe('repeatPassword');
    await bench.touch(...digits(NEW), confirm);
    expect(bench.body('account-told').state).toBe('passwordSet');
    expect(bench.world.asked.at(-1)).toMatchObject({ serial: CARD_REF.serial, password: NEW });
    expect(bench.world.kinds).toEqual(['password.setting', 'password.set']);
    expect(JSON.stringify(bench.seen) + JSON.stringify(bench.world.entries)).not.toContain(NEW);
  });

  test.each(['111111', '123456', '900307', CARD_REF.serial.slice(-6)])('%s is too easily guessed', async (weak) => {
    const bench = await atPassword();
    await bench.touch(...digits(weak), confirm);
    expect(bench.body('loss-typing')).toMatchObject({ field: 'newPassword', problem: 'weak', count: 0 });
  });

  test('what the issuer finds too easily guessed begins anew; whatever else it refuses is said', async () => {
    const bench = await atPassword();
    bench.world.script.setPassword.set({ kind: 'refused', code: 'weak' });
    await bench.touch(...digits(NEW), confirm, ...digits(NEW), confirm);
    expect(bench.body('loss-typing')).toMatchObject({ field: 'newPassword', problem: 'weak', count: 0 });
    bench.world.script.setPassword.set({ kind: 'refused', code: 'notHolder' });
    await bench.touch(...digits(NEW), confirm, ...digits(NEW), confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'accountRefused' });
  });

  test('two that differ begin anew; one that is not whole is said', async () => {
    const bench = await atPassword();
    await bench.touch(...digits('58'), confirm);
    expect(bench.body('loss-typing').problem).toBe('notWhole');
    await bench.touch(...digits('2047'), confirm, ...digits('582048'), confirm);
    expect(bench.body('loss-typing')).toMatchObject({ field: 'newPassword', problem: 'notSame' });
  });

  test('without an answer it is said that nobody knows', async () => {
    const bench = await atPassword();
    bench.world.script.setPassword.set(offline());
    await bench.touch(...digits(NEW), confirm, ...digits(NEW), confirm);
    expect(bench.body('account-told').state).toBe('passwordOpen');
  });
});

test('a card that is taken before the confirmation ends it with nothing written', async () => {
  const bench = await withCard(good, lost);
  await bench.touch(account, pick(0));
  bench.world.remove();
  await bench.settle();
  expect(bench.kind).toBe('goodbye');
  expect(bench.world.entries).toEqual([]);
});

test('no state is a trap', () => {
  const world = new FakeWorld();
  const { ports, card } = world;
  const script: RunningScript = { ask: { scriptId: 'S1', function: 'activate', card: card.ref, reference: 'A01-1122-7K4M-9' } };
  const person = { identificationId: 'I1', by: 'document', cards: [{ serial: card.ref.serial, tail: '6688', status: 'active' }] };
  const services = [{ name: 'activate', offer: ACTIVATE }, { name: 'enable', offer: LIBRARY }, { name: 'release' }, { name: 'password' }];
  const places = walk({
    machine: accountMachine,
    input: { ports, card, problem: undefined, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } },
    outputs: {
      findServices: [{ kind: 'offered', services }, { kind: 'offered', services: [] }, { kind: 'unreachable' }],
      identification: [{ told: false }, { told: false, person }, { told: false, person: { ...person, cards: [] } }],
      start: [{ kind: 'issued', script }, { kind: 'refused', code: 'blocked' }, { kind: 'unreachable' }, { kind: 'cardGone' }, { kind: 'journalFailed' }],
      run: [
        { kind: 'confirmed', until: '2036-11-22' },
        { kind: 'failed', code: 'cardRefused' },
        { kind: 'abandoned' },
        { kind: 'cardGone', script },
        { kind: 'unreachable', script },
        { kind: 'journalFailed', script },
      ],
      release: [
        { kind: 'released', releasedAt: 1, everywhereAt: 2 },
        { kind: 'refused', code: 'replaced' },
        { kind: 'open', reference: 'R' },
        { kind: 'cardGone' },
        { kind: 'cardRefused' },
        { kind: 'journalFailed' },
      ],
      print: [{ state: 'printed' }, { state: 'failedBefore', trouble: 'x' }],
      setPassword: [{ kind: 'set' }, { kind: 'refused', code: 'weak' }, { kind: 'refused', code: 'notIdentified' }, { kind: 'open', reference: 'R' }],
    },
    events: {
      ...Object.fromEntries(
        ['confirm', 'back', 'cancel', 'finish', 'retry', 'extend', 'erase', 'clear', 'give-up-card', 'another', 'open', 'close', 'prefer'].map((act) => [
          `ui.${act}`,
          [{ type: `ui.${act}` }],
        ]),
      ),
      'ui.pick': services.map((_, index) => ({ type: 'ui.pick', index })),
      'ui.digit': [...'582047'].map((digit) => ({ type: 'ui.digit', digit })),
      'ui.receipt': [{ type: 'ui.receipt', choice: 'print' } as never],
      'ui.*': [],
      'CARD.INSERTED': [{ type: 'CARD.INSERTED' }],
      'CARD.REMOVED': [{ type: 'CARD.REMOVED' }],
      PREFERENCES: [],
      'wait.ended': [{ type: 'wait.ended' }],
      'digit.hidden': [{ type: 'digit.hidden' }],
    },
    key: ({ value, context, status }) =>
      JSON.stringify([status, value, context.chosen?.name, context.person === undefined, context.result?.kind, context.digits.length, context.trouble]),
  });
  expect(traps(places)).toEqual([]);
});
