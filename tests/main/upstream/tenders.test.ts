/** Every electronic tender over the real upstream keeps the contract (tender-contract.ts). */
import { describe, expect, test } from 'vitest';
import { captureRefusals, saleRefusals } from '../../../common/upstream-api/payments.ts';
import { fen } from '../../../common/fen.ts';
import { startWorld } from '../../fleet/support.ts';
import { connect } from './support.ts';
import { keepsTheContract, type TenderAdapter } from './tender-contract.ts';

/** As the sandbox's wallets have it, by its last two digits this one asks its holder to confirm. */
const ASKS = '134512345678901201';

const onThePhone = {
  pays: async (world, orderId) => void (await world.hand(`/sandbox/orders/${orderId}/pay`)),
  declines: async (world, orderId) => void (await world.hand(`/sandbox/orders/${orderId}/decline`)),
} as const satisfies Pick<TenderAdapter, 'pays' | 'declines'>;

const tenders: readonly TenderAdapter[] = [
  { name: 'QR shown', path: '/v1/payments/orders', asked: 'waiting', ask: (payments, order) => payments.createOrder(order), ...onThePhone },
  {
    name: 'QR presented',
    path: '/v1/payments/captures',
    asked: 'confirming',
    ask: (payments, order) => payments.capture({ ...order, code: ASKS }),
    ...onThePhone,
  },
  { name: 'bank card', path: '/v1/payments/sales', asked: 'waiting', ask: (payments, order) => payments.sell(order), ...onThePhone },
];

describe.each(tenders)('$name', keepsTheContract);

describe('bank card: what became of the sale', () => {
  const order = { orderId: 'O1', amount: fen(5000), reference: 'A01-0315-7K4M-9' };

  test.each(saleRefusals)('%s comes with the answer, and stays', async (reason) => {
    const world = await startWorld();
    const { payments } = connect(world);
    await payments.sell(order);
    await world.hand('/sandbox/orders/O1/decline', { reason });
    expect(await payments.queryOrder('O1')).toEqual({ state: 'declined', reason });
    expect(await payments.closeOrder('O1')).toEqual({ state: 'declined', reason });
  });

  test('nothing of the card is in what comes back', async () => {
    const world = await startWorld();
    const { payments } = connect(world);
    await payments.sell(order);
    await world.hand('/sandbox/orders/O1/pay');
    expect(await payments.queryOrder('O1')).toEqual({ state: 'captured', channel: '银行卡', channelRef: expect.stringMatching(/^\d{28}$/), amount: 5000 });
  });
});

describe('QR presented: what became of the code', () => {
  const ENDS: Readonly<Record<string, string>> = { balanceTooLow: '02', codeExpired: '03', limit: '04', declined: '05' };

  test('pays at once, and says by whom', async () => {
    const { payments } = connect(await startWorld());
    const order = { orderId: 'O1', amount: fen(5000), reference: 'A01-0315-7K4M-9' };
    expect(await payments.capture({ ...order, code: '281234567890123477' })).toMatchObject({ state: 'captured', channel: '支付宝', amount: 5000 });
  });

  test.each(captureRefusals)('%s comes with the answer', async (reason) => {
    const { payments } = connect(await startWorld());
    const order = { amount: fen(5000), reference: 'A01-0315-7K4M-9' };
    const code = reason === 'codeUnknown' ? '990000000000000000' : `1345123456789012${ENDS[reason] ?? '77'}`;
    if (reason === 'codeUsed') await payments.capture({ ...order, orderId: 'O0', code });
    expect(await payments.capture({ ...order, orderId: 'O1', code })).toEqual({ state: 'declined', reason });
  });
});
