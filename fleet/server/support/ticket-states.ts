/** A ticket's states and what leads from one to the next. Pure: tickets.ts and ticket-desk.ts ask it. */
import type { TicketState } from '../../../common/upstream-api/support.ts';

/** By the desk itself: `created`, `close` after its days. By the person: `supplement`, `nudge`, `escalate`, `reopen`. The rest by agents. */
export const ticketEvents = [
  'created',
  'assign',
  'release',
  'note',
  'ask',
  'resume',
  'resolve',
  'close',
  'reopen',
  'move',
  'escalate',
  'supplement',
  'nudge',
] as const;
export type TicketEvent = (typeof ticketEvents)[number];

type Steps = Partial<Record<TicketState, TicketState>>;

const everywhere: Steps = {
  open: 'open',
  assigned: 'assigned',
  waitingForPerson: 'waitingForPerson',
  resolved: 'resolved',
  closed: 'closed',
  reopened: 'reopened',
};

const steps: Readonly<Record<Exclude<TicketEvent, 'created'>, Steps>> = {
  // to another agent, too
  assign: { open: 'assigned', reopened: 'assigned', assigned: 'assigned', waitingForPerson: 'waitingForPerson' },
  release: { assigned: 'open' },
  note: everywhere,
  ask: { assigned: 'waitingForPerson' },
  resume: { waitingForPerson: 'assigned' },
  resolve: { assigned: 'resolved', waitingForPerson: 'resolved' },
  close: { resolved: 'closed' },
  reopen: { resolved: 'reopened', closed: 'reopened' },
  move: { open: 'open', reopened: 'reopened', assigned: 'open' },
  escalate: { open: 'open', reopened: 'reopened', assigned: 'assigned', waitingForPerson: 'waitingForPerson' },
  // what a person adds is never turned away; it answers what was asked
  supplement: { ...everywhere, waitingForPerson: 'assigned' },
  nudge: { open: 'open', reopened: 'reopened', assigned: 'assigned' },
};

/** The state that follows, or undefined where the event has no place. */
export function after(state: TicketState, event: Exclude<TicketEvent, 'created'>): TicketState | undefined {
  return steps[event][state];
}
