/** The loss report flow: who somebody is, which card, what is told when, and what is written before the issuer is asked. */
import { describe, expect, test } from 'vitest';
import { foldLossReport } from '../../common/loss-report.ts';
import { lossDelays } from '../../state-machines/loss-report/context.ts';
import type { HeldCard } from '../../state-machines/loss-report/ports.ts';
import { lossReportMachine } from '../../state-machines/loss-report.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { CARD_REF, FakeWorld, offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const OTHER = '03105170010170902071';
const held = (serial: string, more: Partial<HeldCard> = {}): HeldCard => ({ serial, tail: serial.slice(-4), status: 'active', ...more });
const digits = (number: string): readonly UiAct[] => [...number].map((digit) => ({ type: 'digit', digit }));
const confirm: UiAct = { type: 'confirm' };
/** What says who somebody is: nowhere but on its way to the issuer. */
const SECRETS = { document: 'd1'.repeat(32), phone: '13800005678', code: '482105', password: '739102' } as const;

async function atWays(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  await bench.touch({ type: 'report-loss' });
  return bench;
}

/** Identified by a document, the only card chosen: one touch before the report. */
async function atConfirm(): Promise<SessionBench> {
  const bench = await atWays();
  await bench.touch({ type: 'way', way: 'document' }, { type: 'pick', index: 0 });
  return bench;
}

const standing = (bench: SessionBench) => foldLossReport(bench.world.entries);

describe('the way to a report', () => {
  test('by identity card: in effect, to the second, with the number that is in the journal', async () => {
    const bench = await atConfirm();
    expect(bench.body('loss-confirm')).toEqual({ kind: 'loss-confirm', tail: '6688' });
    expect(bench.world.asked).toMatchObject([{ proof: { by: 'document', documentHash: SECRETS.document } }]);
    expect(bench.world.entries).toEqual([]);
    await bench.touch(confirm);
    expect(bench.seen.filter(({ kind }) => kind === 'loss-asking')).toMatchObject([{ what: 'person' }, { what: 'report', tail: '6688' }]);
    expect(bench.body('loss-told').wait).toMatchObject({ tone: 'normal' });
    const seen = ['starting', 'attract', 'loss-ways', 'loss-document', 'loss-asking', 'loss-cards', 'loss-confirm', 'loss-asking', 'loss-told'];
    expect(bench.seen.map(({ kind }) => kind)).toEqual(seen);
    const { state, since, reference, tail, document } = bench.body('loss-told');
    expect({ state, since, tail, document }).toEqual({ state: 'effective', since: '2026-11-22T08:14:00', tail: '6688', document: true });
    expect(bench.world.kinds).toEqual(['loss.reporting', 'loss.reported']);
    expect(standing(bench)).toMatchObject({
      state: 'reported',
      report: { reference, by: 'document', serial: CARD_REF.serial },
      answer: { reference, report: 'new' },
    });
  });

  test('by telephone: number, code, cards', async () => {
    const bench = await atWays();
    await bench.touch({ type: 'way', way: 'phone' }, ...digits(SECRETS.phone), confirm);
    expect(bench.body('loss-typing').field).toBe('code');
    await bench.touch(...digits(SECRETS.code), confirm);
    expect(bench.kind).toBe('loss-cards');
    const [sent, asked] = bench.world.asked;
    expect(sent).toMatchObject({ phone: SECRETS.phone });
    expect(asked).toMatchObject({ proof: { by: 'phone', code: SECRETS.code } });
  });

  test('by card number and password: a shorter number has its leading zeros back', async () => {
    const bench = await atWays();
    await bench.touch({ type: 'way', way: 'password' }, ...digits('3105170010170906688'), confirm, ...digits(SECRETS.password), confirm);
    expect(bench.kind).toBe('loss-cards');
    expect(bench.world.asked).toMatchObject([{ proof: { by: 'password', serial: CARD_REF.serial, password: SECRETS.password } }]);
  });

  test('a report that takes effect later says when', async () => {
    const bench = await atConfirm();
    const now = bench.world.clock.now();
    bench.world.script.report.set((reference) => ({ kind: 'reported', reference, reportedAt: now, effectiveAt: now + 600_000, earlier: false }));
    await bench.touch(confirm);
    expect(bench.body('loss-told')).toMatchObject({ state: 'scheduled', since: '2026-11-22T08:24:00' });
  });

  test('a card that was reported before has the number and time of then', async () => {
    const bench = await atConfirm();
    const at = bench.world.clock.now() - 3_600_000;
    bench.world.script.report.set(() => ({ kind: 'reported', reference: 'B02-1122-0000-1', reportedAt: at, effectiveAt: at, earlier: true }));
    await bench.touch(confirm);
    expect(bench.body('loss-told')).toMatchObject({ state: 'effective', earlier: true, reference: 'B02-1122-0000-1', since: '2026-11-22T07:14:00' });
  });

  test('no touch makes two of it', async () => {
    const bench = await atConfirm();
    await bench.touch(confirm, confirm, { type: 'retry' }, { type: 'pick', index: 0 });
    expect(bench.world.kinds.filter((kind) => kind === 'loss.reporting')).toHaveLength(1);
  });
});

