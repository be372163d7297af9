/** Clearing files: what they resolve, and every file that must change nothing. The files are written here by FORMAT.md, not by the server. */
import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, constantFrom, nat, pre, property } from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toHex } from '../../common/hex.ts';
import { cardKeys, loadSessionKey, mac1, tac } from '../../common/pboc.ts';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import { clearingCommand } from '../../fleet/server/clearing/clearing-commands.ts';
import { ClearingError, readClearingFile } from '../../fleet/server/clearing/clearing-file.ts';
import { exportDay } from '../../fleet/server/clearing/export.ts';
import { importFile, type ImportOptions } from '../../fleet/server/clearing/import.ts';
import { clearingReportSchema, needsAPerson, reportLines, type ClearingReport } from '../../fleet/server/clearing/report.ts';
import { issuerSettingsSchema } from '../../fleet/server/config.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { createSoftwareKeys } from '../../fleet/server/keys/software-keys.ts';
import { systemClock } from '../../fleet/server/system-ports.ts';
import { environmentFor } from './database.ts';
import { loadRequest, registeredTerminal, startWorld, V1, type HandMadeTerminal, type World } from './support.ts';

const DAY = '2026-03-15';
const NEXT_MORNING = 20 * 3600_000;
const AMOUNT = 5000;
const BANK = generateKeyPairSync('ed25519');

/** A card of its own for each load. */
function cardOf(number: number) {
  return { ...V1.card, serial: `000041000000123456${String(number).padStart(2, '0')}` };
}

function termsOf(number: number) {
  const card = cardOf(number);
  const init = { ...V1.init, amount: AMOUNT };
  const keys = cardKeys({ ...V1.issuer, levels: ['serial'] }, card);
  return { card, init: { ...init, mac1: toHex(mac1(loadSessionKey(keys.loadKey, init), init)) }, tac: toHex(tac(keys.tacKey, init, V1.host)) };
}

/** Loads L1 … Ln of n cards, authorized at 08:15:30. */
async function withLoads(count: number): Promise<{ world: World; terminal: HandMadeTerminal; options: ImportOptions }> {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  for (let number = 1; number <= count; number += 1) {
    const answer = await terminal.post('/v1/issuer/loads/authorize', loadRequest(termsOf(number), `L${number}`));
    expect(answer.body).toMatchObject({ result: 'authorized' });
  }
  return { world, terminal, options: await optionsFor(world) };
}

async function optionsFor(world: World, role: 'operator' | 'issuer' = 'operator'): Promise<ImportOptions> {
  const store = await openStore(world.database);
  onTestFinished(() => store.destroy());
  const keys = createSoftwareKeys({ load: V1.issuer.masterLoadKey, tac: V1.issuer.masterTacKey }, ['serial']);
  const { clock, signingKey } = world;
  const settings = { role, name: 'metro', partners: [{ name: 'bank', publicKey: publicKeySchema.parse(jwkOf(BANK.publicKey)) }] };
  const issuer = { store, clock, settings: issuerSettingsSchema.parse({}), keys, accountsOnFirstSight: false };
  return { store, clock, settings, signingKey, utcOffsetMinutes: 480, issuer };
}

function jwkOf(key: KeyObject): { kty: string; crv: string; x: string } {
  const { kty = '', crv = '', x = '' } = key.export({ format: 'jwk' });
  return { kty, crv, x };
}

interface Said {
  readonly number: number;
  readonly state: 'credited' | 'notCredited' | 'undetermined';
  readonly tac?: string;
  readonly over?: object;
}

function record({ number, state, tac: proof, over }: Said): object {
  const { card, init } = termsOf(number);
  return {
    load: {
      loadId: `L${number}`,
      terminalId: 'T-0001',
      cardTerminalId: init.terminalId,
      reference: 'A01-0315-7K4M-9',
      issuer: card.issuer,
      serial: card.serial,
      purseType: init.purseType,
      balanceBefore: init.balanceBefore,
      amount: init.amount,
      onlineCounter: init.onlineCounter,
      hostDate: V1.host.hostDate,
      hostTime: V1.host.hostTime,
      state,
      ...(proof === undefined ? {} : { tac: proof }),
      ...over,
    },
  };
}

