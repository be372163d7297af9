/**
 * ccTalk event and error codes → the class's words and the document's names. Pure and total. Used by the drivers and by decoding.
 * Source: protocols/cash-acceptor.md 5.3.
 */
import type { CashAcceptorEvent, CashAcceptorStatus } from '../cash-acceptor.ts';
import type { RingEvent } from './codec.ts';

export type RejectReason = Extract<CashAcceptorEvent, { type: 'rejected' }>['reason'];
type Box = CashAcceptorStatus['box'];

/** What one event of 159 says. `none`: nothing that this class has a word for. */
export type BillMeaning =
  | { readonly kind: 'inEscrow'; readonly billType: number }
  | { readonly kind: 'stacked'; readonly billType: number }
  | { readonly kind: 'returned' | 'unknownStacked' | 'pulledBack' | 'fraud' | 'inhibited' | 'none' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason }
  | { readonly kind: 'jammed'; readonly where: 'acceptor' | 'stacker' }
  | { readonly kind: 'box'; readonly box: Box }
  | { readonly kind: 'fault'; readonly cause: string };

interface BillEventWords {
  readonly name: string;
  readonly meaning: BillMeaning;
}

/** A = 0: B is the index. */
const BILL_EVENTS: readonly BillEventWords[] = [
  { name: 'master inhibit active', meaning: { kind: 'inhibited' } },
  { name: 'bill returned from escrow', meaning: { kind: 'returned' } },
  { name: 'invalid (validation)', meaning: { kind: 'rejected', reason: 'validation' } },
  { name: 'invalid (transport)', meaning: { kind: 'rejected', reason: 'operation' } },
  { name: 'inhibited (serial)', meaning: { kind: 'rejected', reason: 'inhibited' } },
  { name: 'inhibited (DIP)', meaning: { kind: 'rejected', reason: 'inhibited' } },
  { name: 'jam in transport, unsafe', meaning: { kind: 'jammed', where: 'acceptor' } },
  { name: 'jam in stacker', meaning: { kind: 'jammed', where: 'stacker' } },
  { name: 'pulled backwards', meaning: { kind: 'pulledBack' } },
  { name: 'tamper', meaning: { kind: 'fraud' } },
  { name: 'stacker ok', meaning: { kind: 'box', box: 'ok' } },
  { name: 'stacker removed', meaning: { kind: 'box', box: 'removed' } },
  { name: 'stacker inserted', meaning: { kind: 'box', box: 'ok' } },
  { name: 'stacker faulty', meaning: { kind: 'fault', cause: 'stacker faulty' } },
  { name: 'stacker full', meaning: { kind: 'box', box: 'full' } },
  { name: 'stacker jammed', meaning: { kind: 'jammed', where: 'stacker' } },
  { name: 'jam in transport, safe', meaning: { kind: 'jammed', where: 'acceptor' } },
  { name: 'opto fraud', meaning: { kind: 'fraud' } },
  { name: 'string fraud', meaning: { kind: 'fraud' } },
  { name: 'anti-string faulty', meaning: { kind: 'fault', cause: 'anti-string mechanism faulty' } },
  { name: 'barcode detected', meaning: { kind: 'none' } },
  { name: 'unknown bill stacked', meaning: { kind: 'unknownStacked' } },
];

/** A = 1..255: the bill type; B = 0 stacked, 1 in escrow; another B has no meaning in the document. */
export function billMeaning({ a, b }: RingEvent): BillMeaning {
  if (a === 0) return BILL_EVENTS[b]?.meaning ?? { kind: 'none' };
  if (b === 0) return { kind: 'stacked', billType: a };
  return b === 1 ? { kind: 'inEscrow', billType: a } : { kind: 'none' };
}

export function billEventName({ a, b }: RingEvent): string {
  if (a === 0) return BILL_EVENTS[b]?.name ?? `event ${b}, not in the document`;
  if (b > 1) return `bill type ${a}, result ${b}, not in the document`;
  return `bill type ${a} ${b === 0 ? 'stacked (credit)' : 'held in escrow'}`;
}

export type CoinMeaning =
  | { readonly kind: 'credited'; readonly position: number; readonly path: number }
  | { readonly kind: 'rejected'; readonly reason: RejectReason }
  | { readonly kind: 'jammed' | 'cheated' | 'none' };

interface CoinErrorWords {
  readonly name: string;
  readonly meaning: CoinMeaning;
}

/** A = 0: B is the key. A coin that passed the gate and never came to the credit sensor is stuck, or was fished for: `jammed`. */
const COIN_ERRORS: ReadonlyMap<number, CoinErrorWords> = new Map<number, CoinErrorWords>([
  [0, { name: 'null event', meaning: { kind: 'none' } }],
  [1, { name: 'reject', meaning: { kind: 'rejected', reason: 'validation' } }],
  [2, { name: 'inhibited', meaning: { kind: 'rejected', reason: 'inhibited' } }],
  [3, { name: 'multiple window', meaning: { kind: 'rejected', reason: 'validation' } }],
  [5, { name: 'validation time-out', meaning: { kind: 'rejected', reason: 'validation' } }],
  [6, { name: 'credit sensor time-out', meaning: { kind: 'jammed' } }],
  [8, { name: 'second close coin', meaning: { kind: 'rejected', reason: 'insertion' } }],
  [14, { name: 'credit sensor blocked', meaning: { kind: 'jammed' } }],
  [16, { name: 'credit sequence error', meaning: { kind: 'cheated' } }],
  [17, { name: 'coin going backwards', meaning: { kind: 'cheated' } }],
  [20, { name: 'string (COS)', meaning: { kind: 'cheated' } }],
  [254, { name: 'return lever', meaning: { kind: 'none' } }],
  [255, { name: 'unspecified', meaning: { kind: 'rejected', reason: 'other' } }],
]);

/** An error the document does not list says that a coin was not credited: `rejected`, reason `other`. */
export function coinMeaning({ a, b }: RingEvent): CoinMeaning {
  if (a !== 0) return { kind: 'credited', position: a, path: b };
  return COIN_ERRORS.get(b)?.meaning ?? { kind: 'rejected', reason: 'other' };
}

export function coinEventName({ a, b }: RingEvent): string {
  if (a === 0) return COIN_ERRORS.get(b)?.name ?? `error ${b}, not in the document`;
  return `coin ${a} credited, sorter path ${b}`;
}
