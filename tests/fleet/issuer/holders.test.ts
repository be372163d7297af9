/** Who is asking: by document, telephone and password; guessed by nobody; nothing readable in the store. */
import { describe, expect, test } from 'vitest';
import { issuerServicesSettingsSchema } from '../../../fleet/server/issuer/settings.ts';
import { execute } from '../database.ts';
import { problemOf } from '../support.ts';
import { answerLost, askForCode, byDocument, DOCUMENT, HOLDER, identify, messages, OTHER_SERIAL, PASSWORD, PHONE, placeWithHolder, SERIAL } from './people.ts';

const MINUTE = 60_000;
const CARD = { serial: SERIAL, status: 'active' };
const byPassword = (password: string) => ({ by: 'password', serial: SERIAL, password });
const byCode = (code: string, codeRequestId = 'C1') => ({ by: 'phone', codeRequestId, code });

test('a holder is identified by document, by telephone and by password, for ten minutes', async () => {
  const { world, terminal } = await placeWithHolder();
  const expected = { result: 'identified', expiresAt: world.clock.now() + 10 * MINUTE, cards: [CARD] };
  expect(await identify(terminal, 'I1', byDocument)).toEqual(expected);
  expect(await identify(terminal, 'I2', { by: 'document', documentHash: DOCUMENT.toUpperCase() })).toEqual(expected);
  expect(await identify(terminal, 'I3', byPassword(PASSWORD))).toEqual(expected);
  await askForCode(terminal);
  const [sent] = await messages(world);
  expect(sent).toMatchObject({ phone: PHONE, at: world.clock.now() });
  expect(await identify(terminal, 'I4', byCode(sent?.code ?? ''))).toEqual(expected);
});

test('by a password only that card is spoken for, by a document all of them', async () => {
  const { world, terminal } = await placeWithHolder();
  await world.hand('/sandbox/issuer/holders', { ...HOLDER, cards: [...HOLDER.cards, { serial: OTHER_SERIAL }] });
  expect(await identify(terminal, 'I1', byPassword(PASSWORD))).toMatchObject({ cards: [CARD] });
  expect(await identify(terminal, 'I2', byDocument)).toMatchObject({ cards: [CARD, { serial: OTHER_SERIAL, status: 'active' }] });
});

test('the same identification, asked for again, is answered alike; with another secret or at another terminal it is a conflict', async () => {
  const { terminal, other, world } = await placeWithHolder();
  const ask = { identificationId: 'I1', ...byPassword(PASSWORD) };
  const answer = await answerLost(world, '/v1/issuer/identifications', () => terminal.post('/v1/issuer/identifications', ask));
  expect(answer.body).toMatchObject({ result: 'identified' });
  expect(problemOf(await terminal.post('/v1/issuer/identifications', { ...ask, password: '111111' })).code).toBe('idempotencyConflict');
  expect(problemOf(await other.post('/v1/issuer/identifications', ask)).code).toBe('idempotencyConflict');
});

test('nothing that identifies a person is readable in the store', async () => {
  const { world, terminal } = await placeWithHolder();
  await identify(terminal, 'I1', byDocument);
  await identify(terminal, 'I2', byPassword(PASSWORD));
  await askForCode(terminal);
  const [sent] = await messages(world);
  await identify(terminal, 'I3', byCode(sent?.code ?? ''));
  const rows = await Promise.all(
    ['holders', 'holder_cards', 'phone_codes', 'identifications'].map((table) => execute(world.database, `SELECT * FROM ${table}`)),
  );
  expect(rows.map(({ length }) => length)).toEqual([1, 1, 1, 3]);
  const text = JSON.stringify(rows);
  for (const secret of [DOCUMENT, PHONE, PASSWORD, `"${sent?.code}"`]) expect(text).not.toContain(secret);
});

