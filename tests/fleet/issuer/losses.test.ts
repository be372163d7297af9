/** Loss reports and their release: what is refused from which moment on, and what the person is told. Cards and MACs: card-application.md 6.2. */
import { describe, expect, test } from 'vitest';
import { lossStandingSchema, type LossStanding } from '../../../common/upstream-api/losses.ts';
import { issuerServicesSettingsSchema } from '../../../fleet/server/issuer/settings.ts';
import { readIssuerStatement } from '../../../common/reconciliation/statement-file.ts';
import { loadRequest, problemOf, V1, type HandMadeTerminal, type Signed } from '../support.ts';
import { answerLost, HOLDER, identified, identify, OTHER_SERIAL, PASSWORD, placeWithHolder, SERIAL, statementText } from './people.ts';

const MINUTE = 60_000;
const REFERENCE = 'A01-0315-LOSS-1';
const loss = { reportId: 'R1', identificationId: 'I1', serial: SERIAL, reference: REFERENCE };
const report = (terminal: HandMadeTerminal, change: object = {}): Promise<Signed> => terminal.post('/v1/issuer/losses', { ...loss, ...change });
const release = (terminal: HandMadeTerminal, change: object = {}): Promise<Signed> =>
  terminal.post('/v1/issuer/losses/release', { releaseId: 'X1', identificationId: 'I1', card: V1.card, presence: V1.init, ...change });
const standing = async (terminal: HandMadeTerminal): Promise<LossStanding> => lossStandingSchema.parse((await terminal.get('/v1/issuer/losses/R1')).body);
const check = async (terminal: HandMadeTerminal) => (await terminal.post('/v1/issuer/check', { card: V1.card })).body;
const authorize = async (terminal: HandMadeTerminal, loadId: string) => (await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, loadId))).body;
const ALLOWED = { allowed: true, purseLimit: 500_000 };
const LOST = { allowed: false, reason: 'reportedLost' };
const delayed = (minutes: number, more: object = {}) => ({
  settings: { issuerServices: issuerServicesSettingsSchema.parse({ losses: { effectiveAfterMinutes: minutes, ...more } }) },
});

