/**
 * A terminal in hostile hands: its key is genuine, what it says is not. It can harm what is its own, and nothing else: every test has an
 * honest terminal beside it, whose journal, money and service stay as they were.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GENESIS_HASH, hashEntry, type JournalEntry } from '../../common/journal-entry.ts';
import { journalAnswerSchema, type ChainedEntry } from '../../common/upstream-api/journal.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { chain, loadRequest, newKey, problemOf, registeredTerminal, startWorld, V1, type HandMadeTerminal, type World, type WorldOptions } from './support.ts';

const HONEST = 'T-0001';
const HOSTILE = 'T-0666';

interface Pair {
  readonly world: World;
  readonly honest: HandMadeTerminal;
  readonly hostile: HandMadeTerminal;
}

async function both(options: WorldOptions = {}): Promise<Pair> {
  const world = await startWorld(options);
  return { world, honest: await registeredTerminal(world, HONEST), hostile: await registeredTerminal(world, HOSTILE) };
}

/** A right chain of whatever is said. */
function chained(contents: readonly Partial<JournalEntry>[]): ChainedEntry[] {
  let hash = GENESIS_HASH;
  return contents.map((content, index) => {
    const plain = { id: `019abcde-0000-7000-8000-${String(index).padStart(12, '0')}`, at: '2026-03-15T00:15:30.000Z', businessDate: '2026-03-15' };
    const rest = { epoch: 1, seq: index + 1, terminalId: HOSTILE, kind: 'terminal.stopped' as const, body: {}, postings: [] };
    const entry: JournalEntry = { ...plain, ...rest, ...content };
    hash = hashEntry(hash, entry);
    return { entry, hash: Buffer.from(hash).toString('hex') };
  });
}

const send = (terminal: HandMadeTerminal, entries: readonly ChainedEntry[]) => terminal.post('/v1/journal', { entries });

async function journalOf(world: World, terminalId: string) {
  return (await world.books()).journal.terminals.filter((each) => each.terminalId === terminalId);
}

