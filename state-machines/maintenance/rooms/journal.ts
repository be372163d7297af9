/**
 * 查日志: search, one transaction's story, a slip once more, verify, export, and the undetermined load whose card is here now: what the card
 * says decides, by the very table that decides it for a cardholder. Invoked by rooms.
 */
import { assign, enqueueActions, fromCallback, fromPromise, sendTo, setup, type SnapshotFrom } from 'xstate';
import { typed } from '../../chart-types.ts';
import type { CardEvent, EarlierLoad, Recovered } from '../../ports.ts';
import { replayMachine } from '../replay.ts';
import { allowed, alone, beside, needsSlot, record, troubleOf, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import type { FoundTransactions, JournalFinding } from '../rooms-port.ts';
import { hasReplay, type Found, type JournalJob, type SearchField, type Story } from './journal-screens.ts';

export interface LoadVerdictTold {
  readonly verdict: 'credited' | 'notCredited' | 'undetermined' | 'otherCard' | 'unreadable';
  readonly otherTail?: string;
  readonly balance?: number;
}

export interface JournalContext extends RoomsInput {
  readonly field: SearchField;
  readonly typed: string;
  readonly results: FoundTransactions | undefined;
  readonly page: number;
  readonly chosen: Found | undefined;
  readonly story: Story | undefined;
  readonly storyPage: number;
  readonly job: JournalJob | undefined;
  readonly slip: 'none' | 'printing' | 'printed' | 'failed';
  readonly told: LoadVerdictTold | undefined;
}

/** Rows of one screen. */
export const FOUND_ON_PAGE = 6;
export const ROWS_ON_PAGE = 12;
const LONGEST: Readonly<Record<SearchField, number>> = { reference: 20, tail: 4, day: 4, amount: 7 };
/** Digits alone, and a point where cents are. */
const DIGITS_ONLY: Readonly<Record<SearchField, RegExp>> = { reference: /^[0-9A-Z-]$/, tail: /^\d$/, day: /^\d$/, amount: /^[\d.]$/ };

const isEnough: Readonly<Record<SearchField, (text: string) => boolean>> = {
  reference: (text) => text.length >= 4,
  tail: (text) => text.length === 4,
  day: (text) => text.length === 4,
  amount: (text) => /^\d{1,5}(\.\d{1,2})?$/.test(text),
};

/** What the card that is inside says of its own open loads; those of another card are left alone. */
async function resolve(input: RoomsInput & { readonly story: Story; readonly reference: string }, signal: AbortSignal): Promise<LoadVerdictTold> {
  const { ports, story, reference } = input;
  record(input, 'load.resolve', 'resolve', reference);
  const read = await ports.card.read(signal);
  if (!read.ok) return { verdict: 'unreadable' };
  const { tail } = read.card.ref;
  const decided = await ports.recovery.resolveWith(read.card);
  const mine = decided.find((each) => each.reference === reference);
  if (mine !== undefined) return { ...verdictOf(mine), balance: read.card.balance };
  return tail === story.tail ? { verdict: 'undetermined', balance: read.card.balance } : { verdict: 'otherCard', otherTail: tail };
}

function verdictOf(decided: Recovered | EarlierLoad): LoadVerdictTold {
  if (decided.outcome === 'earlier') return { verdict: decided.verdict };
  return { verdict: decided.outcome === 'delivered' ? 'credited' : decided.outcome === 'case' ? 'undetermined' : 'notCredited' };
}

interface StoryInput extends RoomsInput {
  readonly transactionId: string;
}

const storyInput = ({ context }: { readonly context: JournalContext }): StoryInput => ({ ...context, transactionId: context.chosen?.transactionId ?? '' });

export const journalMachine = setup({
  types: typed<{ context: JournalContext; events: RoomsEvent; input: RoomsInput }>(),
  actors: {
    search: fromPromise<FoundTransactions, Pick<JournalContext, 'ports' | 'field' | 'typed'>>(({ input: { ports, field, typed: text }, signal }) =>
      ports.rooms.stories.search(field, text, signal),
    ),
    story: fromPromise<Story | undefined, StoryInput>(({ input, signal }) => input.ports.rooms.stories.story(input.transactionId, signal)),
    reprint: fromPromise<'printed' | 'failed', StoryInput>(async ({ input }) => {
      record(input, 'receipt.reprint', 'reprint', input.transactionId);
      return input.ports.rooms.stories.reprint(input.transactionId);
    }),
    verify: fromPromise<JournalFinding, RoomsInput>(async ({ input }) => {
      record(input, 'journal.read', 'verify');
      return input.ports.rooms.stories.verify();
    }),
    export: fromPromise<JournalFinding, RoomsInput>(async ({ input }) => {
      record(input, 'journal.export', 'export');
      return input.ports.rooms.stories.export();
    }),
    gate: fromPromise<void, RoomsInput>(({ input }) => input.ports.card.setEntry(true)),
    /** The card may have been put in before the gate was asked for. */
    card: fromCallback<RoomsEvent, RoomsInput>(({ input: { ports }, sendBack }) => {
      const end = ports.card.onEvent((event: CardEvent) => sendBack(event));
      if (ports.card.media === 'inside') sendBack({ type: 'CARD.INSERTED' });
      return end;
    }),
    resolve: fromPromise<LoadVerdictTold, Parameters<typeof resolve>[0]>(({ input, signal }) => resolve(input, signal)),
    replay: replayMachine,
    giveBack: fromPromise<void, RoomsInput>(async ({ input: { ports } }) => {
      if (ports.card.media === 'inside') await ports.card.present();
      else await ports.card.setEntry(false);
    }),
  },
  actions: {
    alone: assign({ staff: alone }),
    lendSlot: enqueueActions(({ context, enqueue }) => {
      if (needsSlot(context)) enqueue.sendParent({ type: 'SLOT.NEEDED' });
    }),
    freeSlot: enqueueActions(({ context, enqueue }) => {
      if (needsSlot(context)) enqueue.sendParent({ type: 'SLOT.FREE' });
    }),
    passToReplay: sendTo('replay', ({ event }) => event),
    searchBy: assign({
      field: ({ context, event }) => (event.type === 'ui.search-by' ? event.field : context.field),
      typed: '',
      results: undefined,
      page: 0,
    }),
    type: assign({
      typed: ({ context: { field, typed: text }, event }) => {
        const key = event.type === 'ui.key' ? event.key : event.type === 'ui.digit' ? event.digit : undefined;
        if (key !== undefined) return DIGITS_ONLY[field].test(key) ? `${text}${key}`.slice(0, LONGEST[field]) : text;
        return event.type === 'ui.erase' ? text.slice(0, -1) : '';
      },
      job: undefined,
    }),
    choose: assign({
      chosen: ({ context, event }) => (event.type === 'ui.pick' ? pickedOf(context, event) : context.chosen),
      storyPage: 0,
      slip: 'none',
      told: undefined,
    }),
    turn: assign({
      page: ({ context, event }) => turned(context.page, Math.ceil((context.results?.found.length ?? 0) / FOUND_ON_PAGE), event),
    }),
    turnStory: assign({
      storyPage: ({ context, event }) => turned(context.storyPage, Math.ceil((context.story?.rows.length ?? 0) / ROWS_ON_PAGE), event),
    }),
    keepFinding: assign((_, params: { what: JournalJob['what']; finding: JournalFinding }) => ({ job: jobOf(params.what, params.finding) })),
    fail: assign((_, params: { what: JournalJob['what']; error: unknown }) => ({
      job: { what: params.what, state: 'bad' as const, why: troubleOf(params.error) },
    })),
  },
  guards: {
    enough: ({ context }) => isEnough[context.field](context.typed),
    isThere: ({ context, event }) => pickedOf(context, event) !== undefined,
    mayResolve: ({ context }) => allowed(context, 'load.resolve') && context.story?.undetermined === true,
    mayReprint: ({ context }) => allowed(context, 'receipt.reprint') && context.story?.printable === true,
  },
}).createMachine({
  id: 'journal',
  context: ({ input }) => ({
    ...input,
    field: 'reference',
    typed: '',
    results: undefined,
    page: 0,
    chosen: undefined,
    story: undefined,
    storyPage: 0,
    job: undefined,
    slip: 'none',
    told: undefined,
  }),
  on: {
    PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) },
    'SECOND.CAME': { actions: assign({ staff: beside }) },
  },
  initial: 'typing',
  states: {
    typing: {
      on: {
        'ui.search-by': { actions: 'searchBy' },
        'ui.key': { actions: 'type' },
        'ui.digit': { actions: 'type' },
        'ui.erase': { actions: 'type' },
        'ui.clear': { actions: 'type' },
        'ui.confirm': { guard: 'enough', target: 'searching' },
        'ui.page': { actions: 'turn' },
        'ui.pick': { guard: 'isThere', target: 'telling', actions: 'choose' },
        'ui.work': [
          { guard: ({ event }) => event.work === 'verify', target: 'verifying' },
          { guard: ({ context, event }) => event.work === 'export' && allowed(context, 'journal.export'), target: 'exporting' },
        ],
        'ui.back': 'left',
      },
    },
    searching: {
      entry: assign({ results: undefined, page: 0, job: undefined }),
      invoke: {
        src: 'search',
        input: ({ context }) => context,
        onDone: { target: 'typing', actions: assign({ results: ({ event }) => event.output }) },
        onError: { target: 'typing', actions: assign({ results: undefined }) },
      },
      on: { 'ui.back': 'typing' },
    },
    verifying: {
      entry: assign({ job: { what: 'verify', state: 'running' } }),
      invoke: {
        src: 'verify',
        input: ({ context }) => context,
        onDone: { target: 'typing', actions: { type: 'keepFinding', params: ({ event }) => ({ what: 'verify' as const, finding: event.output }) } },
        onError: { target: 'typing', actions: { type: 'fail', params: ({ event }) => ({ what: 'verify' as const, error: event.error }) } },
      },
    },
    exporting: {
      entry: assign({ job: { what: 'export', state: 'running' } }),
      // for this one act
      exit: 'alone',
      invoke: {
        src: 'export',
        input: ({ context }) => context,
        onDone: { target: 'typing', actions: { type: 'keepFinding', params: ({ event }) => ({ what: 'export' as const, finding: event.output }) } },
        onError: { target: 'typing', actions: { type: 'fail', params: ({ event }) => ({ what: 'export' as const, error: event.error }) } },
      },
    },
    telling: {
      invoke: {
        src: 'story',
        input: storyInput,
        onDone: [
          { guard: ({ event }) => event.output !== undefined, target: 'story', actions: assign({ story: ({ event }) => event.output }) },
          { target: 'typing' },
        ],
        onError: 'typing',
      },
    },
    story: {
      on: {
        'ui.page': { actions: 'turnStory' },
        'ui.work': [
          {
            guard: ({ context, event }) => event.work === 'print' && allowed(context, 'receipt.reprint') && context.story?.printable === true,
            target: 'printing',
          },
          {
            guard: ({ context, event }) => event.work === 'resolve' && allowed(context, 'load.resolve') && context.story?.undetermined === true,
            target: 'load',
          },
          { guard: ({ context, event }) => event.work === 'replay' && hasReplay(context.story?.type), target: 'replaying' },
        ],
        'ui.back': 'typing',
      },
    },
    replaying: {
      invoke: {
        id: 'replay',
        src: 'replay',
        input: ({ context }) => ({ ...context, transactionId: context.chosen?.transactionId ?? '', reference: context.chosen?.reference }),
        onDone: 'story',
        onError: 'story',
      },
      on: {
        'ui.*': { actions: 'passToReplay' },
        PREFERENCES: { actions: [assign({ preferences: ({ event }) => event.preferences }), 'passToReplay'] },
      },
    },
    printing: {
      entry: assign({ slip: 'printing' }),
      invoke: {
        src: 'reprint',
        input: storyInput,
        onDone: { target: 'story', actions: assign({ slip: ({ event }) => event.output }) },
        onError: { target: 'story', actions: assign({ slip: 'failed' }) },
      },
    },
    /** The card of an undetermined load is asked what became of it. */
    load: {
      initial: 'clearing',
      onDone: 'telling',
      entry: 'lendSlot',
      exit: ['alone', 'freeSlot'],
      states: {
        /** Staff's own card comes out first. */
        clearing: {
          always: { guard: ({ context }) => !needsSlot(context) || context.ports.card.media === 'notPresent', target: 'present' },
          invoke: { src: 'giveBack', input: ({ context }) => context },
          on: { 'CARD.REMOVED': 'present', 'ui.back': 'done' },
        },
        present: {
          entry: assign({ told: undefined }),
          invoke: [
            { src: 'gate', input: ({ context }) => context },
            { src: 'card', input: ({ context }) => context },
          ],
          on: { 'CARD.INSERTED': 'reading', 'CARD.REFUSED': { target: 'told', actions: assign({ told: { verdict: 'unreadable' } }) }, 'ui.back': 'givingBack' },
        },
        reading: {
          invoke: {
            src: 'resolve',
            input: ({ context }) => {
              const { story, chosen } = context;
              if (story === undefined || chosen === undefined) throw new Error('journal: a load is resolved in its story');
              return { ...context, story, reference: chosen.reference };
            },
            onDone: { target: 'told', actions: assign({ told: ({ event }) => event.output }) },
            onError: { target: 'told', actions: assign({ told: { verdict: 'unreadable' } }) },
          },
        },
        told: {
          invoke: { src: 'giveBack', input: ({ context }) => context },
          on: { 'ui.retry': 'present', 'ui.confirm': 'done', 'ui.back': 'done' },
        },
        givingBack: { invoke: { src: 'giveBack', input: ({ context }) => context, onDone: 'done', onError: 'done' } },
        done: { type: 'final' },
      },
    },
    left: { type: 'final' },
  },
});

function pickedOf({ results, page }: Pick<JournalContext, 'results' | 'page'>, event: RoomsEvent): Found | undefined {
  return event.type === 'ui.pick' ? results?.found[page * FOUND_ON_PAGE + event.index] : undefined;
}

function turned(page: number, pages: number, event: RoomsEvent): number {
  if (event.type !== 'ui.page') return page;
  return Math.max(0, Math.min(pages - 1, page + (event.to === 'next' ? 1 : -1)));
}

function jobOf(what: JournalJob['what'], finding: JournalFinding): JournalJob {
  if (!finding.good) return { what, state: 'bad', why: finding.why.slice(0, 300) };
  return { what, state: 'good', entries: finding.entries, ...(finding.file === undefined ? {} : { file: finding.file }) };
}

export type JournalSnapshot = SnapshotFrom<typeof journalMachine>;
