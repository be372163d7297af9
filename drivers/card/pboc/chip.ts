/**
 * A simulated PBOC / JT/T 978 purse chip: computes real session keys and MACs, commits a load atomically, keeps counters, logs and proofs, and can
 * be torn out of the field before or after any command. Written against card-application.md 1–3 and 6, sharing nothing with the driver.
 * Used by the simulated readers, the bench and the tests; its readable properties are the world's ground truth.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import type { Random } from '../../../common/ids.ts';
import { loadSessionKey, mac1, mac2, tac, type LoadTerms } from '../../../common/pboc.ts';

/** What a chip was personalised with. Byte strings are hexadecimal, money is fen, dates are YYYYMMDD. */
export interface PurseConfig {
  readonly aid: string;
  /** File id below 3F00 by which the application can be selected too. */
  readonly dfId: string;
  /** Layout of file 15 (1.3). */
  readonly file15: 'pboc' | 'cjt';
  /** 8 bytes. */
  readonly issuer: string;
  /** 10 bytes. */
  readonly serial: string;
  readonly validFrom: string;
  readonly validUntil: string;
  /** CJ/T flag; a card that isn't enabled refuses INITIALIZE FOR LOAD with 6985. */
  readonly enabled: boolean;
  /** Tag 9F08 of the FCI, 1 byte. */
  readonly version: string;
  /** Whether the FCI carries file 15 as tag 9F0C. */
  readonly fciHasFile15: boolean;
  readonly purseType: 1 | 2;
  /** DLK and DTK, 16 bytes. */
  readonly loadKey: Uint8Array;
  readonly tacKey: Uint8Array;
  readonly keyIndex: number;
  readonly keyVersion: number;
  readonly algorithm: number;
  readonly balanceLimit: number;
  /** Where loads are logged; purchases always go to 18 (hexadecimal). */
  readonly loadLogSfi: 0x18 | 0x1a;
  /** Whether a record stores the counter before or after the increment. */
  readonly logCounter: 'before' | 'after';
  /** How an unused record slot answers: `6A83`, or zeros with `9000`. */
  readonly unusedSlots: 'notFound' | 'zeros';
  readonly prove: 'supported' | 'tacOnly' | 'unsupported';
  /** Counter under which a proof is kept. */
  readonly proveCounter: 'before' | 'after';
  readonly zeroAmountInitialize: boolean;
  readonly pin?: { readonly id: number; readonly value: string; readonly guards: readonly ('load' | 'balance' | 'log')[] };
}

/** What survives without power; JSON. */
export interface ChipState {
  readonly balance: number;
  readonly onlineCounter: number;
  readonly offlineCounter: number;
  readonly blocked: boolean;
  readonly wrongMacs: number;
  readonly pinTriesLeft: number;
  /** Records of files 18 and 1A, newest first, hexadecimal. */
  readonly purseLog: readonly string[];
  readonly loadLog: readonly string[];
  readonly proof?: { readonly type: number; readonly counter: number; readonly mac: string; readonly tac: string };
}

export type ChipCommand = 'select' | 'readBinary' | 'readRecord' | 'getBalance' | 'verify' | 'initialize' | 'credit' | 'prove' | 'getResponse' | 'other';

/** Fires once, at the `nth` (default first) such command from now on. */
export type ChipFault = { readonly command: ChipCommand | 'any'; readonly nth?: number } & (
  | /** The card leaves the field before or after executing the command, without an answer. */ { readonly kind: 'tear'; readonly when: 'before' | 'after' }
    /** It stays, but says nothing. */
  | { readonly kind: 'mute'; readonly when: 'before' | 'after' }
  /** It executes and answers: nothing but the last byte, without its data, or with the first byte's bits inverted. */
  | { readonly kind: 'garble'; readonly how: 'lastByteOnly' | 'withoutData' | 'inverted' }
);

export interface ChipOptions {
  readonly interface?: 'contactless' | 'contact';
  readonly uid?: Uint8Array;
  readonly random: Random;
  /** Absent: an ISO 7816-4 chip without any application. */
  readonly purse?: PurseConfig;
  readonly state?: Partial<ChipState>;
}

/** A movement at another terminal. */
export interface Elsewhere {
  readonly amount: number;
  readonly terminalId: string;
  readonly date: string;
  readonly time: string;
}

const LOG_SLOTS = 10;
const PIN_TRIES = 3;
const WRONG_MACS_TO_LOCK = 3;
const MF_NAME = '315041592E5359532E4444463031';
const PPSE_NAME = '325041592E5359532E4444463031';
const PURCHASE_TYPE = 0x06;