/** By FORMAT.md. */
function fileOf(loads: readonly Said[], head: object = {}, end: object = {}): Buffer {
  const header = {
    format: 1,
    role: 'issuer',
    sender: 'bank',
    receiver: 'metro',
    businessDay: DAY,
    sequence: 1,
    currency: 'CNY',
    madeAt: '2026-03-15T20:00:00.000Z',
  };
  const body = [{ clearing: { ...header, ...head } }, ...loads.map(record)].map((each) => `${JSON.stringify(each)}\n`).join('');
  const sum = (some: readonly Said[]) => ({ count: some.length, amount: some.length * AMOUNT });
  const inState = (state: Said['state']) => sum(loads.filter((load) => load.state === state));
  const sums = { all: sum(loads), credited: inState('credited'), notCredited: inState('notCredited'), undetermined: inState('undetermined') };
  const sha256 = createHash('sha256').update(body).digest('hex');
  return Buffer.from(`${body}${JSON.stringify({ end: { ...sums, sha256, ...end } })}\n`);
}

/** RFC 7515, appendix F, with nothing but Ed25519. */
function signatureOf(file: Buffer, key: KeyObject = BANK.privateKey, type = 'clearing-file+jws'): string {
  const head = Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: type })).toString('base64url');
  const signed = sign(null, Buffer.from(`${head}.${file.toString('base64url')}`), key);
  return `${head}..${signed.toString('base64url')}`;
}

const arrived = (file: Buffer, signature: string | undefined = signatureOf(file)) => ({ bytes: file, signature, by: 'Wang Fang' });
const outcomes = ({ loads }: ClearingReport) => loads.map(({ loadId, outcome, reason }) => (reason === null ? [loadId, outcome] : [loadId, outcome, reason]));
const standing = async (terminal: HandMadeTerminal, loadId: string) => (await terminal.get(`/v1/issuer/loads/${loadId}`)).body;