describe('what is listed', () => {
  const loss = { reference: 'A01-1119-3R7Q-8', effectiveAt: Date.UTC(2026, 10, 19, 13, 40, 2) };

  test('cards by their last digits; those that are reported or replaced can’t be chosen', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.identify.set({
      kind: 'identified',
      cards: [held(CARD_REF.serial, { status: 'lost', loss }), held(OTHER, { status: 'blocked' }), held('03105170010170904410', { status: 'replaced', loss })],
    });
    await bench.touch(
      { type: 'report-loss' },
      { type: 'way', way: 'document' },
      { type: 'pick', index: 0 },
      { type: 'pick', index: 2 },
      { type: 'pick', index: 9 },
    );
    expect(bench.body('loss-cards').cards).toEqual([
      { index: 0, tail: '6688', state: 'reported', reference: loss.reference, since: '2026-11-19T21:40:02' },
      { index: 1, tail: '2071', state: 'blocked' },
      { index: 2, tail: '4410', state: 'replaced' },
    ]);
    await bench.touch({ type: 'pick', index: 1 });
    expect(bench.body('loss-confirm').tail).toBe('2071');
  });

  test('four a page', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.identify.set({ kind: 'identified', cards: Array.from({ length: 6 }, (_, index) => held(`0310517001017090000${index}`)) });
    await bench.touch({ type: 'report-loss' }, { type: 'way', way: 'document' }, { type: 'page', to: 'next' }, { type: 'page', to: 'next' });
    expect(bench.body('loss-cards')).toMatchObject({
      page: 1,
      pages: 2,
      cards: [
        { index: 4, tail: '0004' },
        { index: 5, tail: '0005' },
      ],
    });
    await bench.touch({ type: 'pick', index: 5 });
    expect(bench.body('loss-confirm').tail).toBe('0005');
  });
});

describe('what is typed', () => {
  test('shows its last digit for a second, and never the rest', async () => {
    const bench = await atWays();
    await bench.touch({ type: 'way', way: 'phone' }, ...digits('1380'));
    expect(bench.body('loss-typing').shown).toBe('••• 0');
    await bench.world.clock.advance(lossDelays.hideDigit - 1);
    expect(bench.body('loss-typing').shown).toBe('••• 0');
    await bench.world.clock.advance(1);
    expect(bench.body('loss-typing').shown).toBe('••• •');
    await bench.touch({ type: 'digit', digit: '7' }, { type: 'erase' });
    expect(bench.body('loss-typing')).toMatchObject({ shown: '••• •', count: 4 });
    await bench.touch({ type: 'clear' });
    expect(bench.body('loss-typing')).toMatchObject({ shown: '', count: 0 });
  });

  test('a second begins anew with each digit', async () => {
    const bench = await atWays();
    await bench.touch({ type: 'way', way: 'phone' }, { type: 'digit', digit: '1' });
    await bench.world.clock.advance(lossDelays.hideDigit - 100);
    await bench.touch({ type: 'digit', digit: '3' });
    await bench.world.clock.advance(200);
    expect(bench.body('loss-typing').shown).toBe('•3');
  });

  test('is not asked about before it is whole, and takes no digit too many', async () => {
    const bench = await atWays();
    await bench.touch({ type: 'way', way: 'phone' }, ...digits('138'), confirm);
    expect(bench.body('loss-typing')).toMatchObject({ field: 'phone', problem: 'notWhole', count: 3 });
    await bench.touch(...digits('000056789999'));
    expect(bench.body('loss-typing')).toMatchObject({ count: 11 });
    expect(bench.world.asked).toEqual([]);
  });
});