describe('a report', () => {
  test('takes effect at once, and both check and load refuse the card, at every terminal', async () => {
    const { world, terminal, other } = await placeWithHolder();
    await identified(terminal);
    expect(await check(other)).toEqual(ALLOWED);
    expect((await report(terminal)).body).toEqual({ result: 'reported', reference: REFERENCE, reportedAt: V1.at, effectiveAt: V1.at });
    expect(await check(other)).toEqual(LOST);
    expect(await authorize(other, 'L1')).toEqual({ result: 'refused', code: 'reportedLost' });
    expect((await world.books()).issuerServices.losses).toMatchObject({ effective: 1, reported: 0, reports: [{ reportId: 'R1', state: 'effective' }] });
  });

  test('with a delay leaves the card its holder’s until that very moment, and the loads of both sides are told apart', async () => {
    const { world, terminal } = await placeWithHolder(delayed(30));
    await identified(terminal);
    expect((await report(terminal)).body).toMatchObject({ result: 'reported', reportedAt: V1.at, effectiveAt: V1.at + 30 * MINUTE });
    await world.clock.advance(30 * MINUTE - 1);
    expect(await check(terminal)).toEqual(ALLOWED);
    expect(await standing(terminal)).toMatchObject({ state: 'reported' });
    expect(await authorize(terminal, 'L1')).toMatchObject({ result: 'authorized' });
    await world.clock.advance(1);
    expect(await check(terminal)).toMatchObject(LOST);
    expect(await authorize(terminal, 'L2')).toEqual({ result: 'refused', code: 'reportedLost' });
    // what was authorized before is booked, and is the holder's
    const confirmed = await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1' });
    expect(confirmed.body).toEqual({ tac: 'absent' });
    expect(await standing(terminal)).toMatchObject({ state: 'effective', holdersLoads: { count: 1, amount: 1 }, issuersLoads: { count: 0, amount: 0 } });
  });

  test('that was taken while the identification was good is taken also when it arrives later; a release is not', async () => {
    const { world, terminal, other } = await placeWithHolder();
    await identified(terminal);
    const takenAt = world.clock.now() + 9 * MINUTE;
    await world.clock.advance(3 * 24 * 60 * MINUTE);
    expect((await report(terminal, { reportId: 'R2', takenAt: takenAt + 2 * MINUTE })).body).toEqual({ result: 'refused', code: 'notIdentified' });
    expect((await report(other, { reportId: 'R3', takenAt })).body).toEqual({ result: 'refused', code: 'notIdentified' });
    expect((await report(terminal, { takenAt })).body).toMatchObject({ result: 'reported', effectiveAt: world.clock.now() });
    expect(await standing(terminal)).toMatchObject({ state: 'effective', takenAt });
    expect((await release(terminal)).body).toEqual({ result: 'refused', code: 'notIdentified' });
  });

  test('asked for again after its answer was lost is one report', async () => {
    const { world, terminal } = await placeWithHolder();
    await identified(terminal);
    const answer = await answerLost(world, '/v1/issuer/losses', () => report(terminal));
    expect(answer.body).toMatchObject({ result: 'reported', reference: REFERENCE });
    expect(answer.body).not.toHaveProperty('earlier');
    expect(await standing(terminal)).toMatchObject({ history: [{ kind: 'reported', at: V1.at, terminalId: 'T-0001', reference: REFERENCE }] });
    expect(problemOf(await report(terminal, { reference: 'other' })).code).toBe('idempotencyConflict');
  });

  test('that a terminal took without a connection takes effect when it arrives, and says when it was taken', async () => {
    const { world, terminal } = await placeWithHolder();
    await world.clock.advance(60 * MINUTE);
    await identified(terminal);
    expect((await report(terminal, { takenAt: V1.at })).body).toMatchObject({ effectiveAt: V1.at + 60 * MINUTE });
    expect(await standing(terminal)).toMatchObject({ takenAt: V1.at, reportedAt: V1.at + 60 * MINUTE, effectiveAt: V1.at + 60 * MINUTE });
  });

  test('of a card that is reported already tells number and time of the first', async () => {
    const { world, terminal, other } = await placeWithHolder(delayed(30));
    await identified(terminal);
    await report(terminal);
    await world.clock.advance(MINUTE);
    await identified(other, 'I2');
    const again = { reportId: 'R2', identificationId: 'I2', reference: 'A02-0315-LOSS-2' };
    const first = { result: 'reported', reference: REFERENCE, reportedAt: V1.at, effectiveAt: V1.at + 30 * MINUTE, earlier: true };
    for (let time = 0; time < 2; time += 1) expect((await report(other, again)).body).toEqual(first);
    expect((await standing(terminal)).history.map(({ kind }) => kind)).toEqual(['reported', 'reportedAgain']);
    expect((await world.books()).issuerServices.losses.reports).toHaveLength(1);
    expect((await other.get('/v1/issuer/losses/R2')).body).toMatchObject({ reference: REFERENCE });
  });

  test('is refused without an identification, with another terminal’s, with one that is over, and of another’s card', async () => {
    const { world, terminal, other } = await placeWithHolder();
    await identified(terminal);
    const refused = (code: string) => ({ result: 'refused', code });
    expect((await report(other)).body).toEqual(refused('notIdentified'));
    expect((await report(terminal, { reportId: 'R2', identificationId: 'I9' })).body).toEqual(refused('notIdentified'));
    expect((await report(terminal, { reportId: 'R3', serial: OTHER_SERIAL })).body).toEqual(refused('notHoldersCard'));
    await world.clock.advance(10 * MINUTE);
    expect((await report(terminal, { reportId: 'R4' })).body).toEqual(refused('notIdentified'));
    expect(await check(terminal)).toEqual(ALLOWED);
    expect(problemOf(await other.get('/v1/issuer/losses/R1')).code).toBe('unknownLoss');
    expect((await world.books()).issuerServices.losses.reports).toEqual([]);
  });

  test('by a password is of that card and of no other', async () => {
    const { world, terminal } = await placeWithHolder();
    await world.hand('/sandbox/issuer/holders', { ...HOLDER, cards: [...HOLDER.cards, { serial: OTHER_SERIAL }] });
    await identify(terminal, 'I1', { by: 'password', serial: SERIAL, password: PASSWORD });
    expect((await report(terminal, { serial: OTHER_SERIAL })).body).toEqual({ result: 'refused', code: 'notHoldersCard' });
    expect((await report(terminal, { reportId: 'R2' })).body).toMatchObject({ result: 'reported' });
  });

  test('stands after a restart, and in the list of the holder’s cards', async () => {
    const { world, terminal } = await placeWithHolder();
    await identified(terminal);
    await report(terminal);
    await world.restart('live');
    expect(await check(terminal)).toEqual(LOST);
    expect(await identify(terminal, 'I2', { by: 'password', serial: SERIAL, password: PASSWORD })).toMatchObject({
      cards: [{ serial: SERIAL, status: 'lost', lossReference: REFERENCE, lossEffectiveAt: V1.at }],
    });
  });

  test('is in the issuer’s statement', async () => {
    const { world, terminal } = await placeWithHolder(delayed(30));
    await identified(terminal);
    await report(terminal);
    await report(terminal, { reportId: 'R2' });
    await world.clock.advance(1);
    const at = (ms: number): string => new Date(ms).toISOString();
    expect(readIssuerStatement(await statementText(world, 'issuer')).losses).toEqual([
      { reportId: 'R1', terminalId: 'T-0001', serial: SERIAL, merchantReference: REFERENCE, reportedAt: at(V1.at), effectiveAt: at(V1.at + 30 * MINUTE) },
    ]);
  });
});

