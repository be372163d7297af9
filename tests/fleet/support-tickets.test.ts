/** Tickets: once for ever, a number and a promise for the person, a history for the desk, and personal data that nobody reads unseen. */
import { randomUUID } from 'node:crypto';
import { compactVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { GENESIS_HASH, hashEntry } from '../../common/journal-entry.ts';
import { seal } from '../../common/sealing.ts';
import { cardKeyOf, DESK_TYPE, deskAnswerSchema, progressAnswerSchema, type ProgressAnswer } from '../../common/upstream-api/support.ts';
import { createWorkingCalendar } from '../../common/working-calendar.ts';
import {
  openingAnswerSchema,
  openingsSchema,
  promiseOverviewSchema,
  storySchema,
  ticketDetailSchema,
  ticketListSchema,
} from '../../fleet/server/support/desk-schemas.ts';
import { execute } from './database.ts';
import { chain, problemOf, registeredTerminal, startWorld, type HandMadeTerminal } from './support.ts';
import {
  CHEN,
  DAY_MS,
  HOUR_MS,
  LIU,
  MINUTE_MS,
  newNumber,
  outboxOf,
  refusedWith,
  SERIAL,
  shanghai,
  stored,
  TELEPHONE,
  ticket,
  WANG,
  ZHAO,
} from './support-desk.ts';

/** Monday, 10:00. */
const MONDAY = shanghai('2026-03-16 10:00');

async function withTicket(change: Parameters<typeof ticket>[1] = {}) {
  const world = await startWorld({ startAt: MONDAY });
  const terminal = await registeredTerminal(world);
  const outbox = outboxOf(terminal);
  const body = await ticket(world, change);
  const answer = stored(await outbox.send('ticket.created', body));
  const { tickets } = world.server.agents;
  /** One step of an agent who has looked. */
  const act = async (action: Parameters<typeof tickets.act>[3], actor = CHEN) =>
    tickets.act(actor, body.ticketId, (await tickets.detail(actor, body.ticketId)).lastSeq, action);
  return { world, terminal, outbox, body, answer, tickets, act };
}

const ask = async (terminal: HandMadeTerminal, question: object): Promise<ProgressAnswer> => {
  const { status, body } = await terminal.post('/v1/support/progress', question);
  expect(status).toBe(200);
  return progressAnswerSchema.parse(body);
};

describe('a ticket', () => {
  test('is answered with its number and the moment that is promised', async () => {
    const { body, answer } = await withTicket();
    expect(answer).toEqual({ ticket: { number: body.number, state: 'open', dueAt: shanghai('2026-03-16 12:00') } });
  });

  test('that comes again, in another envelope and another outbox, is there once and answered alike', async () => {
    const { terminal, body, tickets, outbox } = await withTicket();
    const answers = [await outbox.send('ticket.created', body), await outboxOf(terminal).send('ticket.created', body)];
    for (const item of answers) expect(stored(item).ticket).toEqual({ number: body.number, state: 'open', dueAt: shanghai('2026-03-16 12:00') });
    expect((await tickets.list(CHEN, {})).total).toBe(1);
    expect((await tickets.detail(CHEN, body.ticketId)).history).toHaveLength(1);
  });

  test.each([
    ['text', { text: 'something else' }],
    ['number', { number: newNumber() }],
    ['evidence', { evidence: { epoch: 1, fromSeq: 2, toSeq: 5 } }],
  ])('whose id came before with another %s is refused, and the first stays', async (_what, change) => {
    const { outbox, body, tickets } = await withTicket();
    expect(refusedWith(await outbox.send('ticket.created', { ...body, ...change }))).toBe('idempotencyConflict');
    expect(await tickets.detail(CHEN, body.ticketId)).toMatchObject({ ticket: { number: body.number }, text: body.text });
  });

  test('of one terminal is not changed by another that knows its id and sends the same', async () => {
    const { world, body } = await withTicket();
    const other = outboxOf(await registeredTerminal(world, 'T-0002'));
    expect(refusedWith(await other.send('ticket.created', body))).toBe('idempotencyConflict');
  });

  test('goes to the queue of its kind', async () => {
    const world = await startWorld({ startAt: MONDAY });
    const outbox = outboxOf(await registeredTerminal(world));
    for (const kind of ['merchant', 'device', 'complaint', 'suggestion', 'cardLost'] as const)
      await outbox.send('ticket.created', await ticket(world, { kind }));
    const { tickets } = ticketListSchema.parse(await world.server.agents.tickets.list(CHEN, {}));
    expect(Object.fromEntries(tickets.map(({ kind, queue }) => [kind, queue]))).toEqual({
      merchant: 'merchants',
      device: 'devices',
      complaint: 'complaints',
      suggestion: 'suggestions',
      cardLost: 'cards',
    });
    expect(tickets[0]).toMatchObject({ kind: 'cardLost', urgent: true, dueAt: MONDAY + 5 * MINUTE_MS });
  });

  test.each([
    ['a number without a right check symbol', { number: 'A01-0316-7K4M-0' }],
    ['a control character in the text', { text: 'a\u0000b' }],
    ['half a character in the text', { text: 'a\ud800b' }],
    ['a contact that is not masked', { contact: { masked: TELEPHONE, sealed: 'a..b.c.d' } }],
    ['more than 500 entries as evidence', { evidence: { epoch: 1, fromSeq: 1, toSeq: 501 } }],
    ['a sixth field', { sixth: 'x' }],
    ['an id that can be guessed', { ticketId: 'ticket-1' }],
  ])('with %s is refused and kept, and what follows is taken', async (_what, change) => {
    const world = await startWorld({ startAt: MONDAY });
    const outbox = outboxOf(await registeredTerminal(world));
    const body = await ticket(world);
    expect(refusedWith(await outbox.send('ticket.created', { ...body, ...change }))).toBe('invalidBody');
    expect(stored(await outbox.send('ticket.created', body)).ticket?.state).toBe('open');
    const { envelopes } = await world.server.agents.outbox.refused(CHEN);
    expect(envelopes).toMatchObject([
      { terminalId: 'T-0001', kind: 'ticket.created', code: 'invalidBody', body: expect.stringContaining(body.transaction ?? '-') },
    ]);
  });

  test('keeps of numbers that a person wrote only what is not personal', async () => {
    const { body, tickets } = await withTicket({ text: '我的电话13812345678,身份证 11010519491231002X,充值 50 元' });
    expect((await tickets.detail(CHEN, body.ticketId)).text).toBe('我的电话*********78,身份证 ****************2X,充值 50 元');
  });
});

describe('how it stands', () => {
  test.each(['id', 'number', 'card'] as const)('is told at another terminal by %s, without anything personal', async (by) => {
    const { world, body, act } = await withTicket();
    await act({ do: 'assign' });
    await act({ do: 'note', note: 'Mr Li is angry' });
    const other = await registeredTerminal(world, 'T-0002');
    const questions = { id: { by, id: body.ticketId }, number: { by, number: body.number }, card: { by, card: cardKeyOf(SERIAL) } };
    const answer = await ask(other, questions[by]);
    expect(answer).toEqual({
      tickets: [
        {
          number: body.number,
          kind: 'topUpMissing',
          state: 'assigned',
          queue: 'money',
          receivedAt: MONDAY,
          dueAt: shanghai('2026-03-16 12:00'),
          promise: 'running',
          resolution: null,
          asks: null,
          history: [
            { at: MONDAY, event: 'created', state: 'open' },
            { at: MONDAY, event: 'assign', state: 'assigned' },
          ],
        },
      ],
      callbacks: [],
    });
    for (const secret of [body.ticketId, SERIAL.slice(-4), '138', 'chen', '充值']) expect(JSON.stringify(answer)).not.toContain(secret);
  });

  test('of what nobody has is nothing', async () => {
    const { terminal } = await withTicket();
    const nothing = { tickets: [], callbacks: [] };
    for (const question of [
      { by: 'id', id: randomUUID() },
      { by: 'number', number: newNumber() },
      { by: 'card', card: cardKeyOf('other') },
    ])
      expect(await ask(terminal, question)).toEqual(nothing);
  });

  test('of a number that two terminals gave is told of both, the older first', async () => {
    const { world, body, terminal } = await withTicket();
    const other = outboxOf(await registeredTerminal(world, 'T-0002'));
    await world.clock.advance(1000);
    await other.send('ticket.created', await ticket(world, { number: body.number, kind: 'device' }));
    expect((await ask(terminal, { by: 'number', number: body.number })).tickets.map(({ kind }) => kind)).toEqual(['topUpMissing', 'device']);
  });

  test('by a card: what another terminal makes up does not hide it', async () => {
    const { world, body, terminal } = await withTicket();
    const hostile = outboxOf(await registeredTerminal(world, 'T-0002'));
    for (let count = 0; count < 12; count += 1) {
      await world.clock.advance(1000);
      await hostile.send('ticket.created', await ticket(world, { kind: 'other' }));
    }
    const { tickets } = await ask(terminal, { by: 'card', card: cardKeyOf(SERIAL) });
    expect(tickets.map(({ kind }) => kind)).toEqual(['topUpMissing', 'other', 'other', 'other']);
    expect(tickets[0]?.number).toBe(body.number);
  });

  test('is asked 30 times a minute, and no more', async () => {
    const { world, terminal, body } = await withTicket();
    const question = { by: 'number', number: body.number };
    for (let count = 0; count < 30; count += 1) await ask(terminal, question);
    expect(problemOf(await terminal.post('/v1/support/progress', question)).code).toBe('tooManyRequests');
    await world.clock.advance(MINUTE_MS);
    await ask(terminal, question);
  });
});

describe('the desk', () => {
  test('leads a ticket from open to closed, and the history says who did what', async () => {
    const { world, body, act, tickets } = await withTicket();
    await act({ do: 'assign' });
    await act({ do: 'assign', to: WANG.id });
    await act({ do: 'ask', what: 'receipt', note: 'which receipt?' }, WANG);
    await act({ do: 'resume' }, WANG);
    await act({ do: 'resolve', resolution: 'refunded', note: 'to the wallet' }, WANG);
    const detail = ticketDetailSchema.parse(await act({ do: 'close' }, WANG));
    expect(detail.ticket).toMatchObject({ state: 'closed', assignee: WANG.id, promise: 'kept', dueAt: null });
    expect(detail.resolution).toBe('refunded');
    expect(detail.history.map(({ event, by, actor, state, note }) => [event, by, actor, state, note])).toEqual([
      ['created', 'person', 'T-0001', 'open', null],
      ['assign', 'agent', 'chen', 'assigned', null],
      ['assign', 'agent', 'chen', 'assigned', null],
      ['ask', 'agent', 'wang', 'waitingForPerson', 'which receipt?'],
      ['resume', 'agent', 'wang', 'assigned', null],
      ['resolve', 'agent', 'wang', 'resolved', 'to the wallet'],
      ['close', 'agent', 'wang', 'closed', null],
    ]);
    await expect(act({ do: 'resolve', resolution: 'duplicate' })).rejects.toMatchObject({ code: 'ticketState' });
    expect((await tickets.detail(CHEN, body.ticketId)).history).toHaveLength(7);
    await expect(execute(world.database, `UPDATE support_events SET actor = 'nobody'`)).rejects.toThrow(/never changed/);
    await expect(execute(world.database, `DELETE FROM support_events`)).rejects.toThrow(/never deleted/);
  });

  test('of two agents who act on what both saw, one is told that the other was faster', async () => {
    const { tickets, body } = await withTicket();
    const { lastSeq } = await tickets.detail(CHEN, body.ticketId);
    const acts = await Promise.allSettled([
      tickets.act(CHEN, body.ticketId, lastSeq, { do: 'assign' }),
      tickets.act(WANG, body.ticketId, lastSeq, { do: 'assign' }),
    ]);
    expect(acts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(acts.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'ticketChanged' } });
  });

  test('moves a ticket without changing its number, its promise or its evidence', async () => {
    const { body, act, tickets } = await withTicket();
    await act({ do: 'assign' });
    const before = await tickets.detail(CHEN, body.ticketId);
    const moved = await act({ do: 'move', queue: 'cards', note: 'a card fault' });
    expect(moved.ticket).toEqual({ ...before.ticket, queue: 'cards', state: 'open', assignee: null });
    expect(moved.evidence).toEqual({ epoch: 1, fromSeq: 2, toSeq: 4 });
  });

  test('may only be worked by support; operators and auditors look', async () => {
    const { tickets, body, act } = await withTicket();
    for (const actor of [LIU, ZHAO]) {
      await expect(act({ do: 'assign' }, actor)).rejects.toMatchObject({ code: 'roleNotAllowed' });
      expect((await tickets.list(actor, {})).total).toBe(1);
    }
    expect((await tickets.detail(CHEN, body.ticketId)).ticket.state).toBe('open');
  });

  test('closes what was resolved seven days ago, by itself', async () => {
    const { world, tickets, body, act } = await withTicket();
    await act({ do: 'assign' });
    await act({ do: 'resolve', resolution: 'refunded' });
    await world.clock.advance(7 * DAY_MS - 1);
    expect((await tickets.detail(CHEN, body.ticketId)).ticket.state).toBe('resolved');
    await world.clock.advance(1);
    const detail = await tickets.detail(CHEN, body.ticketId);
    expect(detail.ticket.state).toBe('closed');
    expect(detail.history.at(-1)).toMatchObject({ event: 'close', by: 'desk', state: 'closed' });
  });

  test('finds tickets by state, queue, agent, terminal, kind and number, page by page', async () => {
    const { world, outbox, tickets, body, act } = await withTicket();
    const second = await ticket(world, { kind: 'device' });
    await outbox.send('ticket.created', second);
    await outboxOf(await registeredTerminal(world, 'T-0002')).send('ticket.created', await ticket(world, { kind: 'suggestion' }));
    await act({ do: 'assign' });
    const found = async (query: Parameters<typeof tickets.list>[1]) => (await tickets.list(CHEN, query)).tickets.map(({ kind }) => kind);
    expect(await found({})).toEqual(['topUpMissing', 'device', 'suggestion']);
    expect(await found({ limit: 1, offset: 1 })).toEqual(['device']);
    expect(await found({ state: 'open' })).toEqual(['device', 'suggestion']);
    expect(await found({ queue: 'devices' })).toEqual(['device']);
    expect(await found({ assignee: 'chen' })).toEqual(['topUpMissing']);
    expect(await found({ terminalId: 'T-0002' })).toEqual(['suggestion']);
    expect(await found({ kind: 'device' })).toEqual(['device']);
    expect(await found({ number: second.number })).toEqual(['device']);
    expect(await found({ number: body.number, state: 'open' })).toEqual([]);
    expect((await tickets.list(CHEN, { limit: 1 })).total).toBe(3);
  });

  test('reads the journal’s story of the transaction, card numbers masked, and says what has not arrived', async () => {
    const { world, terminal, tickets, body } = await withTicket();
    expect(await tickets.story(CHEN, body.ticketId)).toEqual({ entries: [], missing: 3 });
    await terminal.post('/v1/journal', { entries: chain('T-0001', 3) });
    const story = storySchema.parse(await tickets.story(CHEN, body.ticketId));
    expect(story).toMatchObject({ entries: [{ seq: 2, kind: 'terminal.stopped' }, { seq: 3 }], missing: 1 });
    const other = await registeredTerminal(world, 'T-0002');
    await other.post('/v1/journal', { entries: chain('T-0002', 5) });
    expect((await tickets.story(CHEN, body.ticketId)).entries).toHaveLength(2);
  });

  test('reads in the journal’s story no card number, nothing sealed, and nothing of a voucher’s code', async () => {
    const { world, terminal, tickets, body } = await withTicket({ evidence: { epoch: 1, fromSeq: 1, toSeq: 1 } });
    const sealed = await seal(world.sealingKey.publicKey, TELEPHONE);
    const [first] = chain('T-0001', 1);
    if (first === undefined) throw new Error('a chain of one');
    const entry = {
      ...first.entry,
      body: {
        card: { aid: 'A0', serial: SERIAL, tail: SERIAL.slice(-4) },
        oldSerial: SERIAL,
        note: SERIAL,
        contact: sealed,
        salt: 'AB',
        codeHash: 'CD',
        amount: 5000,
      },
    };
    const hash = Buffer.from(hashEntry(GENESIS_HASH, entry)).toString('hex');
    expect((await terminal.post('/v1/journal', { entries: [{ entry, hash }] })).status).toBe(200);
    const hidden = `****************${SERIAL.slice(-4)}`;
    expect((await tickets.story(CHEN, body.ticketId)).entries).toMatchObject([
      {
        seq: 1,
        hash,
        body: {
          card: { aid: 'A0', serial: hidden, tail: SERIAL.slice(-4) },
          oldSerial: hidden,
          note: hidden,
          contact: 'sealed',
          salt: '****',
          codeHash: '****',
          amount: 5000,
        },
      },
    ]);
  });
});

