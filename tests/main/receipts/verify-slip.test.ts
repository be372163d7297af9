import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeReference } from '../../../common/ids.ts';
import { checkpoint, findingOf, hashOf, newSigner, pageVerifier, PRINTED_AT, publishedBy, SLIP, type Signer } from '../../fleet/slip-records.ts';
import { random } from '../../fleet/support.ts';

let terminal: Signer;
let operator: Signer;
let stranger: Signer;
let slip: string;
let records: string[];
beforeAll(async () => {
  [terminal, operator, stranger] = [await newSigner(), await newSigner(), await newSigner()];
  slip = await terminal.sign('kiosk-slip+jwt', SLIP);
  records = await publishedBy(operator, [terminal.publicKey]);
});

const find = (text: string, statements: readonly string[] = records) => findingOf(text, operator.publicKey, statements);

/** What a cardholder is told; each is said by kioskctl's verifier and by the page's. */
describe('a slip', () => {
  it('whose entry stands in the published journal is genuine and published', async () => {
    expect(await find(`https://card.example/r/#${slip}`)).toEqual({
      verdict: 'published',
      slip: {
        terminalId: 'T-0001',
        epoch: 1,
        seq: 300,
        hash: hashOf(300).toString('hex'),
        reference: 'A01-1122-7K4M-9',
        outcome: 'delivered',
        amount: 5_000,
        tender: 'qr',
        cardTail: '6688',
        at: PRINTED_AT / 1000,
      },
      publishedAt: PRINTED_AT + 3_600_000,
      sealedUpTo: undefined,
    });
  });

  it.each([
    ['c', 'cash'],
    ['q', 'qr'],
    ['s', 'qrPresented'],
    ['b', 'card'],
    ['v', 'voucher'],
    ['p', 'pending'],
  ])('that says %s was paid by %s', async (letter, tender) => {
    expect(await find(await terminal.sign('kiosk-slip+jwt', { ...SLIP, p: letter }))).toMatchObject({ verdict: 'published', slip: { tender } });
  });

  it.each([
    ['a checkpoint on its own entry', 300, 300],
    ['a later checkpoint', 350, 350],
    ['only an earlier checkpoint', 280, undefined],
    ['a checkpoint beyond what is published', 500, undefined],
  ])('with %s: what the terminal itself signed', async (_, seq, sealedUpTo) => {
    expect(await find(slip, [...records, await checkpoint(terminal, seq)])).toMatchObject({ verdict: 'published', sealedUpTo });
  });

  it('that is newer than what is published is genuine, and not yet published', async () => {
    const older = await publishedBy(operator, [terminal.publicKey], { upToSeq: 299 });
    expect(await find(slip, older)).toMatchObject({ verdict: 'notYet', slip: { reference: 'A01-1122-7K4M-9' } });
  });

  it('of an epoch of which nothing is published yet is genuine too', async () => {
    const other = await publishedBy(operator, [terminal.publicKey], { epoch: 2 });
    expect(await find(slip, other)).toMatchObject({ verdict: 'notYet' });
  });

  it.each([
    [0, 'notYet'],
    [1, 'missing'],
  ])('that is not published 48 hours and %i s later: %s', async (seconds, verdict) => {
    const at = PRINTED_AT + 48 * 3_600_000 + seconds * 1000;
    expect(await find(slip, await publishedBy(operator, [terminal.publicKey], { upToSeq: 299, at }))).toMatchObject({ verdict });
  });

  it('that is published in a file that is not at hand names the file', async () => {
    expect(await find(slip, records.slice(0, 2))).toMatchObject({ verdict: 'recordNotAtHand', needed: 't-T-0001/1-1.json' });
    expect(pageVerifier.filesFor(slip)).toEqual(['t-T-0001/terminal.json', 't-T-0001/1-1.json']);
  });

  it.each([
    ['the published journal has another entry in its place', 'history'],
    ['the operator published two journals', 'both'],
    ['the terminal signed another journal than is published', 'checkpoint'],
  ])('is contradicted when %s', async (_, how) => {
    const other = await publishedBy(operator, [terminal.publicKey], { history: 'another' });
    const statements = { history: other, both: [...records, ...other], checkpoint: [...records, await checkpoint(terminal, 310, 'another')] }[how];
    expect(await find(slip, statements)).toMatchObject({ verdict: 'contradicted' });
  });

  it('signed by another key than the terminal’s is forged', async () => {
    expect(await find(await stranger.sign('kiosk-slip+jwt', SLIP))).toEqual({ verdict: 'forged' });
  });

  it('whose payload was swapped under the terminal’s name is altered', async () => {
    const richer = (await terminal.sign('kiosk-slip+jwt', { ...SLIP, a: 50_000 })).split('.');
    const [head, , signature] = slip.split('.');
    expect(await find([head, richer[1], signature].join('.'))).toEqual({ verdict: 'altered' });
  });

  it('of a terminal that this operator does not have is not from here', async () => {
    const elsewhere = await stranger.sign('kiosk-slip+jwt', { ...SLIP, t: 'X-0001' });
    expect(await find(elsewhere)).toEqual({ verdict: 'unknownTerminal' });
  });

  it.each(['TRAINING-0001', 'training-0001'])('of the training terminal %s proves nothing, even where somebody published it', async (t) => {
    const practised = await terminal.sign('kiosk-slip+jwt', { ...SLIP, t });
    expect(await find(practised)).toEqual({ verdict: 'training' });
    expect(await find(practised, [])).toEqual({ verdict: 'training' });
  });

  it('is judged by nothing but what this operator signed', async () => {
    const theirs = await publishedBy(stranger, [terminal.publicKey]);
    expect(await find(slip, theirs)).toEqual({ verdict: 'noRecords', needed: 't-T-0001/terminal.json' });
    const [ours = ''] = records;
    expect(await find(slip, [ours, ...theirs.slice(1)])).toMatchObject({ verdict: 'recordNotAtHand' });
    expect(await find(slip, [...records, ...(await publishedBy(stranger, [], { history: 'another' }))])).toMatchObject({ verdict: 'published' });
  });

  it('signed before the terminal got a new key stays genuine', async () => {
    const later = await publishedBy(operator, [stranger.publicKey, terminal.publicKey]);
    expect(await find(slip, later)).toMatchObject({ verdict: 'published' });
  });

  it.each(['kiosk-checkpoint+jwt', 'kiosk-request+jwt', 'JWT'])('is not what the terminal signed as %s', async (type) => {
    expect(await find(await terminal.sign(type, SLIP))).toEqual({ verdict: 'notASlip' });
  });

  it.each([
    ['a published statement', (): string => records[0] ?? ''],
    ['nothing', () => ''],
    ['an address without a slip', () => 'https://card.example/r/'],
    ['some text', () => 'WIFI:T:WPA;S:guest;P:12345678;;'],
    ['half a slip', () => slip.slice(0, slip.length / 2)],
  ])('is not recognized in %s', async (_, text) => {
    expect(await find(text())).toEqual({ verdict: 'notASlip' });
  });

  it('that could not be signed holds its number', async () => {
    for (let count = 0; count < 50; count += 1) {
      const reference = makeReference('A01', '2026-11-22', random);
      expect(await find(`https://card.example/r/#${reference}`)).toEqual({ verdict: 'numberOnly', reference });
      expect(await find(reference.toLowerCase())).toEqual({ verdict: 'numberOnly', reference });
    }
  });

  it.each([
    ['more than is defined', { ...SLIP, name: '王' }],
    ['less', Object.fromEntries(Object.entries(SLIP).filter(([name]) => name !== 'n'))],
    ['a whole card number', { ...SLIP, n: '03105170010170906688' }],
    ['an amount below zero', { ...SLIP, a: -1 }],
    ['an unknown outcome', { ...SLIP, o: 'x' }],
    ['a hash of other length', { ...SLIP, h: 'AAAA' }],
    ['a hash in another spelling', { ...SLIP, h: `${SLIP.h.slice(0, -1)}${next(SLIP.h.slice(-1))}` }],
  ])('that holds %s is not one, even signed', async (_, claims) => {
    expect(await find(await terminal.sign('kiosk-slip+jwt', claims))).toEqual({ verdict: 'notASlip' });
  });
});

