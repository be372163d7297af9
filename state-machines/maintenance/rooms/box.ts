/**
 * 清机: the box comes out, an empty one goes in, and what came out is counted. Each step is an entry before the next one is asked for; one that
 * was cut short goes on where it stood, whoever comes. The difference goes to `suspense` and nowhere else. Invoked by rooms.
 */
import { assign, enqueueActions, fromCallback, fromPromise, setup, type SnapshotFrom } from 'xstate';
import type { NoteCounts } from '../../../common/journal-kinds.ts';
import type { CashState, SettlementState } from '../../../common/money/settlement-state.ts';
import { secondOf, type Verb } from '../../../common/maintenance/verbs.ts';
import { typed } from '../../chart-types.ts';
import type { ScannerEvent } from '../../ports.ts';
import { allowed, alone, beside, offered, record, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import type { BoxOrder, BoxStep } from '../rooms-port.ts';
import type { boxProblems } from './box-screens.ts';

export interface BoxContext extends RoomsInput {
  readonly cash: CashState | undefined;
  /** The settlement that is under way, or being counted. */
  readonly settlement: SettlementState | undefined;
  readonly boxOut: string;
  readonly boxIn: string;
  /** Digits by denomination (fen). */
  readonly counts: Readonly<Record<number, string>>;
  readonly row: number;
  readonly slip: 'none' | 'printing' | 'printed' | 'failed';
  readonly problem: (typeof boxProblems)[number] | undefined;
}

type BoxEvent = RoomsEvent | ScannerEvent;

/** As on the boxes' own labels; the journal takes no other. */
const BOX_ID = /^[A-Za-z0-9._-]{1,40}$/;
const LONGEST_ID = 20;
const LONGEST_COUNT = 4;

/** The notes that are taken here and whatever else should be inside, the largest first. */
export function rowsOf({ ports, settlement }: Pick<BoxContext, 'ports' | 'settlement'>): readonly number[] {
  const expected = settlement?.expected.notes.map(({ denomination }) => denomination) ?? [];
  return [...new Set([...ports.rooms.box.denominations, ...expected])].sort((one, other) => other - one);
}

/** What was typed, as the journal counts. */
export function countedOf(context: BoxContext): NoteCounts {
  return rowsOf(context)
    .map((denomination) => ({ denomination, count: Number(context.counts[denomination] ?? '0') }))
    .filter(({ count }) => count > 0);
}

/** Out of the cash state: what goes on by itself when staff comes in. */
function underWay(cash: CashState | undefined): SettlementState | undefined {
  return cash?.settlements.find(({ phase }) => phase === 'opened' || phase === 'removed' || phase === 'counted');
}

/** Boxes that came out and were not counted yet, the oldest first. */
export function waitingFor(cash: CashState | undefined): readonly SettlementState[] {
  return cash?.settlements.filter(({ phase }) => phase === 'inserted') ?? [];
}

interface StepInput extends RoomsInput {
  readonly act: 'exchange' | 'count' | 'close';
  readonly order: Omit<BoxOrder, 'by'>;
}

/** Announced under this visit, then the step itself: its own entry says what became of it. */
async function step({ order, act, ...input }: StepInput): Promise<BoxStep> {
  const verb = VERBS_OF[act];
  record(input, verb, act, order.settlementId ?? order.boxOut);
  return input.ports.rooms.box.step({ ...order, by: byWhom(input, verb) });
}

const VERBS_OF = { exchange: 'box.exchange', count: 'settlement.count', close: 'settlement.count' } as const;

/** Number of who does it, and of who signed for it beside them. */
function byWhom({ staff }: RoomsInput, verb: Verb): string {
  const second = secondOf(staff, verb);
  return second === undefined ? staff.staff : `${staff.staff}+${second.staff}`;
}

/** One entry of the settlement, and where the screen goes on. */
function taking(act: StepInput['act'], next: string, again: string, order: (context: BoxContext) => Omit<BoxOrder, 'by'>) {
  return {
    invoke: {
      src: 'step' as const,
      input: ({ context }: { context: BoxContext }) => ({
        ports: context.ports,
        staff: context.staff,
        preferences: context.preferences,
        act,
        order: order(context),
      }),
      onDone: [
        { guard: ({ event }: { event: { output: BoxStep } }) => event.output.ok, target: next, actions: 'keepSettlement' as const },
        { target: again, actions: 'keepProblem' as const },
      ],
      onError: { target: again, actions: 'journalGone' as const },
    },
  };
}

const ofSettlement = ({ settlement }: BoxContext): Omit<BoxOrder, 'by'> => (settlement === undefined ? {} : { settlementId: settlement.settlementId });

export const boxMachine = setup({
  types: typed<{ context: BoxContext; events: BoxEvent; input: RoomsInput }>(),
  actors: {
    read: fromPromise<CashState, RoomsInput>(({ input, signal }) => input.ports.rooms.box.read(signal)),
    step: fromPromise<BoxStep, StepInput>(({ input }) => step(input)),
    print: fromPromise<'printed' | 'failed', { readonly context: BoxContext }>(({ input: { context } }) =>
      context.settlement === undefined
        ? Promise.resolve('failed')
        : context.ports.rooms.box.printSlip(context.settlement.settlementId, context.preferences.locale),
    ),
    scanner: fromCallback<BoxEvent, RoomsInput>(({ input, sendBack }) => input.ports.scanner.listen(sendBack)),
  },
  actions: {
    keepCash: assign((_, params: { cash: CashState }) => ({ cash: params.cash, settlement: underWay(params.cash) })),
    keepSettlement: assign(({ event }) => {
      const output = (event as unknown as { readonly output: BoxStep }).output;
      return output.ok ? { settlement: output.settlement, problem: undefined } : {};
    }),
    keepProblem: assign(({ event }) => {
      const output = (event as unknown as { readonly output: BoxStep }).output;
      return output.ok ? {} : { problem: output.problem };
    }),
    journalGone: assign({ problem: 'journalUnavailable' }),
    noProblem: assign({ problem: undefined }),
    begin: assign({
      settlement: undefined,
      boxOut: ({ context }) => context.cash?.boxId ?? '',
      boxIn: '',
      counts: {},
      row: 0,
      slip: 'none',
      problem: undefined,
    }),
    beginCount: assign({ counts: {}, row: 0, slip: 'none', problem: undefined }),
    chooseWaiting: assign({
      settlement: ({ context, event }) => (event.type === 'ui.pick' ? waitingFor(context.cash)[event.index] : context.settlement),
    }),
    typeOut: assign(({ context, event }) => ({ boxOut: typedInto(context.boxOut, event), problem: undefined })),
    typeIn: assign(({ context, event }) => ({ boxIn: typedInto(context.boxIn, event), problem: undefined })),
    chooseRow: assign({ row: ({ context, event }) => (event.type === 'ui.pick' && event.index < rowsOf(context).length ? event.index : context.row) }),
    nextRow: assign({ row: ({ context }) => (context.row + 1) % Math.max(1, rowsOf(context).length) }),
    typeCount: assign({
      counts: ({ context, event }) => {
        const denomination = rowsOf(context)[context.row];
        if (denomination === undefined) return context.counts;
        const before = context.counts[denomination] ?? '';
        const digits =
          event.type === 'ui.digit'
            ? `${before === '0' ? '' : before}${event.digit}`.slice(0, LONGEST_COUNT)
            : event.type === 'ui.erase'
              ? before.slice(0, -1)
              : '';
        return { ...context.counts, [denomination]: digits };
      },
    }),
    printing: assign({ slip: 'printing' }),
    printed: assign((_, params: { slip: 'printed' | 'failed' }) => ({ slip: params.slip })),
    notAnId: assign({ problem: 'notAnId' }),
    sameBox: assign({ problem: 'sameBox' }),
    takeScan: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'CODE.SCANNED' || !BOX_ID.test(event.text) || event.text.length > LONGEST_ID) return;
      const { text } = event;
      enqueue.raise({ type: 'ui.clear' });
      for (const key of text.toUpperCase()) enqueue.raise({ type: 'ui.key', key });
    }),
  },
  guards: {
    mayExchange: ({ context }) => allowed(context, 'box.exchange'),
    mayCount: ({ context }) => allowed(context, 'settlement.count'),
    outGiven: ({ context }) => BOX_ID.test(context.boxOut),
    inGiven: ({ context }) => BOX_ID.test(context.boxIn),
    sameBox: ({ context }) => context.boxIn === context.boxOut,
    waits: ({ context, event }) => event.type === 'ui.pick' && waitingFor(context.cash)[event.index] !== undefined && offered(context, 'settlement.count'),
    opened: ({ context }) => context.settlement?.phase === 'opened',
    removed: ({ context }) => context.settlement?.phase === 'removed',
    counted: ({ context }) => context.settlement?.phase === 'counted',
  },
}).createMachine({
  id: 'box',
  context: ({ input }) => ({ ...input, cash: undefined, settlement: undefined, boxOut: '', boxIn: '', counts: {}, row: 0, slip: 'none', problem: undefined }),
  on: {
    PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) },
    'SECOND.CAME': { actions: assign({ staff: beside }) },
  },
  initial: 'reading',
  states: {
    /** What was begun before goes on where it stands. */
    reading: {
      invoke: {
        src: 'read',
        input: ({ context }) => context,
        onDone: { target: 'standing', actions: { type: 'keepCash', params: ({ event }) => ({ cash: event.output }) } },
        onError: { target: 'unreadable', actions: 'journalGone' },
      },
      on: { 'ui.back': 'left' },
    },
    unreadable: { on: { 'ui.back': 'left', 'ui.retry': 'reading' } },
    standing: {
      always: [{ guard: 'opened', target: 'takeOut' }, { guard: 'removed', target: 'putIn' }, { guard: 'counted', target: 'closing' }, { target: 'home' }],
    },
    home: {
      entry: assign({ settlement: undefined, staff: alone }),
      on: {
        'ui.work': { guard: ({ context, event }) => event.work === 'exchange' && allowed(context, 'box.exchange'), target: 'boxOut', actions: 'begin' },
        'ui.pick': { guard: 'waits', target: 'count', actions: ['chooseWaiting', 'beginCount'] },
        'ui.back': 'left',
      },
    },
    boxOut: {
      invoke: { src: 'scanner', input: ({ context }) => context },
      on: {
        'CODE.SCANNED': { actions: 'takeScan' },
        'ui.key': { actions: 'typeOut' },
        'ui.digit': { actions: 'typeOut' },
        'ui.erase': { actions: 'typeOut' },
        'ui.clear': { actions: 'typeOut' },
        'ui.confirm': [{ guard: 'outGiven', target: 'boxIn', actions: 'noProblem' }, { actions: 'notAnId' }],
        'ui.back': 'home',
      },
    },
    boxIn: {
      invoke: { src: 'scanner', input: ({ context }) => context },
      on: {
        'CODE.SCANNED': { actions: 'takeScan' },
        'ui.key': { actions: 'typeIn' },
        'ui.digit': { actions: 'typeIn' },
        'ui.erase': { actions: 'typeIn' },
        'ui.clear': { actions: 'typeIn' },
        'ui.confirm': [{ guard: 'sameBox', actions: 'sameBox' }, { guard: 'inGiven', target: 'opening' }, { actions: 'notAnId' }],
        'ui.back': 'boxOut',
      },
    },
    opening: taking('exchange', 'takeOut', 'boxOut', ({ boxOut, boxIn }) => ({ boxOut, boxIn })),
    takeOut: { on: { 'ui.confirm': { guard: 'mayExchange', target: 'removing' }, 'ui.back': 'left' } },
    removing: taking('exchange', 'putIn', 'takeOut', ofSettlement),
    putIn: { on: { 'ui.confirm': { guard: 'mayExchange', target: 'inserting' }, 'ui.back': 'left' } },
    inserting: taking('exchange', 'count', 'putIn', ofSettlement),
    /** Here and now, or later at the cash office. */
    count: {
      entry: assign({ staff: alone }),
      on: {
        'ui.pick': { actions: 'chooseRow' },
        'ui.digit': { actions: 'typeCount' },
        'ui.erase': { actions: 'typeCount' },
        'ui.clear': { actions: 'typeCount' },
        'ui.work': [
          { guard: ({ event }) => event.work === 'next', actions: 'nextRow' },
          { guard: ({ event }) => event.work === 'later', target: 'reading' },
        ],
        'ui.confirm': { guard: ({ context }) => offered(context, 'settlement.count'), target: 'review' },
        'ui.back': 'reading',
      },
    },
    review: { on: { 'ui.confirm': { guard: 'mayCount', target: 'counting' }, 'ui.back': 'count' } },
    counting: taking('count', 'closing', 'review', (context) => ({ ...ofSettlement(context), counted: countedOf(context) })),
    closing: taking('close', 'printing', 'unreadable', ofSettlement),
    printing: {
      entry: ['printing', assign({ staff: alone })],
      invoke: {
        src: 'print',
        input: ({ context }) => ({ context }),
        onDone: { target: 'told', actions: { type: 'printed', params: ({ event }) => ({ slip: event.output }) } },
        onError: { target: 'told', actions: { type: 'printed', params: { slip: 'failed' } } },
      },
      // nobody waits for a slip that hangs in the mouth: the settlement stands
      on: { 'ui.confirm': 'reading', 'ui.back': 'reading' },
    },
    told: {
      on: {
        'ui.work': { guard: ({ event }) => event.work === 'print', target: 'printing' },
        'ui.confirm': 'reading',
        'ui.back': 'reading',
      },
    },
    left: { type: 'final' },
  },
});

function typedInto(text: string, event: BoxEvent): string {
  if (event.type === 'ui.key') return `${text}${event.key}`.slice(0, LONGEST_ID);
  if (event.type === 'ui.digit') return `${text}${event.digit}`.slice(0, LONGEST_ID);
  if (event.type === 'ui.erase') return text.slice(0, -1);
  return event.type === 'ui.clear' ? '' : text;
}

export type BoxSnapshot = SnapshotFrom<typeof boxMachine>;