describe('the person', () => {
  test('adds, presses and escalates from any terminal by the id, and the desk sees it', async () => {
    const { world, body, act, tickets } = await withTicket();
    await act({ do: 'assign' });
    await act({ do: 'ask', what: 'receipt' });
    const elsewhere = outboxOf(await registeredTerminal(world, 'T-0002'));
    const say = (what: string, text?: string) =>
      elsewhere.send('ticket.followedUp', { ticketId: body.ticketId, what, ...(text === undefined ? {} : { text }) });
    expect(stored(await say('supplement', '收据在 13812345678 上')).ticket?.state).toBe('assigned');
    expect(stored(await say('nudge')).ticket?.state).toBe('assigned');
    expect(refusedWith(await say('nudge'))).toBe('nudgedAlready');
    expect(stored(await say('escalate')).ticket?.state).toBe('assigned');
    await world.clock.advance(DAY_MS);
    expect(stored(await say('nudge')).ticket?.state).toBe('assigned');
    const { history, ticket: row } = await tickets.detail(CHEN, body.ticketId);
    expect(history.slice(3).map(({ event, by, actor, note }) => [event, by, actor, note])).toEqual([
      ['supplement', 'person', 'T-0002', '收据在 *********78 上'],
      ['nudge', 'person', 'T-0002', null],
      ['escalate', 'person', 'T-0002', null],
      ['nudge', 'person', 'T-0002', null],
    ]);
    expect(row).toMatchObject({ level: 1, nudgedAt: MONDAY + DAY_MS });
  });

  test('who does not have the id changes nothing', async () => {
    const { outbox } = await withTicket();
    expect(refusedWith(await outbox.send('ticket.followedUp', { ticketId: randomUUID(), what: 'nudge' }))).toBe('unknownTicket');
  });

  test('reopens what is resolved or closed, with a new promise; after 90 days a new ticket is needed', async () => {
    const { world, body, act, outbox, tickets } = await withTicket();
    const reopen = () => outbox.send('ticket.followedUp', { ticketId: body.ticketId, what: 'reopen', text: '还是没有到账' });
    expect(refusedWith(await reopen())).toBe('ticketState');
    await act({ do: 'assign' });
    await act({ do: 'resolve', resolution: 'refunded' });
    await world.clock.advance(HOUR_MS);
    expect(stored(await reopen()).ticket).toEqual({ number: body.number, state: 'reopened', dueAt: shanghai('2026-03-16 14:00') });
    expect(await tickets.detail(CHEN, body.ticketId)).toMatchObject({ resolution: null, ticket: { assignee: null, promise: 'running' } });
    await act({ do: 'assign' });
    await act({ do: 'resolve', resolution: 'refunded' });
    await act({ do: 'close' });
    await world.clock.advance(90 * DAY_MS);
    expect(stored(await reopen()).ticket?.state).toBe('reopened');
    await act({ do: 'assign' });
    await act({ do: 'resolve', resolution: 'refunded' });
    await act({ do: 'close' });
    await world.clock.advance(90 * DAY_MS + 1);
    expect(refusedWith(await reopen())).toBe('ticketState');
  });
});

