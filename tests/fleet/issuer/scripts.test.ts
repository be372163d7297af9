/** Functions of a card in use, each written by the server's script to a simulated card that checks every MAC (card-application.md 4.2), and read back. */
import { describe, expect, test } from 'vitest';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import { JTT978_AID } from '../../../drivers/card/pboc/profile.ts';
import { problemOf, V1, type HandMadeTerminal, type Signed } from '../support.ts';
import { challengeOf, file15Of, holdersChip, issuerWithKeys, presenceOf, relay, say, uidOf, type Relay } from './cards.ts';
import { answerLost, identified, placeWithHolder, SERIAL } from './people.ts';

const SERVICES = {
  scripts: { cardTypes: ['0203'], services: [{ service: 'library', record: 2, data: '280101' }] },
};
const refused = (code: string) => ({ result: 'refused', code });
const PIN = { id: 0, value: '123456', guards: ['load'] } as const;

const start = (terminal: HandMadeTerminal, fn: string, change: object = {}): Promise<Signed> =>
  terminal.post('/v1/issuer/scripts', { scriptId: 'S1', function: fn, card: V1.card, uid: '04A1B2C3', reference: 'R', ...change });
const confirm = async (terminal: HandMadeTerminal, read: object, scriptId = 'S1') => (await terminal.post(`/v1/issuer/scripts/${scriptId}/confirm`, read)).body;
const setStatus = (place: Awaited<ReturnType<typeof placeWithHolder>>, status: string) =>
  place.world.hand(`/sandbox/issuer/cards/${SERIAL}/status`, { status });

async function place(services: object = SERVICES) {
  const there = await placeWithHolder(issuerWithKeys(services));
  await identified(there.terminal);
  return there;
}

async function run(terminal: HandMadeTerminal, chip: Chip, fn: string, readBack: readonly string[], change: object = {}, options: Relay = {}): Promise<void> {
  expect((await start(terminal, fn, change)).body).toEqual({ result: 'issued', steps: 1 });
  expect(await relay(terminal, chip, 'S1', options)).toMatchObject({ state: 'written', readBack });
}

test('activation sets the flag, and card and account work from then on', async () => {
  const here = await place();
  const chip = holdersChip({ purse: { enabled: false } });
  await setStatus(here, 'notActivated');
  expect(say(chip, '805000020B0100000000000001000050')).toBe('6985');
  await run(here.terminal, chip, 'activate', ['file15', 'presence']);
  expect(await confirm(here.terminal, { file15: file15Of(chip), presence: presenceOf(chip) })).toEqual({ result: 'confirmed' });
  expect((await here.terminal.post('/v1/issuer/check', { card: V1.card })).body).toMatchObject({ allowed: true });
  expect((await start(here.terminal, 'activate', { scriptId: 'S2' })).body).toEqual(refused('alreadyActive'));
});

test('a reported card that turns up is blocked, a card that blocked itself is unblocked for its holder', async () => {
  const here = await place();
  const chip = holdersChip();
  expect((await start(here.terminal, 'blockApplication', { scriptId: 'S0' })).body).toEqual(refused('notToBeBlocked'));
  await here.terminal.post('/v1/issuer/losses', { reportId: 'R1', identificationId: 'I1', serial: SERIAL, reference: 'R' });
  await run(here.terminal, chip, 'blockApplication', []);
  expect(chip.blocked).toBe(true);
  expect(await confirm(here.terminal, {})).toEqual({ result: 'confirmed' });
  const mine = { identificationId: 'I1' };
  expect((await start(here.terminal, 'unblockApplication', { scriptId: 'S2', ...mine })).body).toEqual(refused('reportedLost'));
  await here.terminal.post('/v1/issuer/losses/release', { releaseId: 'X1', identificationId: 'I1', card: V1.card, presence: V1.init });
  expect((await start(here.terminal, 'unblockApplication', { scriptId: 'S3' })).body).toEqual(refused('notIdentified'));
  expect((await start(here.terminal, 'unblockApplication', { scriptId: 'S4', ...mine })).body).toEqual({ result: 'issued', steps: 1 });
  expect(await relay(here.terminal, chip, 'S4')).toMatchObject({ state: 'written' });
  expect(chip.blocked).toBe(false);
  expect(await confirm(here.terminal, { file15: file15Of(chip), presence: presenceOf(chip) }, 'S4')).toEqual({ result: 'confirmed' });
});

