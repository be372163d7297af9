/**
 * A lost card's replacement, from the report to the value on the new card: a blank simulated card that checks every MAC is written by the
 * server's script, torn, lost and tried again. What must come out is printed in card-application.md 6.2: file 15, keys, MACs, TAC.
 */
import { describe, expect, test } from 'vitest';
import { listPendingAnswerSchema } from '../../../common/upstream-api/pending-loads.ts';
import { readIssuerStatement } from '../../../common/reconciliation/statement-file.ts';
import type { Chip } from '../../../drivers/card/pboc/chip.ts';
import { loadRequest, problemOf, V1, type HandMadeTerminal, type Signed, type World } from '../support.ts';
import { blankChip, challengeOf, challenges, file15Of, inTheField, issuerWithKeys, presenceOf, relay, say, uidOf, type Relay } from './cards.ts';
import { answerLost, HOLDER, identified, placeWithHolder, statementText } from './people.ts';

const OLD = { ...V1.card, serial: '00004100000099999999', tail: '9999' };
const NEW = V1.card;
const DAY_MS = 86_400_000;
const FILE_15 = '073141000000000001010000410000001234567820260315203603150000';
const LOAD_KEY = '4922D4C8B86C62822B82AA238C2AAAAF';
const TAC_KEY = '42FA9596FA86C9FEFBDD1796260EC4E2';
const COMMANDS = 10;

interface Place {
  readonly world: World;
  readonly terminal: HandMadeTerminal;
  readonly other: HandMadeTerminal;
}

const grant = (terminal: HandMadeTerminal, change: object = {}): Promise<Signed> =>
  terminal.post('/v1/issuer/replacements', {
    replacementId: 'N1',
    identificationId: 'I1',
    serial: OLD.serial,
    reference: 'A01-0315-REPL-1',
    feeReference: 'A01-0315-FEE-1',
    ...change,
  });
const start = (terminal: HandMadeTerminal, scriptId = 'S1', change: object = {}): Promise<Signed> =>
  terminal.post('/v1/issuer/scripts', { scriptId, function: 'personalise', replacementId: 'N1', card: NEW, uid: '04A1B2C3', reference: 'R', ...change });
const confirm = (terminal: HandMadeTerminal, chip: Chip, scriptId = 'S1', change: object = {}): Promise<Signed> =>
  terminal.post(`/v1/issuer/scripts/${scriptId}/confirm`, {
    file15: file15Of(chip),
    ...('presence' in change ? {} : { presence: presenceOf(chip) }),
    ...change,
  });
const deliver = (terminal: HandMadeTerminal, delivery: string): Promise<Signed> => terminal.post('/v1/issuer/replacements/N1/delivery', { delivery });
const cancel = (terminal: HandMadeTerminal): Promise<Signed> => terminal.post('/v1/issuer/replacements/N1/cancel', {});
const check = async (terminal: HandMadeTerminal, card: typeof V1.card | typeof OLD) => (await terminal.post('/v1/issuer/check', { card })).body;
const waiting = async (terminal: HandMadeTerminal, card: typeof V1.card | typeof OLD) =>
  listPendingAnswerSchema.parse((await terminal.post('/v1/issuer/pending-loads/list', { card })).body).pendingLoads;
const services = async (world: World) => (await world.books()).issuerServices;
const refused = (code: string) => ({ result: 'refused', code });

/** The holder's card is lost and reported; with the balance that the clearing has told of it. */
async function lost(balance?: number, more: object = {}): Promise<Place> {
  const place = await placeWithHolder(issuerWithKeys(more), { ...HOLDER, cards: [{ serial: OLD.serial }] });
  await identified(place.terminal);
  await place.terminal.post('/v1/issuer/losses', { reportId: 'R1', identificationId: 'I1', serial: OLD.serial, reference: 'A01-0315-LOSS-1' });
  if (balance !== undefined) await settle(place.world, balance);
  return place;
}

const settle = (world: World, balance: number): Promise<Signed> => world.hand('/sandbox/issuer/losses/R1/balance', { balance });

