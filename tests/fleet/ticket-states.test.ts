/** Every step of a ticket from every state, as it was agreed with those who work on them. */
import { expect, test } from 'vitest';
import { ticketStates } from '../../common/upstream-api/support.ts';
import { after, ticketEvents } from '../../fleet/server/support/ticket-states.ts';

/** A row an event, a column a state: where it leads, `.` nowhere. */
const AGREED = `
            open      assigned  waitingForPerson  resolved  closed    reopened
assign      assigned  assigned  waitingForPerson  .         .         assigned
release     .         open      .                 .         .         .
note        open      assigned  waitingForPerson  resolved  closed    reopened
ask         .         waitingForPerson  .         .         .         .
resume      .         .         assigned          .         .         .
resolve     .         resolved  resolved          .         .         .
close       .         .         .                 closed    .         .
reopen      .         .         .                 reopened  reopened  .
move        open      open      .                 .         .         reopened
escalate    open      assigned  waitingForPerson  .         .         reopened
supplement  open      assigned  assigned          resolved  closed    reopened
nudge       open      assigned  .                 .         .         reopened
`;

const [head = [], ...rows] = AGREED.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

test.each(rows)('%s', (...[name, ...leadsTo]) => {
  const event = ticketEvents.find((known) => known === name);
  if (event === undefined || event === 'created') throw new Error(`${name} is no event`);
  expect(Object.fromEntries(ticketStates.map((state) => [state, after(state, event) ?? '.']))).toEqual(
    Object.fromEntries(head.map((state, index) => [state, leadsTo[index]])),
  );
});

test('no event is forgotten', () => {
  expect(rows.map(([name]) => name)).toEqual(ticketEvents.filter((event) => event !== 'created'));
});
