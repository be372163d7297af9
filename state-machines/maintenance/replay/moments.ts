/**
 * What an entry says of the chart that wrote it, and how a row of entries becomes a row of moments. Each flow has one table over the kinds
 * that it journals, complete by its type; the flow's own view draws the screens. Pure.
 */
import type { StateValue } from 'xstate';
import { journalKinds, type JournalBody, type JournalKind } from '../../../common/journal-kinds.ts';
import type { Picture } from '../../picture.ts';
import { locales, replayedSchema, type ReplayedBody, type View } from '../../view.ts';
import type { NoScreen, OpenMatter } from '../replay-screens.ts';
import type { ChartName } from '../rooms/charts-screens.ts';
import type { ReplayedEntry } from '../rooms-port.ts';

export interface ReplayFrame {
  readonly entry: ReplayedEntry;
  /** Not the entry itself: what the person saw after it. */
  readonly afterwards: boolean;
  readonly chart: ChartName;
  /** Innermost state; several: the journal does not say which one. None: no chart wrote it. */
  readonly states: readonly string[];
  readonly open: readonly OpenMatter[];
  readonly shown:
    | { readonly drawn: true; readonly body: ReplayedBody; readonly step?: NonNullable<View['step']>; readonly locale: View['preferences']['locale'] }
    | { readonly drawn: false; readonly why: NoScreen };
}

/** Where the chart stood as it wrote an entry. */
export interface Written<C> {
  /** Innermost state; several: the journal does not say which one, and the screen is the first one's. */
  readonly at: readonly [string, ...string[]];
  /** What the chart knew by then, and not at the entry before. */
  readonly with?: Partial<C>;
  /** What it knows from the next entry on. */
  readonly after?: Partial<C>;
  readonly open?: readonly OpenMatter[];
  /** Open from the next entry on. */
  readonly staysOpen?: readonly OpenMatter[];
  /** Where it went before the next entry, for long enough that a person saw it. */
  readonly next?: { readonly at: string; readonly with?: Partial<C>; readonly open?: readonly OpenMatter[] };
}

/** Or it was written when nobody stood there any more. */
export type Moment<C> = Written<C> | 'later';

export interface So<C> {
  readonly context: C;
  /** Where the entry before was written; `''`: there is none. */
  readonly state: string;
  /** Of all entries before. */
  readonly kinds: readonly JournalKind[];
  readonly open: readonly OpenMatter[];
  /** Of the entry after this one. */
  readonly nextKind: JournalKind | undefined;
  /** ms since the transaction was closed. */
  readonly sinceClosed: number | undefined;
}

/** @typeParam C what its rows read @typeParam W what they change */
export type Table<K extends JournalKind, C, W = C> = { readonly [P in K]: (body: JournalBody<P>, so: So<C>) => Moment<W> };

export interface Flow<K extends JournalKind, C> {
  readonly chart: ChartName;
  readonly table: Table<K, C>;
  readonly beginning: C;
  readonly picture: (value: StateValue, context: C) => Picture;
  readonly locale: string;
}

export function momentsOf<K extends JournalKind, C>(flow: Flow<K, C>, entries: readonly ReplayedEntry[]): ReplayFrame[] {
  const frames: ReplayFrame[] = [];
  let so: So<C> = { context: flow.beginning, state: '', kinds: [], open: [], nextKind: undefined, sinceClosed: undefined };
  let restarted = false;
  let closedAt: number | undefined;
  for (const [index, entry] of entries.entries()) {
    restarted ||= entry.restarted;
    const at = Date.parse(entry.at);
    so = { ...so, nextKind: entries[index + 1]?.kind, sinceClosed: closedAt === undefined ? undefined : at - closedAt };
    const moment = restarted ? 'restart' : momentOf(flow.table, entry, so);
    if (typeof moment === 'string') frames.push({ entry, afterwards: false, chart: flow.chart, states: [], open: [], shown: { drawn: false, why: moment } });
    else {
      const context = { ...so.context, ...moment.with };
      frames.push({ entry, afterwards: false, chart: flow.chart, states: moment.at, ...drawn(flow, moment.at, context, [...so.open, ...(moment.open ?? [])]) });
      so = { ...so, context: { ...context, ...moment.after }, state: moment.at[0], open: [...so.open, ...(moment.staysOpen ?? [])] };
      const { next } = moment;
      if (next !== undefined && entries[index + 1]?.restarted !== true)
        frames.push({
          entry,
          afterwards: true,
          chart: flow.chart,
          states: [next.at],
          ...drawn(flow, [next.at], { ...so.context, ...next.with }, [...so.open, ...(next.open ?? [])]),
        });
    }
    so = { ...so, kinds: [...so.kinds, entry.kind] };
    if (entry.kind === 'transaction.closed') closedAt ??= at;
  }
  return frames;
}

/** A kind that the flow does not write, or a body that is none of its kind, is told and not drawn. */
function momentOf<K extends JournalKind, C>(table: Table<K, C>, { kind, body }: ReplayedEntry, so: So<C>): Moment<C> | 'unknown' {
  if (!isIn(table, kind)) return 'unknown';
  const parsed = journalKinds[kind].safeParse(body);
  if (!parsed.success) return 'unknown';
  const row: (body: JournalBody<K>, so: So<C>) => Moment<C> = table[kind];
  return row(parsed.data as JournalBody<K>, so);
}

function isIn<K extends JournalKind, C>(table: Table<K, C>, kind: JournalKind): kind is K {
  return Object.hasOwn(table, kind);
}

function drawn<K extends JournalKind, C>(
  { picture, locale }: Flow<K, C>,
  states: readonly [string, ...string[]],
  context: C,
  open: readonly OpenMatter[],
): Pick<ReplayFrame, 'open' | 'shown'> {
  const all: OpenMatter[] = [...new Set([...(states.length > 1 ? (['state'] as const) : []), ...open])];
  const { body, step } = picture(valueOf(states[0]), context);
  const parsed = replayedSchema.safeParse(body);
  if (!parsed.success) return { open: all, shown: { drawn: false, why: 'unknown' } };
  return { open: all, shown: { drawn: true, body: parsed.data, ...(step === undefined ? {} : { step }), locale: localeOf(locale) } };
}

function valueOf(leaf: string): StateValue {
  const [first = '', ...rest] = leaf.split('.');
  return rest.length === 0 ? first : { [first]: valueOf(rest.join('.')) };
}

function localeOf(locale: string): View['preferences']['locale'] {
  return locales.find((each) => each === locale) ?? 'zh-CN';
}