async function written(place: Place, chip: Chip, options: Relay = {}, scriptId = 'S1'): Promise<void> {
  expect((await start(place.terminal, scriptId)).body).toEqual({ result: 'issued', steps: COMMANDS });
  expect(await relay(place.terminal, chip, scriptId, options)).toEqual({ state: 'written', readBack: ['file15', 'presence'] });
}

test('the whole way: reported, granted, written, read back, taken, and the old card’s value loaded with the printed MACs and TAC', async () => {
  const place = await lost(1);
  const { world, terminal } = place;
  expect((await grant(terminal)).body).toEqual({ result: 'granted', effectiveAt: V1.at, transfer: { state: 'known', amount: 1 }, blanks: 3 });
  const random = challenges();
  const blank = blankChip({ random });
  expect(file15Of(blank).slice(16, 18)).toBe('00');
  await written(place, blank);
  expect(file15Of(blank)).toBe(FILE_15);
  expect(blank.snapshot().writtenKeys).toMatchObject({ load: LOAD_KEY, tac: TAC_KEY });
  expect((await confirm(terminal, blank)).body).toEqual({ result: 'confirmed' });
  expect((await deliver(terminal, 'taken')).body).toEqual({ delivery: 'taken' });
  expect(await check(terminal, OLD)).toEqual({ allowed: false, reason: 'reportedLost' });
  expect(await check(terminal, NEW)).toEqual({ allowed: true, purseLimit: 500_000 });

  const [transfer] = await waiting(terminal, NEW);
  expect(transfer).toMatchObject({ pendingId: 'transfer:N1', kind: 'transfer', amount: 1, reference: 'A01-0315-REPL-1', state: 'available' });
  await terminal.post('/v1/issuer/pending-loads/claim', { claimId: 'C1', pendingId: 'transfer:N1', card: NEW });
  random.next = V1.init.cardRandom;
  inTheField(blank);
  const init = presenceOf(blank, 1);
  expect(init).toEqual(V1.init);
  const claim = { claimId: 'C1', pendingId: 'transfer:N1' };
  const request = { card: NEW, init: { ...init, loadId: 'L1' }, reference: 'R', claim };
  expect((await terminal.post('/v1/issuer/loads/authorize', request)).body).toEqual({ result: 'authorized', ...V1.host });
  const tac = say(blank, `805200000B${V1.host.hostDate}${V1.host.hostTime}${V1.host.mac2}04`);
  expect(tac).toBe(`${V1.tac}9000`);
  expect((await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
  expect(blank.balance).toBe(1);
  expect(await services(world)).toMatchObject({
    losses: { replaced: 1, reports: [{ state: 'replaced', balance: 1 }] },
    pendingLoads: { loaded: 1, available: 0, loadedTwice: 0 },
    scripts: { confirmed: 1, scripts: [{ scriptId: 'S1', function: 'personalise', serial: NEW.serial, done: COMMANDS, steps: COMMANDS }] },
    replacements: {
      taken: 1,
      spoiltBlanks: 0,
      replacements: [{ feeReference: 'A01-0315-FEE-1', oldSerial: OLD.serial, newSerial: NEW.serial, state: 'taken' }],
    },
  });
});

test('the issuer’s statement has the replacement, with the reference of its fee', async () => {
  const place = await lost(1);
  await grant(place.terminal);
  const blank = blankChip();
  await written(place, blank);
  await confirm(place.terminal, blank);
  await deliver(place.terminal, 'taken');
  await place.world.clock.advance(1);
  expect(readIssuerStatement(await statementText(place.world, 'issuer'))).toMatchObject({
    losses: [{ reportId: 'R1' }],
    replacements: [
      {
        replacementId: 'N1',
        terminalId: 'T-0001',
        oldSerial: OLD.serial,
        newSerial: NEW.serial,
        merchantReference: 'A01-0315-REPL-1',
        feeReference: 'A01-0315-FEE-1',
        writtenAt: new Date(V1.at).toISOString(),
        delivery: 'taken',
      },
    ],
  });
});

describe('a card that leaves the field', () => {
  const turns = Array.from({ length: COMMANDS }, (_, index) => index + 1);
  test.each(turns.flatMap((step) => (['before', 'after'] as const).map((when) => [when, step] as const)))(
    '%s command %i is carried on with, and comes out as if nothing had been',
    async (when, step) => {
      const place = await lost(1);
      await grant(place.terminal);
      const blank = blankChip();
      let torn = false;
      const onCommand: Relay['onCommand'] = (command) => {
        if (command.step === step && !torn) {
          torn = true;
          blank.arm({ kind: 'tear', command: 'any', when });
        }
        return undefined;
      };
      await written(place, blank, { onCommand });
      expect(torn).toBe(true);
      expect(file15Of(blank)).toBe(FILE_15);
      expect(Object.keys(blank.snapshot().writtenKeys ?? {})).toHaveLength(8);
      expect(blank.snapshot().writtenKeys).toMatchObject({ load: LOAD_KEY, tac: TAC_KEY });
      expect((await confirm(place.terminal, blank)).body).toEqual({ result: 'confirmed' });
    },
  );

  test('again and again ends in a spoilt blank, and another one is begun', async () => {
    const place = await lost(1);
    const { world, terminal } = place;
    await grant(terminal);
    const blank = blankChip({ serial: OLD.serial.replace('9999', '7777') });
    const card = { ...NEW, serial: OLD.serial.replace('9999', '7777') };
    await start(terminal, 'S0', { card });
    const onCommand: Relay['onCommand'] = () => {
      blank.arm({ kind: 'tear', command: 'any', when: 'before' });
      return undefined;
    };
    expect(await relay(terminal, blank, 'S0', { onCommand })).toEqual({ state: 'failed', code: 'tooManyAttempts', card: 'capture' });
    const good = blankChip();
    await written(place, good);
    await confirm(terminal, good);
    expect(await services(world)).toMatchObject({ replacements: { written: 1, spoiltBlanks: 1 }, scripts: { failed: 1, confirmed: 1 } });
  });
});

describe('an answer that is lost', () => {
  test('on any call is asked for again, and everything happens once', async () => {
    const { world, terminal } = await lost(1);
    const send = (path: string, body: object) => async (): Promise<Signed> => terminal.post(path, body);
    const answer = await answerLost(world, '/v1/issuer/replacements', () => grant(terminal));
    expect(answer.body).toMatchObject({ result: 'granted' });
    expect((await answerLost(world, '/v1/issuer/scripts', () => start(terminal))).body).toMatchObject({ result: 'issued' });
    const blank = blankChip();
    const lossy: Relay = { send: async (path, body) => (await answerLost(world, path, send(path, body))).body };
    expect(await relay(terminal, blank, 'S1', lossy)).toMatchObject({ state: 'written' });
    expect((await answerLost(world, '/v1/issuer/scripts/S1/confirm', () => confirm(terminal, blank))).body).toEqual({ result: 'confirmed' });
    expect((await answerLost(world, '/v1/issuer/replacements/N1/delivery', () => deliver(terminal, 'taken'))).body).toEqual({ delivery: 'taken' });
    expect(blank.snapshot().writtenKeys).toMatchObject({ load: LOAD_KEY });
    expect(await waiting(terminal, NEW)).toHaveLength(1);
    expect(await services(world)).toMatchObject({ scripts: { confirmed: 1, scripts: [{ done: COMMANDS }] }, pendingLoads: { created: 1 } });
    expect((await grant(terminal)).body).toMatchObject({ result: 'granted' });
    expect(await relay(terminal, blank, 'S1')).toEqual({ state: 'confirmed' });
  });

  test('of a command is the same command again under the same challenge, and another under another', async () => {
    const { terminal } = await lost(1);
    await grant(terminal);
    await start(terminal);
    const next = async (challenge: string) => (await terminal.post('/v1/issuer/scripts/S1/next', { uid: '04A1B2C3', challenge })).body;
    const first = await next('19393A92');
    expect(await next('19393A92')).toEqual(first);
    expect(await next('19393A93')).not.toEqual(first);
  });
});

describe('the chip refuses', () => {
  test('a command with one bit turned; the blank is spoilt and its number can’t be used again', async () => {
    const { world, terminal } = await lost(1);
    await grant(terminal);
    const blank = blankChip();
    await start(terminal);
    const onCommand: Relay['onCommand'] = ({ step, apdu }) => (step === 3 ? `${apdu.slice(0, -1)}${apdu.endsWith('0') ? '1' : '0'}` : undefined);
    expect(await relay(terminal, blank, 'S1', { onCommand })).toEqual({ state: 'failed', code: 'cardRefused', card: 'capture' });
    expect(Object.keys(blank.snapshot().writtenKeys ?? {})).toEqual(['load', 'tac']);
    expect((await start(terminal, 'S2')).body).toEqual(refused('blankUsed'));
    expect(await relay(terminal, blank, 'S1')).toMatchObject({ state: 'failed' });
    expect((await confirm(terminal, blank, 'S1', { presence: undefined })).body).toEqual({ result: 'failed', code: 'cardRefused', card: 'capture' });
    expect(await services(world)).toMatchObject({ replacements: { granted: 1, spoiltBlanks: 1 }, pendingLoads: { created: 0 } });
    // half-written, it passes for no good card
    expect(say(blank, '805000020B0100000000000001000050')).toBe('6985');
  });

  test('a command that was made for another challenge', async () => {
    const { terminal } = await lost(1);
    await grant(terminal);
    await start(terminal);
    const blank = blankChip();
    const real = challengeOf(blank);
    const answer = await terminal.post('/v1/issuer/scripts/S1/next', { uid: uidOf(blank), challenge: real === '00000000' ? '00000001' : '00000000' });
    expect(say(blank, (answer.body as { apdu: string }).apdu)).toBe('6988');
    expect(blank.snapshot().writtenKeys).toBeUndefined();
  });

  test('the whole script replayed, and the same script on another blank', async () => {
    const place = await lost(1);
    await grant(place.terminal);
    const blank = blankChip();
    const apdus: string[] = [];
    await written(place, blank, {
      onCommand: ({ apdu }) => {
        apdus.push(apdu);
        return undefined;
      },
    });
    // uses up the challenge that the relay fetched last
    say(blank, '805C000204');
    const after = blank.snapshot();
    for (const apdu of apdus) expect(say(blank, apdu)).toBe('6984');
    challengeOf(blank);
    expect(say(blank, apdus[0] ?? '')).toBe('6988');
    expect({ ...blank.snapshot(), keyTries: undefined }).toEqual({ ...after, keyTries: undefined });
    // even with the very same challenges: the keys are another card's
    const stranger = blankChip({ serial: OLD.serial });
    challengeOf(stranger);
    expect(say(stranger, apdus[0] ?? '')).toBe('6988');
    expect(stranger.snapshot().writtenKeys).toBeUndefined();
  });
});

describe('what is read back', () => {
  test.each([
    ['another end of validity', { file15: FILE_15.replace('20360315', '20360314') }, 'readBackMismatch'],
    ['the flag that is not set', { file15: FILE_15.replace('0101', '0001') }, 'readBackMismatch'],
    ['a MAC1 of another key', { presence: { ...V1.init, mac1: '824B80B9' } }, 'badMac1'],
  ])('and is %s fails the blank, for good', async (_what, change, code) => {
    const place = await lost(1);
    await grant(place.terminal);
    const blank = blankChip();
    await written(place, blank);
    const failed = { result: 'failed', code, card: 'capture' };
    expect((await confirm(place.terminal, blank, 'S1', change)).body).toEqual(failed);
    expect((await confirm(place.terminal, blank)).body).toEqual(failed);
    expect(await services(place.world)).toMatchObject({ replacements: { granted: 1, spoiltBlanks: 1 }, pendingLoads: { created: 0 } });
  });

  test('must be whole, and comes after the last command', async () => {
    const place = await lost(1);
    await grant(place.terminal);
    const blank = blankChip();
    await start(place.terminal);
    expect(problemOf(await confirm(place.terminal, blank, 'S1', { presence: undefined })).code).toBe('scriptNotWritten');
    await relay(place.terminal, blank, 'S1');
    expect(problemOf(await confirm(place.terminal, blank, 'S1', { presence: undefined })).code).toBe('invalidRequest');
    expect(problemOf(await confirm(place.other, blank)).code).toBe('unknownScript');
    expect((await confirm(place.terminal, blank)).body).toEqual({ result: 'confirmed' });
  });
});

describe('the old card’s value', () => {
  async function replaced(place: Place): Promise<void> {
    await grant(place.terminal);
    const blank = blankChip();
    await written(place, blank);
    await confirm(place.terminal, blank);
  }

  test('that is not known yet waits with its date, and is there once when the clearing has said it', async () => {
    const place = await lost();
    expect((await grant(place.terminal)).body).toMatchObject({ transfer: { state: 'awaited', expectedAt: V1.at + 7 * DAY_MS } });
    await replaced(place);
    expect(await waiting(place.terminal, NEW)).toEqual([
      { pendingId: 'transfer:N1', kind: 'transfer', reference: 'A01-0315-REPL-1', state: 'awaited', availableFrom: V1.at + 7 * DAY_MS },
    ]);
    const claim = (claimId: string) => place.terminal.post('/v1/issuer/pending-loads/claim', { claimId, pendingId: 'transfer:N1', card: NEW });
    expect((await claim('C1')).body).toEqual(refused('notYet'));
    for (let time = 0; time < 2; time += 1) expect((await settle(place.world, 3800)).status).toBe(200);
    expect(await waiting(place.terminal, NEW)).toMatchObject([{ state: 'available', amount: 3800 }]);
    expect((await claim('C2')).body).toMatchObject({ result: 'claimed', amount: 3800 });
    expect((await services(place.world)).pendingLoads).toMatchObject({ created: 3800, reserved: 3800, awaited: 0 });
  });

  test('that was nothing is not waited for', async () => {
    const known = await lost(0);
    await replaced(known);
    expect(await waiting(known.terminal, NEW)).toEqual([]);
    const later = await lost();
    await replaced(later);
    await settle(later.world, 0);
    expect(await waiting(later.terminal, NEW)).toEqual([]);
    expect((await services(later.world)).pendingLoads).toMatchObject({ awaited: 0, created: 0 });
  });

  test('and what waited for the old card wait for the new one', async () => {
    const place = await lost(1);
    const pending = (pendingId: string) => ({ pendingId, serial: OLD.serial, kind: 'subsidy', amount: 5, reference: 'SUB' });
    await place.world.hand('/sandbox/issuer/pending-loads', pending('P1'));
    await place.world.hand('/sandbox/issuer/pending-loads', { ...pending('P2'), availableFrom: V1.at + DAY_MS });
    await replaced(place);
    expect((await waiting(place.terminal, NEW)).map(({ pendingId }) => pendingId)).toEqual(['P1', 'P2', 'transfer:N1']);
    expect(await waiting(place.terminal, OLD)).toEqual([]);
  });
});

test('what a terminal had at the old card when it was reported is free at the new one once its load is known not to be on the old', async () => {
  const place = await placeWithHolder(issuerWithKeys(), { ...HOLDER, cards: [{ serial: NEW.serial }] });
  const { terminal, world } = place;
  await world.hand('/sandbox/issuer/pending-loads', { pendingId: 'P1', serial: NEW.serial, kind: 'subsidy', amount: 1, reference: 'SUB' });
  await terminal.post('/v1/issuer/pending-loads/claim', { claimId: 'C1', pendingId: 'P1', card: NEW });
  await terminal.post('/v1/issuer/loads/authorize', { ...loadRequest(V1, 'L1'), claim: { claimId: 'C1', pendingId: 'P1' } });
  await identified(terminal);
  await terminal.post('/v1/issuer/losses', { reportId: 'R1', identificationId: 'I1', serial: NEW.serial, reference: 'R' });
  await grant(terminal, { serial: NEW.serial });
  const blank = blankChip({ serial: OLD.serial });
  await start(terminal, 'S1', { card: OLD });
  await relay(terminal, blank, 'S1');
  await confirm(terminal, blank);
  const subsidy = async () => (await waiting(terminal, OLD)).find(({ pendingId }) => pendingId === 'P1');
  expect(await subsidy()).toMatchObject({ state: 'reserved' });
  await terminal.post('/v1/issuer/loads/reverse', { loadId: 'L1' });
  await world.clock.advance(10 * 60_000);
  expect(await subsidy()).toMatchObject({ state: 'available' });
  expect((await terminal.post('/v1/issuer/pending-loads/claim', { claimId: 'C2', pendingId: 'P1', card: OLD })).body).toMatchObject({ result: 'claimed' });
});

describe('a grant', () => {
  test('makes a report that was to take effect later take effect now', async () => {
    const { terminal } = await lost(undefined, { losses: { effectiveAfterMinutes: 60 } });
    expect(await check(terminal, OLD)).toMatchObject({ allowed: true });
    expect((await grant(terminal)).body).toMatchObject({ result: 'granted', effectiveAt: V1.at });
    expect(await check(terminal, OLD)).toEqual({ allowed: false, reason: 'reportedLost' });
    expect((await terminal.get('/v1/issuer/losses/R1')).body).toMatchObject({ history: [{ kind: 'reported' }, { kind: 'broughtForward' }] });
  });

  test('is refused without an identification, for a card of somebody else, without a report, and twice', async () => {
    const place = await lost(1);
    const { terminal, other, world } = place;
    expect((await grant(other, { replacementId: 'N2' })).body).toEqual(refused('notIdentified'));
    expect((await grant(terminal, { replacementId: 'N3', serial: NEW.serial })).body).toEqual(refused('notHoldersCard'));
    await world.hand('/sandbox/issuer/holders', { ...HOLDER, cards: [{ serial: '00004100000011111111' }] });
    expect((await grant(terminal, { replacementId: 'N4', serial: '00004100000011111111' })).body).toEqual(refused('notReported'));
    await grant(terminal);
    expect((await grant(terminal, { replacementId: 'N5' })).body).toEqual(refused('beingReplaced'));
    const blank = blankChip();
    await written(place, blank);
    await confirm(terminal, blank);
    expect((await grant(terminal, { replacementId: 'N6' })).body).toEqual(refused('replaced'));
    expect(problemOf(await grant(terminal, { reference: 'other' })).code).toBe('idempotencyConflict');
    expect((await grant(terminal, { replacementId: 'N5' })).body).toEqual(refused('beingReplaced'));
  });

  test('keeps the report from being taken back, until it is cancelled', async () => {
    const { terminal, world } = await lost(1, { losses: { releaseNeedsCard: false } });
    await grant(terminal);
    const release = async (releaseId: string) => (await terminal.post('/v1/issuer/losses/release', { releaseId, identificationId: 'I1', card: OLD })).body;
    expect(await release('X1')).toEqual(refused('replaced'));
    await start(terminal);
    for (let time = 0; time < 2; time += 1) expect((await cancel(terminal)).body).toEqual({ state: 'cancelled' });
    expect((await start(terminal, 'S2')).body).toEqual(refused('replacementOver'));
    const blank = blankChip();
    expect(await relay(terminal, blank, 'S1')).toEqual({ state: 'abandoned', card: 'capture' });
    expect(problemOf(await confirm(terminal, blank, 'S1', { presence: undefined })).code).toBe('scriptOver');
    expect(await release('X2')).toMatchObject({ result: 'released' });
    expect(await services(world)).toMatchObject({ replacements: { cancelled: 1 } });
  });

  test('that was cancelled before it arrived is refused, and one that is written is not cancelled', async () => {
    const place = await lost(1);
    const { terminal, other } = place;
    expect((await cancel(terminal)).body).toEqual({ state: 'cancelled' });
    expect((await grant(terminal)).body).toEqual(refused('cancelled'));
    expect(problemOf(await cancel(other)).code).toBe('unknownReplacement');
    const second = await lost(1);
    await grant(second.terminal);
    const blank = blankChip();
    await written(second, blank);
    await confirm(second.terminal, blank);
    expect(problemOf(await cancel(second.terminal)).code).toBe('replacementOver');
  });
});

describe('a blank', () => {
  test('is one of three at most, and one at a time', async () => {
    const { terminal } = await lost(1);
    await grant(terminal);
    const blank = (index: number) => ({ card: { ...NEW, serial: `0000410000003333333${index}` } });
    for (const index of [1, 2, 3]) {
      expect((await start(terminal, `S${index}`, blank(index))).body).toMatchObject({ result: 'issued' });
      expect((await start(terminal, `T${index}`, blank(9))).body).toEqual(refused('scriptOpen'));
      for (let time = 0; time < 2; time += 1) expect((await terminal.post(`/v1/issuer/scripts/S${index}/abandon`, {})).body).toEqual({ state: 'abandoned' });
    }
    expect((await start(terminal, 'S4', blank(4))).body).toEqual(refused('tooManyBlanks'));
  });

  test('is no card in use, no holder’s card, and nothing for a replacement that nobody granted', async () => {
    const { terminal, other, world } = await lost(1);
    expect((await start(terminal)).body).toEqual(refused('unknownReplacement'));
    await grant(terminal);
    expect((await start(other, 'S2')).body).toEqual(refused('unknownReplacement'));
    expect((await start(terminal, 'S3', { card: OLD })).body).toEqual(refused('blankUsed'));
    await check(terminal, NEW);
    expect((await start(terminal, 'S4')).body).toEqual(refused('blankUsed'));
    await world.hand(`/sandbox/issuer/cards/${NEW.serial}/status`, { status: 'notActivated' });
    expect((await start(terminal, 'S5')).body).toMatchObject({ result: 'issued' });
  });

  test('with another UID is another card', async () => {
    const { terminal } = await lost(1);
    await grant(terminal);
    await start(terminal);
    expect(problemOf(await terminal.post('/v1/issuer/scripts/S1/next', { uid: '04A1B2C4', challenge: '19393A92' })).code).toBe('wrongCard');
    expect(problemOf(await terminal.post('/v1/issuer/scripts/S1/next', { challenge: '19393A92' })).code).toBe('wrongCard');
  });

  test('gets no script from an issuer without the key for it', async () => {
    const place = await placeWithHolder(issuerWithKeys({}, { maintenance: '83E05B7D1CF6294AA9C4376E50D2B81F' }));
    expect((await start(place.terminal)).body).toEqual(refused('notOffered'));
  });
});

describe('the new card', () => {
  test('that nobody took is blocked, and stays what it was called', async () => {
    const place = await lost(1);
    const { terminal, other, world } = place;
    expect(problemOf(await deliver(terminal, 'captured')).code).toBe('unknownReplacement');
    await grant(terminal);
    expect(problemOf(await deliver(terminal, 'captured')).code).toBe('replacementNotWritten');
    const blank = blankChip();
    await written(place, blank);
    await confirm(terminal, blank);
    expect(problemOf(await deliver(other, 'captured')).code).toBe('unknownReplacement');
    for (let time = 0; time < 2; time += 1) expect((await deliver(terminal, 'captured')).body).toEqual({ delivery: 'captured' });
    expect(problemOf(await deliver(terminal, 'taken')).code).toBe('idempotencyConflict');
    expect(await check(terminal, NEW)).toEqual({ allowed: false, reason: 'blocked' });
    expect(await services(world)).toMatchObject({ replacements: { captured: 1 } });
  });

  test('of a refused replacement does not exist', async () => {
    const { terminal } = await lost(1);
    await grant(terminal, { identificationId: 'I9' });
    expect(problemOf(await deliver(terminal, 'taken')).code).toBe('replacementRefused');
    expect((await cancel(terminal)).body).toEqual({ state: 'cancelled' });
  });
});
