/** Help: what is on each of its screens, how one gets from one to the other, and how it is left. */
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../state-machines/support/screens.ts';
import { supportDelays } from '../../state-machines/support/context.ts';
import { supportMachine } from '../../state-machines/support.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const SUPPORT: UiAct = { type: 'support' };
const typed = (text: string): UiAct[] => [...text].map((letter) => ({ type: 'letter', letter }));
const ask = (id: string): UiAct => ({ type: 'question', id });

/** From the first screen, without a card. */
async function atHelp(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  await bench.touch(SUPPORT);
  return bench;
}

async function atMenu(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  bench.world.script.read.set({ ok: true, card: bench.world.card });
  bench.world.insert();
  await bench.settle();
  return bench;
}

describe('help is one touch away', () => {
  test('from the first screen, without a card', async () => {
    expect((await atHelp()).body('help-home').questions.map(({ id }) => id)).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  test('where a card is asked for', async () => {
    const bench = await new SessionBench().start();
    await bench.touch({ type: 'start' }, SUPPORT);
    expect(bench.kind).toBe('help-home');
  });

  test('when the terminal is out of service', async () => {
    const bench = await new SessionBench().start();
    const off = { available: false, reason: 'cardReaderDown' } as const;
    bench.world.change({ services: { topUp: off, balance: off, pendingLoad: off, statement: off, account: off } });
    await bench.settle();
    expect(bench.kind).toBe('out-of-service');
    await bench.touch(SUPPORT);
    expect(bench.kind).toBe('help-home');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('out-of-service');
  });

  test('from the menu, and back to it with the card where it was', async () => {
    const bench = await atMenu();
    await bench.touch(SUPPORT);
    expect(bench.kind).toBe('help-home');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('menu');
    expect(bench.world.media).toBe('inside');
  });

  test('from a card that can’t be used, which is read again afterwards', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.read.set({ ok: false, problem: 'expired' });
    bench.world.insert();
    await bench.settle();
    await bench.touch(SUPPORT, { type: 'back' });
    expect(bench.body('card-problem').problem).toBe('expired');
  });

  test('from a trouble of a top-up that cost nothing', async () => {
    const bench = await new SessionBench().start();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.script.check.set(new Error('no line'));
    await bench.touch({ type: 'service', service: 'topUp' });
    bench.world.insert();
    await bench.settle();
    expect(bench.kind).toBe('trouble');
    await bench.touch(SUPPORT);
    expect(bench.kind).toBe('help-home');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('menu');
  });
});

describe('questions by group', () => {
  test('stand in pages, of which one is on the glass', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'groups' });
    expect(bench.kind).toBe('help-groups');
    await bench.touch({ type: 'help-group', group: 'card' });
    expect(bench.body('help-list')).toMatchObject({ group: 'card', page: 0, pages: 3 });
    await bench.touch({ type: 'page', to: 'next' }, { type: 'page', to: 'next' }, { type: 'page', to: 'next' });
    const { page, questions } = bench.body('help-list');
    expect([page, questions.map(({ id }) => id)]).toEqual([2, ['eleven', 'twelve']]);
    await bench.touch({ type: 'page', to: 'previous' });
    expect(bench.body('help-list').page).toBe(1);
  });

  test('are fewer to a page in larger print, and the page stays one of them', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'groups' }, { type: 'help-group', group: 'card' });
    await bench.touch({ type: 'prefer', preferences: { size: 'xlarge' } });
    expect(bench.body('help-list')).toMatchObject({ page: 0, pages: 4 });
    await bench.touch({ type: 'page', to: 'next' }, { type: 'page', to: 'next' }, { type: 'page', to: 'next' });
    await bench.touch({ type: 'prefer', preferences: { size: 'standard' } });
    expect(bench.body('help-list')).toMatchObject({ page: 2, pages: 3 });
  });

  test('lead back the way they came', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'groups' }, { type: 'help-group', group: 'card' }, { type: 'page', to: 'next' }, ask('seven'));
    expect(bench.kind).toBe('help-answer');
    await bench.touch({ type: 'back' });
    expect(bench.body('help-list').page).toBe(1);
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('help-groups');
    await bench.touch({ type: 'back' }, { type: 'help-group', group: 'safety' });
    expect(bench.body('help-list').questions.map(({ id }) => id)).toEqual(['one', 'two']);
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('help-home');
  });
});

