/** Service passwords: set by a holder, sealed on their way, bound to card and change; weak ones refused; nothing readable is kept. */
import { expect, test } from 'vitest';
import { seal } from '../../../common/sealing.ts';
import { passwordKeySchema } from '../../../common/upstream-api/service-passwords.ts';
import { problemOf, type HandMadeTerminal, type Signed } from '../support.ts';
import { answerLost, HOLDER, identified, identify, OTHER_SERIAL, PASSWORD, placeWithHolder, SERIAL } from './people.ts';

const NEW = '582047';

async function sealedFor(terminal: HandMadeTerminal, contents: object): Promise<string> {
  const { key } = passwordKeySchema.parse((await terminal.get('/v1/issuer/service-passwords/key')).body);
  return seal(key, JSON.stringify(contents));
}

async function set(terminal: HandMadeTerminal, password: string, change: object = {}): Promise<Signed> {
  const sealed = await sealedFor(terminal, { changeId: 'P1', serial: SERIAL, password });
  return terminal.post('/v1/issuer/service-passwords', { changeId: 'P1', identificationId: 'I1', serial: SERIAL, sealed, ...change });
}

const settle = async (terminal: HandMadeTerminal) => (await terminal.post('/v1/issuer/service-passwords/P1/settle', {})).body;
const byPassword = (terminal: HandMadeTerminal, identificationId: string, password: string) =>
  identify(terminal, identificationId, { by: 'password', serial: SERIAL, password });

test('the new one identifies its holder, the old one no longer', async () => {
  const { terminal } = await placeWithHolder();
  await identified(terminal);
  expect((await set(terminal, NEW)).body).toEqual({ result: 'set' });
  expect(await byPassword(terminal, 'I2', PASSWORD)).toMatchObject({ result: 'refused', code: 'wrongPassword' });
  expect(await byPassword(terminal, 'I3', NEW)).toMatchObject({ result: 'identified' });
  expect(await settle(terminal)).toEqual({ state: 'set' });
});

test('asked for again after its answer was lost it is set once', async () => {
  const { world, terminal } = await placeWithHolder();
  await identified(terminal);
  const sealed = await sealedFor(terminal, { changeId: 'P1', serial: SERIAL, password: NEW });
  const request = { changeId: 'P1', identificationId: 'I1', serial: SERIAL, sealed };
  expect((await answerLost(world, '/v1/issuer/service-passwords', () => terminal.post('/v1/issuer/service-passwords', request))).body).toEqual({
    result: 'set',
  });
  expect(problemOf(await set(terminal, NEW)).code).toBe('idempotencyConflict');
});

test.each([
  ['weak', '111111', {}],
  ['weak', '123456', {}],
  ['weak', '900307', {}],
  ['notIdentified', NEW, { identificationId: 'I9' }],
])('%s is refused, and the old one holds', async (code, password, change) => {
  const { terminal } = await placeWithHolder();
  await identified(terminal);
  expect((await set(terminal, password, change)).body).toEqual({ result: 'refused', code });
  expect(await byPassword(terminal, 'I2', PASSWORD)).toMatchObject({ result: 'identified' });
});

test('somebody else’s card is refused', async () => {
  const { terminal } = await placeWithHolder({}, HOLDER);
  await identified(terminal);
  const sealed = await sealedFor(terminal, { changeId: 'P1', serial: OTHER_SERIAL, password: NEW });
  expect((await terminal.post('/v1/issuer/service-passwords', { changeId: 'P1', identificationId: 'I1', serial: OTHER_SERIAL, sealed })).body).toEqual({
    result: 'refused',
    code: 'notHoldersCard',
  });
});

test('what was sealed for another card or change is no password of this one', async () => {
  const { terminal } = await placeWithHolder();
  await identified(terminal);
  for (const contents of [
    { changeId: 'P2', serial: SERIAL, password: NEW },
    { changeId: 'P1', serial: OTHER_SERIAL, password: NEW },
    { changeId: 'P1', serial: SERIAL, password: '12' },
  ])
    expect(problemOf(await set(terminal, NEW, { sealed: await sealedFor(terminal, contents) })).code).toBe('sealUnreadable');
});

test('a change that never arrived is barred once somebody asked what became of it', async () => {
  const { terminal } = await placeWithHolder();
  await identified(terminal);
  expect(await settle(terminal)).toEqual({ state: 'notSet' });
  expect((await set(terminal, NEW)).body).toEqual({ result: 'refused', code: 'notArrived' });
  expect(await byPassword(terminal, 'I2', PASSWORD)).toMatchObject({ result: 'identified' });
});

test('without a key nothing can be sealed', async () => {
  const { terminal } = await placeWithHolder({ sealing: false });
  expect(problemOf(await terminal.get('/v1/issuer/service-passwords/key')).code).toBe('issuerUnavailable');
});
