/**
 * Ten thousand grants, cards and codes that nobody gave out, or not for here and now: forged, replayed, another terminal's, expired, with the
 * clock set back. Who holds them knows every PIN. None lets in; and what each is made from does, where it should.
 */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../../common/maintenance/grant.ts';
import { ROLES } from '../../../../common/maintenance/verbs.ts';
import type { Claim } from '../../../../state-machines/maintenance/sign-in-port.ts';
import { Dice } from '../../../fuzz/generate.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import {
  codeOf,
  derived,
  EVERYBODY,
  grantFor,
  MASTER,
  OPERATOR,
  operatorKey,
  saidByTelephone,
  SECRET,
  signed,
  TECHNICIAN,
} from '../../../support/staff-at-hand.ts';
import { StaffBench } from './staff-bench.ts';

const NOW = new SimulatedClock().now();
const DAY = 86_400_000;
const ELSEWHERE = derived(MASTER, 'kiosk-staff-terminal:T-0002');
const CHIP = '04A1B2C3D4E5F6';
const pin = TECHNICIAN.pin;
const knowsEveryPin = { isPinOf: () => true };

const b64 = (value: object | string): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const parts = (token: string): [string, string, string] => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
};
const byGrant = (token: string): Claim => ({ method: 'grant', token, pin });
const byCard = (token: string, chip = CHIP): Claim => ({ method: 'card', token, chip, pin });
const byCode = (code: string, staff = TECHNICIAN.number): Claim => ({ method: 'totp', staff, code, pin });

/** One fresh judge a try, so that no lockout stands in for a judgment. */
async function letsIn(claim: Claim, prepare: (bench: StaffBench) => Promise<void> = async () => {}): Promise<boolean> {
  const bench = new StaffBench(knowsEveryPin);
  await prepare(bench);
  const outcome = await bench.signIn(claim);
  if (outcome.kind === 'locked') throw new Error('the lockout stood in for the judgment');
  return outcome.kind === 'signedIn';
}

async function noneOf(count: number, make: (dice: Dice, index: number) => Claim, prepare?: (bench: StaffBench) => Promise<void>): Promise<void> {
  const dice = new Dice(11);
  const inside: Claim[] = [];
  for (let index = 0; index < count; index += 1) {
    const claim = make(dice, index);
    if (await letsIn(claim, prepare)) inside.push(claim);
  }
  expect(inside).toEqual([]);
}

const grant = grantFor(TECHNICIAN, NOW);
const good = await signed(grant);
const certificate = await signed({ ...grant, card: CHIP }, 'card');
const stranger = operatorKey(OPERATOR.kid);
const variants = (make: (index: number) => Partial<Grant>, key = OPERATOR): Promise<string[]> =>
  Promise.all(Array.from({ length: 40 }, (_, index) => signed({ ...grant, serial: `G-${index}`, ...make(index) }, 'grant', key)));

test('what everything here is made from lets in', async () => {
  expect(await letsIn(byGrant(good))).toBe(true);
  expect(await letsIn(byCard(certificate))).toBe(true);
  expect(await letsIn(byCode(codeOf(TECHNICIAN, NOW)))).toBe(true);
});