describe('tampering', () => {
  it('every single bit that is flipped in a slip is found', { timeout: 120_000 }, async () => {
    const genuine = new Set(['published', 'notYet', 'missing', 'contradicted', 'recordNotAtHand']);
    const missed: string[] = [];
    for (let index = 0; index < slip.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = slip.slice(0, index) + String.fromCharCode(slip.charCodeAt(index) ^ (1 << bit)) + slip.slice(index + 1);
        if (genuine.has((await find(changed, records.slice(0, 1))).verdict)) missed.push(`character ${index}, bit ${bit}`);
      }
    }
    expect(missed).toEqual([]);
  });

  it('a header that is not UTF-8 is none, whatever stands in it', async () => {
    const [, payload, signature] = slip.split('.');
    const header = Buffer.concat([Buffer.from('{"alg":"EdDSA","typ":"kiosk-slip+jwt","'), Buffer.from([0x8b]), Buffer.from('id":1}')]);
    expect(await find([header.toString('base64url'), payload, signature].join('.'))).toEqual({ verdict: 'notASlip' });
  });

  it('any other payload under the terminal’s signature is found', { timeout: 60_000 }, async () => {
    const [head, payload, signature] = slip.split('.');
    const outcome = fc.constantFrom('d', 'r', 'v', 'c');
    const claims = fc.record({ s: fc.integer({ min: 1, max: 999 }), o: outcome, a: fc.nat(0xffff_ffff), n: fc.constantFrom('6688', '1234'), w: fc.nat() });
    await fc.assert(
      fc.asyncProperty(claims, async (other) => {
        const swapped = Buffer.from(JSON.stringify({ ...SLIP, ...other })).toString('base64url');
        fc.pre(swapped !== payload);
        expect(await find([head, swapped, signature].join('.'))).toEqual({ verdict: 'altered' });
      }),
      { numRuns: 300 },
    );
  });

  it('the two verifiers say the same about any text, and neither throws', { timeout: 60_000 }, async () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(...slip.split('.')),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (input) => void (await find(input))),
      { numRuns: 500 },
    );
  });

  it('the two verifiers say the same about any published statements', { timeout: 60_000 }, async () => {
    const all = [...records, await checkpoint(terminal, 310), await checkpoint(terminal, 320, 'another'), ...(await publishedBy(stranger, []))];
    const statement = fc.oneof(
      fc.constantFrom(...all),
      fc.string(),
      fc.tuple(fc.constantFrom(...all), fc.nat(200)).map(([jws, at]) => jws.slice(0, at)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { maxLength: 8 }), async (statements) => void (await find(slip, statements))),
      { numRuns: 200 },
    );
  });
});

/** The character after it in base64url: another spelling of the same bytes, where only spare bits differ. */
function next(character: string): string {
  const symbols = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return symbols.charAt(symbols.indexOf(character) + 1);
}