describe('what is personal', () => {
  test('is nowhere in the store, and opens for support by name and reason, which the auditor sees', async () => {
    const { world, body } = await withTicket({ text: `my card is ${SERIAL}` });
    const rows = [...(await execute(world.database, 'SELECT * FROM tickets')), ...(await execute(world.database, 'SELECT * FROM outbox_envelopes'))];
    for (const secret of [SERIAL, TELEPHONE, cardKeyOf(SERIAL)]) expect(JSON.stringify(rows)).not.toContain(secret);
    const { openings } = world.server.agents;
    const reason = 'to call about the refund';
    const opened = openingAnswerSchema.parse(await openings.open(CHEN, { subject: 'ticket', id: body.ticketId, field: 'contact', reason }));
    expect(opened.text).toBe(TELEPHONE);
    await world.clock.advance(1000);
    expect((await openings.open(ZHAO, { subject: 'ticket', id: body.ticketId, field: 'card', reason: 'an audit' })).text).toBe(SERIAL);
    expect(
      openingsSchema.parse(await openings.openings(ZHAO, body.ticketId)).openings.map(({ actor, field, reason: why, at }) => [actor, field, why, at]),
    ).toEqual([
      ['zhao', 'card', 'an audit', MONDAY + 1000],
      ['chen', 'contact', reason, MONDAY],
    ]);
    await expect(execute(world.database, `DELETE FROM support_openings`)).rejects.toThrow(/never deleted/);
    await expect(execute(world.database, `UPDATE support_openings SET actor = 'nobody'`)).rejects.toThrow(/never changed/);
  });

  test('does not open for operators, without a reason, or where there is none', async () => {
    const { world, body, outbox } = await withTicket();
    const { contact: _contact, ...plain } = await ticket(world);
    await outbox.send('ticket.created', plain);
    const { openings } = world.server.agents;
    const request = { subject: 'ticket', id: body.ticketId, field: 'contact', reason: 'to call back' } as const;
    await expect(openings.open(LIU, request)).rejects.toMatchObject({ code: 'roleNotAllowed' });
    await expect(openings.open(CHEN, { ...request, reason: '   x   ' })).rejects.toThrow();
    await expect(openings.open(CHEN, { ...request, id: plain.ticketId })).rejects.toMatchObject({ code: 'unknownTicket' });
    await expect(openings.open(CHEN, { ...request, id: randomUUID() })).rejects.toMatchObject({ code: 'unknownTicket' });
    await expect(openings.openings(CHEN)).rejects.toMatchObject({ code: 'roleNotAllowed' });
    expect((await openings.openings(ZHAO)).openings).toEqual([]);
  });

  test('that was sealed to another key stays closed, and the try is recorded', async () => {
    const { world, body } = await withTicket({ contact: { masked: '138****5678', sealed: 'eyJhbGciOiJFQ0RILUVTIn0..AAAA.BBBB.CCCC' } });
    const { openings } = world.server.agents;
    await expect(openings.open(CHEN, { subject: 'ticket', id: body.ticketId, field: 'contact', reason: 'to call back' })).rejects.toMatchObject({
      code: 'sealUnreadable',
    });
    expect((await openings.openings(ZHAO)).openings).toHaveLength(1);
  });
});

