/**
 * The support desk at two servers on one PostgreSQL, asked in the same moment. The tables are slow to write, so that whoever does not wait
 * for the other would get in between.
 */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createIds } from '../../../common/ids.ts';
import { chatAnswerSchema } from '../../../common/upstream-api/support.ts';
import { createWorkingCalendar } from '../../../common/working-calendar.ts';
import { openStore } from '../../../fleet/server/store/database.ts';
import { createBells } from '../../../fleet/server/http/long-poll.ts';
import { bookCallback } from '../../../fleet/server/support/callbacks.ts';
import { cardHasher, type Desk } from '../../../fleet/server/support/desk.ts';
import { supportSettingsSchema } from '../../../fleet/server/support/settings.ts';
import { execute } from '../database.ts';
import { handMadeTerminal, random, registeredTerminal, startWorld, type HandMadeTerminal, type World } from '../support.ts';
import { answered, booking, CHEN, outboxOf, shanghai, stored, survey, ticket, WANG } from '../support-desk.ts';

const START = shanghai('2026-03-16 10:00');
const SLOT = shanghai('2026-03-16 13:00');
const support = supportSettingsSchema.parse({ callbacks: { agents: 1 } });

async function pair() {
  const world = await startWorld({ startAt: START, settings: { support } });
  const there$ = await world.second();
  await execute(world.database, 'create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.03); return new; end $$');
  for (const table of ['outbox_envelopes', 'tickets', 'support_events', 'callbacks', 'callback_seats', 'surveys', 'knowledge_counts', 'chats', 'chat_messages'])
    await execute(world.database, `create trigger slow before insert or update on ${table} for each row execute function slow()`);
  const here = await registeredTerminal(world, 'T-0001');
  return { world, there$, here, there: handMadeTerminal(there$, 'T-0001', here.key) };
}

const others = (world: World, count: number): Promise<HandMadeTerminal[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => registeredTerminal(world, `T-1${index}`)));

test('twelve bookings of the last place, at both servers at once: one gets it', async () => {
  const { world, there$ } = await pair();
  const terminals = await others(world, 12);
  const bodies = await Promise.all(terminals.map(() => booking(world, SLOT)));
  const items = await Promise.all(
    terminals.map((terminal, index) => {
      const at = index % 2 === 0 ? terminal : handMadeTerminal(there$, terminal.terminalId, terminal.key);
      return outboxOf(at).send('callback.booked', bodies[index] ?? {});
    }),
  );
  expect(items.map((item) => (item.result === 'refused' ? item.code : item.result)).toSorted()).toEqual([
    ...Array.from({ length: 11 }, () => 'slotFull'),
    'stored',
  ]);
  expect(await execute(world.database, 'select 1 from callback_seats')).toHaveLength(1);
});

test('two who move to one free place at once: one gets it, the other keeps the place it had', async () => {
  const { world, here, there } = await pair();
  const [first, second] = [await booking(world, SLOT), await booking(world, shanghai('2026-03-16 13:30'))];
  const outboxes = [outboxOf(here), outboxOf(there)];
  for (const [index, body] of [first, second].entries())
    stored((await outboxes[index]?.send('callback.booked', body)) ?? { id: '', result: 'later', code: 'gap' });
  const wanted = { slot: shanghai('2026-03-16 14:00'), ifFull: 'refuse' };
  const [one, two] = await Promise.all([
    outboxes[0]?.send('callback.rebooked', { number: first.number, start: first.slot, ...wanted }),
    outboxes[1]?.send('callback.rebooked', { number: second.number, start: second.slot, ...wanted }),
  ]);
  expect(new Set([one?.result, two?.result])).toEqual(new Set(['refused', 'stored']));
  const rows = (await execute(world.database, 'select slot_start from callback_seats')) as { slot_start: string }[];
  const kept = one?.result === 'refused' ? first.slot : second.slot;
  expect(new Set(rows.map(({ slot_start }) => Number(slot_start)))).toEqual(new Set([kept, wanted.slot]));
});

test('without the locks the key alone keeps two out of one place', async () => {
  const { world } = await pair();
  const store = await openStore(world.database);
  onTestFinished(() => store.destroy());
  const desk: Desk = {
    store,
    clock: world.clock,
    ids: createIds(world.clock, random),
    settings: support,
    calendar: createWorkingCalendar(support.calendar),
    signingKey: world.signingKey,
    sealingKey: world.sealingKey,
    bells: createBells(world.clock),
    cardHash: cardHasher(world.signingKey),
  };
  const bodies = await Promise.all(Array.from({ length: 4 }, () => booking(world, SLOT)));
  const booked = await Promise.allSettled(
    bodies.map((body) =>
      store
        .transaction()
        .setIsolationLevel('read committed')
        .execute((trx) => bookCallback(trx, desk, 'T-0001', body, START)),
    ),
  );
  expect(booked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refused = booked.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as { code: string }] : []));
  // unique_violation, or seen as full by whoever came after the commit
  for (const { code } of refused) expect(['23505', 'slotFull']).toContain(code);
  expect(refused.some(({ code }) => code === '23505')).toBe(true);
  expect(await execute(world.database, 'select 1 from callbacks')).toHaveLength(1);
});