describe('the bank’s file of a day', () => {
  test('decides what nobody could, leaves what nobody knows, and the terminal learns it', async () => {
    const { world, terminal, options } = await withLoads(4);
    await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L4', tac: termsOf(4).tac });
    await world.clock.advance(NEXT_MORNING);
    const file = fileOf([
      { number: 1, state: 'credited', tac: termsOf(1).tac },
      { number: 2, state: 'notCredited' },
      { number: 3, state: 'undetermined' },
      { number: 4, state: 'credited' },
    ]);
    const report = await importFile(options, arrived(file));
    expect(outcomes(report)).toEqual([
      ['L1', 'resolvedCredited'],
      ['L2', 'resolvedNotCredited'],
      ['L3', 'stillOpen'],
      ['L4', 'already'],
    ]);
    expect(report).toMatchObject({ partner: 'bank', businessDay: DAY, sequence: 1, by: 'Wang Fang', complete: true });
    expect(report.totals).toMatchObject({ resolvedCredited: { count: 1, amount: AMOUNT }, contradicts: { count: 0, amount: 0 } });
    expect(needsAPerson(report)).toBe(false);
    expect(await standing(terminal, 'L1')).toEqual({ state: 'credited', tac: 'good' });
    expect(await standing(terminal, 'L2')).toEqual({ state: 'notCredited' });
    expect(await standing(terminal, 'L3')).toEqual({ state: 'open' });
    expect(await standing(terminal, 'L4')).toEqual({ state: 'credited', tac: 'good' });
    expect(reportLines(report).join('\n')).toContain('L3 50.00: undetermined on both sides');
  });

  test('without a TAC is believed for an open load, by word alone', async () => {
    const { world, terminal, options } = await withLoads(1);
    await world.clock.advance(NEXT_MORNING);
    expect(outcomes(await importFile(options, arrived(fileOf([{ number: 1, state: 'credited' }]))))).toEqual([['L1', 'resolvedCredited']]);
    expect(await standing(terminal, 'L1')).toEqual({ state: 'credited', tac: 'absent' });
  });

  test('proves a credit against a reversal with a good TAC, and not without one', async () => {
    const { world, terminal, options } = await withLoads(2);
    for (const loadId of ['L1', 'L2']) await terminal.post('/v1/issuer/loads/reverse', { loadId });
    await world.clock.advance(NEXT_MORNING);
    const report = await importFile(
      options,
      arrived(
        fileOf([
          { number: 1, state: 'credited', tac: termsOf(1).tac },
          { number: 2, state: 'credited' },
        ]),
      ),
    );
    expect(outcomes(report)).toEqual([
      ['L1', 'resolvedCredited'],
      ['L2', 'contradicts', 'bookedNotCredited'],
    ]);
    expect(needsAPerson(report)).toBe(true);
    const { issuer } = await world.books();
    expect(issuer).toMatchObject({ credited: AMOUNT, creditedAfterReversal: AMOUNT, reversed: AMOUNT, disputed: AMOUNT });
  });

  test('that contradicts the books turns nothing around: each load stays, with the reason', async () => {
    const { world, terminal, options } = await withLoads(6);
    await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: termsOf(1).tac });
    await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L2' });
    await world.clock.advance(NEXT_MORNING);
    const file = fileOf([
      { number: 1, state: 'notCredited' },
      { number: 2, state: 'notCredited' },
      { number: 3, state: 'credited', tac: '00000001' },
      { number: 4, state: 'credited', over: { serial: cardOf(99).serial } },
      { number: 5, state: 'notCredited', over: { onlineCounter: 7 } },
      { number: 77, state: 'credited' },
    ]);
    const report = await importFile(options, arrived(file));
    expect(outcomes(report)).toEqual([
      ['L1', 'contradicts', 'bookedCredited'],
      ['L2', 'contradicts', 'bookedCredited'],
      ['L3', 'contradicts', 'badTac'],
      ['L4', 'contradicts', 'cardDiffers'],
      ['L5', 'contradicts', 'termsDiffer'],
      ['L6', 'notInFile'],
      ['L77', 'contradicts', 'unknownLoad'],
    ]);
    for (const loadId of ['L3', 'L4', 'L5', 'L6']) expect(await standing(terminal, loadId)).toEqual({ state: 'open' });
    expect(await standing(terminal, 'L1')).toEqual({ state: 'credited', tac: 'good' });
    // L2 was booked by word, L3 has a false proof; L1 is proved and beyond dispute
    expect((await world.books()).issuer).toMatchObject({ credited: 2 * AMOUNT, disputed: 2 * AMOUNT });
  });

  test('with another amount, and a load that was refused here', async () => {
    const { world, terminal, options } = await withLoads(1);
    const refused = loadRequest({ ...termsOf(2), init: { ...termsOf(2).init, mac1: 'FFFFFFFF' } }, 'L2');
    expect((await terminal.post('/v1/issuer/loads/authorize', refused)).body).toMatchObject({ result: 'refused' });
    await world.clock.advance(NEXT_MORNING);
    const more = { count: 2, amount: 2 * AMOUNT + 1 };
    const file = fileOf(
      [
        { number: 1, state: 'credited', over: { amount: AMOUNT + 1 } },
        { number: 2, state: 'credited' },
      ],
      {},
      { all: more, credited: more },
    );
    expect(outcomes(await importFile(options, arrived(file)))).toEqual([
      ['L1', 'contradicts', 'amountDiffers'],
      ['L2', 'contradicts', 'refused'],
    ]);
    expect(await standing(terminal, 'L1')).toEqual({ state: 'open' });
  });
});