describe('trouble', () => {
  test('a wrong password says how many tries are left, and costs one', async () => {
    const bench = await atWays();
    bench.world.script.identify.set({ kind: 'refused', code: 'wrongPassword', triesLeft: 4 }, { kind: 'refused', code: 'locked' });
    await bench.touch({ type: 'way', way: 'password' }, ...digits(CARD_REF.serial), confirm, ...digits(SECRETS.password), confirm);
    expect(bench.body('loss-typing')).toMatchObject({ field: 'password', problem: 'wrongPassword', triesLeft: 4, count: 0 });
    await bench.touch(...digits(SECRETS.password), confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'lossLocked', canRetry: true });
  });

  test('a code that is wrong or too old can be typed or sent anew', async () => {
    const bench = await atWays();
    bench.world.script.identify.set({ kind: 'refused', code: 'wrongCode', triesLeft: 2 }, { kind: 'refused', code: 'codeExpired' });
    await bench.touch({ type: 'way', way: 'phone' }, ...digits(SECRETS.phone), confirm, ...digits('000000'), confirm);
    expect(bench.body('loss-typing')).toMatchObject({ field: 'code', problem: 'wrongCode', triesLeft: 2 });
    await bench.touch(...digits('000000'), confirm);
    expect(bench.body('loss-typing')).toMatchObject({ field: 'code', problem: 'codeExpired' });
    await bench.touch({ type: 'resend' });
    expect(bench.body('loss-typing')).toMatchObject({ field: 'code', count: 0 });
    const ids = bench.world.asked.flatMap((asked) => ('phone' in asked && 'codeRequestId' in asked ? [asked.codeRequestId] : []));
    expect(new Set(ids).size).toBe(2);
  });

  test.each([
    ['an unknown person', { kind: 'refused', code: 'unknownHolder' }, 'lossUnknown'],
    ['a person without cards', { kind: 'identified', cards: [] }, 'lossNoCards'],
    ['a person who tried too often', { kind: 'refused', code: 'locked' }, 'lossLocked'],
    ['an issuer that does not answer', offline(), 'lossOffline'],
  ] as const)('%s is told so, and that nothing is reported', async (_, answer, trouble) => {
    const bench = await atWays();
    bench.world.script.identify.set(answer);
    await bench.touch({ type: 'way', way: 'document' });
    expect(bench.body('trouble').trouble).toBe(trouble);
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('loss-ways');
    expect(bench.world.entries).toEqual([]);
  });

  test('too many codes for a telephone', async () => {
    const bench = await atWays();
    bench.world.script.sendCode.set(new PortError('refused', 'too many', { detail: 'tooManyRequests' }));
    await bench.touch({ type: 'way', way: 'phone' }, ...digits(SECRETS.phone), confirm);
    expect(bench.body('trouble').trouble).toBe('lossLocked');
  });

  test('an identity card that is taken away too early is waited for again', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.document.set({ kind: 'removed' }, { kind: 'read', documentHash: SECRETS.document, name: '王**' });
    const shown: (string | undefined)[] = [];
    await bench.touch({ type: 'report-loss' }, { type: 'way', way: 'document' });
    for (const body of bench.seen) if (body.kind === 'loss-document') shown.push(body.state);
    expect(bench.body('loss-cards').name).toBe('王**');
    expect(shown).toEqual(['waiting']);
  });

  test.each(['unreadable', 'otherDocument', 'expired'] as const)('an identity card that is %s is read again only when somebody says so', async (kind) => {
    const bench = await new SessionBench().start();
    bench.world.script.document.set({ kind }, { kind: 'read', documentHash: SECRETS.document, name: '王**' });
    await bench.touch({ type: 'report-loss' }, { type: 'way', way: 'document' });
    expect(bench.body('loss-document')).toEqual({ kind: 'loss-document', state: 'refused', problem: kind });
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('loss-cards');
  });

  test('a reader that goes away leads back to the ways, where it is off', async () => {
    const bench = await atWays();
    bench.world.script.document.set(new PortError('deviceFault', 'pulled'));
    bench.world.change({ documents: 'down' });
    await bench.settle();
    expect(bench.body('loss-ways').ways).toEqual([
      { name: 'document', available: false },
      { name: 'phone', available: true },
      { name: 'password', available: true },
    ]);
    await bench.touch({ type: 'way', way: 'document' });
    expect(bench.kind).toBe('loss-ways');
    bench.world.change({ documents: 'available' });
    await bench.touch({ type: 'way', way: 'document' });
    expect(bench.kind).toBe('loss-ways');
    bench.world.change({ documents: 'notFitted' });
    await bench.settle();
    expect(bench.body('loss-ways').ways.map(({ name }) => name)).toEqual(['phone', 'password']);
  });

  test('no reader from the start: the other ways are open, this one leads nowhere', async () => {
    const bench = await new SessionBench().start();
    bench.world.change({ documents: 'down' });
    await bench.touch({ type: 'report-loss' }, { type: 'way', way: 'document' });
    expect(bench.kind).toBe('loss-ways');
    await bench.touch({ type: 'way', way: 'phone' });
    expect(bench.body('loss-typing').field).toBe('phone');
  });

  test('a journal that can’t write: nothing was asked of the issuer', async () => {
    const bench = await atConfirm();
    bench.world.journalFails = true;
    await bench.touch(confirm);
    expect(bench.body('trouble')).toMatchObject({ trouble: 'journalUnavailable', canRetry: false });
    expect(bench.world.asked).toHaveLength(1);
  });

  test('a refusal is not a report', async () => {
    const bench = await atConfirm();
    bench.world.script.report.set(() => ({ kind: 'refused', code: 'notIdentified' }));
    await bench.touch(confirm);
    expect(bench.body('trouble').trouble).toBe('lossRefused');
    expect(standing(bench)).toMatchObject({ state: 'refused', code: 'notIdentified' });
  });

  test('without an answer it is not in effect, and the journal says that it must be told again', async () => {
    const bench = await atConfirm();
    bench.world.script.report.set(() => {
      throw offline();
    });
    await bench.touch(confirm);
    const { state, reference, since } = bench.body('loss-told');
    expect({ state, since }).toEqual({ state: 'queued', since: '2026-11-22T08:14:00' });
    expect(standing(bench)).toMatchObject({ state: 'open', told: true, report: { reference } });
  });

  test('where nothing can be reported here, the button says how it is done by telephone', async () => {
    const bench = await new SessionBench().start();
    bench.world.change({ lossReport: { available: false, reason: 'issuerOffline' } });
    await bench.touch({ type: 'report-loss' });
    expect(bench.overlay).toEqual({ kind: 'lost-card' });
    expect(bench.kind).toBe('attract');
  });
});