describe('signed words', () => {
  test('one character changed: 2,400', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    await noneOf(2400, (dice) => {
      // the last character of the signature has bits that mean nothing (RFC 4648 3.5): no change at all
      const at = dice.below(good.length - 1);
      const others = [...alphabet].filter((letter) => letter !== good[at]);
      return byGrant(good.slice(0, at) + dice.pick(others) + good.slice(at + 1));
    });
  });
  test('another payload under the same signature: 1,200', async () => {
    const [header, , signature] = parts(good);
    await noneOf(1200, (dice, index) => {
      const changed = { ...grant, role: dice.pick(ROLES), staff: String(index), notAfter: grant.notAfter + 1 + dice.below(1000) };
      return byGrant(`${header}.${b64(changed)}.${signature}`);
    });
  });
  test('signed by somebody else under the operator’s key name, or by a key that nobody knows: 1,200', async () => {
    const theirs = await variants(() => ({}), stranger);
    const unknown = await variants(() => ({}), operatorKey('op-2'));
    await noneOf(1200, (dice) => byGrant(dice.pick([...theirs, ...unknown])));
  });
  test('not signed at all, or with the public key as a secret, or as something else: 600', async () => {
    const [, payload] = parts(good);
    const typ = 'kiosk-staff-grant+jwt';
    const hmac = (): string => {
      const head = `${b64({ alg: 'HS256', kid: OPERATOR.kid, typ })}.${payload}`;
      return `${head}.${createHmac('sha256', OPERATOR.publicKey.x).update(head).digest('base64url')}`;
    };
    const odd = [
      `${b64({ alg: 'none', kid: OPERATOR.kid, typ })}.${payload}.`,
      `${b64({ alg: 'none', kid: OPERATOR.kid, typ })}.${payload}.AA`,
      hmac(),
      certificate,
      `${good}.${good}`,
      good.slice(0, -1),
      `${b64({ alg: 'EdDSA', kid: '__proto__', typ })}.${payload}.${parts(good)[2]}`,
      `${b64({ alg: 'EdDSA', kid: OPERATOR.kid, typ, jwk: stranger.publicKey })}.${payload}.${parts(good)[2]}`,
      '',
      'x'.repeat(10_000),
    ];
    await noneOf(600, (dice) => byGrant(dice.pick(odd)));
  });
  test('another terminal’s, expired, of tomorrow: 1,200', async () => {
    const second = NOW / 1000;
    const elsewhere = await variants((index) => ({ terminals: [`T-${index + 2}`, 'T-00010', 't-0001'] }));
    const expired = await variants((index) => ({ notBefore: second - 86_400, notAfter: second - 1 - index }));
    const tomorrow = await variants((index) => ({ notBefore: second + 1 + index, notAfter: second + 86_400 }));
    await noneOf(1200, (dice) => byGrant(dice.pick([...elsewhere, ...expired, ...tomorrow])));
  });
  test('used up, and shown again after a power cut: 600', async () => {
    const once = await variants(() => ({ visits: 1 }));
    for (let index = 0; index < 600; index += 1) {
      const claim = byGrant(once[index % once.length] ?? '');
      const again = await letsIn(claim, async (bench) => {
        expect((await bench.signIn(claim)).kind).toBe('signedIn');
        bench.powerCycle();
      });
      expect(again).toBe(false);
    }
  });
  test('expired, and the clock set back to before: 600', async () => {
    const dice = new Dice(5);
    for (let index = 0; index < 600; index += 1) {
      const back = await letsIn(byGrant(good), async (bench) => {
        await bench.clock.advance(8 * DAY);
        await bench.signIn(byCode('000000'));
        bench.clock.jumpTo(NOW + dice.below(7 * DAY));
        if (dice.below(2) === 0) bench.powerCycle();
      });
      expect(back).toBe(false);
    }
  });
  test('a certificate on another chip, or on none that says which it is: 400', async () => {
    expect(await letsIn({ method: 'card', token: certificate, chip: undefined, pin })).toBe(false);
    await noneOf(400, (dice) => byCard(certificate, dice.pick(['', CHIP.toLowerCase(), Buffer.from(dice.bytes(7)).toString('hex').toUpperCase()])));
  });
});

describe('codes', () => {
  /** Right ones of other times, which may happen to be those of now. */
  const nowGood = new Set([-30_000, 0, 30_000].map((off) => codeOf(TECHNICIAN, NOW + off)));
  const bad = (code: string): string => (nowGood.has(code) ? '------' : code);

  test('of the right secret at another time: 600', async () => {
    await noneOf(600, (dice) => byCode(bad(codeOf(TECHNICIAN, NOW + (dice.below(2) === 0 ? 1 : -1) * (60_000 + dice.below(1000) * 30_000)))));
  });
  test('of another terminal, of somebody else here, of nobody: 600', async () => {
    await noneOf(600, (dice) =>
      dice.below(2) === 0
        ? byCode(bad(codeOf(TECHNICIAN, NOW, ELSEWHERE)))
        : byCode(bad(codeOf(dice.pick(EVERYBODY.filter(({ number }) => number !== TECHNICIAN.number)), NOW))),
    );
  });
  test('used, and typed again with the clock set back: 200', async () => {
    for (let index = 0; index < 200; index += 1) {
      const claim = byCode(codeOf(TECHNICIAN, NOW));
      const again = await letsIn(claim, async (bench) => {
        expect((await bench.signIn(claim)).kind).toBe('signedIn');
        await bench.clock.advance(index * 1000);
        bench.clock.jumpTo(NOW);
        if (index % 2 === 0) bench.powerCycle();
      });
      expect(again).toBe(false);
    }
  });
  test('by telephone: to another challenge, of somebody else, of another terminal, or heard before: 400', async () => {
    const dice = new Dice(3);
    for (let index = 0; index < 400; index += 1) {
      const bench = new StaffBench(knowsEveryPin);
      const before = bench.desk.challenge();
      const heard = saidByTelephone(TECHNICIAN, before);
      const challenge = bench.desk.challenge();
      const right = saidByTelephone(TECHNICIAN, challenge);
      const code = dice.pick([
        heard,
        saidByTelephone({ number: '0533' }, challenge),
        saidByTelephone(TECHNICIAN, challenge, ELSEWHERE),
        String(dice.below(100_000_000)).padStart(8, '0'),
      ]);
      const shown = dice.pick([before, challenge]);
      const outcome = await bench.signIn({ method: 'phone', staff: TECHNICIAN.number, challenge: shown, code, pin });
      expect(code === right && shown === challenge).toBe(false);
      expect(outcome).toEqual({ kind: 'refused', word: 'notAccepted' });
    }
  });
});

test('a terminal holds nothing by which another one’s codes could be made', () => {
  expect(Buffer.from(SECRET).equals(Buffer.from(ELSEWHERE))).toBe(false);
  expect(codeOf(TECHNICIAN, NOW, derived(SECRET, 'kiosk-staff-terminal:T-0002'))).not.toBe(codeOf(TECHNICIAN, NOW, ELSEWHERE));
});