describe('a search', () => {
  test('finds more exactly with every key', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' });
    expect(bench.body('help-search')).toMatchObject({ typed: '', board: 'letters', pages: 4 });
    await bench.touch(...typed('te'));
    expect(bench.body('help-search').questions.map(({ id }) => id)).toEqual(['ten']);
    await bench.touch({ type: 'erase' });
    expect(bench.body('help-search').questions.map(({ id }) => id)).toEqual(['two', 'three', 'eight']);
    await bench.touch({ type: 'clear' });
    expect(bench.body('help-search')).toMatchObject({ typed: '', pages: 4 });
  });

  test('is typed with digits and gaps too, and no further than a person types', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' }, { type: 'board', board: 'digits' }, { type: 'digit', digit: '1' }, { type: 'digit', digit: '2' });
    expect(bench.body('help-search')).toMatchObject({ typed: '12', board: 'digits', questions: [], pages: 1 });
    await bench.touch({ type: 'letter', letter: ' ' }, ...typed('x'.repeat(80)));
    expect(bench.body('help-search').typed).toBe(`12 ${'x'.repeat(57)}`);
  });

  test('turns pages of what was found, and begins at the first after a key', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' }, { type: 'page', to: 'next' }, { type: 'page', to: 'next' });
    expect(bench.body('help-search').questions.map(({ id }) => id)).toEqual(['seven', 'eight', 'nine']);
    await bench.touch(...typed('e'));
    expect(bench.body('help-search').page).toBe(0);
  });

  test('shows one at a time above keys that are set low', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' }, { type: 'prefer', preferences: { lowReach: true } }, { type: 'page', to: 'next' });
    expect(bench.body('help-search')).toMatchObject({ questions: [{ id: 'two' }], page: 1, pages: 12 });
  });

  test('is still there after an answer, and in the other language', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' }, ...typed('te'), ask('ten'), { type: 'back' });
    expect(bench.body('help-search')).toMatchObject({ typed: 'te', questions: [{ id: 'ten', group: 'card', question: 'zh-CN ten?' }] });
    await bench.touch({ type: 'prefer', preferences: { locale: 'en' } });
    expect(bench.body('help-search').questions).toEqual([{ id: 'ten', group: 'card', question: 'en ten?' }]);
  });

  test('forgets what was typed as soon as help is left', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' }, ...typed('te'), { type: 'back' }, { type: 'help', to: 'search' });
    expect(bench.body('help-search').typed).toBe('');
  });
});

describe('an answer', () => {
  test('is counted when it is opened, not when one comes back to it', async () => {
    const bench = await atHelp();
    await bench.touch(ask('one'), { type: 'help', to: 'contacts' }, { type: 'back' });
    expect(bench.body('help-answer')).toMatchObject({ id: 'one', verdict: 'asked' });
    expect(bench.world.counted).toEqual(['views one']);
  });

  test('that helped is counted once', async () => {
    const bench = await atHelp();
    await bench.touch(ask('one'), { type: 'helped', helped: true }, { type: 'helped', helped: true }, { type: 'helped', helped: false });
    expect(bench.body('help-answer').verdict).toBe('solved');
    expect(bench.world.counted).toEqual(['views one', 'solved one']);
  });

  test('that did not help leads to people at once, and is counted once', async () => {
    const bench = await atHelp();
    await bench.touch(ask('two'), { type: 'helped', helped: false });
    expect(bench.kind).toBe('help-contacts');
    await bench.touch({ type: 'back' }, { type: 'helped', helped: false });
    expect(bench.body('help-answer').verdict).toBe('unsolved');
    expect(bench.world.counted).toEqual(['views two', 'unsolved two']);
  });

  test('nobody has is not opened', async () => {
    const bench = await atHelp();
    await bench.touch(ask('no-such-answer'));
    expect(bench.kind).toBe('help-home');
    expect(bench.world.counted).toEqual([]);
  });

  test('leads into its service, with the card that is inside', async () => {
    const bench = await atMenu();
    await bench.touch(SUPPORT, { type: 'help', to: 'search' }, ask('eight'));
    expect(bench.body('help-answer').service).toEqual({ name: 'statement', available: true });
    await bench.touch({ type: 'service', service: 'statement' });
    expect(bench.kind).toBe('statement');
  });

  test('leads into its service, and asks for the card first', async () => {
    const bench = await atHelp();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.touch({ type: 'help', to: 'search' }, ask('seven'), { type: 'service', service: 'topUp' });
    expect(bench.body('insert-card').service).toBe('topUp');
    bench.world.insert();
    await bench.settle();
    expect(bench.kind).toBe('top-up-amount');
  });

  test('says why its service can’t be had', async () => {
    const bench = await atHelp();
    bench.world.change({ services: { ...bench.world.availability.services, topUp: { available: false, reason: 'issuerOffline' } } });
    await bench.touch({ type: 'help', to: 'search' }, ask('seven'), { type: 'service', service: 'topUp' });
    expect(bench.body('help-answer').service).toEqual({ name: 'topUp', available: false, reason: 'issuerOffline' });
  });

  test('leads to the report of a lost card', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' }, ask('nine'), { type: 'report-loss' });
    expect(bench.kind).toBe('loss-ways');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('attract');
  });

  test.each([
    ['a card is in the reader', atMenu],
    [
      'none can be taken now',
      async () => {
        const bench = await new SessionBench().start();
        bench.world.change({ lossReport: { available: false, reason: 'issuerOffline' } });
        return bench;
      },
    ],
  ])('leads to the telephone for a lost card when %s', async (_when, start) => {
    const bench = await start();
    await bench.touch(SUPPORT, { type: 'help', to: 'search' }, ask('nine'));
    expect(bench.body('help-answer').page).toBe('lost-card');
    await bench.touch({ type: 'report-loss' });
    expect(bench.overlay?.kind).toBe('lost-card');
    await bench.touch({ type: 'close' });
    expect(bench.kind).toBe('help-answer');
  });
});

