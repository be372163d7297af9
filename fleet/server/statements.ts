/** The statements that issuer and acquirer give their operators, out of the server's books, as JSON Lines (common/upstream-api/statements.ts). */
import type { z } from 'zod';
import type {
  acquirerEndSchema,
  issuerEndSchema,
  LoadLine,
  LossLine,
  OrderLine,
  RefundLine,
  ReplacementLine,
  StatementBook,
  StatementQuery,
} from '../../common/upstream-api/statements.ts';
import type { Clock } from '../../common/clock.ts';
import type { Store, StoreTransaction } from './store/store.ts';

/** Everything of the period, one consistent view. A payment that the acquirer confirms later is not in it before. */
export async function acquirerStatement(store: Store, clock: Pick<Clock, 'now'>, query: StatementQuery): Promise<string> {
  const period = periodOf(clock, query);
  const { orders, refunds } = await store.view((trx) => readAcquirer(trx, period, query.terminalId));
  const end: z.infer<typeof acquirerEndSchema> = { orders: orders.length, captured: sumOf(orders), refunds: refunds.length, refunded: sumOf(refunds) };
  return fileOf('acquirer', period, [...orders.map((order) => ({ order })), ...refunds.map((refund) => ({ refund }))], end);
}

export async function issuerStatement(trx: StoreTransaction, clock: Pick<Clock, 'now'>, query: StatementQuery): Promise<string> {
  const period = periodOf(clock, query);
  const loads = await readLoads(trx, period, query.terminalId);
  const inState = (state: LoadLine['state']): number => sumOf(loads.filter((load) => load.state === state));
  const losses = await readLosses(trx, period, query.terminalId);
  const replacements = await readReplacements(trx, period, query.terminalId);
  const reserved = inState('reserved') + inState('undetermined');
  const end: z.infer<typeof issuerEndSchema> = {
    loads: loads.length,
    credited: inState('credited'),
    reserved,
    losses: losses.length,
    replacements: replacements.length,
  };
  return fileOf(
    'issuer',
    period,
    [...loads.map((load) => ({ load })), ...losses.map((loss) => ({ loss })), ...replacements.map((replacement) => ({ replacement }))],
    end,
  );
}

/** ms since 1970. */
interface Period {
  readonly from: number;
  readonly to: number;
  readonly madeAt: number;
}

/** Never beyond now: what has not happened yet is in the next statement. */
function periodOf(clock: Pick<Clock, 'now'>, { from, to }: StatementQuery): Period {
  const now = clock.now();
  return { from: from === undefined ? 0 : Date.parse(from), to: Math.min(now, to === undefined ? now : Date.parse(to)), madeAt: now };
}

async function readAcquirer(
  trx: StoreTransaction,
  { from, to }: Period,
  terminalId: string | undefined,
): Promise<{ orders: OrderLine[]; refunds: RefundLine[] }> {
  const captured = trx
    .selectFrom('orders')
    .selectAll()
    .where('state', 'in', ['captured', 'confirming'])
    .where('capture_at', '>=', from)
    .where('capture_at', '<', to);
  const made = trx.selectFrom('refunds').selectAll().where('at', '>=', from).where('at', '<', to);
  const orders = await (terminalId === undefined ? captured : captured.where('terminal_id', '=', terminalId))
    .orderBy('capture_at')
    .orderBy('order_id')
    .execute();
  const refunds = await (terminalId === undefined ? made : made.where('terminal_id', '=', terminalId)).orderBy('at').orderBy('refund_id').execute();
  return {
    orders: orders.map((row) => ({
      orderId: row.order_id,
      terminalId: row.terminal_id,
      merchantReference: row.reference,
      amount: row.amount,
      channel: row.channel ?? '',
      channelRef: row.channel_ref ?? '',
      capturedAt: moment(row.capture_at ?? 0),
    })),
    refunds: refunds.map((row) => ({
      refundId: row.refund_id,
      orderId: row.order_id,
      terminalId: row.terminal_id,
      amount: row.amount,
      refundedAt: moment(row.at),
    })),
  };
}

/** Without those that were refused, or barred before they were asked for: nothing was ever reserved. */
async function readLoads(trx: StoreTransaction, { from, to }: Period, terminalId: string | undefined): Promise<LoadLine[]> {
  const authorized = trx
    .selectFrom('loads')
    .leftJoin('claimed_loads', 'claimed_loads.load_id', 'loads.load_id')
    .selectAll('loads')
    .select('claimed_loads.pending_id')
    .where('request', '<>', '')
    .where('at', '>=', from)
    .where('at', '<', to);
  const rows = await (terminalId === undefined ? authorized : authorized.where('terminal_id', '=', terminalId))
    .orderBy('at')
    .orderBy('loads.load_id')
    .execute();
  return rows.flatMap(({ state, ...row }) =>
    state === 'refused'
      ? []
      : [
          {
            loadId: row.load_id,
            terminalId: row.terminal_id,
            serial: row.serial,
            merchantReference: row.reference,
            amount: row.amount,
            state,
            tac: row.tac_verdict,
            authorizedAt: moment(row.at),
            ...(row.pending_id === null ? {} : { pendingId: row.pending_id }),
          },
        ],
  );
}

/** Those that count: a report of a card that was reported already is none. */
async function readLosses(trx: StoreTransaction, { from, to }: Period, terminalId: string | undefined): Promise<LossLine[]> {
  const made = trx
    .selectFrom('loss_reports')
    .selectAll()
    .where('refusal', 'is', null)
    .where('same_as', 'is', null)
    .where('reported_at', '>=', from)
    .where('reported_at', '<', to);
  const rows = await (terminalId === undefined ? made : made.where('terminal_id', '=', terminalId)).orderBy('reported_at').orderBy('report_id').execute();
  return rows.map((row) => ({
    reportId: row.report_id,
    terminalId: row.terminal_id,
    serial: row.serial,
    merchantReference: row.reference,
    reportedAt: moment(row.reported_at),
    effectiveAt: moment(row.effective_at),
    ...(row.released_at === null ? {} : { releasedAt: moment(row.released_at) }),
  }));
}

async function readReplacements(trx: StoreTransaction, { from, to }: Period, terminalId: string | undefined): Promise<ReplacementLine[]> {
  const written = trx.selectFrom('replacements').selectAll().where('written_at', '>=', from).where('written_at', '<', to);
  const rows = await (terminalId === undefined ? written : written.where('terminal_id', '=', terminalId))
    .orderBy('written_at')
    .orderBy('replacement_id')
    .execute();
  return rows.map((row) => ({
    replacementId: row.replacement_id,
    terminalId: row.terminal_id,
    oldSerial: row.old_serial,
    newSerial: row.new_serial ?? '',
    merchantReference: row.reference,
    ...(row.fee_reference === null ? {} : { feeReference: row.fee_reference }),
    writtenAt: moment(row.written_at ?? 0),
    ...(row.delivery === null ? {} : { delivery: row.delivery }),
  }));
}

function fileOf(book: StatementBook, { from, to, madeAt }: Period, lines: readonly object[], end: object): string {
  const head = { statement: { book, from: moment(from), to: moment(to), madeAt: moment(madeAt) } };
  return [head, ...lines, { end }].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function sumOf(lines: readonly { readonly amount: number }[]): number {
  return lines.reduce((sum, { amount }) => sum + amount, 0);
}

function moment(at: number): string {
  return new Date(at).toISOString();
}