export class Chip {
  readonly interface: 'contactless' | 'contact';
  readonly uid: Uint8Array;
  /** ISO 14443-3: 20 = speaks ISO 14443-4. */
  readonly sak = 0x20;
  readonly purse: PurseConfig | undefined;
  readonly #random: Random;
  #state: ChipState;
  #faults: { readonly fault: ChipFault; countdown: number }[] = [];
  #powered = false;
  #torn = false;
  #selected: 'mf' | 'purse' = 'mf';
  #pinVerified = false;
  /** The load between INITIALIZE and CREDIT; dies with the field and with any other command. */
  #load: { readonly terms: LoadTerms; readonly sessionKey: Uint8Array } | undefined;
  /** T=0: what GET RESPONSE will fetch. */
  #waiting: Uint8Array | undefined;

  constructor(options: ChipOptions) {
    this.interface = options.interface ?? 'contactless';
    this.uid = options.uid ?? Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3);
    this.purse = options.purse;
    this.#random = options.random;
    this.#state = { ...FRESH, ...options.state };
  }

  get balance(): number {
    return this.#state.balance;
  }
  get onlineCounter(): number {
    return this.#state.onlineCounter;
  }
  get offlineCounter(): number {
    return this.#state.offlineCounter;
  }
  get blocked(): boolean {
    return this.#state.blocked;
  }
  /** Left the field by a `tear` and was not powered since. */
  get torn(): boolean {
    return this.#torn;
  }

  /** ATS of a contactless card, ATR of a contact card. */
  powerOn(): Uint8Array {
    this.powerOff();
    this.#powered = true;
    this.#torn = false;
    return this.interface === 'contactless' ? ATS : ATR;
  }

  /** The field or the contacts are gone: everything volatile is. */
  powerOff(): void {
    this.#powered = false;
    this.#selected = 'mf'; // the next SELECT asks for the PIN anew
    this.#load = undefined;
    this.#waiting = undefined;
  }

  arm(fault: ChipFault): void {
    this.#faults.push({ fault, countdown: fault.nth ?? 1 });
  }

  disarm(): void {
    this.#faults = [];
  }

  /** One C-APDU → one R-APDU; undefined: no answer. Never throws. */
  transmit(capdu: Uint8Array): Uint8Array | undefined {
    if (!this.#powered) return undefined;
    const fault = this.#due(commandOf(capdu));
    if (fault?.kind === 'tear' && fault.when === 'before') return this.#leave();
    if (fault?.kind === 'mute' && fault.when === 'before') return undefined;
    const answer = this.interface === 'contact' ? this.#overT0(capdu) : this.#execute(capdu);
    if (fault?.kind === 'tear') return this.#leave();
    if (fault?.kind === 'mute') return undefined;
    return fault === undefined ? answer : garbled(answer, fault.how);
  }

  snapshot(): ChipState {
    return structuredClone(this.#state);
  }

  /** Sets what survives without power; the chip is off afterwards. */
  restore(state: ChipState): void {
    this.powerOff();
    this.#state = structuredClone(state);
  }

  /** A purchase at another terminal: moves balance and offline counter. @throws {RangeError} when the purse holds less */
  spendElsewhere(purchase: Elsewhere): void {
    if (purchase.amount > this.balance) throw new RangeError(`the purse holds ${this.balance} fen`);
    const record = this.#record(this.offlineCounter, purchase.amount, PURCHASE_TYPE, purchase.terminalId, purchase.date + purchase.time);
    this.#state = {
      ...this.#state,
      balance: this.balance - purchase.amount,
      offlineCounter: this.offlineCounter + 1,
      purseLog: push(this.#state.purseLog, record),
    };
  }

  /** A load at another terminal, whole. @throws {RangeError} on a chip without a purse */
  loadElsewhere(load: Elsewhere): void {
    if (this.purse === undefined) throw new RangeError('this chip has no purse');
    const terms = this.#terms(this.purse, load.amount, load.terminalId, this.#random.bytes(4));
    this.#commit(this.purse, terms, load.date, load.time, '00000000');
  }

  /** The issuer blocks the application, or lifts it. */
  setBlocked(blocked: boolean): void {
    this.#state = { ...this.#state, blocked };
  }

  #due(command: ChipCommand): ChipFault | undefined {
    let due: ChipFault | undefined;
    for (const armed of this.#faults) {
      if (armed.fault.command === 'any' || armed.fault.command === command) armed.countdown -= 1;
      if (armed.countdown === 0) due ??= armed.fault;
    }
    this.#faults = this.#faults.filter((armed) => armed.countdown > 0);
    return due;
  }

  #leave(): undefined {
    this.powerOff();
    this.#torn = true;
  }

  /** T=0: an answer to a command that carried data waits for GET RESPONSE. */
  #overT0(capdu: Uint8Array): Uint8Array {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (commandOf(capdu) === 'getResponse') {
      if (waiting === undefined) return sw(0x6985);
      const length = waiting.length - 2;
      if ((capdu[4] ?? 0) === length || length === 256) return waiting;
      this.#waiting = waiting;
      return sw(0x6c00 | length);
    }
    const answer = this.#execute(capdu);
    if (answer.length === 2 || capdu.length <= 5) return answer;
    this.#waiting = answer;
    return sw(0x6100 | (answer.length - 2));
  }

  #execute(capdu: Uint8Array): Uint8Array {
    const load = this.#load;
    this.#load = undefined;
    const command = parse(capdu);
    if (command === undefined) return sw(0x6700);
    const name = commandOf(capdu);
    if (name === 'select') return this.#select(command);
    if (name === 'getResponse' || name === 'other') return sw(knownClasses.has(command.cla) ? 0x6d00 : 0x6e00);
    if (this.purse === undefined || this.#selected === 'mf') return sw(name === 'readBinary' || name === 'readRecord' ? 0x6a82 : 0x6985);
    if (this.blocked) return sw(0x6a81);
    switch (name) {
      case 'readBinary':
        return this.#readBinary(this.purse, command);
      case 'readRecord':
        return this.#readRecord(this.purse, command);
      case 'getBalance':
        return this.#getBalance(this.purse, command);
      case 'verify':
        return this.#verify(this.purse, command);
      case 'initialize':
        return this.#initialize(this.purse, command);
      case 'credit':
        return this.#credit(this.purse, command, load);
      case 'prove':
        return this.#prove(this.purse, command);
    }
  }

  #select(command: Parsed): Uint8Array {
    const wanted = toHex(command.data);
    const byName = command.p1 === 0x04;
    if (wanted === (byName ? MF_NAME : '3F00')) {
      this.#selected = 'mf';
      return ok(tlv('6F', tlv('84', MF_NAME) + tlv('A5', '880101')));
    }
    if (this.purse === undefined) return sw(0x6a82);
    if (byName && wanted === PPSE_NAME) {
      const entry = tlv('61', tlv('4F', this.purse.aid) + '870101');
      return ok(tlv('6F', tlv('84', PPSE_NAME) + tlv('A5', tlv('BF0C', entry))));
    }
    const found = byName ? wanted !== '' && this.purse.aid.startsWith(wanted) : wanted === this.purse.dfId;
    if (!found) return sw(0x6a82);
    this.#selected = 'purse';
    this.#pinVerified = false;
    return fromHex(`${this.#fci(this.purse)}${this.blocked ? '6A81' : '9000'}`);
  }

  #fci(purse: PurseConfig): string {
    const file15 = purse.fciHasFile15 ? tlv('9F0C', this.#file15(purse)) : '';
    return tlv('6F', tlv('84', purse.aid) + tlv('A5', tlv('9F08', purse.version) + file15));
  }

  #file15(purse: PurseConfig): string {
    const flag = purse.file15 === 'cjt' ? (purse.enabled ? '01' : '00') : '02';
    return `${purse.issuer}${flag}01${purse.serial}${purse.validFrom}${purse.validUntil}0000`;
  }

  #readBinary(purse: PurseConfig, { p1, p2, le }: Parsed): Uint8Array {
    const files: Readonly<Record<number, string>> = purse.file15 === 'cjt' ? { 0x95: this.#file15(purse) } : { 0x95: this.#file15(purse), 0x97: FILE_17 };
    const text = files[p1];
    if (text === undefined) return sw(0x6a82);
    const bytes = fromHex(text);
    if (p2 >= bytes.length) return sw(0x6b00);
    const rest = bytes.subarray(p2);
    if (le !== undefined && le !== 0 && le > rest.length) return sw(0x6c00 | rest.length);
    return ok(toHex(rest.subarray(0, le || rest.length)));
  }

  #readRecord(purse: PurseConfig, { p1, p2, le }: Parsed): Uint8Array {
    const sfi = p2 >> 3;
    const isLoadLog = sfi === 0x1a && purse.loadLogSfi === 0x1a;
    if ((p2 & 0x07) !== 0x04 || (sfi !== 0x18 && !isLoadLog)) return sw(0x6a82);
    if (this.#needsPin(purse, 'log')) return sw(0x6982);
    const record = (isLoadLog ? this.#state.loadLog : this.#state.purseLog)[p1 - 1];
    if (record === undefined && (purse.unusedSlots === 'notFound' || p1 === 0 || p1 > LOG_SLOTS)) return sw(0x6a83);
    if (le !== 0 && le !== 23) return sw(0x6c17);
    return ok(record ?? '00'.repeat(23));
  }

  #getBalance(purse: PurseConfig, { p1, p2 }: Parsed): Uint8Array {
    if (p1 !== 0 && p1 !== 3) return sw(0x6a86);
    if (p2 !== purse.purseType) return sw(0x6985);
    return this.#needsPin(purse, 'balance') ? sw(0x6982) : ok(hex(this.balance, 4));
  }

  #verify(purse: PurseConfig, { p2, data }: Parsed): Uint8Array {
    if (purse.pin === undefined || p2 !== purse.pin.id) return sw(0x9403);
    if (this.#state.pinTriesLeft === 0) return sw(0x6983);
    this.#pinVerified = toHex(data) === purse.pin.value;
    const pinTriesLeft = this.#pinVerified ? PIN_TRIES : this.#state.pinTriesLeft - 1;
    this.#state = { ...this.#state, pinTriesLeft };
    return sw(this.#pinVerified ? 0x9000 : 0x63c0 | pinTriesLeft);
  }

  #initialize(purse: PurseConfig, { p1, p2, data }: Parsed): Uint8Array {
    if (p1 !== 0 || p2 !== purse.purseType) return sw(0x6a86);
    if (data.length !== 11) return sw(0x6700);
    if (!purse.enabled) return sw(0x6985);
    if (this.#needsPin(purse, 'load')) return sw(0x6982);
    if (data[0] !== purse.keyIndex) return sw(0x9403);
    if (this.onlineCounter === 0xffff) return sw(0x9402);
    const amount = number(data.subarray(1, 5));
    if (amount === 0 && !purse.zeroAmountInitialize) return sw(0x6a80);
    if (this.balance + amount > purse.balanceLimit) return sw(0x6985);
    const terms = this.#terms(purse, amount, toHex(data.subarray(5)), this.#random.bytes(4));
    const sessionKey = loadSessionKey(purse.loadKey, terms);
    this.#load = { terms, sessionKey };
    const key = hex(purse.keyVersion, 1) + hex(purse.algorithm, 1);
    return ok(hex(this.balance, 4) + hex(this.onlineCounter, 2) + key + terms.cardRandom + toHex(mac1(sessionKey, terms)));
  }

  #credit(purse: PurseConfig, { p1, p2, data }: Parsed, load: { terms: LoadTerms; sessionKey: Uint8Array } | undefined): Uint8Array {
    if (p1 !== 0 || p2 !== 0) return sw(0x6a86);
    if (data.length !== 11) return sw(0x6700);
    if (load === undefined) return sw(0x6901);
    const date = toHex(data.subarray(0, 4));
    const time = toHex(data.subarray(4, 7));
    const permission = toHex(data.subarray(7));
    if (permission !== toHex(mac2(load.sessionKey, load.terms, { hostDate: date, hostTime: time }))) return this.#wrongMac();
    return ok(this.#commit(purse, load.terms, date, time, permission));
  }

  #wrongMac(): Uint8Array {
    const wrongMacs = this.#state.wrongMacs + 1;
    const locked = wrongMacs >= WRONG_MACS_TO_LOCK;
    this.#state = { ...this.#state, wrongMacs, blocked: this.blocked || locked };
    return sw(locked ? 0x9303 : 0x9302);
  }

  #prove(purse: PurseConfig, { p1, p2, data }: Parsed): Uint8Array {
    if (purse.prove === 'unsupported') return sw(0x6d00);
    if (p1 !== 0) return sw(0x6a86);
    if (data.length !== 2) return sw(0x6700);
    const { proof } = this.#state;
    if (proof === undefined || proof.type !== p2 || proof.counter !== number(data)) return sw(0x9406);
    return ok(purse.prove === 'tacOnly' ? proof.tac : proof.mac + proof.tac);
  }

  /** Balance, counter, record and proof change in this one assignment or not at all. Answers the TAC. */
  #commit(purse: PurseConfig, terms: LoadTerms, date: string, time: string, permission: string): string {
    const receipt = toHex(tac(purse.tacKey, terms, { hostDate: date, hostTime: time }));
    const after = (this.onlineCounter + 1) & 0xffff;
    const stored = purse.logCounter === 'after' ? after : terms.onlineCounter;
    const record = this.#record(stored, terms.amount, terms.purseType, terms.terminalId, date + time);
    const log = purse.loadLogSfi === 0x1a ? 'loadLog' : 'purseLog';
    this.#state = {
      ...this.#state,
      balance: this.balance + terms.amount,
      onlineCounter: after,
      wrongMacs: 0,
      [log]: push(this.#state[log], record),
      proof: { type: terms.purseType, counter: purse.proveCounter === 'after' ? after : terms.onlineCounter, mac: permission, tac: receipt },
    };
    return receipt;
  }

  #terms(purse: PurseConfig, amount: number, terminalId: string, random: Uint8Array): LoadTerms {
    const { purseType, algorithm } = purse;
    return { balanceBefore: this.balance, amount, purseType, terminalId, onlineCounter: this.onlineCounter, cardRandom: toHex(random), algorithm };
  }

  #record(counter: number, amount: number, type: number, terminalId: string, at: string): string {
    return `${hex(counter, 2)}000000${hex(amount, 4)}${hex(type, 1)}${terminalId}${at}`;
  }

  #needsPin(purse: PurseConfig, what: 'load' | 'balance' | 'log'): boolean {
    return purse.pin !== undefined && purse.pin.guards.includes(what) && !this.#pinVerified;
  }
}