describe('whom one can reach', () => {
  const channel = (id: string): Channel => ({ id, kind: 'servicePoint', name: id, contact: 'somewhere', purposes: [] });

  test('stands in pages, the first of each shown large until another is chosen', async () => {
    const bench = await atHelp();
    bench.world.channels = ['a', 'b', 'c', 'd', 'e'].map(channel);
    await bench.touch({ type: 'help', to: 'contacts' });
    // a conversation with an agent has the place of one, the turning of the page that of another
    expect(bench.body('help-contacts')).toMatchObject({ chat: true, chosen: 'a', page: 0, pages: 3 });
    expect(bench.body('help-contacts').channels).toHaveLength(2);
    await bench.touch({ type: 'channel', id: 'b' });
    expect(bench.body('help-contacts').chosen).toBe('b');
    await bench.touch({ type: 'page', to: 'next' });
    expect(bench.body('help-contacts')).toMatchObject({ chosen: 'c', page: 1 });
  });

  test('on one page where they fit beside the conversation', async () => {
    const bench = await atHelp();
    bench.world.channels = ['a', 'b', 'c'].map(channel);
    await bench.touch({ type: 'help', to: 'contacts' });
    expect(bench.body('help-contacts')).toMatchObject({ chat: true, pages: 1 });
    expect(bench.body('help-contacts').channels).toHaveLength(3);
  });

  test('leads back to where it was asked for', async () => {
    const bench = await atHelp();
    for (const to of ['groups', 'search'] as const) {
      await bench.touch({ type: 'help', to }, { type: 'help', to: 'contacts' });
      expect(bench.kind).toBe('help-contacts');
      await bench.touch({ type: 'back' });
      expect(bench.kind).toBe(`help-${to}`);
      await bench.touch({ type: 'back' });
    }
  });
});

describe('a card', () => {
  test('that is put in meanwhile is read', async () => {
    const bench = await atHelp();
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    bench.world.insert();
    await bench.settle();
    expect(bench.kind).toBe('menu');
  });

  test('that is taken meanwhile is forgotten, and help goes on', async () => {
    const bench = await atMenu();
    await bench.touch(SUPPORT);
    bench.world.remove();
    await bench.settle();
    expect(bench.kind).toBe('help-home');
    await bench.touch({ type: 'back' });
    expect(bench.kind).toBe('attract');
  });
});