describe('on paper', () => {
  test('what the screen says', async () => {
    const bench = await atConfirm();
    await bench.touch(confirm, { type: 'receipt', choice: 'print' });
    const { reference, receipt } = bench.body('loss-told');
    expect(receipt).toBe('printed');
    expect(bench.world.lossSlips).toMatchObject([{ state: 'effective', reference, cardTail: '6688', locale: 'zh-CN', largePrint: false }]);
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.world.lossSlips).toHaveLength(1);
  });

  test('in large letters where the screen was', async () => {
    const bench = await atConfirm();
    await bench.touch({ type: 'prefer', preferences: { size: 'large' } }, confirm, { type: 'receipt', choice: 'print' });
    expect(bench.world.lossSlips).toMatchObject([{ largePrint: true }]);
  });

  test('a queued report says so', async () => {
    const bench = await atConfirm();
    bench.world.script.report.set(() => {
      throw offline();
    });
    await bench.touch(confirm, { type: 'receipt', choice: 'print' });
    expect(bench.world.lossSlips).toMatchObject([{ state: 'queued' }]);
  });

  test('not without paper; a slip that failed can be tried again', async () => {
    const bench = await atConfirm();
    bench.world.change({ receipts: 'paperOut' });
    await bench.touch(confirm, { type: 'receipt', choice: 'print' });
    expect(bench.world.lossSlips).toEqual([]);
    bench.world.change({ receipts: 'available' });
    bench.world.script.print.set(
      { state: 'interrupted', trouble: 'paper' },
      { state: 'printed', confirmedBy: 'processId', sha256: 'AB'.repeat(32), byteCount: 900 },
    );
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.body('loss-told').receipt).toBe('failed');
    await bench.touch({ type: 'receipt', choice: 'print' });
    expect(bench.body('loss-told').receipt).toBe('printed');
  });
});

describe('leaving', () => {
  test('Back goes step by step, and nothing has happened', async () => {
    const bench = await atConfirm();
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('loss-cards');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('loss-ways');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('attract');
    expect(bench.world.entries).toEqual([]);
  });

  test.each([
    ['ways', [], lossDelays.identify],
    ['the reader', [{ type: 'way', way: 'phone' }], lossDelays.identify],
    [
      'the confirmation',
      [
        { type: 'way', way: 'document' },
        { type: 'pick', index: 0 },
      ],
      lossDelays.choose,
    ],
    ['what was told', [{ type: 'way', way: 'document' }, { type: 'pick', index: 0 }, confirm], lossDelays.result],
  ] as const)('who walks away from %s is warned, may extend, and is forgotten', async (_, acts: readonly UiAct[], delay) => {
    const bench = await atWays();
    await bench.touch(...acts);
    const { kind } = bench;
    for (let extended = 0; extended < 10; extended += 1) {
      await bench.world.clock.advance(delay);
      expect(bench.overlay?.kind).toBe('idle-warning');
      await bench.touch({ type: 'extend' });
      expect([bench.kind, bench.overlay]).toEqual([kind, undefined]);
    }
    await bench.world.clock.advance(delay);
    await bench.world.clock.advance(lossDelays.warning);
    await bench.world.clock.advance(3000);
    expect(bench.kind).toBe('attract');
  });

  test('a card that comes in meanwhile is read afterwards', async () => {
    const bench = await atWays();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.insert();
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('menu');
  });
});