const FRESH: ChipState = {
  balance: 0,
  onlineCounter: 0,
  offlineCounter: 0,
  blocked: false,
  wrongMacs: 0,
  pinTriesLeft: PIN_TRIES,
  purseLog: [],
  loadLog: [],
};

/** Frame size 256, usual waiting times (ISO 14443-4 5.2). */
const ATS = fromHex('0578807002');
/** T=0 only, nine historical bytes (ISO 7816-3 8.2). */
const ATR = fromHex('3B6900002494010301000100A9');
/** JT/T 978 file 17 (1.5): interoperable, ordinary card. */
const FILE_17 = `0000015601000100000100${'00'.repeat(49)}`;

interface Parsed {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** As sent: 0 asks for all there is; undefined when not sent. */
  readonly le: number | undefined;
}

function parse(capdu: Uint8Array): Parsed | undefined {
  const [cla, ins, p1, p2, p3] = capdu;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return undefined;
  const header = { cla, ins, p1, p2 };
  if (p3 === undefined || capdu.length === 5) return { ...header, data: new Uint8Array(0), le: p3 };
  const end = 5 + p3;
  if (capdu.length !== end && capdu.length !== end + 1) return undefined;
  return { ...header, data: capdu.slice(5, end), le: capdu[end] };
}

const knownClasses: ReadonlySet<number> = new Set([0x00, 0x80]);