describe('a file that comes again', () => {
  test('changes nothing and gives the same report, whatever became of the loads since', async () => {
    const { world, terminal, options } = await withLoads(1);
    await world.clock.advance(NEXT_MORNING);
    const file = fileOf([{ number: 1, state: 'notCredited' }]);
    const first = await importFile(options, arrived(file));
    await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: termsOf(1).tac });
    await world.clock.advance(3600_000);
    expect(await importFile(options, { ...arrived(file), by: 'Li Lei' })).toEqual(first);
    expect(await standing(terminal, 'L1')).toEqual({ state: 'credited', tac: 'good' });
  });

  test('at the same time twice is one import', async () => {
    const { world, options } = await withLoads(3);
    await world.clock.advance(NEXT_MORNING);
    const file = fileOf([1, 2, 3].map((number) => ({ number, state: 'credited' as const })));
    const [one, other] = await Promise.all([importFile(options, arrived(file)), importFile(await optionsFor(world), arrived(file))]);
    expect(one.totals.resolvedCredited.count).toBe(3);
    expect(other.totals.resolvedCredited.count).toBe(3);
    expect((await world.books()).issuer).toMatchObject({ credited: 3 * AMOUNT });
  });

  test('after it was cut short by keys that were away goes on where it stood', async () => {
    const { world, options } = await withLoads(3);
    await world.clock.advance(NEXT_MORNING);
    const file = fileOf([
      { number: 1, state: 'notCredited' },
      { number: 2, state: 'credited', tac: termsOf(2).tac },
      { number: 3, state: 'credited', tac: termsOf(3).tac },
    ]);
    const withoutTacKey = { ...options, issuer: { ...options.issuer, keys: createSoftwareKeys({ load: V1.issuer.masterLoadKey }, ['serial']) } };
    await expect(importFile(withoutTacKey, arrived(file))).rejects.toMatchObject({ name: 'KeyStoreError', code: 'keyMissing' });
    expect((await world.books()).issuer).toMatchObject({ reversed: AMOUNT, undetermined: 2 * AMOUNT });
    const next = fileOf([{ number: 2, state: 'notCredited' }], { sequence: 2 });
    await expect(importFile(options, arrived(next))).rejects.toMatchObject({ code: 'missingBefore' });
    const report = await importFile(options, arrived(file));
    expect(report.complete).toBe(true);
    expect(outcomes(report)).toEqual([
      ['L1', 'resolvedNotCredited'],
      ['L2', 'resolvedCredited'],
      ['L3', 'resolvedCredited'],
    ]);
  });

  test('with the next sequence corrects what is open, and not what is decided', async () => {
    const { world, options } = await withLoads(2);
    await world.clock.advance(NEXT_MORNING);
    await importFile(
      options,
      arrived(
        fileOf([
          { number: 1, state: 'undetermined' },
          { number: 2, state: 'notCredited' },
        ]),
      ),
    );
    const correction = fileOf(
      [
        { number: 1, state: 'credited' },
        { number: 2, state: 'credited' },
      ],
      { sequence: 2 },
    );
    expect(outcomes(await importFile(options, arrived(correction)))).toEqual([
      ['L1', 'resolvedCredited'],
      ['L2', 'contradicts', 'bookedNotCredited'],
    ]);
  });
});

