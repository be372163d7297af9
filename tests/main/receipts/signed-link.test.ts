import { createHash } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { createSlipPort } from '../../../main/receipts/signed-link.ts';
import type { SlipStatement } from '../../../state-machines/ports.ts';
import { newKey } from '../../fleet/support.ts';
import { readCode } from '../../support/read-code.ts';
import { MODELS, type ModelName } from '../../drivers/receipt-printer/printer-bench.ts';
import { DELIVERED, printSlip } from './slip-bench.ts';

const HASH = createHash('sha256').update('an entry').digest('hex');
const STATEMENT: SlipStatement = {
  entry: { epoch: 1, seq: 48_214, hash: HASH, at: Date.UTC(2026, 10, 22, 0, 14, 32, 915) },
  reference: 'A01-1122-7K4M-9',
  outcome: 'delivered',
  amount: fen(5_000),
  tender: 'qr',
  cardTail: '6688',
};
const URL = 'https://kiosk.sandbox.invalid/r/';

/** These take a slip back when no hand comes for it, as here; what they print with is the same as the others. */
const RETRACTORS: readonly string[] = ['custom-vkp80', 'custom-kpm', 'pyramid-reliance'];
const IN_HAND = (Object.keys(MODELS) as ModelName[]).filter((model) => !RETRACTORS.includes(model));

const key = newKey();
const slips = (terminalId = 'T-0001', verifyUrl = URL) => createSlipPort({ key, terminalId, verifyUrl });

describe('the link of a slip', () => {
  it('holds, behind #, what the slip says, signed by the terminal for this one purpose', async () => {
    const [address, jws = ''] = slips().linkOf(STATEMENT).split('#');
    expect(address).toBe(URL);
    expect(decodeProtectedHeader(jws)).toEqual({ alg: 'EdDSA', kid: key.kid, typ: 'kiosk-slip+jwt' });
    const { payload } = await compactVerify(jws, key.publicKey);
    // FORMAT.md, "Slips and publication"
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
      t: 'T-0001',
      e: 1,
      s: 48_214,
      h: Buffer.from(HASH, 'hex').toString('base64url'),
      r: 'A01-1122-7K4M-9',
      o: 'd',
      a: 5_000,
      p: 'q',
      n: '6688',
      w: 1_795_306_472,
    });
  });

  it.each([
    ['delivered', 'd'],
    ['refunded', 'r'],
    ['voucher', 'v'],
    ['case', 'c'],
  ] as const)('of a transaction that ended as %s says so', async (outcome, letter) => {
    const jws =
      slips()
        .linkOf({ ...STATEMENT, outcome })
        .split('#')[1] ?? '';
    expect(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ o: letter });
  });

  it('never holds more of a card than four characters', () => {
    const jws =
      slips()
        .linkOf({ ...STATEMENT, cardTail: '03105170010170906688' })
        .split('#')[1] ?? '';
    const payload = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString();
    expect(JSON.parse(payload)).toMatchObject({ n: '6688' });
    expect(payload).not.toContain('0906688');
  });

  it('is the same as long as the statement is', () => {
    const port = slips();
    expect(port.linkOf(STATEMENT)).toBe(port.linkOf(STATEMENT));
    expect(port.linkOf({ ...STATEMENT, amount: fen(5_001) })).not.toBe(port.linkOf(STATEMENT));
  });

  it('without an entry in the journal signs nothing: it holds the number alone', () => {
    expect(slips().linkOf({ ...STATEMENT, entry: undefined, outcome: 'case' })).toBe(`${URL}#A01-1122-7K4M-9`);
  });
});

describe('the code on paper', () => {
  it.each(['escpos-generic-58', 'escpos-generic-80'] as const)('of %s is read off its dots, and fits with its quiet margin', async (model) => {
    const qr = slips().linkOf(STATEMENT);
    const { slip } = await printSlip({ ...DELIVERED, qr }, model);
    expect(readCode(slip)).toBe(qr);
    const code = slip.items.filter((item) => item.kind === 'raster');
    const module = model === 'escpos-generic-58' ? 4 : 5;
    for (const { x, bytesPerRow } of code) {
      expect(x).toBeGreaterThanOrEqual(4 * module - 8); // four modules (ISO/IEC 18004 9.1); paper has 5 mm more that the head can't reach
      expect(x + bytesPerRow * 8).toBeLessThanOrEqual(slip.printableDots);
    }
  });

  it('of the longest address and terminal name that are allowed still fits the narrow paper', async () => {
    const qr = slips('T'.repeat(40), `https://card.example/${'x'.repeat(99)}`).linkOf({
      ...STATEMENT,
      entry: { epoch: 99, seq: 99_999_999, hash: HASH, at: Date.UTC(2099, 0) },
      amount: fen(0xffff_ffff),
    });
    const { slip } = await printSlip({ ...DELIVERED, qr }, 'escpos-generic-58');
    expect(readCode(slip)).toBe(qr);
  });

  it.each(IN_HAND)('of %s, drawn by the printer or dot by dot, says the same and lies on the paper', async (model) => {
    const qr = slips().linkOf(STATEMENT);
    const { slip, outcome, unknownCommands } = await printSlip({ ...DELIVERED, qr }, model);
    expect(outcome.state).toBe('printed');
    expect(unknownCommands).toEqual([]);
    const code = slip.items.filter((item) => item.kind === 'raster');
    expect(code.find(({ says }) => says !== undefined)?.says ?? readCode(slip)).toBe(qr);
    for (const { x, bytesPerRow } of code) expect(x + bytesPerRow * 8).toBeLessThanOrEqual(slip.printableDots);
  });
});