describe('a release', () => {
  test('with holder and card makes the card good again, before the effective time and after it', async () => {
    for (const wait of [0, 30 * MINUTE]) {
      const { world, terminal } = await placeWithHolder(delayed(30));
      await identified(terminal);
      await report(terminal);
      await world.clock.advance(wait);
      await identified(terminal, 'I2');
      const answer = { result: 'released', reference: REFERENCE, releasedAt: V1.at + wait, everywhereAt: V1.at + wait + 120 * MINUTE };
      expect((await answerLost(world, '/v1/issuer/losses/release', () => release(terminal, { identificationId: 'I2' }))).body).toEqual(answer);
      await world.clock.advance(30 * MINUTE);
      expect(await check(terminal)).toEqual(ALLOWED);
      expect(await authorize(terminal, 'L1')).toMatchObject({ result: 'authorized' });
      expect(await standing(terminal)).toMatchObject({ state: 'released', releasedAt: V1.at + wait, history: [{ kind: 'reported' }, { kind: 'released' }] });
    }
  });

  test('and a new report are two reports, with a history each', async () => {
    const { world, terminal } = await placeWithHolder();
    await identified(terminal);
    await report(terminal);
    await release(terminal);
    expect((await report(terminal, { reportId: 'R2', reference: 'second' })).body).toEqual({
      result: 'reported',
      reference: 'second',
      reportedAt: V1.at,
      effectiveAt: V1.at,
    });
    expect(await check(terminal)).toEqual(LOST);
    expect((await world.books()).issuerServices.losses).toMatchObject({ released: 1, effective: 1 });
    // the first report, said again, changes nothing
    expect((await report(terminal)).body).toMatchObject({ reference: REFERENCE });
  });

  test.each([
    ['another terminal’s identification', {}, 'notIdentified', true],
    ['a card of somebody else', { card: { ...V1.card, serial: OTHER_SERIAL } }, 'notHoldersCard', false],
    ['no card', { presence: undefined }, 'cardNotPresent', false],
    ['a MAC1 that is wrong', { presence: { ...V1.init, mac1: '824B80B9' } }, 'badMac1', false],
    ['a MAC1 that is zero', { presence: { ...V1.init, mac1: '00000000' } }, 'badMac1', false],
    ['a MAC1 of another algorithm', { presence: { ...V1.init, algorithm: 4 } }, 'badMac1', false],
  ])('with %s is refused, for good, and the card stays refused', async (_what, change, code, elsewhere) => {
    const { terminal, other } = await placeWithHolder();
    await identified(terminal);
    await report(terminal);
    for (let time = 0; time < 2; time += 1) expect((await release(elsewhere ? other : terminal, change)).body).toEqual({ result: 'refused', code });
    expect(await check(terminal)).toEqual(LOST);
    expect(problemOf(await release(terminal, { ...change, identificationId: 'I7' })).code).toBe('idempotencyConflict');
  });

  test('by a means that is not enough for it, and of a card that is not reported, is refused', async () => {
    const { terminal } = await placeWithHolder();
    await identified(terminal);
    expect((await release(terminal)).body).toEqual({ result: 'refused', code: 'notReported' });
    await report(terminal);
    await identify(terminal, 'I2', { by: 'password', serial: SERIAL, password: PASSWORD });
    expect((await release(terminal, { releaseId: 'X2', identificationId: 'I2' })).body).toEqual({ result: 'refused', code: 'proofNotAccepted' });
  });

  test('needs what the issuer configured, and no more', async () => {
    const { terminal } = await placeWithHolder(delayed(0, { releaseBy: ['password'], releaseNeedsCard: false }));
    await identified(terminal);
    await report(terminal);
    expect((await release(terminal, { presence: undefined })).body).toEqual({ result: 'refused', code: 'proofNotAccepted' });
    await identify(terminal, 'I2', { by: 'password', serial: SERIAL, password: PASSWORD });
    expect((await release(terminal, { releaseId: 'X2', identificationId: 'I2', presence: undefined })).body).toMatchObject({ result: 'released' });
  });
});

