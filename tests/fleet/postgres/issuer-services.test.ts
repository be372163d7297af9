/** The issuer's services at two servers on one database, slowed down so that what happens at once really does. */
import { expect, test } from 'vitest';
import { execute } from '../database.ts';
import { blankChip, file15Of, issuerWithKeys, loadOf, presenceOf, relay } from '../issuer/cards.ts';
import { askForCode, DOCUMENT, HOLDER, identified, messages, placeWithHolder, SERIAL } from '../issuer/people.ts';
import { handMadeTerminal, V1, type HandMadeTerminal, type Signed, type World, type WorldOptions } from '../support.ts';

const SLOW = ['loss_reports', 'pending_claims', 'loads', 'replacements', 'identifications', 'pending_loads', 'holder_cards'];
const OLD_SERIAL = '00004100000099999999';

interface Pair {
  readonly world: World;
  /** T-0001 at either server. */
  readonly here: HandMadeTerminal;
  readonly there: HandMadeTerminal;
}

async function pair(options: WorldOptions = {}, holder: object = HOLDER): Promise<Pair> {
  const { world, terminal } = await placeWithHolder(options, holder);
  const second = await world.second();
  await execute(world.database, 'create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.03); return new; end $$');
  for (const table of SLOW) await execute(world.database, `create trigger slow before insert on ${table} for each row execute function slow()`);
  return { world, here: terminal, there: handMadeTerminal(second, 'T-0001', terminal.key) };
}

const words = (answers: readonly Signed[]): string[] =>
  answers.map(({ body }) => (body as { code?: string }).code ?? (body as { result?: string }).result ?? '').sort();
const times = <T>(count: number, turn: (index: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, index) => turn(index)));

test('one card, reported six times at once: one report is in force, and everybody is told its number', async () => {
  const { world, here, there } = await pair();
  await identified(here);
  const answers = await times(6, (index) =>
    (index % 2 === 0 ? here : there).post('/v1/issuer/losses', {
      reportId: `R${index % 3}`,
      identificationId: 'I1',
      serial: SERIAL,
      reference: `N${index % 3}`,
    }),
  );
  expect(new Set(answers.map(({ body }) => (body as { reference: string }).reference)).size).toBe(1);
  expect((await world.books()).issuerServices.losses.reports).toHaveLength(1);
});

test('one pending load, ten claims at once: one has it', async () => {
  const { world, here, there } = await pair();
  await world.hand('/sandbox/issuer/pending-loads', { pendingId: 'P1', serial: SERIAL, kind: 'subsidy', amount: 1, reference: 'S' });
  const answers = await times(10, (index) =>
    (index % 2 === 0 ? here : there).post('/v1/issuer/pending-loads/claim', { claimId: `C${index}`, pendingId: 'P1', card: V1.card }),
  );
  expect(words(answers)).toEqual(['claimed', ...Array.from({ length: 9 }, () => 'taken')]);
});

test.each(['issuer', 'terminal'])('a limit of two for the %s: of loads of six cards at once two are authorized', async (scope) => {
  const velocityRules = [{ number: 10, scope, window: 'day', maxCount: 2, messageKey: 'limit.own' }];
  const { world, here, there } = await pair({ issuer: { velocityRules } });
  const answers = await times(6, (index) =>
    (index % 2 === 0 ? here : there).post('/v1/issuer/loads/authorize', loadOf(`L${index}`, 1, `0000410000001234567${index}`)),
  );
  expect(words(answers)).toEqual(['authorized', 'authorized', ...Array.from({ length: 4 }, () => 'velocity')]);
  expect((await world.books()).issuer.reserved).toBe(2);
});

test('a code that is used at both servers at once identifies once', async () => {
  const { world, here, there } = await pair();
  await askForCode(here);
  const code = (await messages(world))[0]?.code;
  const answers = await times(6, (index) =>
    (index % 2 === 0 ? here : there).post('/v1/issuer/identifications', { identificationId: `I${index}`, by: 'phone', codeRequestId: 'C1', code }),
  );
  expect(words(answers)).toEqual([...Array.from({ length: 5 }, () => 'codeExpired'), 'identified']);
});

test('two replacements of one card at once: one is granted; its card, confirmed at both servers at once, moves the value once', async () => {
  const { world, here, there } = await pair(issuerWithKeys(), { ...HOLDER, documentHash: DOCUMENT, cards: [{ serial: OLD_SERIAL }] });
  await identified(here);
  await here.post('/v1/issuer/losses', { reportId: 'R1', identificationId: 'I1', serial: OLD_SERIAL, reference: 'R' });
  await world.hand('/sandbox/issuer/losses/R1/balance', { balance: 3800 });
  const grants = await times(4, (index) =>
    (index % 2 === 0 ? here : there).post('/v1/issuer/replacements', {
      replacementId: `N${index % 2}`,
      identificationId: 'I1',
      serial: OLD_SERIAL,
      reference: 'R',
    }),
  );
  expect(words(grants)).toEqual(['beingReplaced', 'beingReplaced', 'granted', 'granted']);
  const replacementId = grants.findIndex(({ body }) => (body as { result: string }).result === 'granted') === 0 ? 'N0' : 'N1';
  const blank = blankChip();
  await here.post('/v1/issuer/scripts', { scriptId: 'S1', function: 'personalise', replacementId, card: V1.card, uid: '04A1B2C3', reference: 'R' });
  await relay(there, blank, 'S1');
  const read = { file15: file15Of(blank), presence: presenceOf(blank) };
  const answers = await times(4, (index) => (index % 2 === 0 ? here : there).post('/v1/issuer/scripts/S1/confirm', read));
  expect(words(answers)).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed']);
  expect((await world.books()).issuerServices).toMatchObject({ pendingLoads: { created: 3800, available: 3800 }, replacements: { written: 1 } });
});
