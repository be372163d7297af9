/**
 * What every electronic tender keeps, whoever stands behind it: one order is at most one payment, however often and in whatever order it is
 * asked for, and what became of it can always be known. A new tender is an adapter here, and passes.
 */
import { expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import type { OrderState, PaymentPort } from '../../../state-machines/ports.ts';
import { startWorld, type World } from '../../fleet/support.ts';
import { connect } from './support.ts';

export interface Order {
  readonly orderId: string;
  readonly amount: ReturnType<typeof fen>;
  readonly reference: string;
}

export interface TenderAdapter {
  readonly name: string;
  /** The call that makes an order payable, or pays it: its answers can be lost. */
  readonly path: string;
  /** Asks for the payment; the person has done nothing yet. */
  ask(payments: PaymentPort, order: Order): Promise<unknown>;
  /** What the order is until the person does something. */
  readonly asked: OrderState['state'];
  /** The person says yes, or no. */
  pays(world: World, orderId: string): Promise<void>;
  declines(world: World, orderId: string): Promise<void>;
}

const ORDER: Order = { orderId: 'O1', amount: fen(5000), reference: 'A01-0315-7K4M-9' };
const CAPTURED = { state: 'captured', channel: expect.stringMatching(/./), channelRef: expect.stringMatching(/./), amount: 5000 };
const NOTHING = { orderCount: 1, capturedTotal: 0, refundedTotal: 0, net: 0 };

async function refused(asking: Promise<unknown>): Promise<unknown> {
  return asking.then(
    () => 'granted',
    (error: { readonly code?: string; readonly detail?: string }) => ({ code: error.code, detail: error.detail }),
  );
}

interface Bench {
  readonly world: World;
  readonly payments: PaymentPort;
}

/** Registers the contract's tests for one tender. */
export function keepsTheContract(tender: TenderAdapter): void {
  const stand = async (): Promise<Bench> => {
    const world = await startWorld();
    return { world, payments: connect(world).payments };
  };
  const asked = async (): Promise<Bench> => {
    const bench = await stand();
    await tender.ask(bench.payments, ORDER);
    return bench;
  };

  test('waits for the person, and is captured for the amount once they have paid, also when asked again', async () => {
    const { world, payments } = await asked();
    expect(await payments.queryOrder('O1')).toEqual({ state: tender.asked });
    await tender.pays(world, 'O1');
    const captured = await payments.queryOrder('O1');
    expect(captured).toEqual(CAPTURED);
    expect(await payments.queryOrder('O1')).toEqual(captured);
    expect((await world.books()).acquirer).toMatchObject({ orderCount: 1, capturedTotal: 5000 });
  });

  test('asked for twice at the same time is one order, and another amount under its number is refused', async () => {
    const { world, payments } = await stand();
    await Promise.all([tender.ask(payments, ORDER), tender.ask(payments, ORDER)]);
    expect(await refused(tender.ask(payments, { ...ORDER, amount: fen(1) }))).toEqual({ code: 'refused', detail: 'idempotencyConflict' });
    expect((await world.books()).acquirer).toMatchObject(NOTHING);
  });

  test('an answer that is lost is asked for again, and the order is there once', async () => {
    const { world, payments } = await stand();
    await world.hand('/sandbox/faults', { loseNextAnswer: tender.path });
    const waiting = tender.ask(payments, ORDER);
    await world.clock.advance(1000);
    await waiting;
    expect((await world.hand('/sandbox/faults', {})).body).toMatchObject({ loseNextAnswer: null });
    expect((await world.books()).acquirer).toMatchObject(NOTHING);
    await tender.pays(world, 'O1');
    expect((await world.books()).acquirer).toMatchObject({ orderCount: 1, capturedTotal: 5000 });
  });

  test('declined is final: nothing was taken, and nothing can be given back', async () => {
    const { world, payments } = await asked();
    await tender.declines(world, 'O1');
    expect(await payments.queryOrder('O1')).toMatchObject({ state: 'declined' });
    expect(await payments.closeOrder('O1')).toMatchObject({ state: 'declined' });
    expect(await refused(payments.refund({ refundId: 'R1', orderId: 'O1', amount: fen(5000) }))).toEqual({ code: 'refused', detail: 'orderNotCaptured' });
    expect((await world.books()).acquirer).toMatchObject(NOTHING);
  });

  test('closed it can not be paid any more', async () => {
    const { world, payments } = await asked();
    expect(await payments.closeOrder('O1')).toEqual({ state: 'closed' });
    await tender.pays(world, 'O1').catch(() => {});
    expect(await payments.queryOrder('O1')).toEqual({ state: 'closed' });
    expect((await world.books()).acquirer).toMatchObject(NOTHING);
  });

  test('closed before it arrived it is barred, however late it comes', async () => {
    const { world, payments } = await stand();
    expect(await payments.closeOrder('O1')).toEqual({ state: 'closed' });
    expect(await refused(tender.ask(payments, ORDER))).toEqual({ code: 'refused', detail: 'orderClosed' });
    expect((await world.books()).acquirer).toMatchObject(NOTHING);
  });

  test('a payment faster than the closing is told as what it is, and given back once', async () => {
    const { world, payments } = await asked();
    await tender.pays(world, 'O1');
    expect(await payments.closeOrder('O1')).toEqual(CAPTURED);
    const refund = { refundId: 'R1', orderId: 'O1', amount: fen(5000) };
    for (let times = 0; times < 2; times += 1) expect(await payments.refund(refund)).toEqual({ state: 'refunded' });
    expect(await refused(payments.refund({ ...refund, refundId: 'R2' }))).toEqual({ code: 'refused', detail: 'refundExceedsCapture' });
    expect((await world.books()).acquirer).toMatchObject({ capturedTotal: 5000, refundedTotal: 5000, net: 0 });
  });

  test('whoever was away is asked again after a restart, and knows', async () => {
    const { world, payments } = await asked();
    await tender.pays(world, 'O1');
    await world.restart();
    expect(await payments.queryOrder('O1')).toEqual(CAPTURED);
  });

  test('while the acquirer is away nothing is asked for, and closing afterwards says that nothing was paid', async () => {
    const { world, payments } = await stand();
    await world.hand('/sandbox/faults', { paymentOffline: true });
    expect(await refused(tender.ask(payments, ORDER))).toEqual({ code: 'offline', detail: 'acquirerUnavailable' });
    await world.hand('/sandbox/faults', { paymentOffline: false });
    expect(await payments.closeOrder('O1')).toEqual({ state: 'closed' });
    expect((await world.books()).acquirer).toMatchObject(NOTHING);
  });
}