test('nothing that says who somebody is, and no whole card number, is in a View, and none of it but the serial in the journal', async () => {
  for (const acts of [
    [{ type: 'way', way: 'document' }],
    [{ type: 'way', way: 'phone' }, ...digits(SECRETS.phone), confirm, ...digits(SECRETS.code), confirm],
    [{ type: 'way', way: 'password' }, ...digits(CARD_REF.serial), confirm, ...digits(SECRETS.password), confirm],
  ] as const) {
    const bench = await atWays();
    const views: string[] = [];
    for (const act of [...acts, { type: 'pick', index: 0 }, confirm] as readonly UiAct[]) {
      await bench.touch(act);
      views.push(JSON.stringify(bench.view));
    }
    expect(bench.kind).toBe('loss-told');
    const journal = JSON.stringify(bench.world.entries);
    for (const secret of Object.values(SECRETS)) for (const text of [...views, journal]) expect(text).not.toContain(secret);
    for (const text of views) expect(text).not.toContain(CARD_REF.serial);
  }
});

test('no state of the chart is a trap', () => {
  const world = new FakeWorld();
  const card = held(CARD_REF.serial);
  const identified = (cards: readonly HeldCard[]) => ({ kind: 'identified', cards, identificationId: 'I1' });
  const refused = (code: string) => ({ kind: 'refused', code, identificationId: 'I1' });
  const places = walk({
    machine: lossReportMachine,
    input: { ports: world.ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false }, purpose: 'replace' },
    outputs: {
      lookForDocument: [
        { kind: 'read', documentHash: SECRETS.document, name: '王**' },
        { kind: 'removed' },
        { kind: 'unreadable' },
        { kind: 'otherDocument' },
        { kind: 'expired' },
        { kind: 'readerAway' },
      ],
      sendCode: [{ kind: 'sent', codeRequestId: 'C1' }, { kind: 'tooOften' }, { kind: 'unreachable' }],
      identify: [
        identified([card]),
        identified([]),
        ...['unknownHolder', 'wrongCode', 'codeExpired', 'wrongPassword', 'locked'].map(refused),
        { kind: 'unreachable' },
      ],
      report: [
        { kind: 'reported', reference: 'A01', reportedAt: 1, effectiveAt: 1, earlier: false },
        { kind: 'queued', takenAt: 1, reference: 'A01' },
        { kind: 'refused', code: 'notIdentified' },
        { kind: 'journalFailed' },
      ],
      print: [{ state: 'printed' }, { state: 'interrupted', trouble: 'paper' }],
    },
    events: {
      PREFERENCES: [],
      'ui.way': (['document', 'phone', 'password'] as const).map((way) => ({ type: 'ui.way', way })),
      // a whole field at once: how many digits are missing makes no other state
      'ui.digit': [{ type: 'ui.digit', digit: '1'.repeat(20) } as never],
      'digit.hidden': [{ type: 'digit.hidden' }],
      'ui.pick': [{ type: 'ui.pick', index: 0 } as never],
      'ui.page': [{ type: 'ui.page', to: 'next' } as never],
      'ui.receipt': [{ type: 'ui.receipt', choice: 'print' } as never],
      ...Object.fromEntries(
        [
          'ui.confirm',
          'ui.replace-card',
          'ui.erase',
          'ui.clear',
          'ui.resend',
          'ui.retry',
          'ui.back',
          'ui.cancel',
          'ui.finish',
          'ui.extend',
          'wait.ended',
          'ui.open',
          'ui.close',
          'ui.prefer',
        ].map((type) => [type, [{ type }]]),
      ),
    },
    key: ({ value, context }) => JSON.stringify([value, context.way, context.digits !== '', context.receipt, value === 'trouble' && context.trouble]),
  });
  expect(places.size).toBeGreaterThan(40);
  expect(traps(places)).toEqual([]);
});