test('validity is extended from today on', async () => {
  const { terminal } = await place();
  const chip = holdersChip({ purse: { validUntil: '20260401' } });
  await run(terminal, chip, 'extendValidity', ['file15']);
  expect(file15Of(chip)).toBe('073141000000000001010000410000001234567820260315203603150000');
  expect(await confirm(terminal, { file15: file15Of(chip) })).toEqual({ result: 'confirmed' });
});

test('the card type is written where the layout has it, and read back there', async () => {
  const cjt = await place();
  const chip = holdersChip();
  await run(cjt.terminal, chip, 'setCardType', ['file15'], { cardType: '0203' });
  expect(file15Of(chip).slice(-4)).toBe('0203');
  expect(await confirm(cjt.terminal, { file15: file15Of(chip) })).toEqual({ result: 'confirmed' });
  expect((await start(cjt.terminal, 'setCardType', { scriptId: 'S2', cardType: '0909' })).body).toEqual(refused('notOffered'));

  const jtt = await place();
  const other = holdersChip({ purse: { file15: 'pboc' } });
  await run(jtt.terminal, other, 'setCardType', ['file15', 'file17'], { cardType: '0203', card: { ...V1.card, aid: JTT978_AID } });
  const file17 = (say(other, '00B097003C') ?? '').slice(0, -4);
  expect(file17.slice(20, 22)).toBe('02');
  expect(await confirm(jtt.terminal, { file15: file15Of(other), file17 })).toEqual({ result: 'confirmed' });
});

test('a file 17 that does not hold the card kind fails the script, and the card is given back', async () => {
  const { terminal } = await place();
  const chip = holdersChip({ purse: { file15: 'pboc' } });
  await run(terminal, chip, 'setCardType', ['file15', 'file17'], { cardType: '0203', card: { ...V1.card, aid: JTT978_AID } });
  expect(await confirm(terminal, { file15: file15Of(chip), file17: '00'.repeat(60) })).toEqual({ result: 'failed', code: 'readBackMismatch', card: 'return' });
});

test('a service is a record, and what is read back must be that record', async () => {
  const { terminal } = await place();
  const chip = holdersChip({ state: { cardRecords: ['270100', '280100'] } });
  expect((await start(terminal, 'enableService', { service: 'library' })).body).toEqual({ result: 'issued', steps: 1 });
  expect(await relay(terminal, chip, 'S1')).toEqual({ state: 'written', readBack: ['file15', 'record'], record: { sfi: 0x17, number: 2 } });
  const record = (say(chip, '00B202BC03') ?? '').slice(0, -4);
  expect(record).toBe('280101');
  expect(await confirm(terminal, { file15: file15Of(chip), record })).toEqual({ result: 'confirmed' });
  expect((await start(terminal, 'enableService', { scriptId: 'S2', service: 'sauna' })).body).toEqual(refused('notOffered'));
});