describe('a journal of absurd content in a right chain', () => {
  const absurd: readonly Partial<JournalEntry>[] = [
    { at: '9999-12-31T23:59:59.999Z', businessDate: '9999-99-99' },
    {
      kind: 'cash.stacked',
      transactionId: 'tx',
      body: { noteId: 'n', denomination: Number.MAX_SAFE_INTEGER },
      postings: [{ account: 'cash.box', amount: Number.MAX_SAFE_INTEGER }],
    },
    {
      kind: 'load.committed',
      transactionId: 'tx',
      body: { loadId: 'L-HONEST', amount: -1 },
      postings: [{ account: 'issuer.payable', amount: Number.MIN_SAFE_INTEGER }],
    },
    { kind: 'refund.completed', transactionId: 'tx', body: { refundId: 'R', orderId: 'O-HONEST', amount: 1e15 } },
    { kind: 'voucher.issued', transactionId: 'tx', body: { reference: 'A01-0315-7K4M-9', amount: 4_294_967_295 } },
    { body: { deep: JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`) as unknown, nul: '\u0000', emoji: '😀'.repeat(1000) } },
    { postings: Array.from({ length: 1000 }, () => ({ account: 'suspense' as const, amount: 1 })) },
    { body: { terminalId: HONEST, transactionId: 'tx-honest', text: 'x'.repeat(100_000) } },
  ];

  test('is kept as its own, signed for, and moves nobody’s money', async () => {
    const { world, honest, hostile } = await both();
    await send(honest, chain(HONEST, 3));
    await honest.post('/v1/payments/orders', { orderId: 'O-HONEST', amount: 5000, reference: 'A01-0315-7K4M-9' });
    const before = await world.books();
    const entries = chained(absurd);
    expect(journalAnswerSchema.parse((await send(hostile, entries)).body).receipt).toMatchObject({ terminalId: HOSTILE, upToSeq: absurd.length });
    const after = await world.books();
    expect({ ...after, journal: undefined }).toEqual({ ...before, journal: undefined });
    expect(await journalOf(world, HONEST)).toEqual(before.journal.terminals);
    // the same again is still the same: it was stored as it was hashed
    expect((await send(hostile, entries)).status).toBe(200);
  });

  test('at the end of all numbers is refused as a gap, or an epoch of its own; the honest one goes on', async () => {
    const { world, honest, hostile } = await both();
    const most = Number.MAX_SAFE_INTEGER;
    expect(problemOf(await send(hostile, chained([{ seq: most }])))).toMatchObject({ code: 'journalGap', seq: most, headSeq: 0 });
    expect((await send(hostile, chained([{ epoch: most }]))).status).toBe(200);
    expect((await send(honest, chain(HONEST, 3))).status).toBe(200);
    expect(await journalOf(world, HONEST)).toMatchObject([{ epoch: 1, receivedSeq: 3, frozen: false }]);
    expect(await journalOf(world, HOSTILE)).toMatchObject([
      { epoch: 1, receivedSeq: 0 },
      { epoch: most, receivedSeq: 1 },
    ]);
  });

  test.each<[string, object]>([
    ['a kind nobody knows', { kind: 'money.made' }],
    ['an amount beyond what a double holds', { postings: [{ account: 'suspense', amount: 2 ** 53 }] }],
    ['an account of its own', { postings: [{ account: 'hostile.pocket', amount: 1 }] }],
    ['half a surrogate pair', { body: { text: '\uD83D' } }],
    ['a seq that is a fraction', { seq: 1.5 }],
    ['a member more', { admin: true }],
    ['a prototype', { body: JSON.parse('{"__proto__":{"admin":true}}') as unknown }],
    ['a constructor', { body: { constructor: { prototype: { admin: true } } } }],
  ])('with %s is refused, and nothing of it is kept', async (_what, content) => {
    const { world, hostile } = await both();
    const [first] = chained([{}]);
    const answer = await hostile.post('/v1/journal', { entries: [{ ...first, entry: { ...first?.entry, ...content } }] });
    expect(problemOf(answer).code).toBe('invalidRequest');
    expect((await world.books()).journal).toEqual({ terminals: [], anomalies: 0 });
  });

  test('in the name of the honest one is refused, and freezes nothing of it', async () => {
    const { world, honest, hostile } = await both();
    await send(honest, chain(HONEST, 3));
    expect(problemOf(await send(hostile, chain(HONEST, 3, { mark: 'another history' }))).code).toBe('wrongTerminal');
    const forged = chain(HONEST, 3, { mark: 'another history' });
    expect(problemOf(await honest.post('/v1/journal', { entries: forged }, { key: hostile.key })).code).toBe('unknownKey');
    expect(await journalOf(world, HONEST)).toMatchObject([{ receivedSeq: 3, frozen: false }]);
    expect((await world.books()).journal.anomalies).toBe(0);
  });

  test('that does not fit, sent without end, fills the store with so much evidence and no more', async () => {
    const { world, honest, hostile } = await both();
    for (let batch = 1; batch <= 6; batch += 1) {
      const late = chain(HOSTILE, 500, { mark: `history ${batch}` }).map((item) => ({ ...item, entry: { ...item.entry, seq: item.entry.seq + 1000 } }));
      expect(problemOf(await send(hostile, late)).code).toBe('journalGap');
    }
    expect((await world.books()).journal.anomalies).toBe(2000);
    // what does not fit of another one is evidence all the same
    await send(honest, chain(HONEST, 3).slice(2));
    expect((await world.books()).journal.anomalies).toBe(2001);
  });
});

describe('what belongs to the honest terminal', () => {
  const CODE = { salt: '00'.repeat(16), codeHash: 'AB'.repeat(32) };

  test('an order: not seen, closed, refunded or created again by another', async () => {
    const { world, honest, hostile } = await both();
    const order = { orderId: 'O-1', amount: 5000, reference: 'A01-0315-7K4M-9' };
    await honest.post('/v1/payments/orders', order);
    await world.hand('/sandbox/orders/O-1/pay');
    const before = await world.books();
    expect(problemOf(await hostile.get('/v1/payments/orders/O-1')).code).toBe('unknownOrder');
    expect(problemOf(await hostile.post('/v1/payments/orders/O-1/close', {})).code).toBe('unknownOrder');
    expect(problemOf(await hostile.post('/v1/payments/refunds', { refundId: 'R-1', orderId: 'O-1', amount: 5000 })).code).toBe('unknownOrder');
    expect(problemOf(await hostile.post('/v1/payments/orders', order)).code).toBe('idempotencyConflict');
    expect(await world.books()).toEqual(before);
    expect((await honest.post('/v1/payments/refunds', { refundId: 'R-1', orderId: 'O-1', amount: 5000 })).body).toEqual({ state: 'refunded' });
  });

  test('a load: not confirmed, reversed, asked about or authorized again by another', async () => {
    const { world, honest, hostile } = await both();
    const loadId = randomUUID();
    const asked = loadRequest(V1, loadId);
    const authorized = await honest.post('/v1/issuer/loads/authorize', asked);
    const before = await world.books();
    expect(problemOf(await hostile.post('/v1/issuer/loads/confirm', { loadId, tac: '00000000' })).code).toBe('unknownLoad');
    expect(problemOf(await hostile.post('/v1/issuer/loads/confirm', { loadId })).code).toBe('unknownLoad');
    expect(problemOf(await hostile.post('/v1/issuer/loads/reverse', { loadId })).code).toBe('unknownLoad');
    expect(problemOf(await hostile.get(`/v1/issuer/loads/${loadId}`)).code).toBe('unknownLoad');
    expect(problemOf(await hostile.post('/v1/issuer/loads/authorize', asked)).code).toBe('idempotencyConflict');
    expect(await world.books()).toEqual(before);
    expect((await honest.post('/v1/issuer/loads/authorize', asked)).body).toEqual(authorized.body);
  });

  test('a load that another one says was not credited: the honest one’s TAC is proof against that', async () => {
    const { world, honest, hostile } = await both();
    const loadId = randomUUID();
    await honest.post('/v1/issuer/loads/authorize', loadRequest(V1, loadId));
    const lie = { examinationId: 'E-1', loadId, verdict: 'notCredited' };
    expect((await hostile.post('/v1/issuer/loads/examined', lie)).status).toBe(200);
    expect((await honest.post('/v1/issuer/loads/confirm', { loadId, tac: V1.tac })).body).toEqual({ tac: 'good' });
    expect((await world.books()).issuer).toMatchObject({ credited: V1.init.amount, reversed: 0, creditedAfterReversal: V1.init.amount });
  });

  test('a redemption and a voucher: not ended, and not registered again with a code of one’s own', async () => {
    const { world, honest, hostile } = await both();
    const voucher = { voucherId: 'V-1', number: 'A01-0315-7K4M-9', amount: 5000, ...CODE, validDays: 365, validUntil: '2027-03-15T00:00:00Z' };
    expect((await honest.post('/v1/vouchers', voucher)).body).toEqual({ state: 'registered' });
    const before = (await world.books()).vouchers;
    expect(problemOf(await hostile.post('/v1/vouchers', { ...voucher, codeHash: 'CD'.repeat(32) })).code).toBe('idempotencyConflict');
    expect(problemOf(await hostile.post('/v1/vouchers', { ...voucher, amount: 4_294_967_295 })).code).toBe('idempotencyConflict');
    expect(problemOf(await hostile.post('/v1/vouchers/redemptions/X-1/confirm', {})).code).toBe('unknownRedemption');
    expect((await world.books()).vouchers).toEqual(before);
  });

  test('its name: not enrolled with another key without a code, and not spoken for with one’s own', async () => {
    const { world, honest, hostile } = await both();
    const tries = [hostile.key, newKey()].map((key) =>
      hostile.post('/v1/terminals', { terminalId: HONEST, publicKey: key.publicKey, enrolmentCode: 'GUESSED001' }, { claims: { terminalId: HONEST }, key }),
    );
    expect((await Promise.all(tries)).map((answer) => problemOf(answer).code)).toEqual(['keyOfOther', 'badEnrolmentCode']);
    expect(problemOf(await hostile.post('/v1/heartbeat', {}, { claims: { terminalId: HONEST } })).code).toBe('unknownKey');
    expect((await honest.post('/v1/heartbeat', {})).status).toBe(200);
    expect((await world.books()).journal.anomalies).toBe(0);
  });
});

describe('a flood', () => {
  test('of signed requests is turned away for the one that sends it; the other one is served', async () => {
    const { honest, hostile } = await both({ settings: { requestsPerMinutePerTerminal: 20 } });
    const statuses: number[] = [];
    for (let count = 0; count < 30; count += 1) statuses.push((await hostile.post('/v1/heartbeat', {})).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(new Set(statuses.slice(20))).toEqual(new Set([429]));
    expect((await honest.post('/v1/heartbeat', {})).status).toBe(200);
  });

  test('in the honest one’s name, signed by nobody who may, uses up nothing of it', async () => {
    const { honest, hostile } = await both({ settings: { requestsPerMinutePerTerminal: 20 } });
    for (let count = 0; count < 30; count += 1) expect((await honest.post('/v1/heartbeat', {}, { key: hostile.key })).status).toBe(401);
    expect((await honest.post('/v1/heartbeat', {})).status).toBe(200);
  });

  test('of bytes: a body over the limit is refused, one at it is read', async () => {
    const { honest, hostile } = await both();
    const text = (length: number) => ({ uplinkLag: 'x'.repeat(length) });
    const around = JSON.stringify(text(0)).length;
    expect(problemOf(await hostile.post('/v1/heartbeat', text(upstreamLimits.requestBytes - around))).code).toBe('invalidRequest');
    expect(problemOf(await hostile.post('/v1/heartbeat', text(upstreamLimits.requestBytes - around + 1))).code).toBe('bodyTooLarge');
    expect((await honest.post('/v1/heartbeat', {})).status).toBe(200);
  });
});