describe('time', () => {
  const WAITS: readonly (readonly [string, readonly UiAct[], keyof typeof supportDelays])[] = [
    ['help-home', [], 'read'],
    ['help-groups', [{ type: 'help', to: 'groups' }], 'read'],
    ['help-list', [{ type: 'help-group', group: 'card' }], 'read'],
    ['help-search', [{ type: 'help', to: 'search' }, ...typed('te')], 'type'],
    ['help-answer', [ask('one')], 'read'],
    ['help-contacts', [{ type: 'help', to: 'contacts' }], 'contact'],
  ];

  test.each(WAITS)('on %s is warned of, granted again, and ends', async (kind, acts, delay) => {
    const bench = await atHelp();
    await bench.touch(...acts);
    for (let again = 0; again < 10; again += 1) {
      await bench.world.clock.advance(supportDelays[delay]);
      expect(bench.overlay).toMatchObject({ kind: 'idle-warning', money: 'none', wait: { totalMs: supportDelays.warning } });
      await bench.touch({ type: 'extend' });
      expect(bench.overlay).toBeUndefined();
    }
    expect(bench.kind).toBe(kind);
    await bench.world.clock.advance(supportDelays[delay] + supportDelays.warning);
    expect(bench.kind).toBe('attract');
  });

  test('begins anew with every key, and is longer in larger print', async () => {
    const bench = await atHelp();
    await bench.touch({ type: 'help', to: 'search' });
    await bench.world.clock.advance(supportDelays.type - 1);
    await bench.touch(...typed('t'));
    await bench.world.clock.advance(supportDelays.type - 1);
    expect(bench.overlay).toBeUndefined();
    await bench.touch({ type: 'prefer', preferences: { size: 'large' } });
    await bench.world.clock.advance(supportDelays.type * 2.5 - 1);
    expect(bench.overlay).toBeUndefined();
    await bench.world.clock.advance(1);
    expect(bench.overlay?.kind).toBe('idle-warning');
  });

  test('that ends with a card inside gives it back, and the next person finds nothing of it', async () => {
    const bench = await atMenu();
    await bench.touch(SUPPORT, { type: 'prefer', preferences: { locale: 'en' } }, { type: 'help', to: 'search' }, ...typed('te'));
    await bench.world.clock.advance(supportDelays.type + supportDelays.warning);
    expect(bench.kind).toBe('take-card');
    bench.world.remove();
    await bench.world.clock.advance(5000);
    expect(bench.kind).toBe('attract');
    expect(bench.view.preferences.locale).toBe('zh-CN');
    await bench.touch(SUPPORT, { type: 'help', to: 'search' });
    expect(bench.body('help-search').typed).toBe('');
  });
});

test('no state of help is a trap', () => {
  const world = new FakeWorld();
  const acts = (list: readonly UiAct[]): Readonly<Record<string, readonly { readonly type: string }[]>> =>
    Object.groupBy(
      list.map((act) => ({ ...act, type: `ui.${act.type}` })),
      ({ type }) => type,
    ) as Readonly<Record<string, readonly { readonly type: string }[]>>;
  const places = walk({
    machine: supportMachine,
    input: { ports: world.ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } },
    outputs: {},
    events: {
      ...acts([
        { type: 'help', to: 'search' },
        { type: 'help', to: 'groups' },
        { type: 'help', to: 'contacts' },
        { type: 'help-group', group: 'card' },
        ask('one'),
        ask('seven'),
        { type: 'helped', helped: true },
        { type: 'helped', helped: false },
        { type: 'service', service: 'topUp' },
        { type: 'desk', purpose: 'ticket' },
        { type: 'channel', id: 'hotline' },
        { type: 'letter', letter: 't' },
        { type: 'digit', digit: '1' },
        { type: 'erase' },
        { type: 'clear' },
        { type: 'board', board: 'digits' },
        { type: 'page', to: 'next' },
        { type: 'back' },
        { type: 'cancel' },
        { type: 'finish' },
        { type: 'extend' },
        { type: 'open', overlay: 'help' },
        { type: 'close' },
        { type: 'prefer', preferences: {} },
      ]),
      'wait.ended': [{ type: 'wait.ended' }],
      PREFERENCES: [{ type: 'PREFERENCES', preferences: { locale: 'en', size: 'large', theme: 'light', lowReach: false } } as { readonly type: string }],
    },
    key: ({ value, context }) => JSON.stringify([value, context.answerOf, context.byGroup, context.verdict]),
  });
  expect(places.size).toBeGreaterThan(20);
  expect(traps(places)).toEqual([]);
});