describe('a file of which anything is wrong changes nothing', () => {
  const good: readonly Said[] = [{ number: 1, state: 'credited', tac: termsOf(1).tac }];
  const bytes = fileOf(good);
  const text = bytes.toString();
  const truncated = (cut: number) => Buffer.from(bytes.subarray(0, bytes.length - cut));
  const lines = text.trimEnd().split('\n');

  test.each<readonly [string, Buffer, string | undefined, string, RegExp]>([
    ['no signature beside it', bytes, undefined, 'notSigned', /\.jws/],
    ['a signature of somebody else', bytes, signatureOf(bytes, generateKeyPairSync('ed25519').privateKey), 'badSignature', /not bank's/],
    ['a signature over another file', bytes, signatureOf(fileOf([])), 'badSignature', /not over these bytes/],
    ['a signature for another purpose', bytes, signatureOf(bytes, BANK.privateKey, 'kiosk-receipt+jwt'), 'badSignature', /something else/],
    ['a signature that is none', bytes, 'abc', 'badSignature', /detached/],
    ['the last byte missing', truncated(1), undefined, 'truncated', /cut short/],
    ['the trailer missing', Buffer.from(`${lines.slice(0, -1).join('\n')}\n`), undefined, 'truncated', /no trailer/],
    ['a load missing', Buffer.from(`${lines[0]}\n${lines[2]}\n`), undefined, 'wrongSum', /counts 1 loads \(all\), there are 0/],
    ['one byte of a load changed', Buffer.from(text.replace('"onlineCounter":0', '"onlineCounter":1')), undefined, 'damaged', /digest/],
    ['one byte of the header changed', Buffer.from(text.replace('20:00:00', '20:00:01')), undefined, 'damaged', /digest/],
    ['a load that is no JSON', Buffer.from(text.replace('"purseType":2,', '"purseType":2;')), undefined, 'damaged', /line 2: no JSON/],
    ['bytes that are no text', Buffer.concat([Buffer.from([0xff]), bytes]), undefined, 'damaged', /UTF-8/],
    ['something after the trailer', Buffer.from(`${text}\n`), undefined, 'truncated', /no trailer/],
    ['a record of another kind', Buffer.from(text.replace('{"load":', '{"toll":')), undefined, 'damaged', /line 2: expected \{"load"/],
    ['a wrong sum', fileOf(good, {}, { credited: { count: 1, amount: AMOUNT + 1 } }), undefined, 'wrongSum', /5001 fen \(credited\), the loads make 5000/],
    ['a wrong count', fileOf(good, {}, { all: { count: 2, amount: AMOUNT } }), undefined, 'wrongSum', /counts 2 loads/],
    ['a load twice', fileOf([...good, ...good]), undefined, 'doubledLoad', /L1/],
    ['a load of another day', fileOf([{ ...good[0], number: 1, state: 'credited', over: { hostDate: '20260314' } }]), undefined, 'wrongDay', /20260314/],
    ['a TAC of a load that was not executed', fileOf([{ number: 1, state: 'notCredited', tac: '00000000' }]), undefined, 'damaged', /has a TAC/],
    ['a sender who is no partner', fileOf(good, { sender: 'stranger' }), undefined, 'foreign', /stranger/],
    ['a receiver who is not we', fileOf(good, { receiver: 'tram' }), undefined, 'foreign', /for tram/],
    ['our own role', fileOf(good, { role: 'operator' }), undefined, 'foreign', /so are we/],
    ['another currency', fileOf(good, { currency: 'USD' }), undefined, 'foreign', /USD/],
    ['a later version of the format', fileOf(good, { format: 2 }), undefined, 'damaged', /header/],
    ['a sequence whose first never came', fileOf(good, { sequence: 2 }), undefined, 'missingBefore', /file 1/],
  ])('%s', async (what, file, signature, code, said) => {
    const { world, terminal, options } = await withLoads(1);
    await world.clock.advance(NEXT_MORNING);
    const before = await world.books();
    const given = what === 'no signature beside it' ? undefined : (signature ?? signatureOf(file));
    const refusal: unknown = await importFile(options, { bytes: file, signature: given, by: 'Wang Fang' }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'ClearingError', code, message: expect.stringMatching(said) });
    expect(await world.books()).toEqual(before);
    expect(await standing(terminal, 'L1')).toEqual({ state: 'open' });
    expect(await options.store.selectFrom('clearing_files').selectAll().execute()).toEqual([]);
  });

  test('a day that is not over, and another day than the operator means', async () => {
    const { world, terminal, options } = await withLoads(1);
    await expect(importFile(options, arrived(bytes))).rejects.toMatchObject({ code: 'wrongDay', message: expect.stringContaining('not over') });
    await world.clock.advance(NEXT_MORNING);
    await expect(importFile(options, { ...arrived(bytes), businessDay: '2026-03-14' })).rejects.toMatchObject({ code: 'wrongDay' });
    expect(await standing(terminal, 'L1')).toEqual({ state: 'open' });
    expect((await importFile(options, { ...arrived(bytes), businessDay: DAY })).complete).toBe(true);
  });

  test('another file under a sequence that came', async () => {
    const { world, options } = await withLoads(2);
    await world.clock.advance(NEXT_MORNING);
    await importFile(options, arrived(fileOf([{ number: 1, state: 'notCredited' }])));
    await expect(importFile(options, arrived(fileOf([{ number: 2, state: 'notCredited' }])))).rejects.toMatchObject({ code: 'doubledFile' });
    expect((await world.books()).issuer).toMatchObject({ reversed: AMOUNT, undetermined: AMOUNT });
  });

  test('any single byte that is changed, left out or put in is noticed without the signature already', () => {
    const many = fileOf([1, 2, 3].map((number) => ({ number, state: 'credited' as const })));
    assert(
      property(nat(many.length - 1), nat(255), constantFrom('change', 'remove', 'insert'), (place, byte, how) => {
        const [head, tail] = [many.subarray(0, place), many.subarray(place + (how === 'insert' ? 0 : 1))];
        const damaged = Buffer.concat([head, how === 'remove' ? Buffer.alloc(0) : Buffer.from([byte]), tail]);
        pre(!damaged.equals(many));
        // the case of the digest's own digits is free
        pre(damaged.toString('latin1').toLowerCase() !== many.toString('latin1').toLowerCase());
        // between the tokens of the trailer, which the digest does not cover, white space is free; the signature covers it
        pre(!isTrailerSpace(damaged, many));
        expect(() => readClearingFile(damaged)).toThrow(ClearingError);
      }),
      { numRuns: 2000 },
    );
  });
});

function isTrailerSpace(one: Buffer, other: Buffer): boolean {
  const bare = (file: Buffer) => file.toString('latin1').replaceAll(/[ \t\r]/g, '');
  return bare(one) === bare(other);
}

describe('a day’s file for a partner', () => {
  test('says what the books have: proved credits with their TAC, released ones, and what is open; again with the next sequence', async () => {
    const { world, terminal, options } = await withLoads(3);
    await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: termsOf(1).tac });
    await terminal.post('/v1/issuer/loads/reverse', { loadId: 'L2' });
    await terminal.post('/v1/issuer/loads/reverse', { loadId: 'never-asked-for' });
    await expect(exportDay(options, DAY, 'bank', 'Li Lei')).rejects.toMatchObject({ code: 'wrongDay' });
    await world.clock.advance(NEXT_MORNING);
    await expect(exportDay(options, DAY, 'stranger', 'Li Lei')).rejects.toMatchObject({ code: 'foreign' });
    const { name, bytes, signature } = await exportDay(options, DAY, 'bank', 'Li Lei');
    expect(name).toBe(`clearing-metro-bank-${DAY}-1.jsonl`);
    const madeAt = new Date(V1.at + NEXT_MORNING).toISOString();
    const expected: readonly Said[] = [
      { number: 1, state: 'credited', tac: termsOf(1).tac },
      { number: 2, state: 'notCredited' },
      { number: 3, state: 'undetermined' },
    ];
    const outward = { role: 'operator', sender: 'metro', receiver: 'bank', madeAt };
    expect(Buffer.from(bytes).toString()).toBe(fileOf(expected, outward).toString());
    const [head = '', , signed = ''] = signature.split('.');
    const key = createPrivateKey(world.signingKey.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    expect(Buffer.from(signed, 'base64url')).toEqual(sign(null, Buffer.from(`${head}.${Buffer.from(bytes).toString('base64url')}`), key));
    expect((await exportDay(options, DAY, 'bank', 'Li Lei')).name).toBe(`clearing-metro-bank-${DAY}-2.jsonl`);
  });

  test('goes from one server to another and decides there, and back again as what is known', async () => {
    const operator = await withLoads(2);
    await operator.terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: termsOf(1).tac });
    const bank = await withLoads(2);
    for (const { world } of [operator, bank]) await world.clock.advance(NEXT_MORNING);
    const known = (world: World, name: string) => [{ name, publicKey: world.signingKey.publicKey }];
    const atOperator: ImportOptions = { ...operator.options, settings: { role: 'operator', name: 'metro', partners: known(bank.world, 'bank') } };
    const atBank: ImportOptions = { ...bank.options, settings: { role: 'issuer', name: 'bank', partners: known(operator.world, 'metro') } };
    const there = await exportDay(atOperator, DAY, 'bank', 'Li Lei');
    const report = await importFile(atBank, { ...there, by: 'Han Mei' });
    expect(outcomes(report)).toEqual([
      ['L1', 'resolvedCredited'],
      ['L2', 'stillOpen'],
    ]);
    const back = await exportDay(atBank, DAY, 'metro', 'Han Mei');
    expect(outcomes(await importFile(atOperator, { ...back, by: 'Li Lei' }))).toEqual([
      ['L1', 'already'],
      ['L2', 'stillOpen'],
    ]);
  });
});

