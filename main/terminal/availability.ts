/**
 * The one place that knows what works now and why the rest doesn't: from the devices' status, upstream's reach, the journal's health and
 * the disk. Flows and the attract screen read it; nothing else decides.
 */
import type { CabinetStatus } from '../../drivers/cabinet/cabinet-io.ts';
import type { CardReaderStatus } from '../../drivers/card-reader/card-reader.ts';
import type { CashAcceptorStatus } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import type { CodeScannerStatus } from '../../drivers/code-scanner/code-scanner.ts';
import type { IdReaderStatus } from '../../drivers/id-reader/id-reader.ts';
import type { KeypadStatus } from '../../drivers/keypad/keypad.ts';
import { Listeners } from '../../drivers/listeners.ts';
import type { PrinterStatus } from '../../drivers/receipt-printer/receipt-printer.ts';
import type { Availability, AvailabilityPort, TenderName, UnavailableReason } from '../../state-machines/ports.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { Pausable } from '../../common/maintenance/self-tests.ts';
import type { OnlineState } from '../upstream/online.ts';

/** What was last heard from each part; `undefined` for a part that is not fitted. */
export interface Parts {
  readonly cardReader: CardReaderStatus | undefined;
  readonly cashAcceptor: CashAcceptorStatus | undefined;
  readonly receiptPrinter: PrinterStatus | undefined;
  readonly codeScanner: CodeScannerStatus | undefined;
  readonly idReader: IdReaderStatus | undefined;
  readonly cabinet: CabinetStatus | undefined;
  readonly keypad: KeypadStatus | undefined;
  /** The acceptor took what it never told and never will: nothing more goes in until it comes up with another word. */
  readonly cashUntold: boolean;
  /** The box is out, or about to be, and no other one is said to be in: a note would fall into nobody knows which. */
  readonly boxChanging: boolean;
  /** A blank that can't be moved is in the card path. */
  readonly pathHeld: boolean;
  /** What the last readiness report goes without: its device failed the test that staff made of it. */
  readonly paused: readonly Pausable[];
  readonly upstream: OnlineState;
  readonly journal: 'ok' | 'failed';
  readonly disk: 'ok' | 'low';
  /** Staff took the terminal out of service. */
  readonly closed: boolean;
  /** Devices and upstream have not had their time to answer yet. */
  readonly starting: boolean;
}

type Verdict = { readonly available: true } | { readonly available: false; readonly reason: UnavailableReason };
const works: Verdict = { available: true };
const off = (reason: UnavailableReason): Verdict => ({ available: false, reason });

/** A new card for a lost one, as the site offers it. */
export interface ReplacementOffer {
  /** The notes that are taken can make up the fee. */
  readonly payableInCash: boolean;
}

/** Pure: the whole rule. @param replacement absent: switched off */
export function availabilityOf(parts: Parts, switchedOn: readonly TenderName[], replacement?: ReplacementOffer): Availability {
  if (isOpened(parts)) return closedFor('maintenance', parts);
  if (parts.upstream.link === 'refused') return closedFor('notAdmitted', parts);
  const patient = (verdict: Verdict): Verdict => (parts.starting && !verdict.available && verdict.reason !== 'switchedOff' ? off('starting') : verdict);
  const verdictOf = (name: TenderName, verdict: Verdict): Verdict => patient(tender(name, verdict, switchedOn));
  const tenders = {
    cash: verdictOf('cash', cash(parts)),
    qr: verdictOf('qr', qr(parts)),
    qrPresented: verdictOf('qrPresented', qrPresented(parts)),
    card: verdictOf('card', qr(parts)),
    voucher: verdictOf('voucher', voucher(parts)),
  };
  const card = patient(cardReader(parts));
  return {
    services: {
      topUp: patient(topUp(parts, card, carrying(tenders, switchedOn))),
      pendingLoad: patient(load(parts, card)),
      balance: card,
      statement: card,
      account: patient(load(parts, card)),
    },
    tenders,
    replacement: replacement !== undefined && replaces(parts, replacement, tenders),
    lossReport: patient(lossReport(parts)),
    documents: parts.paused.includes('documents') ? 'down' : documents(parts.idReader),
    receipts: parts.paused.includes('receipts') ? 'printerDown' : receipts(parts.receiptPrinter),
    upstream: parts.upstream.link,
  };
}

function closedFor(reason: UnavailableReason, { receiptPrinter, idReader, upstream }: Parts): Availability {
  const closed = off(reason);
  return {
    services: { topUp: closed, pendingLoad: closed, balance: closed, statement: closed, account: closed },
    tenders: { cash: closed, qr: closed, qrPresented: closed, card: closed, voucher: closed },
    replacement: false,
    lossReport: closed,
    documents: documents(idReader),
    receipts: receipts(receiptPrinter),
    upstream: upstream.link === 'online' ? 'online' : 'offline',
  };
}

/** Staff said so, or somebody works inside: nobody is served beside an open cabinet, or while its switch says so. An input that can't be read stops nothing. */
export function isOpened({ cabinet, closed }: Pick<Parts, 'cabinet' | 'closed'>): boolean {
  if (closed) return true;
  return cabinet?.device === 'online' && (cabinet.door === 'open' || cabinet.serviceSwitch === 'maintenance');
}

function tender(name: TenderName, verdict: Verdict, switchedOn: readonly TenderName[]): Verdict {
  return switchedOn.includes(name) ? verdict : off('switchedOff');
}

