import { expect, test } from 'vitest';
import { cashAcceptorModels, modelsWithoutEscrow } from '../../../drivers/cash-acceptor/models.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

const { schema, create } = cashAcceptorModels['jcm-id003'];

test('jcm-id003: the denominations are enough, the rest has the values of the document', () => {
  const options = schema.parse({ denominations: [1000, 5000] });
  expect(options).toEqual({ denominations: [1000, 5000], stackCommand: 'stack1', pollEvery: 150, answerLimit: 100 });
  expect(create(options, { transport: new SimulatedLine(), clock: new SimulatedClock() }).lastStatus.device).toBe('unknown');
});

test.each([
  [{}, 'denominations'],
  [{ denominations: [] }, 'denominations'],
  [{ denominations: [10.5] }, 'denominations.0'],
  [{ denominations: [1000], stackCommand: 'stack3' }, 'stackCommand'],
  [{ denominations: [1000], pollEvery: 0 }, 'pollEvery'],
])('%j is refused at %s', (options, path) => {
  const result = schema.safeParse(options);
  expect(result.error?.issues[0]?.path.join('.')).toBe(path);
});

test('an option nobody knows is refused', () => {
  expect(schema.safeParse({ denominations: [1000], port: 'COM1' }).success).toBe(false);
});

test('cctalk-bill: the denominations are enough, the rest has the values of the document', () => {
  const { schema: bills, create: bill } = cashAcceptorModels['cctalk-bill'];
  const options = bills.parse({ denominations: [1000, 5000] });
  expect(options).toEqual({
    denominations: [1000, 5000],
    country: 'CN',
    address: 40,
    checksum: 'simple',
    pollEvery: 200,
    answerLimit: 200,
    holdEvery: 10_000,
    settleAfterPowerUp: 2_500,
    trustAcceptCounter: false,
  });
  expect(bill(options, { transport: new SimulatedLine(), clock: new SimulatedClock() }).capabilities).toEqual({ escrow: true, media: 'notes' });
});

test('cctalk-coin: the table of coins is enough, the rest has the values of the document', () => {
  const { schema: coins, create: coin } = cashAcceptorModels['cctalk-coin'];
  const options = coins.parse({ coins: [{ position: 1, value: 100 }] });
  expect(options).toEqual({ coins: [{ position: 1, value: 100 }], address: 2, checksum: 'simple', pollEvery: 200, answerLimit: 200 });
  expect(coin(options, { transport: new SimulatedLine(), clock: new SimulatedClock() }).capabilities).toEqual({ escrow: false, media: 'coins' });
});

test.each([
  ['cctalk-bill', { denominations: [] }, 'denominations'],
  ['cctalk-bill', { denominations: [1000], country: 'cn' }, 'country'],
  ['cctalk-bill', { denominations: [1000], address: 1 }, 'address'],
  ['cctalk-bill', { denominations: [1000], checksum: 'crc16' }, 'checksum'],
  ['cctalk-coin', {}, 'coins'],
  ['cctalk-coin', { coins: [{ position: 17, value: 100 }] }, 'coins.0.position'],
  [
    'cctalk-coin',
    {
      coins: [
        { position: 1, value: 100 },
        { position: 1, value: 50 },
      ],
    },
    'coins',
  ],
] as const)('%s: %j is refused at %s', (model, options, path) => {
  expect(cashAcceptorModels[model].schema.safeParse(options).error?.issues[0]?.path.join('.')).toBe(path);
});

test('cashcode-ccnet: the denominations are enough, the rest has the values of the document', () => {
  const ccnet = cashAcceptorModels['cashcode-ccnet'];
  const options = ccnet.schema.parse({ denominations: [1000, 5000] });
  expect(options).toEqual({
    denominations: [1000, 5000],
    address: 3,
    countries: ['CHN', 'CNY', 'RMB'],
    holdEvery: 5000,
    pollEvery: 150,
    answerLimit: 100,
  });
  expect(ccnet.create(options, { transport: new SimulatedLine(), clock: new SimulatedClock() }).lastStatus.device).toBe('unknown');
});

test.each([
  [{ denominations: [1000], address: 0 }, 'address'],
  [{ denominations: [1000], address: 256 }, 'address'],
  [{ denominations: [1000], countries: [] }, 'countries'],
  [{ denominations: [1000], countries: ['cny'] }, 'countries.0'],
  [{ denominations: [1000], holdEvery: 10_000 }, 'holdEvery'],
])('cashcode-ccnet: %j is refused at %s', (options, path) => {
  expect(cashAcceptorModels['cashcode-ccnet'].schema.safeParse(options).error?.issues[0]?.path.join('.')).toBe(path);
});

test('a factory refuses options of another model', () => {
  const deps = { transport: new SimulatedLine(), clock: new SimulatedClock() };
  expect(() => create({ denominations: [1000], address: 3 }, deps)).toThrow('address');
});

test('models without escrow are named as what they are', () => {
  const options = { denominations: [1000], coins: [{ position: 1, value: 100 }] };
  const escrow = Object.entries(cashAcceptorModels).map(([name, model]) => {
    const { coins, ...notes } = options;
    const device = model.create(name === 'cctalk-coin' ? { coins } : notes, { transport: new SimulatedLine(), clock: new SimulatedClock() });
    return [name, device.capabilities.escrow] as const;
  });
  expect(escrow.filter(([, holds]) => !holds).map(([name]) => name)).toEqual(modelsWithoutEscrow);
});
