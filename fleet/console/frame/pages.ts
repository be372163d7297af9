/** The stops of the line: every page with its place, its word, its icon and who may see it. */
import type { IconName } from '../components/icon.tsx';
import type { Verb } from '../../console-api/roles.ts';
import type { WordKey } from '../words.ts';

type GroupWord = Extract<WordKey, `nav.group.${string}`>;

export interface PageStop {
  readonly path: string;
  readonly word: WordKey;
  readonly icon: IconName;
  readonly needs: Verb;
  readonly group: GroupWord;
}

export const STOPS: readonly PageStop[] = [
  { path: '/terminals', word: 'nav.terminals', icon: 'terminal', needs: 'fleet.read', group: 'nav.group.fleet' },
  { path: '/rollouts', word: 'nav.rollouts', icon: 'rollout', needs: 'rollouts.read', group: 'nav.group.fleet' },
  { path: '/transactions', word: 'nav.transactions', icon: 'search', needs: 'journal.read', group: 'nav.group.fleet' },
  { path: '/settlements', word: 'nav.settlements', icon: 'box', needs: 'settlements.read', group: 'nav.group.money' },
  { path: '/reconciliation', word: 'nav.reconciliation', icon: 'scales', needs: 'settlements.read', group: 'nav.group.money' },
  { path: '/tickets', word: 'nav.tickets', icon: 'ticket', needs: 'tickets.read', group: 'nav.group.desk' },
  { path: '/callbacks', word: 'nav.callbacks', icon: 'call', needs: 'tickets.read', group: 'nav.group.desk' },
  { path: '/chats', word: 'nav.chats', icon: 'chat', needs: 'chats.read', group: 'nav.group.desk' },
  { path: '/statistics', word: 'nav.statistics', icon: 'chart', needs: 'statistics.read', group: 'nav.group.figures' },
  { path: '/reports', word: 'nav.reports', icon: 'report', needs: 'statistics.read', group: 'nav.group.figures' },
  { path: '/surveys', word: 'nav.surveys', icon: 'face', needs: 'desk.figures', group: 'nav.group.figures' },
  { path: '/knowledge', word: 'nav.knowledge', icon: 'book', needs: 'desk.figures', group: 'nav.group.figures' },
  { path: '/staff', word: 'nav.staff', icon: 'people', needs: 'staff.manage', group: 'nav.group.people' },
  { path: '/audit', word: 'nav.audit', icon: 'eye', needs: 'audit.read', group: 'nav.group.record' },
];

/** @returns the stops of whoever has these verbs; who works at the desk begins there */
export function stopsFor(verbs: readonly Verb[]): readonly PageStop[] {
  const stops = STOPS.filter(({ needs }) => verbs.includes(needs));
  if (!verbs.includes('tickets.work')) return stops;
  return [...stops.filter(isOfDesk), ...stops.filter((stop) => !isOfDesk(stop))];
}

function isOfDesk({ group }: PageStop): boolean {
  return group === 'nav.group.desk';
}

/** How many stops a phone's bar has room for beside "more". */
const BAR = 4;

/** The stops in a phone's bottom bar, and those behind "more". A single one too many needs no "more". */
export function barOf(stops: readonly PageStop[]): { readonly bar: readonly PageStop[]; readonly more: readonly PageStop[] } {
  if (stops.length <= BAR + 1) return { bar: stops, more: [] };
  return { bar: stops.slice(0, BAR), more: stops.slice(BAR) };
}