test('with the issuer offline nothing is reported, and the terminal hears it', async () => {
  const { world, terminal } = await placeWithHolder();
  await identified(terminal);
  await world.hand('/sandbox/faults', { issuerOffline: true });
  expect(problemOf(await report(terminal))).toMatchObject({ status: 503, code: 'issuerUnavailable' });
  expect((await world.books()).issuerServices.losses.reports).toEqual([]);
});

describe('what the card held', () => {
  const tell = (world: Awaited<ReturnType<typeof placeWithHolder>>['world'], balance: number) => world.hand('/sandbox/issuer/losses/R1/balance', { balance });

  test('is told by the clearing once, and stays', async () => {
    const { world, terminal } = await placeWithHolder();
    await identified(terminal);
    await report(terminal);
    for (let time = 0; time < 2; time += 1) expect((await tell(world, 3800)).status).toBe(200);
    expect(problemOf(await tell(world, 3801)).code).toBe('idempotencyConflict');
    expect(await standing(terminal)).toMatchObject({ balance: 3800, history: [{ kind: 'reported' }, { kind: 'balanceKnown' }] });
  });

  test('can’t be told before the effective time, of no report, or while a load is open', async () => {
    const { world, terminal } = await placeWithHolder(delayed(30));
    expect(problemOf(await tell(world, 1)).code).toBe('unknownLoss');
    await identified(terminal);
    await authorize(terminal, 'L1');
    await report(terminal);
    expect(problemOf(await tell(world, 1)).code).toBe('lossNotEffective');
    await world.clock.advance(30 * MINUTE);
    expect(problemOf(await tell(world, 1)).code).toBe('loadUndecided');
    await terminal.post('/v1/issuer/loads/reverse', { loadId: 'L1' });
    expect((await tell(world, 0)).status).toBe(200);
  });
});

describe('reports and releases in the order in which they were spoken', () => {
  test('a report that was taken before the release and arrives after it blocks nothing', async () => {
    const { world, terminal, other } = await placeWithHolder();
    await identified(terminal);
    await identified(other, 'I2');
    await report(other, { reportId: 'R0', identificationId: 'I2' });
    const takenAt = world.clock.now() + MINUTE;
    await world.clock.advance(2 * MINUTE);
    expect((await release(other, { identificationId: await identified(other, 'I3') })).body).toMatchObject({ result: 'released' });
    await world.clock.advance(5 * MINUTE);
    for (let time = 0; time < 2; time += 1) expect((await report(terminal, { takenAt })).body).toEqual({ result: 'refused', code: 'releasedSince' });
    expect(await check(other)).toEqual(ALLOWED);
  });

  test('a report that was taken after the release blocks the card, whatever the terminal’s clock says', async () => {
    const { world, terminal, other } = await placeWithHolder();
    await identified(other, 'I2');
    await report(other, { reportId: 'R0', identificationId: 'I2' });
    await release(other, { identificationId: 'I2' });
    await world.clock.advance(MINUTE);
    await identified(terminal);
    // an hour slow: nobody reports before they are identified
    expect((await report(terminal, { takenAt: V1.at - 60 * MINUTE })).body).toMatchObject({ result: 'reported' });
    expect(await check(other)).toEqual(LOST);
  });

  test('a release of before a new report leaves that one in force', async () => {
    const { world, terminal, other } = await placeWithHolder();
    await identified(terminal);
    await report(terminal);
    const early = await identified(other, 'I2');
    await release(other, { identificationId: early });
    await world.clock.advance(MINUTE);
    await report(terminal, { reportId: 'R2', identificationId: await identified(terminal, 'I3') });
    expect((await release(other, { releaseId: 'X2', identificationId: early })).body).toEqual({ result: 'refused', code: 'reportedSince' });
    expect(await check(other)).toEqual(LOST);
    expect((await release(other, { releaseId: 'X3', identificationId: await identified(other, 'I4') })).body).toMatchObject({ result: 'released' });
  });
});