test('npm run fleet -- clearing export | import | report: beside a server, on its store', async () => {
  const { world, terminal } = await withLoads(2);
  const folder = mkdtempSync(join(tmpdir(), 'fleet-clearing-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'signing-key.pem'), world.signingKey.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const config = join(folder, 'fleet.json');
  const partners = [{ name: 'bank', publicKey: jwkOf(BANK.publicKey) }];
  writeFileSync(config, JSON.stringify({ issuer: V1.issuer, clearing: { name: 'metro', partners } }));
  const environment = environmentFor(world.database, data);
  const where = ['--config', config, '--data', data];
  const run = async (...args: readonly string[]) => {
    const { lines, status } = await clearingCommand([...args, ...where], environment);
    return { status, out: lines.join('\n') };
  };
  // the commands live by the machine's clock, for which that day is over
  expect(systemClock.now()).toBeGreaterThan(V1.at + 86_400_000);

  const made = await run('export', '--day', DAY, '--to', 'bank', '--out', folder);
  expect(made.status).toBe(0);
  expect(readdirSync(folder).filter((name) => name.startsWith('clearing-'))).toEqual([
    `clearing-metro-bank-${DAY}-1.jsonl`,
    `clearing-metro-bank-${DAY}-1.jsonl.jws`,
  ]);
  const exported = join(folder, `clearing-metro-bank-${DAY}-1.jsonl`);
  expect(statSync(exported).mode & 0o777).toBe(0o600);
  expect(readClearingFile(readFileSync(exported)).loads.map(({ loadId, state }) => [loadId, state])).toEqual([
    ['L1', 'undetermined'],
    ['L2', 'undetermined'],
  ]);

  const file = join(folder, 'answer.jsonl');
  const answer = fileOf([{ number: 1, state: 'credited', tac: termsOf(1).tac }]);
  writeFileSync(file, answer);
  await expect(run('import', file)).rejects.toMatchObject({ code: 'notSigned' });
  writeFileSync(`${file}.jws`, signatureOf(answer));
  const taken = await run('import', file, '--by', 'Wang Fang', '--json');
  expect(taken.status).toBe(1);
  expect(outcomes(clearingReportSchema.parse(JSON.parse(taken.out)))).toEqual([
    ['L1', 'resolvedCredited'],
    ['L2', 'notInFile'],
  ]);
  const shown = await run('report', '--day', DAY, '--from', 'bank');
  expect(shown.out).toContain('L2 50.00: stands in our books, and the file does not have it');
  expect(await standing(terminal, 'L1')).toEqual({ state: 'credited', tac: 'good' });
  await expect(run('melt')).rejects.toMatchObject({ name: 'UsageError' });

  const args = ['fleet/server/main.ts', 'clearing', 'import', file, ...where, '--json'];
  const program = await new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, ...environment } }, (failure, out, error) =>
      resolve({ code: failure?.code, out: out.trim(), error }),
    );
  });
  expect(program).toEqual({ code: 1, out: taken.out, error: '' });
});
