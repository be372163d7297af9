/** Which tickets a filter asks the server for. Pure. */
import type { TicketRowAnswer } from '../../../console-api/tickets.ts';
import type { AskedOf } from '../../api/client.ts';

export const ticketFilters = ['unresolved', 'overdue', 'dueToday', 'mine', 'waiting', 'resolved', 'closed', 'all'] as const;
export type TicketFilter = (typeof ticketFilters)[number];

export type TicketsQuery = AskedOf<'tickets'>['query'];

export interface Wanted {
  readonly filter: TicketFilter;
  readonly kind: TicketRowAnswer['kind'] | '';
  readonly terminalId: string;
  readonly number: string;
  /** Counts from 1. */
  readonly page: number;
}

export const TICKETS_PER_PAGE = 30;

/** A number is looked for among all: whoever reads one out does not know how it stands. @param endOfDay ms @param me name of who asks */
export function ticketsQuery({ filter, kind, terminalId, number, page }: Wanted, endOfDay: number, me: string): TicketsQuery {
  return {
    ...(number === '' ? narrowed(filter, endOfDay, me) : { number }),
    ...(kind === '' ? {} : { kind }),
    ...(terminalId === '' ? {} : { terminalId }),
    limit: TICKETS_PER_PAGE,
    offset: (page - 1) * TICKETS_PER_PAGE,
  };
}

function narrowed(filter: TicketFilter, endOfDay: number, me: string): TicketsQuery {
  switch (filter) {
    case 'unresolved':
      return { unresolved: 'true' };
    case 'overdue':
      return { breached: 'true' };
    case 'dueToday':
      return { dueBefore: endOfDay };
    case 'mine':
      return { unresolved: 'true', assignee: me };
    case 'waiting':
      return { state: 'waitingForPerson' };
    case 'resolved':
    case 'closed':
      return { state: filter };
    case 'all':
      return {};
  }
}
