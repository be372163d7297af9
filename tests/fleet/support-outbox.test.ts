/** The outbox: once whatever is sent again, in order, an answer for each; what can't be taken is kept; a terminal reaches nothing of others. */
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outboxAnswerSchema, type Envelope } from '../../common/upstream-api/support.ts';
import { bodySha256, TOKEN_TYPE } from '../../common/upstream-api/request-token.ts';
import { supportSettingsSchema } from '../../fleet/server/support/settings.ts';
import { execute } from './database.ts';
import { exchange, freshNonce, problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type Signed, type World } from './support.ts';
import { CHEN, DAY_MS, outboxOf, shanghai, stored, survey, ticket } from './support-desk.ts';

async function terminalWithOutbox(support: object = {}) {
  const world = await startWorld({ startAt: shanghai('2026-03-16 10:00'), settings: { support: supportSettingsSchema.parse(support) } });
  const terminal = await registeredTerminal(world);
  return { world, terminal, outbox: outboxOf(terminal) };
}

const results = (items: readonly { result: string; code?: string }[]): string[] => items.map(({ result, code }) => code ?? result);

/** What no program of ours would write. */
function postText(world: World, { terminalId, key }: HandMadeTerminal, path: string, text: string): Promise<Signed> {
  const claims = { method: 'POST', path, bodySha256: bodySha256(text), at: world.clock.now(), nonce: freshNonce(), terminalId };
  const headers = { authorization: `Kiosk-JWS ${key.signJws(TOKEN_TYPE, claims)}`, 'content-type': 'application/json' };
  return exchange(`${world.url}${path}`, 'POST', { headers, body: text });
}

describe('an envelope', () => {
  test('is answered alike however often it is sent, also after what it made has changed', async () => {
    const { world, outbox } = await terminalWithOutbox();
    const body = await ticket(world);
    const envelope = outbox.next('ticket.created', body);
    const first = await outbox.raw(envelope);
    expect(first).toMatchObject({ items: [{ id: envelope.id, result: 'stored', answer: { ticket: { state: 'open' } } }], next: 2 });
    await world.server.agents.tickets.act(CHEN, body.ticketId, 1, { do: 'assign' });
    await world.restart();
    for (const _ of [1, 2]) expect(await outbox.raw(envelope)).toEqual(first);
    expect((await world.server.agents.tickets.list(CHEN, {})).total).toBe(1);
  });

  test('sent eight times at once is taken once', async () => {
    const { world, outbox } = await terminalWithOutbox();
    const envelope = outbox.next('survey.answered', survey(world));
    const answers = await Promise.all(Array.from({ length: 8 }, () => outbox.raw(envelope)));
    for (const answer of answers) expect(answer).toEqual({ items: [{ id: envelope.id, result: 'stored', answer: {} }], next: 2 });
    expect(await execute(world.database, 'select 1 from surveys')).toHaveLength(1);
  });

  test('waits until what comes before it is there', async () => {
    const { world, outbox } = await terminalWithOutbox();
    const [first, second, third] = [1, 2, 3].map(() => outbox.next('survey.answered', survey(world)));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three envelopes');
    expect(await outbox.raw(second, third)).toMatchObject({ items: [{ code: 'gap' }, { code: 'behind' }], next: 1 });
    expect(results((await outbox.raw(first, third, second)).items)).toEqual(['stored', 'gap', 'behind']);
    expect(results((await outbox.raw(first, second, third)).items)).toEqual(['stored', 'stored', 'stored']);
  });

  test('whose place another has is not taken, and told to begin a new outbox, in which it is', async () => {
    const { world, terminal, outbox } = await terminalWithOutbox();
    const first = outbox.next('survey.answered', survey(world));
    await outbox.raw(first);
    const setBack: Envelope = { seq: 1, id: randomUUID(), kind: 'survey.answered', body: { ...survey(world) } };
    expect(results((await outbox.raw(setBack)).items)).toEqual(['placeTaken']);
    expect(results((await outbox.raw({ ...first, body: { ...first.body, overall: 'bad' } })).items)).toEqual(['placeTaken']);
    expect(results((await outboxOf(terminal).raw(setBack)).items)).toEqual(['stored']);
    expect(await execute(world.database, 'select 1 from surveys')).toHaveLength(2);
  });

  test('that comes again in a new outbox, with another place, is not taken again; with other contents it is refused', async () => {
    const { world, terminal, outbox } = await terminalWithOutbox();
    const body = await ticket(world);
    const first = outbox.next('ticket.created', body);
    const answer = (await outbox.raw(first)).items[0];
    const rebuilt = outboxOf(terminal);
    expect(await rebuilt.raw(first)).toEqual({ items: [answer], next: 2 });
    expect(await rebuilt.raw({ ...first, seq: 2, body: { ...first.body, text: 'another' } })).toMatchObject({
      items: [{ result: 'refused', code: 'idempotencyConflict' }],
      next: 3,
    });
    expect((await world.server.agents.tickets.list(CHEN, {})).total).toBe(1);
  });

  test('of a kind that this server does not know is kept, and what is behind it is taken', async () => {
    const { world, outbox } = await terminalWithOutbox();
    const { items } = await outbox.raw(outbox.next('voice.recorded', { note: 'said at the terminal' }), outbox.next('survey.answered', survey(world)));
    expect(results(items)).toEqual(['unknownKind', 'stored']);
    const { envelopes } = await world.server.agents.outbox.refused(CHEN);
    expect(envelopes).toMatchObject([
      { kind: 'voice.recorded', code: 'unknownKind', body: '{"body":{"note":"said at the terminal"},"kind":"voice.recorded"}' },
    ]);
  });

  test.each([
    ['nested deeper than can be written', `{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`],
    ['with half a character', '{"a":"\\ud800"}'],
    ['with a character that no database keeps', '{"a":"\\u0000"}'],
    ['as long as a request may be', `{"a":"${'x'.repeat(250_000)}"}`],
    ['with a member of every object’s', '{"constructor":1,"toString":2,"ticketId":{"x":1}}'],
  ])('%s is refused and harms nothing', async (_what, text) => {
    const { world, terminal } = await terminalWithOutbox();
    const name = randomUUID();
    const envelope = (seq: number, kind: string, body: string): string => `{"seq":${seq},"id":"${randomUUID()}","kind":"${kind}","body":${body}}`;
    const envelopes = [envelope(1, 'ticket.created', text), envelope(2, 'unknown', '{}'), envelope(3, 'survey.answered', JSON.stringify(survey(world)))];
    const { body } = await postText(world, terminal, '/v1/outbox', `{"outbox":"${name}","envelopes":[${envelopes.join(',')}]}`);
    expect(results(outboxAnswerSchema.parse(body).items)).toEqual(['invalidBody', 'unknownKind', 'stored']);
    const again = await postText(world, terminal, '/v1/outbox', `{"outbox":"${name}","envelopes":[${envelopes.join(',')}]}`);
    expect(again.body).toEqual(body);
    expect((await world.server.agents.outbox.refused(CHEN)).envelopes.every(({ body }) => body.length <= 16_384)).toBe(true);
    expect((await terminal.post('/v1/heartbeat', {})).status).toBe(200);
  });
});

