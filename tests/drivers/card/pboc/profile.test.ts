import { describe, expect, test } from 'vitest';
import { acceptsIssuer, cardProfileSchema, probeTargets, targetFor } from '../../../../drivers/card/pboc/profile.ts';
import { cjtProfile, profile } from './cards.ts';

const wuhan = profile({ name: 'Wuhan', aid: '4150312E5748435443' });
const campus = profile({ name: 'campus', aid: undefined, path: ['3F00', '1001'] });

describe('the order in which a card is asked', () => {
  test('JT/T 978, CJ/T, configured names, directories', () => {
    const order = probeTargets([campus, wuhan, cjtProfile(), profile()], []);
    expect(order.map((target) => target.application)).toEqual(['A000000632010105', 'A00000000386980701', '4150312E5748435443', '3F001001']);
  });

  test('what the card’s own list names comes first, in full and in its order', () => {
    const listed = ['A0000003330101', '4150312E5748435443', 'A00000063201010510009156000014A1'];
    const order = probeTargets([profile(), wuhan], listed).map((target) => target.application);
    expect(order.slice(0, 2)).toEqual(['4150312E5748435443', 'A00000063201010510009156000014A1']);
  });
});

describe('finding an application of the journal again', () => {
  test('by name, by a longer name, by path; the closest profile counts', () => {
    const city = profile({ name: 'city', aid: 'A0000006320101051000' });
    const names = (application: string) => targetFor([profile(), city, campus], application)?.profile.name;
    expect(['A000000632010105', 'A00000063201010510009156', '3F001001'].map(names)).toEqual(['JT/T 978', 'city', 'campus']);
  });

  test('a name no profile covers, or longer than a name can be', () => {
    expect(targetFor([profile(), campus], '3F001002')).toBeUndefined();
    expect(targetFor([profile()], `A000000632010105${'00'.repeat(9)}`)).toBeUndefined();
  });
});

test('an issuer is accepted by its whole identifier, its beginning, or any', () => {
  expect(acceptsIssuer(profile(), '01011000FFFFFFFF')).toBe(true);
  expect(acceptsIssuer(profile(), '01021000FFFFFFFF')).toBe(false);
  expect(acceptsIssuer(cjtProfile(), '0731410000000000')).toBe(true);
  expect(acceptsIssuer(profile({ acceptedIssuers: 'any' }), '0102')).toBe(true);
});

describe('a profile as written in the configuration', () => {
  const least = { name: 'x', aid: 'a000000632010105', file15: 'pboc', balanceLimit: 100_000, acceptedIssuers: ['0101'] };

  test('the defaults of the reference', () => {
    expect(cardProfileSchema.parse(least)).toEqual({
      ...least,
      aid: 'A000000632010105',
      purseType: 2,
      loadLogSfis: [0x18],
      statementSfis: [0x18],
      logRecords: 10,
      keyIndex: 1,
      algorithms: [0],
      balanceP1: 0,
      prove: 'supported',
      proveCounter: 'after',
      zeroAmountInitialize: true,
    });
  });

  test.each([
    [{ path: ['3F00'] }, 'aid'],
    [{ aid: undefined }, 'aid'],
    [{ aid: 'A0000006320' }, 'aid'],
    [{ balanceLimit: 0 }, 'balanceLimit'],
    [{ acceptedIssuers: [] }, 'acceptedIssuers'],
    [{ pin: { value: '1', beforeLoad: true } }, 'pin.value'],
    [{ balanceP1: 4 }, 'balanceP1'],
    [{ loadLogSfis: [32] }, 'loadLogSfis.0'],
  ])('%j is refused at %s', (changes, path) => {
    const parsed = cardProfileSchema.safeParse({ ...least, ...changes });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