describe('a PIN', () => {
  test.each(['unblockPin', 'reloadPin'])('is set anew by %s for the holder, and kept nowhere', async (fn) => {
    const { terminal, world } = await place();
    const chip = holdersChip({ purse: { pin: PIN }, state: { pinTriesLeft: 0 } });
    expect(say(chip, '0020000003123456')).toBe('6983');
    expect((await start(terminal, fn, { scriptId: 'S0' })).body).toEqual(refused('notIdentified'));
    await run(terminal, chip, fn, ['file15', 'pinStatus'], { identificationId: 'I1' }, { pin: '654321' });
    const pinStatus = say(chip, '0020000003654321') ?? '';
    expect(await confirm(terminal, { file15: file15Of(chip), pinStatus })).toEqual({ result: 'confirmed' });
    expect(JSON.stringify(await world.books())).not.toContain('654321');
  });

  test('that came not is asked for, and no command is used up; one that does not work fails the script', async () => {
    const { terminal } = await place();
    const chip = holdersChip({ purse: { pin: PIN } });
    await start(terminal, 'reloadPin', { identificationId: 'I1' });
    const challenge = challengeOf(chip);
    const next = (more: object) => terminal.post('/v1/issuer/scripts/S1/next', { uid: uidOf(chip), challenge, ...more });
    expect(problemOf(await next({})).code).toBe('pinNeeded');
    expect(problemOf(await next({ pin: '65432' })).code).toBe('invalidRequest');
    expect(await relay(terminal, chip, 'S1', { pin: '654321' })).toMatchObject({ state: 'written' });
    expect(await confirm(terminal, { file15: file15Of(chip), pinStatus: '63C2' })).toMatchObject({ result: 'failed', code: 'readBackMismatch' });
  });
});

describe('a script', () => {
  test.each([
    ['before', undefined],
    ['after', '20360315'],
  ] as const)('of a card that is torn out %s the command is begun anew at another terminal', async (when, until) => {
    const { terminal, other, world } = await place();
    const chip = holdersChip({ purse: { validUntil: '20260401' } });
    await start(terminal, 'extendValidity');
    chip.arm({ kind: 'tear', command: 'updateBinary', when });
    const first = await terminal.post('/v1/issuer/scripts/S1/next', { uid: uidOf(chip), challenge: challengeOf(chip) });
    expect(say(chip, (first.body as { apdu: string }).apdu)).toBeUndefined();
    chip.powerOn();
    say(chip, `00A4040009${V1.card.aid}00`);
    if (until !== undefined) expect(file15Of(chip)).toContain(until);
    expect((await start(other, 'extendValidity', { scriptId: 'S2' })).body).toMatchObject({ result: 'issued' });
    expect(await relay(other, chip, 'S2')).toMatchObject({ state: 'written' });
    expect(await confirm(other, { file15: file15Of(chip) }, 'S2')).toEqual({ result: 'confirmed' });
    expect(await relay(terminal, chip, 'S1')).toEqual({ state: 'abandoned', card: 'return' });
    expect((await world.books()).issuerServices.scripts).toMatchObject({ confirmed: 1, abandoned: 1 });
  });

  test('that the card refuses is over, and the card is given back', async () => {
    const { terminal } = await place();
    const chip = holdersChip({ purse: { adminKeys: {} } });
    await start(terminal, 'extendValidity');
    expect(await relay(terminal, chip, 'S1')).toEqual({ state: 'failed', code: 'cardRefused', card: 'return' });
    expect(await relay(terminal, chip, 'S1')).toEqual({ state: 'failed', code: 'cardRefused', card: 'return' });
  });

  test('whose challenge the card has forgotten is given anew', async () => {
    const { terminal } = await place();
    const chip = holdersChip();
    await start(terminal, 'extendValidity');
    let forgot = false;
    const onCommand: Relay['onCommand'] = () => {
      if (!forgot) say(chip, '805C000204');
      forgot = true;
      return undefined;
    };
    expect(await relay(terminal, chip, 'S1', { onCommand })).toMatchObject({ state: 'written' });
  });

  test('acknowledges no command that was not given out', async () => {
    const { terminal } = await place();
    const chip = holdersChip();
    await start(terminal, 'extendValidity');
    const next = (last: object) => terminal.post('/v1/issuer/scripts/S1/next', { uid: uidOf(chip), challenge: '19393A92', last });
    for (const step of [1, 2]) expect(problemOf(await next({ step, status: '9000' })).code).toBe('scriptStep');
    expect(problemOf(await terminal.post('/v1/issuer/scripts/S9/next', { challenge: '19393A92' })).code).toBe('unknownScript');
  });

  test('that was given up before it was asked for is refused, and one that is confirmed is not given up', async () => {
    const { terminal, other, world } = await place();
    const abandon = (who: HandMadeTerminal, scriptId = 'S1') => who.post(`/v1/issuer/scripts/${scriptId}/abandon`, {});
    expect((await answerLost(world, '/v1/issuer/scripts/S1/abandon', () => abandon(terminal))).body).toEqual({ state: 'abandoned' });
    expect((await start(terminal, 'extendValidity')).body).toEqual(refused('abandoned'));
    expect(problemOf(await abandon(other)).code).toBe('unknownScript');
    const chip = holdersChip();
    await start(terminal, 'extendValidity', { scriptId: 'S2' });
    await relay(terminal, chip, 'S2');
    await confirm(terminal, { file15: file15Of(chip) }, 'S2');
    expect(problemOf(await abandon(terminal, 'S2')).code).toBe('scriptOver');
  });

  test('asked for again is the same; with other contents, or from another terminal, a conflict', async () => {
    const { terminal, other } = await place();
    for (let time = 0; time < 2; time += 1) expect((await start(terminal, 'extendValidity')).body).toEqual({ result: 'issued', steps: 1 });
    expect(problemOf(await start(terminal, 'extendValidity', { reference: 'other' })).code).toBe('idempotencyConflict');
    expect(problemOf(await start(other, 'extendValidity')).code).toBe('idempotencyConflict');
  });

  test.each([
    ['blocked', 'extendValidity', 'blocked'],
    ['lost', 'extendValidity', 'reportedLost'],
    ['notActivated', 'extendValidity', 'notActivated'],
    ['blocked', 'activate', 'blocked'],
    ['lost', 'activate', 'reportedLost'],
  ])('for a card that is %s is refused: %s', async (status, fn, code) => {
    const here = await place();
    await setStatus(here, status);
    expect((await start(here.terminal, fn)).body).toEqual(refused(code));
    expect(problemOf(await here.terminal.post('/v1/issuer/scripts/S1/next', { uid: '04A1B2C3', challenge: '19393A92' })).code).toBe('scriptRefused');
  });

  test('for a card nobody knows is refused outside a sandbox, and activation of a layout without a flag everywhere', async () => {
    const here = await place();
    expect((await start(here.terminal, 'activate', { card: { ...V1.card, aid: JTT978_AID } })).body).toEqual(refused('notOffered'));
    await here.world.restart('live');
    expect((await start(here.terminal, 'activate', { scriptId: 'S2' })).body).toEqual(refused('unknownCard'));
  });
});

