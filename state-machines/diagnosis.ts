/**
 * What is the matter with a card (卡片诊断), from what the reader, this machine's journal and the issuer say of it: one verdict, and what puts it
 * right. A pure function with a table of tests; session asks the world and shows it.
 */
import type { CardRef } from '../common/journal-kinds.ts';
import type { TicketKind } from '../common/upstream-api/support.ts';
import type { CardProblem, CardReading, FlowSettings, IssuerCheck, LatestTopUp, UnfinishedTopUp, WaitingLoad } from './ports.ts';

/** `unreachable`: the issuer could not be asked. */
export type IssuerWord = IssuerCheck | 'unreachable';

export interface Findings {
  /** Absent: it was read, and nothing is wrong with it by itself. */
  readonly problem: CardProblem | undefined;
  /** What could be read. */
  readonly card: CardReading | undefined;
  /** Of a card that says who it is, and can't be read further. */
  readonly ref?: CardRef | undefined;
  readonly issuer: IssuerWord;
  readonly waiting: readonly WaitingLoad[];
  readonly unfinished: UnfinishedTopUp | undefined;
  readonly latest: LatestTopUp | undefined;
}

export const verdicts = [
  // what the card itself shows
  'unreadable',
  'unknown',
  'foreign',
  'expired',
  'notYetValid',
  'notActivated',
  'blocked',
  'twoCards',
  'removed',
  // what the issuer says of it
  'reportedLost',
  'notRegistered',
  // money on its way
  'undecided',
  'waitingCredit',
  // what it holds
  'full',
  'low',
  // what became of the last top-up
  'arrived',
  'refunded',
  'owed',
  // nothing
  'fine',
  'issuerUnknown',
] as const;
export type Verdict = (typeof verdicts)[number];

/** What is one touch away: a service that puts it right (`account`: one of the card's own), another try, or a person. */
export type Fix = 'pendingLoad' | 'topUp' | 'account' | 'retry' | 'ticket';

export interface Diagnosis {
  readonly verdict: Verdict;
  readonly fix: Fix;
  /** Of what it speaks, where it speaks of money. */
  readonly amount?: number;
  readonly reference?: string;
  /** ms since 1970 */
  readonly at?: number;
}

const TRY_AGAIN: readonly CardProblem[] = ['twoCards', 'removed'];

/** Which of the card's own services puts it right. */
const OWN_SERVICE: Partial<Readonly<Record<Verdict, 'activate' | 'extend' | 'unblock' | 'release'>>> = {
  notActivated: 'activate',
  expired: 'extend',
  blocked: 'unblock',
  reportedLost: 'release',
};

export function ownServiceFor(verdict: Verdict): 'activate' | 'extend' | 'unblock' | 'release' | undefined {
  return OWN_SERVICE[verdict];
}

/** The first that is true: what stops everything before what stops something, money on its way before what the card holds. */
export function diagnose(findings: Findings, { notices }: Pick<FlowSettings, 'notices'>): Diagnosis {
  const { problem, card, ref, issuer } = findings;
  const isKnown = card !== undefined || ref !== undefined;
  if (problem !== undefined) return stopped(problem, isKnown);
  // what the issuer itself has blocked, no card service undoes
  if (issuer !== 'unreachable' && !issuer.allowed && issuer.reason !== 'limit') return stopped(REFUSALS[issuer.reason], isKnown && issuer.reason !== 'blocked');
  return moneyOnItsWay(findings) ?? purse(findings, notices.lowBalance) ?? lastTopUp(findings) ?? nothing(issuer);
}

function stopped(verdict: CardProblem | (typeof REFUSALS)[keyof typeof REFUSALS], mayServe: boolean): Diagnosis {
  if (TRY_AGAIN.some((problem) => problem === verdict)) return { verdict, fix: 'retry' };
  return { verdict, fix: mayServe && ownServiceFor(verdict) !== undefined ? 'account' : 'ticket' };
}

const REFUSALS = { reportedLost: 'reportedLost', blocked: 'blocked', unknownCard: 'notRegistered', notActivated: 'notActivated' } as const satisfies Record<
  Exclude<Extract<IssuerCheck, { allowed: false }>['reason'], 'limit'>,
  Verdict
>;

function moneyOnItsWay({ unfinished, waiting, issuer }: Findings): Diagnosis | undefined {
  if (unfinished !== undefined) return { verdict: 'undecided', fix: 'ticket', amount: unfinished.amount, reference: unfinished.reference };
  const [open] = issuer === 'unreachable' ? [] : (issuer.openLoads ?? []);
  if (open !== undefined) return { verdict: 'undecided', fix: 'ticket', amount: open.load.amount, reference: open.reference };
  const ready = waiting.filter(({ state }) => state === 'available');
  const [first] = ready;
  if (first === undefined) return undefined;
  return { verdict: 'waitingCredit', fix: 'pendingLoad', amount: ready.reduce((sum, { amount = 0 }) => sum + amount, 0), reference: first.reference };
}

function purse({ card, issuer }: Findings, lowBalance: number): Diagnosis | undefined {
  if (card === undefined) return undefined;
  const limit = issuer !== 'unreachable' && issuer.allowed ? issuer.purseLimit : card.purseLimit;
  if (card.balance >= limit || (issuer !== 'unreachable' && !issuer.allowed)) return { verdict: 'full', fix: 'ticket' };
  return card.balance < lowBalance ? { verdict: 'low', fix: 'topUp' } : undefined;
}

function lastTopUp({ latest }: Findings): Diagnosis | undefined {
  if (latest === undefined) return undefined;
  const { amount, reference, at, outcome } = latest;
  if (outcome === 'delivered') return { verdict: 'arrived', fix: 'ticket', amount, reference, at };
  if (outcome === 'refunded') return { verdict: 'refunded', fix: 'ticket', amount, reference, at };
  return outcome === 'voucher' ? { verdict: 'owed', fix: 'ticket', amount, reference, at } : undefined;
}

/** A card with nothing the matter is no proof against a reader somewhere else. */
function nothing(issuer: IssuerWord): Diagnosis {
  return { verdict: issuer === 'unreachable' ? 'issuerUnknown' : 'fine', fix: 'ticket' };
}

const ABOUT_MONEY: readonly Verdict[] = ['undecided', 'waitingCredit', 'arrived', 'refunded', 'owed'];

/** What a ticket about it is about. */
export function ticketKindOf(verdict: Verdict): TicketKind {
  return ABOUT_MONEY.includes(verdict) ? 'topUpMissing' : 'cardFault';
}