function commandOf(capdu: Uint8Array): ChipCommand {
  switch (((capdu[0] ?? 0xff) << 8) | (capdu[1] ?? 0xff)) {
    case 0x00a4:
      return 'select';
    case 0x00b0:
      return 'readBinary';
    case 0x00b2:
      return 'readRecord';
    case 0x805c:
      return 'getBalance';
    case 0x0020:
      return 'verify';
    case 0x8050:
      return 'initialize';
    case 0x8052:
      return 'credit';
    case 0x805a:
      return 'prove';
    case 0x00c0:
      return 'getResponse';
    default:
      return 'other';
  }
}

function garbled(answer: Uint8Array, how: 'lastByteOnly' | 'withoutData' | 'inverted'): Uint8Array {
  switch (how) {
    case 'lastByteOnly':
      return answer.slice(-1);
    case 'withoutData':
      return answer.slice(-2);
    case 'inverted':
      return answer.map((byte, index) => (index === 0 ? byte ^ 0xff : byte));
  }
}

function push(log: readonly string[], record: string): readonly string[] {
  return [record, ...log].slice(0, LOG_SLOTS);
}

function ok(data: string): Uint8Array {
  return fromHex(`${data}9000`);
}

function sw(statusWord: number): Uint8Array {
  return Uint8Array.of(statusWord >> 8, statusWord & 0xff);
}

/** Values here stay below 128 bytes, so one length byte is enough. */
function tlv(tag: string, value: string): string {
  return tag + hex(value.length / 2, 1) + value;
}

function hex(value: number, bytes: number): string {
  return value
    .toString(16)
    .toUpperCase()
    .padStart(bytes * 2, '0');
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
