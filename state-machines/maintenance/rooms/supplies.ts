/** 补卡换纸: paper replaced, blank cards filled and counted, the reject bin emptied: said once, and in the journal. Invoked by rooms. */
import { assign, fromPromise, setup, type SnapshotFrom } from 'xstate';
import { typed } from '../../chart-types.ts';
import { PortError } from '../../ports.ts';
import { allowed, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import type { LastFilled } from '../rooms-port.ts';
import type { FilledSupply } from './supplies-screens.ts';

export interface SuppliesContext extends RoomsInput {
  readonly filled: LastFilled;
  readonly asked: FilledSupply | undefined;
  readonly typed: string;
  readonly done: FilledSupply | undefined;
  readonly problem: 'journalUnavailable' | 'deviceSilent' | undefined;
}

const LONGEST_COUNT = 4;

type Written = 'written' | 'journalUnavailable' | 'deviceSilent';

/** The device's own counter first: one that does not answer is not emptied by its word. */
async function write({ ports, staff, asked, typed: text }: SuppliesContext): Promise<Written> {
  if (asked === undefined) return 'written';
  try {
    if (asked === 'rejectBin') await ports.rooms.supplies.emptied(asked);
    ports.journal.append({
      kind: 'supply.filled',
      body: { sessionId: staff.sessionId, staff: staff.staff, supply: asked, ...(text === '' ? {} : { count: Number(text) }) },
    });
    return 'written';
  } catch (error) {
    if (error instanceof PortError) return error.code === 'journalUnavailable' ? 'journalUnavailable' : 'deviceSilent';
    throw error;
  }
}

/** Cards are counted when they go in; a roll is a roll, and a bin is emptied whatever was in it. */
function isCounted(supply: FilledSupply | undefined): boolean {
  return supply === 'blankCards';
}

export const suppliesMachine = setup({
  types: typed<{ context: SuppliesContext; events: RoomsEvent; input: RoomsInput }>(),
  actors: {
    read: fromPromise<LastFilled, RoomsInput>(({ input, signal }) => input.ports.rooms.supplies.lastFilled(signal)),
    write: fromPromise<Written, SuppliesContext>(({ input }) => write(input)),
  },
  actions: {
    ask: assign({ asked: ({ context, event }) => (event.type === 'ui.supply' ? event.supply : context.asked), typed: '', done: undefined, problem: undefined }),
    type: assign({
      typed: ({ context, event }) => {
        if (event.type === 'ui.digit') return `${context.typed === '0' ? '' : context.typed}${event.digit}`.slice(0, LONGEST_COUNT);
        return event.type === 'ui.erase' ? context.typed.slice(0, -1) : '';
      },
    }),
  },
  guards: {
    complete: ({ context }) => allowed(context, 'supplies.fill') && (!isCounted(context.asked) || context.typed !== ''),
  },
}).createMachine({
  id: 'supplies',
  context: ({ input }) => ({ ...input, filled: {}, asked: undefined, typed: '', done: undefined, problem: undefined }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'reading',
  states: {
    /** What was said before may be long ago: the list is there meanwhile. */
    reading: {
      invoke: {
        src: 'read',
        input: ({ context }) => context,
        onDone: { target: 'list', actions: assign({ filled: ({ event }) => event.output }) },
        onError: { target: 'list', actions: assign({ problem: 'journalUnavailable' }) },
      },
      on: { 'ui.back': 'left' },
    },
    list: {
      entry: assign({ asked: undefined, typed: '' }),
      on: { 'ui.supply': { guard: ({ context }) => allowed(context, 'supplies.fill'), target: 'asking', actions: 'ask' }, 'ui.back': 'left' },
    },
    asking: {
      on: {
        'ui.digit': { guard: ({ context }) => isCounted(context.asked), actions: 'type' },
        'ui.erase': { actions: 'type' },
        'ui.clear': { actions: 'type' },
        'ui.confirm': { guard: 'complete', target: 'writing' },
        'ui.back': 'list',
      },
    },
    writing: {
      invoke: {
        src: 'write',
        input: ({ context }) => context,
        onDone: [
          {
            guard: ({ event }) => event.output === 'written',
            target: 'reading',
            actions: assign({ done: ({ context }) => context.asked, problem: undefined }),
          },
          { target: 'list', actions: assign({ problem: ({ event }) => (event.output === 'written' ? undefined : event.output) }) },
        ],
        onError: { target: 'list', actions: assign({ problem: 'journalUnavailable' }) },
      },
    },
    left: { type: 'final' },
  },
});

export type SuppliesSnapshot = SnapshotFrom<typeof suppliesMachine>;
