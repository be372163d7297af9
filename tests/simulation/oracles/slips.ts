/** Slips say what happened. The words are those of resources/locales, as a person reads them. */
import { formatYuan, fen } from '../../../common/fen.ts';
import type { VoucherInHand } from '../person.ts';
import type { World } from '../world.ts';
import { isAccountNumber } from './accounts.ts';
import type { Story } from './ledger.ts';
import { readSubmissions } from './desk.ts';
import { readLosses } from './losses.ts';

const LOSS_SLIP = /挂失凭条|Loss report/;
const CALLBACK_SLIP = /回电凭条|^ *Call back *$/m;
const ACCOUNT_SLIP = /卡片服务凭条|^ *Card service *$/m;
const TICKET_SLIP = /工单凭条|^ *Ticket *$/m;
/** Where a slip begins: what power or paper cut short may hang together with the next one. */
const HEAD = /(?=^ *江城一卡通 *$)/m;
const REFERENCE = /[A-Z]\d\d-\d{4}-[0-9A-Z]{4}-[0-9A-Z]/g;

/** Reference numbers on a slip. */
export function referencesOn(slip: string): readonly string[] {
  return slip.match(REFERENCE) ?? [];
}

/** The voucher that a slip is, with its secret. */
export function voucherOn(slip: string): VoucherInHand | undefined {
  const [number] = referencesOn(slip);
  const [code] = /\b\d{4} \d{4} \d{4}\b/.exec(slip) ?? [];
  return number === undefined || code === undefined ? undefined : { number, code };
}

/** Each by itself, whatever it hangs together with. */
export function slipsIn({ slips }: Pick<World, 'slips'>): readonly string[] {
  return slips.flatMap((paper) => paper.split(HEAD));
}

export function checkSlips(world: World, ledger: readonly Story[]): void {
  for (const slip of slipsIn(world)) {
    const [reference] = referencesOn(slip);
    if (reference === undefined) continue; // torn off before the number was printed
    if (LOSS_SLIP.test(slip)) {
      checkLossSlip(world, slip, reference);
      continue;
    }
    if (TICKET_SLIP.test(slip)) {
      checkTicketSlip(world, slip, reference);
      continue;
    }
    if (ACCOUNT_SLIP.test(slip)) {
      if (!isAccountNumber(world, reference)) world.violation('slip', `a slip has number ${reference}, which no service of a card has`);
      continue;
    }
    if (CALLBACK_SLIP.test(slip)) {
      checkCallbackSlip(world, slip, reference);
      continue;
    }
    const story = ledger.find((known) => known.reference === reference);
    if (story === undefined) {
      // A line to a printer has no check sum: a slip may have lost the title that says what it is.
      if (isLossReport(world, reference) || isSubmission(world, reference) || isAccountNumber(world, reference)) continue;
      world.violation('slip', `a slip has number ${reference}, which no transaction has`);
      continue;
    }
    // A slip that power or paper cut short may end before the line that says how much, and a line to a printer, which has no check sum, may lose the sum.
    const added = /充值凭条|Top-up receipt/.test(slip) ? slip.split('\n').find((line) => /(?:充入|Added).*\d/.test(line)) : undefined;
    if (added !== undefined && !added.includes(formatYuan(fen(story.state.loaded))))
      world.violation('slip', `${reference}: the slip says delivered, ${story.state.loaded} fen were loaded: ${slip}`);
  }
}

/** "In effect" is on paper only where the issuer has the report; any other slip has the number of one that the journal holds. */
function checkLossSlip(world: World, slip: string, reference: string): void {
  const atIssuer = world.upstream.losses().some((report) => report.reference === reference && !report.refused);
  if (/已生效|In effect/.test(slip) && !atIssuer) world.violation('slip', `a slip says that ${reference} is in effect, the issuer has no such report`);
  if (!atIssuer && !isLossReport(world, reference)) world.violation('slip', `a slip has number ${reference}, which no loss report has`);
}

/** "At the service center" is on paper only where the desk has the ticket; its number is one that the journal holds. */
function checkTicketSlip(world: World, slip: string, reference: string): void {
  const atDesk = world.upstream.tickets().some(({ number }) => number === reference);
  if (/已送到服务中心|At the service center/.test(slip) && !atDesk)
    world.violation('slip', `a slip says that ${reference} is at the desk, which has no such ticket`);
  if (!isSubmission(world, reference, 'ticket.created')) world.violation('slip', `a slip has number ${reference}, which no ticket has`);
}

/** "Booked", "changed" and "cancelled" are on paper only where the desk has the call so; its number is one that the journal holds. */
function checkCallbackSlip(world: World, slip: string, reference: string): void {
  const atDesk = world.upstream.callbacks().some(({ number }) => number === reference);
  if (/已约好|Booked/.test(slip) && !atDesk) world.violation('slip', `a slip says that ${reference} is booked, the desk has no such call`);
  const cancelled = world.upstream.callbacks().some(({ number, state }) => number === reference && state === 'cancelled');
  if (/已取消|Cancelled/.test(slip) && !cancelled) world.violation('slip', `a slip says that ${reference} is cancelled, which it is not`);
  if (/时间已改|Time changed/.test(slip) && !wasMoved(world, reference))
    world.violation('slip', `a slip says that ${reference} has another time, which it has not`);
  if (!isSubmission(world, reference, 'callback.booked')) world.violation('slip', `a slip has number ${reference}, which no call back has`);
}

function wasMoved({ journal }: World, reference: string): boolean {
  return readSubmissions(journal, 'callback.rebooked').some(({ state }) => state.state === 'stored' && state.submission.reference === reference);
}

function isLossReport({ journal }: World, reference: string): boolean {
  return readLosses(journal).some(({ state }) => state.state !== 'none' && state.report.reference === reference);
}

function isSubmission({ journal }: World, reference: string, envelope?: string): boolean {
  return readSubmissions(journal, envelope).some(({ state }) => state.submission.reference === reference);
}
