/** What an agent can do with a ticket as it stands, the most obvious first. Pure: the rules of states are the server's own. */
import { ticketStateAfter, type TicketDetail } from '../../../console-api/tickets.ts';

export const deeds = ['assign', 'resume', 'resolve', 'ask', 'close', 'reopen', 'escalate', 'move', 'note', 'release'] as const;
export type Deed = (typeof deeds)[number];

/** @param me name of who asks */
export function deedsFor({ state, assignee }: Pick<TicketDetail['ticket'], 'state' | 'assignee'>, me: string): readonly Deed[] {
  return deeds.filter((deed) => {
    if (ticketStateAfter(state, deed) === undefined) return false;
    if (deed === 'assign') return assignee !== me;
    // the colleague who has it would not know why it is gone
    return deed !== 'release' || assignee === me;
  });
}

/** Done at a press: nothing to add to it. */
export function isPlain(deed: Deed): deed is 'assign' | 'release' {
  return deed === 'assign' || deed === 'release';
}

/** Not done without a reason in words. */
export function wantsReason(deed: Deed): boolean {
  return deed === 'close' || deed === 'reopen' || deed === 'escalate' || deed === 'note' || deed === 'move';
}