/** Ways to pay that keep the service open: few people have a voucher, so vouchers alone do so only where nothing else was ever offered. */
function carrying({ voucher, ...others }: Readonly<Record<TenderName, Verdict>>, switchedOn: readonly TenderName[]): readonly Verdict[] {
  return switchedOn.every((name) => name === 'voucher') ? [voucher] : Object.values(others);
}

/** A card can be written, whoever pays. */
function load(parts: Parts, card: Verdict): Verdict {
  if (parts.journal === 'failed') return off('journalUnavailable');
  if (parts.disk === 'low') return off('diskLow');
  if (!card.available) return card;
  return parts.upstream.issuer === 'down' ? off('issuerOffline') : works;
}

function topUp(parts: Parts, card: Verdict, tenders: readonly Verdict[]): Verdict {
  const written = load(parts, card);
  if (!written.available) return written;
  return tenders.some((verdict) => verdict.available)
    ? works
    : (tenders.find((verdict) => !verdict.available && verdict.reason !== 'switchedOff') ?? off('switchedOff'));
}

/** Needs nothing but the issuer's ear, and the journal's memory. */
function lossReport({ journal, disk, upstream }: Parts): Verdict {
  if (journal === 'failed') return off('journalUnavailable');
  if (disk === 'low') return off('diskLow');
  return upstream.issuer === 'down' ? off('issuerOffline') : works;
}

/** A blank to write, a bin for one that is no good, somebody to write it, and a way to pay; nobody begins what can't be ended. */
function replaces(parts: Parts, { payableInCash }: ReplacementOffer, tenders: Availability['tenders']): boolean {
  if (parts.paused.includes('replacement')) return false;
  const { cardReader: reader, upstream } = parts;
  const [stacker, bin] = (['dispense', 'collect'] as const).map((use) => reader?.storage.find((unit) => unit.use === use)?.level);
  const path = reader?.device === 'online' && reader.media !== 'jammed' && !parts.pathHeld;
  const blanks = stacker !== undefined && stacker !== 'empty' && stacker !== 'missing' && bin !== undefined && bin !== 'full' && bin !== 'missing';
  const written = parts.journal === 'ok' && parts.disk === 'ok' && upstream.link === 'online' && upstream.issuer !== 'down';
  return path && blanks && written && (tenders.qr.available || tenders.card.available || (payableInCash && tenders.cash.available));
}

function documents(status: IdReaderStatus | undefined): Availability['documents'] {
  if (status === undefined) return 'notFitted';
  return status.device === 'online' ? 'available' : 'down';
}

function cardReader({ cardReader: status, pathHeld }: Parts): Verdict {
  if (status === undefined || pathHeld) return off('cardReaderDown');
  return status.device === 'online' && status.media !== 'jammed' ? works : off('cardReaderDown');
}

function cash({ cashAcceptor: status, cashUntold, boxChanging, paused }: Parts): Verdict {
  if (status === undefined || status.device !== 'online' || status.state === 'jammed' || status.state === 'fault') return off('cashAcceptorDown');
  if (boxChanging) return off('maintenance'); // half done: staff must come back
  if (cashUntold || paused.includes('cash')) return off('cashAcceptorDown');
  if (status.box === 'full') return off('cashBoxFull');
  return status.box === 'removed' ? off('cashAcceptorDown') : works;
}

/** The payment terminal of a bank card is the acquirer's too: it is asked through it. */
function qr({ upstream }: Parts): Verdict {
  return upstream.payments === 'up' ? works : off('paymentOffline');
}

/** Read here, paid there. */
function qrPresented(parts: Parts): Verdict {
  return parts.codeScanner?.device === 'online' && !parts.paused.includes('qrPresented') ? qr(parts) : off('scannerDown');
}

/** Only upstream knows which voucher is still good. */
function voucher({ upstream }: Parts): Verdict {
  return upstream.link === 'online' ? works : off('upstreamOffline');
}

function receipts(status: PrinterStatus | undefined): Availability['receipts'] {
  if (status === undefined || status.device !== 'online' || status.cutter === 'fault' || status.paper === 'jammed' || status.cover === 'open')
    return 'printerDown';
  if (status.presenter === 'jammed') return 'printerDown';
  if (status.paper === 'out') return 'paperOut';
  return status.paper === 'low' ? 'paperLow' : 'available';
}

/** Holds the parts' latest words and tells when the verdict changes. */
export class AvailabilityBoard implements AvailabilityPort {
  readonly #listeners = new Listeners<Availability>();
  readonly #tenders: readonly TenderName[];
  readonly #replacement: ReplacementOffer | undefined;
  #parts: Parts;
  #current: Availability;

  constructor(parts: Parts, tenders: readonly TenderName[], replacement?: ReplacementOffer) {
    this.#parts = parts;
    this.#tenders = tenders;
    this.#replacement = replacement;
    this.#current = availabilityOf(parts, tenders, replacement);
  }

  get current(): Availability {
    return this.#current;
  }

  /** What people could do if staff left now and closed the cabinet behind them. */
  get withoutStaff(): Availability {
    return availabilityOf({ ...this.#parts, closed: false, cabinet: undefined }, this.#tenders, this.#replacement);
  }

  /** What it is made of. */
  get parts(): Parts {
    return this.#parts;
  }

  onChange(listener: (availability: Availability) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** A part said something new. */
  hear(news: Partial<Parts>): void {
    this.#parts = { ...this.#parts, ...news };
    const next = availabilityOf(this.#parts, this.#tenders, this.#replacement);
    if (JSON.stringify(next) === JSON.stringify(this.#current)) return;
    this.#current = next;
    this.#listeners.emit(next);
  }
}
