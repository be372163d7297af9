/** The stops of the line: every page with its place, its word, its icon and who may see it. */
import type { IconName } from '../components/icon.tsx';
import type { Verb } from '../../console-api/roles.ts';
import type { WordKey } from '../words.ts';

export interface PageStop {
  readonly path: string;
  readonly word: WordKey;
  readonly icon: IconName;
  readonly needs: Verb;
  /** Begins a group. */
  readonly group?: WordKey;
}

export const STOPS: readonly PageStop[] = [
  { path: '/terminals', word: 'nav.terminals', icon: 'terminal', needs: 'fleet.read', group: 'nav.group.fleet' },
  { path: '/transactions', word: 'nav.transactions', icon: 'search', needs: 'journal.read' },
  { path: '/settlements', word: 'nav.settlements', icon: 'box', needs: 'settlements.read', group: 'nav.group.money' },
  { path: '/reconciliation', word: 'nav.reconciliation', icon: 'scales', needs: 'settlements.read' },
  { path: '/statistics', word: 'nav.statistics', icon: 'chart', needs: 'statistics.read', group: 'nav.group.figures' },
  { path: '/reports', word: 'nav.reports', icon: 'report', needs: 'statistics.read' },
  { path: '/staff', word: 'nav.staff', icon: 'people', needs: 'staff.manage', group: 'nav.group.people' },
  { path: '/audit', word: 'nav.audit', icon: 'eye', needs: 'audit.read', group: 'nav.group.record' },
];

/** @returns the stops of whoever has these verbs */
export function stopsFor(verbs: readonly Verb[]): readonly PageStop[] {
  return STOPS.filter(({ needs }) => verbs.includes(needs));
}

/** How many stops a phone's bar has room for beside "more". */
const BAR = 4;

/** The stops in a phone's bottom bar, and those behind "more". A single one too many needs no "more". */
export function barOf(stops: readonly PageStop[]): { readonly bar: readonly PageStop[]; readonly more: readonly PageStop[] } {
  if (stops.length <= BAR + 1) return { bar: stops, more: [] };
  return { bar: stops.slice(0, BAR), more: stops.slice(BAR) };
}