describe('a promise', () => {
  test('stands while the desk waits for the person, goes on after, and is broken when its moment has passed', async () => {
    const { world, body, act, tickets, outbox } = await withTicket();
    const row = async () => (await tickets.detail(CHEN, body.ticketId)).ticket;
    await act({ do: 'assign' });
    await world.clock.advance(HOUR_MS);
    await act({ do: 'ask', what: 'receipt' });
    expect(await row()).toMatchObject({ dueAt: null, promise: 'paused' });
    // over the noon break and a working hour
    await world.clock.advance(3 * HOUR_MS);
    await outbox.send('ticket.followedUp', { ticketId: body.ticketId, what: 'supplement', text: '给您' });
    expect(await row()).toMatchObject({ dueAt: shanghai('2026-03-16 15:00'), promise: 'running' });
    await world.clock.advance(HOUR_MS);
    expect(await row()).toMatchObject({ promise: 'running' });
    await world.clock.advance(1);
    expect(await row()).toMatchObject({ promise: 'breached', breachedAt: shanghai('2026-03-16 15:00') });
    const done = await act({ do: 'resolve', resolution: 'refunded' });
    expect(done.ticket).toMatchObject({ promise: 'breached', breachedAt: shanghai('2026-03-16 15:00') });
  });

  test('that is broken or near its end is on the list of what presses, the escalated first', async () => {
    const { world, outbox, body, act, tickets } = await withTicket();
    const escalated = await ticket(world, { kind: 'suggestion' });
    await outbox.send('ticket.created', escalated);
    await outbox.send('ticket.followedUp', { ticketId: escalated.ticketId, what: 'escalate' });
    await outbox.send('ticket.created', await ticket(world, { kind: 'complaint' }));
    await act({ do: 'assign' });
    const pressing = async () => {
      const overview = promiseOverviewSchema.parse(await tickets.promises(LIU));
      return overview.pressing.map(({ kind, promise }) => [kind, promise]);
    };
    expect(await pressing()).toEqual([['suggestion', 'running']]);
    await world.clock.advance(HOUR_MS + 1);
    expect(await pressing()).toEqual([
      ['suggestion', 'running'],
      ['topUpMissing', 'running'],
    ]);
    await world.clock.advance(HOUR_MS);
    expect(await pressing()).toEqual([
      ['suggestion', 'running'],
      ['topUpMissing', 'breached'],
    ]);
    expect((await tickets.promises(LIU)).queues).toEqual([
      { queue: 'complaints', unresolved: 1, unassigned: 1, waitingForPerson: 0, breached: 0 },
      { queue: 'money', unresolved: 1, unassigned: 0, waitingForPerson: 0, breached: 1 },
      { queue: 'suggestions', unresolved: 1, unassigned: 1, waitingForPerson: 0, breached: 0 },
    ]);
    expect((await tickets.list(CHEN, { breached: true })).tickets.map(({ ticketId }) => ticketId)).toEqual([body.ticketId]);
  });
});