describe('what is offered to a card', () => {
  const offers = async (terminal: HandMadeTerminal, card: object = V1.card) => (await terminal.post('/v1/issuer/scripts/offers', { card })).body;

  test('is what would not be refused, and whether its holder has to be there', async () => {
    const here = await place({ scripts: { services: SERVICES.scripts.services, holderNeededFor: ['extendValidity'] } });
    expect(await offers(here.terminal)).toEqual({
      offers: [
        { function: 'activate', holder: false },
        { function: 'extendValidity', holder: true },
        // whether its chip is blocked the card alone knows
        { function: 'unblockApplication', holder: false },
        { function: 'enableService', service: 'library', holder: false },
      ],
    });
    await setStatus(here, 'notActivated');
    expect(await offers(here.terminal)).toEqual({ offers: [{ function: 'activate', holder: false }] });
    await setStatus(here, 'blocked');
    expect(await offers(here.terminal)).toEqual({ offers: [] });
  });

  test('a card that is reported lost has no offers but says since when', async () => {
    const here = await place();
    await here.terminal.post('/v1/issuer/losses', { reportId: 'R1', identificationId: 'I1', serial: SERIAL, reference: 'R' });
    expect(await offers(here.terminal)).toEqual({ offers: [], lossEffectiveAt: V1.at });
  });

  test('an issuer without the keys offers nothing', async () => {
    const { terminal } = await placeWithHolder();
    expect(await offers(terminal)).toEqual({ offers: [] });
  });
});
