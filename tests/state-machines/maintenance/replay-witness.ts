/** A session that remembers of each entry where the chart stood and what was on the screen as it was written: what a replay has to agree with. */
import { expect } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { framesOf } from '../../../state-machines/maintenance/replay/frames.ts';
import type { ReplayFrame } from '../../../state-machines/maintenance/replay/moments.ts';
import type { OpenMatter } from '../../../state-machines/maintenance/replay-screens.ts';
import type { ReplayedEntry } from '../../../state-machines/maintenance/rooms-port.ts';
import type { ViewBody } from '../../../state-machines/view.ts';
import { SessionBench } from '../session-bench.ts';

interface Witnessed {
  readonly entry: NewEntry;
  readonly at: number;
  /** Absent: no flow ran. */
  readonly flow: SessionBench['flow'];
  readonly body: ViewBody;
}

export class Witness {
  readonly bench: SessionBench;
  readonly seen: Witnessed[] = [];

  constructor() {
    const bench = new SessionBench(({ ports, clock }) => ({
      journal: {
        ...ports.journal,
        append: (entry) => {
          const appended = ports.journal.append(entry);
          this.seen.push({ entry, at: clock.now(), flow: this.bench.flow, body: this.bench.view.body });
          return appended;
        },
      },
    }));
    this.bench = bench;
  }

  /** As the journal's room hands them over: those of each transaction by themselves. */
  get transactions(): readonly (readonly { readonly replayed: ReplayedEntry; readonly witnessed: Witnessed }[])[] {
    const ids = new Set(this.seen.map(({ entry }) => entry.transactionId).filter((id) => id !== undefined));
    return [...ids].map((id) =>
      this.seen.flatMap((witnessed, index) => {
        const { entry, at } = witnessed;
        if (entry.transactionId !== id) return [];
        const replayed = { epoch: 1, seq: index + 1, at: new Date(at).toISOString(), kind: entry.kind, body: { ...entry.body }, restarted: false };
        return [{ replayed, witnessed }];
      }),
    );
  }

  /** The replay of each transaction says what the chart was and what the person saw. @returns how many moments were compared, and drawn */
  agrees(path: string): { readonly moments: number; readonly drawn: number } {
    let moments = 0;
    let drawn = 0;
    const { transactions } = this;
    for (const entries of transactions) {
      const frames = framesOf(
        entries.map(({ replayed }) => replayed),
        this.bench.world.ports,
      );
      const own = frames.filter(({ afterwards }) => !afterwards);
      expect(
        own.map(({ entry }) => entry.kind),
        path,
      ).toEqual(entries.map(({ replayed }) => replayed.kind));
      for (const [index, frame] of own.entries()) {
        const witnessed = entries[index]?.witnessed;
        if (witnessed === undefined) throw new Error('an entry of nobody');
        agree(frame, witnessed, `${path}, ${frame.entry.kind}`);
        moments += 1;
        if (frame.shown.drawn) drawn += 1;
      }
      const last = frames.at(-1);
      // what the person sees in the end, where they have not gone on
      if (last?.afterwards === true && this.bench.flow !== undefined && entries === transactions.at(-1)) {
        expect(last.states, path).toEqual(this.bench.flow.states);
        if (last.shown.drawn) same(last, this.bench.view.body, true, path);
        drawn += 1;
      }
    }
    return { moments, drawn };
  }
}

function agree(frame: ReplayFrame, { flow, body }: Witnessed, path: string): void {
  const { shown, states, chart } = frame;
  if (!shown.drawn && shown.why === 'later') {
    expect(flow, path).toBeUndefined();
    return;
  }
  expect({ chart: flow?.chart, among: states, is: flow?.states }, path).toEqual({
    chart,
    among: expect.arrayContaining([...(flow?.states ?? [])]),
    is: flow?.states,
  });
  if (shown.drawn) same(frame, body, states[0] === flow?.states[0], path);
  else expect(['trouble', 'reading-card'], path).toContain(body.kind);
}

/** In no entry, and said so on the screen for all of them. */
const NEVER_WRITTEN = ['wait', 'elapsedMs', 'receiptQr'] as const;
const OPEN: Readonly<Record<OpenMatter, readonly string[]>> = {
  state: [],
  limit: ['room', 'denominations'],
  why: ['why'],
  code: ['code', 'merchant', 'number', 'complete', 'voucher'],
  balance: ['balanceAfter'],
  card: ['card'],
  transfer: ['transfer'],
  later: [],
};

function same({ shown, open }: ReplayFrame, body: ViewBody, first: boolean, path: string): void {
  if (!shown.drawn) return;
  const left = new Set<string>([...NEVER_WRITTEN, ...open.flatMap((matter) => OPEN[matter]), ...(first ? [] : ['state', 'orderId', 'reference'])]);
  const certain = (of: object): object =>
    Object.fromEntries(Object.entries(of).flatMap(([name, value]) => (left.has(name) ? [] : [[name, withoutDate(value)]])));
  expect(certain(shown.body), path).toEqual(certain(body));
}

/** The last day of a card is in no entry, and on none of these screens. */
function withoutDate(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'validUntil' in value && 'tail' in value ? { ...value, validUntil: '' } : value;
}