describe('the desk sheet', () => {
  test('is signed by the server, and has what a terminal needs while it is offline', async () => {
    const world = await startWorld({ startAt: MONDAY });
    const terminal = await registeredTerminal(world);
    const { sheet, jws } = deskAnswerSchema.parse((await terminal.get('/v1/support/desk')).body);
    const { payload, protectedHeader } = await compactVerify(jws, world.server.publicKey, { algorithms: ['EdDSA'] });
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(sheet);
    expect(protectedHeader.typ).toBe(DESK_TYPE);
    expect(sheet).toMatchObject({ sealingKey: world.sealingKey.publicKey, promises: { topUpMissing: { minutes: 120 }, dispute: { days: 2 } }, at: MONDAY });
    expect(createWorkingCalendar(sheet.calendar).until(MONDAY, { minutes: 120 })).toBe(shanghai('2026-03-16 12:00'));
  });

  test('of a server without the key asks for nothing personal, and such a server opens nothing', async () => {
    const { world, body } = await withTicket();
    await world.stop();
    const without = await startWorld({ startAt: MONDAY, database: world.database, sealing: false });
    const { sheet } = deskAnswerSchema.parse((await (await registeredTerminal(without, 'T-0002')).get('/v1/support/desk')).body);
    expect(sheet.sealingKey).toBeUndefined();
    const { openings } = without.server.agents;
    await expect(openings.open(CHEN, { subject: 'ticket', id: body.ticketId, field: 'card', reason: 'to call back' })).rejects.toMatchObject({
      code: 'sealingKeyMissing',
    });
    expect((await openings.openings(ZHAO)).openings).toEqual([]);
  });
});
