/**
 * What of the desk's answers is about a person. Support and auditors see it; whoever runs the fleet sees how many wait and for how long, and
 * nobody: the desk answers operators through these.
 */
import type { Actor, Role } from './desk.ts';
import type { CallbackRowAnswer, TicketDetail, TicketRowAnswer } from './desk-schemas.ts';

const SEE_PERSONS: readonly Role[] = ['support', 'auditor'];

type History = TicketDetail['history'];

export function ticketRowFor({ role }: Actor, row: TicketRowAnswer): TicketRowAnswer {
  return SEE_PERSONS.includes(role) ? row : { ...row, cardTail: null };
}

export function callbackRowFor({ role }: Actor, row: CallbackRowAnswer): CallbackRowAnswer {
  return SEE_PERSONS.includes(role) ? row : { ...row, contactMasked: null, cardTail: null };
}

/** What was written down about a person is left out; that something was stays. */
export function historyFor({ role }: Actor, history: History): History {
  return SEE_PERSONS.includes(role) ? history : history.map((event) => ({ ...event, note: null }));
}

export function ticketFor(actor: Actor, detail: TicketDetail): TicketDetail {
  const seen: TicketDetail = {
    ...detail,
    ticket: ticketRowFor(actor, detail.ticket),
    history: historyFor(actor, detail.history),
    callbacks: detail.callbacks.map((row) => callbackRowFor(actor, row)),
  };
  return SEE_PERSONS.includes(actor.role) ? seen : { ...seen, text: null, contactMasked: null, sealed: [] };
}