describe('a code', () => {
  test('is sent once for its request, and not at all to a telephone nobody registered; the answers are alike', async () => {
    const { world, terminal } = await placeWithHolder();
    const first = await answerLost(world, '/v1/issuer/phone-codes', () => askForCode(terminal));
    expect(first.body).toEqual({ expiresAt: world.clock.now() + 5 * MINUTE });
    expect((await askForCode(terminal, 'C2', '13900139000')).body).toEqual(first.body);
    expect(await messages(world)).toHaveLength(1);
    expect(problemOf(await askForCode(terminal, 'C1', '13900139000')).code).toBe('idempotencyConflict');
  });

  test('is good once, at the terminal that asked for it, and until its time is over', async () => {
    const { world, terminal, other } = await placeWithHolder();
    await askForCode(terminal);
    const code = (await messages(world))[0]?.code ?? '';
    expect(await identify(other, 'I1', byCode(code))).toEqual({ result: 'refused', code: 'wrongCode', triesLeft: 4 });
    await world.clock.advance(5 * MINUTE - 1);
    expect(await identify(terminal, 'I2', byCode(code))).toMatchObject({ result: 'identified' });
    expect(await identify(terminal, 'I3', byCode(code))).toEqual({ result: 'refused', code: 'codeExpired' });
    await askForCode(terminal, 'C2');
    const second = (await messages(world))[1]?.code ?? '';
    await world.clock.advance(5 * MINUTE);
    expect(await identify(terminal, 'I4', byCode(second, 'C2'))).toEqual({ result: 'refused', code: 'codeExpired' });
  });

  test('is not sent to one telephone without end', async () => {
    const { world, terminal } = await placeWithHolder();
    for (let time = 0; time < 5; time += 1) expect((await askForCode(terminal, `C${time}`)).status).toBe(200);
    expect(problemOf(await askForCode(terminal, 'C5'))).toMatchObject({ status: 429, code: 'tooManyRequests' });
    expect(await messages(world)).toHaveLength(5);
    await world.clock.advance(30 * MINUTE);
    expect((await askForCode(terminal, 'C6')).status).toBe(200);
  });

  test('is not promised where no gateway is connected', async () => {
    const { world, terminal } = await placeWithHolder();
    await world.restart('live');
    expect(problemOf(await askForCode(terminal))).toMatchObject({ status: 503, code: 'messengerUnavailable' });
  });
});

describe('guessing', () => {
  test('a password is tried five times, wherever, then it is locked for a while, right or wrong', async () => {
    const { world, terminal, other } = await placeWithHolder();
    for (const [index, triesLeft] of [4, 3, 2, 1, 0].entries()) {
      expect(await identify(index % 2 === 0 ? terminal : other, `I${index}`, byPassword('000000'))).toEqual({
        result: 'refused',
        code: 'wrongPassword',
        triesLeft,
      });
    }
    expect(await identify(terminal, 'I5', byPassword(PASSWORD))).toEqual({ result: 'refused', code: 'locked' });
    await world.clock.advance(30 * MINUTE - 1);
    expect(await identify(terminal, 'I6', byPassword(PASSWORD))).toMatchObject({ code: 'locked' });
    await world.clock.advance(1);
    expect(await identify(terminal, 'I7', byPassword(PASSWORD))).toMatchObject({ result: 'identified' });
  });

  test('a terminal that tries many documents is locked, another is not', async () => {
    const { terminal, other } = await placeWithHolder({ settings: { issuerServices: servicesOf({ wrongTriesPerTerminal: 3 }) } });
    const strange = (index: number) => ({ by: 'document', documentHash: String(index).repeat(64) });
    for (const index of [1, 2, 3]) expect(await identify(terminal, `I${index}`, strange(index))).toEqual({ result: 'refused', code: 'unknownHolder' });
    expect(await identify(terminal, 'I4', byDocument)).toEqual({ result: 'refused', code: 'locked' });
    expect(await identify(other, 'I5', byDocument)).toMatchObject({ result: 'identified' });
  });
});

test('a document, a telephone or a card that another holder has is refused', async () => {
  const { world } = await placeWithHolder();
  const register = (change: object) => world.hand('/sandbox/issuer/holders', { holderId: 'H2', cards: [], ...change });
  for (const change of [{ documentHash: DOCUMENT }, { phone: PHONE }, { cards: [{ serial: SERIAL }] }]) {
    expect(problemOf(await register(change)).code).toBe('idempotencyConflict');
  }
  expect((await register({})).status).toBe(200);
});

function servicesOf(identification: object) {
  return issuerServicesSettingsSchema.parse({ identification });
}