describe('a batch', () => {
  test('of an outbox that loses its answers at random ends with everything once and in order', async () => {
    const { world, outbox } = await terminalWithOutbox();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 5 }), async (plan) => {
        for (const [count, lost] of plan) {
          const envelopes = Array.from({ length: count }, () => outbox.next('survey.answered', survey(world)));
          const first = await outbox.raw(...envelopes);
          const answer = lost ? await outbox.raw(...envelopes) : first;
          expect(answer).toEqual(first);
          expect(answer.items.map(({ id }) => id)).toEqual(envelopes.map(({ id }) => id));
          expect(answer.items.every(({ result }) => result === 'stored')).toBe(true);
        }
      }),
      { numRuns: 8 },
    );
    const rows = (await execute(world.database, 'select seq from outbox_envelopes order by seq')) as { seq: number | string }[];
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_row, index) => index + 1));
    expect(await execute(world.database, 'select 1 from surveys')).toHaveLength(rows.length);
  });

  test('of nothing, of too many, and without its form is no batch', async () => {
    const { terminal, outbox, world } = await terminalWithOutbox();
    const many = Array.from({ length: 51 }, () => outbox.next('survey.answered', survey(world)));
    for (const body of [
      { outbox: 'a', envelopes: [] },
      { outbox: 'a', envelopes: many },
      { envelopes: many.slice(0, 1) },
      { outbox: 'a b', envelopes: many.slice(0, 1) },
    ])
      expect(problemOf(await terminal.post('/v1/outbox', body)).code).toBe('invalidRequest');
  });
});

describe('a terminal', () => {
  test('that sends more in a day than any does is told to wait, in order, and loses nothing', async () => {
    const { world, outbox } = await terminalWithOutbox({ envelopesPerDay: 3 });
    const envelopes = Array.from({ length: 5 }, () => outbox.next('survey.answered', survey(world)));
    expect(results((await outbox.raw(...envelopes)).items)).toEqual(['stored', 'stored', 'stored', 'limit', 'behind']);
    expect(results((await outbox.raw(...envelopes)).items)).toEqual(['stored', 'stored', 'stored', 'limit', 'behind']);
    const other = outboxOf(await registeredTerminal(world, 'T-0002'));
    stored(await other.send('survey.answered', survey(world)));
    await world.clock.advance(DAY_MS);
    expect(results((await outbox.raw(...envelopes.slice(3))).items)).toEqual(['stored', 'stored']);
  });

  test('that makes more work in a day than any does is told to wait, and what is no work is taken from another outbox of its', async () => {
    const { world, terminal, outbox } = await terminalWithOutbox({ ticketsPerDay: 2 });
    const envelopes = [];
    for (let count = 0; count < 3; count += 1) envelopes.push(outbox.next('ticket.created', await ticket(world)));
    expect(results((await outbox.raw(...envelopes)).items)).toEqual(['stored', 'stored', 'limit']);
    stored(await outboxOf(terminal).send('survey.answered', survey(world)));
  });

  test('reaches nothing of another’s, also under the same names', async () => {
    const { world, outbox } = await terminalWithOutbox();
    const mine = outbox.next('survey.answered', survey(world));
    await outbox.raw(mine);
    const other = await registeredTerminal(world, 'T-0002');
    const same = outboxOf(other, outbox.name);
    expect(await same.raw({ ...mine, body: { ...survey(world), overall: 'bad' } })).toMatchObject({ items: [{ result: 'stored' }], next: 2 });
    expect(await outbox.raw(mine)).toMatchObject({ items: [{ result: 'stored' }], next: 2 });
    expect(await execute(world.database, 'select terminal_id, overall from surveys order by terminal_id')).toEqual([
      { terminal_id: 'T-0001', overall: 'good' },
      { terminal_id: 'T-0002', overall: 'bad' },
    ]);
  });
});