test('one ticket, sent eight times to both servers at once, is there once and answered alike', async () => {
  const { world, here, there } = await pair();
  const outbox = outboxOf(here, 'tickets');
  const envelope = outbox.next('ticket.created', await ticket(world));
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? outbox : outboxOf(there, 'tickets')).raw(envelope)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ items: [{ result: 'stored' }], next: 2 });
  for (const table of ['tickets', 'support_events', 'outbox_envelopes']) expect(await execute(world.database, `select 1 from ${table}`)).toHaveLength(1);
});

test('one ticket in two outboxes at once is there once', async () => {
  const { world, here, there } = await pair();
  const body = await ticket(world);
  const items = await Promise.all([here, there, here, there].map((terminal) => outboxOf(terminal).send('ticket.created', body)));
  for (const item of items) expect(stored(item)).toEqual(stored(items[0] ?? item));
  for (const table of ['tickets', 'support_events']) expect(await execute(world.database, `select 1 from ${table}`)).toHaveLength(1);
});

test('two batches of one outbox at once leave no gap and nothing twice', async () => {
  const { world, here, there } = await pair();
  const outbox = outboxOf(here, 'surveys');
  const envelopes = Array.from({ length: 6 }, () => outbox.next('survey.answered', survey(world)));
  await Promise.all([outbox.raw(...envelopes), outboxOf(there, 'surveys').raw(...envelopes.slice(3)), outboxOf(there, 'surveys').raw(...envelopes)]);
  expect(await outbox.raw(...envelopes)).toMatchObject({ items: envelopes.map(({ id }) => ({ id, result: 'stored' })), next: 7 });
  expect(await execute(world.database, 'select 1 from surveys')).toHaveLength(6);
});

test('views that are counted at both servers at once add up', async () => {
  const { world, here, there } = await pair();
  const body = { date: '2026-03-16', version: 1, answers: [{ id: 'lost', views: 1, solved: 0, unsolved: 0 }] };
  await Promise.all([here, there, here, there, here, there].map((terminal) => outboxOf(terminal).send('knowledge.viewed', body)));
  expect(await world.server.agents.knowledge.use(CHEN, '2026-03-16', '2026-03-16')).toMatchObject({ answers: [{ id: 'lost', views: 6 }] });
});

test('an agent and the person change a ticket at once: both are in its history, or the agent is told', async () => {
  const { world, here, there$ } = await pair();
  const body = await ticket(world);
  const outbox = outboxOf(here);
  stored(await outbox.send('ticket.created', body));
  const [acted, said] = await Promise.allSettled([
    there$.server.agents.tickets.act(CHEN, body.ticketId, 1, { do: 'assign' }),
    outbox.send('ticket.followedUp', { ticketId: body.ticketId, what: 'supplement', text: '还有一件事' }),
  ]);
  expect(said).toMatchObject({ value: { result: 'stored' } });
  const { history } = await world.server.agents.tickets.detail(CHEN, body.ticketId);
  if (acted.status === 'rejected') expect(acted.reason).toMatchObject({ code: 'ticketChanged' });
  expect(history.map(({ event }) => event).toSorted()).toEqual(acted.status === 'rejected' ? ['created', 'supplement'] : ['assign', 'created', 'supplement']);
  expect(history.map(({ seq }) => seq)).toEqual(history.map((_event, index) => index + 1));
});

test('a chat that its terminal ends by opening another is not open after, whoever joined it in that moment', async () => {
  for (const _ of [1, 2, 3]) {
    const { world, there$, here } = await pair();
    const [before, next] = [randomUUID(), randomUUID()];
    const open = (chatId: string) => here.post('/v1/support/chats', { chatId, about: 'other', language: 'en' });
    await open(before);
    await Promise.allSettled([open(next), there$.server.agents.chats.join(CHEN, before)]);
    const { chats } = await world.server.agents.chats.list(CHEN);
    expect(chats.map(({ chatId }) => chatId)).toEqual([next]);
  }
});

test('two agents at two servers join one chat: one has it; what is said at one server is heard at the other within a second', async () => {
  const { world, there$, here } = await pair();
  const chatId = randomUUID();
  await here.post('/v1/support/chats', { chatId, about: 'other', language: 'en' });
  const joins = await Promise.allSettled([world.server.agents.chats.join(CHEN, chatId), there$.server.agents.chats.join(WANG, chatId)]);
  expect(joins.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const { version } = chatAnswerSchema.parse((await here.get(`/v1/support/chats/${chatId}`)).body);
  const has = joins[0]?.status === 'fulfilled' ? CHEN : WANG;
  const held = here.get(`/v1/support/chats/${chatId}?version=${version}&waitMs=25000`);
  while (world.clock.pendingTimers === 0) await world.clock.settle();
  await there$.server.agents.chats.say(has, chatId, { messageId: 'm1', text: 'hello' });
  const since = world.clock.now();
  expect((await answered(world, held)).body).toMatchObject({ messages: [{ seq: 1, from: 'agent', text: 'hello' }] });
  expect(world.clock.now() - since).toBeLessThanOrEqual(2000);
});
