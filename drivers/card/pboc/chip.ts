/**
 * A simulated PBOC / JT/T 978 purse chip: computes real session keys and MACs, commits a load atomically, keeps counters, logs and proofs, and can
 * be torn out of the field before or after any command. Written against card-application.md 1–3 and 6, sharing nothing with the driver.
 * Used by the simulated readers, the bench and the tests; its readable properties are the world's ground truth.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import type { Random } from '../../../common/ids.ts';
import { loadSessionKey, mac1, mac2, tac, type LoadTerms } from '../../../common/pboc.ts';
import { administer, purseKey, type AdministrativeCommand } from './chip-administration.ts';
import { commandOf, garbled, hex, knownClasses, number, ok, parse, sw, tlv, type Parsed } from './chip-apdu.ts';
import type { ChipCommand, ChipFault, ChipOptions, ChipState, Elsewhere, PurseConfig } from './chip-types.ts';

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
  /** Good for the next command only (4.2). */
  #challenge: Uint8Array | undefined;
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
    this.#challenge = undefined;
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

  /** Public data as the chip has it now, hexadecimal. @throws {RangeError} on a chip without a purse */
  get file15(): string {
    if (this.purse === undefined) throw new RangeError('this chip has no purse');
    return this.#file15(this.purse);
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
    const challenge = this.#challenge;
    this.#challenge = undefined;
    const command = parse(capdu);
    if (command === undefined) return sw(0x6700);
    const name = commandOf(capdu);
    if (name === 'select') return this.#select(command);
    if (name === 'getResponse' || name === 'other') return sw(knownClasses.has(command.cla) ? 0x6d00 : 0x6e00);
    if (this.purse === undefined || this.#selected === 'mf') return sw(name === 'readBinary' || name === 'readRecord' ? 0x6a82 : 0x6985);
    if (this.blocked && name !== 'getChallenge' && name !== 'unblockApplication') return sw(0x6a81);
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
      case 'getChallenge':
        return this.#getChallenge(command);
      case 'updateBinary':
      case 'updateRecord':
      case 'blockApplication':
      case 'unblockApplication':
      case 'pinUnblock':
      case 'pinChange':
      case 'writeKey':
        return this.#administer(this.purse, name, command, challenge);
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
    if (byName && wanted === PPSE_NAME && this.purse.inPpse !== false) {
      const entry = tlv('61', tlv('4F', this.purse.aid) + '870101');
      return ok(tlv('6F', tlv('84', PPSE_NAME) + tlv('A5', tlv('BF0C', entry))));
    }
    const found = byName ? wanted !== '' && this.purse.aid.startsWith(wanted) : wanted === this.purse.dfId;
    if (!found) return sw(0x6a82);
    this.#selected = 'purse';
    this.#pinVerified = false;
    return fromHex(`${this.#fci(this.purse)}${this.blocked ? '6A81' : '9000'}`);
  }

  #getChallenge({ p1, p2, le }: Parsed): Uint8Array {
    if (p1 !== 0 || p2 !== 0) return sw(0x6a86);
    if (le !== 4 && le !== 8) return sw(0x6700);
    this.#challenge = this.#random.bytes(le);
    return ok(toHex(this.#challenge));
  }

  #administer(purse: PurseConfig, name: AdministrativeCommand, command: Parsed, challenge: Uint8Array | undefined): Uint8Array {
    const files = this.#files(purse);
    const { answer, state } = administer(name, command, { purse, state: this.#state, challenge, files, pinTries: PIN_TRIES });
    if (state !== undefined) this.#state = state;
    return answer;
  }

  #fci(purse: PurseConfig): string {
    const file15 = purse.fciHasFile15 ? tlv('9F0C', this.#file15(purse)) : '';
    return tlv('6F', tlv('84', purse.aid) + tlv('A5', tlv('9F08', purse.version) + file15));
  }

  #file15(purse: PurseConfig): string {
    const written = this.#state.files?.[0x15];
    if (written !== undefined) return written;
    const flag = purse.file15 === 'cjt' ? (purse.enabled ? '01' : '00') : (purse.applicationType ?? '02');
    return `${purse.issuer}${flag}01${purse.serial}${purse.validFrom}${purse.validUntil}${purse.cardType ?? '0000'}`;
  }

  #readBinary(purse: PurseConfig, { p1, p2, le }: Parsed): Uint8Array {
    const text = (p1 & 0x80) === 0x80 ? this.#files(purse).get(p1 & 0x1f) : undefined;
    if (text === undefined) return sw(0x6a82);
    const bytes = fromHex(text);
    if (p2 >= bytes.length) return sw(0x6b00);
    const rest = bytes.subarray(p2);
    if (le !== undefined && le !== 0 && le > rest.length) return sw(0x6c00 | rest.length);
    return ok(toHex(rest.subarray(0, le || rest.length)));
  }

  /** Binary files by SFI. */
  #files(purse: PurseConfig): ReadonlyMap<number, string> {
    const file15 = [0x15, this.#file15(purse)] as const;
    return new Map(purse.file15 === 'cjt' ? [file15] : [file15, [0x17, this.#state.files?.[0x17] ?? FILE_17]]);
  }

  /** The flag of file 15 where it has one. */
  #enabled(purse: PurseConfig): boolean {
    const written = this.#state.files?.[0x15];
    return purse.file15 === 'cjt' && written !== undefined ? written.slice(16, 18) === '01' : purse.enabled;
  }

  #readRecord(purse: PurseConfig, { p1, p2, le }: Parsed): Uint8Array {
    const file = (p2 & 0x07) === 0x04 ? this.#recordFile(purse, p2 >> 3) : undefined;
    if (file === undefined) return sw(0x6a82);
    if (this.#needsPin(purse, 'log')) return sw(0x6982);
    const record = file.records[p1 - 1];
    if (record === undefined && (purse.unusedSlots === 'notFound' || p1 === 0 || p1 > LOG_SLOTS)) return sw(0x6a83);
    if (le !== 0 && le !== file.length) return sw(0x6c00 | file.length);
    return ok(record ?? '00'.repeat(file.length));
  }

  /** 17 of CJ/T; 18; 1A as CJ/T's load log or JT/T's composite file; 1E of JT/T (1.6, 1.7). */
  #recordFile(purse: PurseConfig, sfi: number): { readonly records: readonly string[]; readonly length: number } | undefined {
    const { purseLog, loadLog, travelLog, compositeFile, cardRecords } = this.#state;
    if (sfi === 0x17 && cardRecords !== undefined) return { records: cardRecords, length: (cardRecords[0]?.length ?? 0) / 2 };
    if (sfi === 0x18) return { records: purseLog, length: 23 };
    if (sfi === 0x1a && purse.loadLogSfi === 0x1a) return { records: loadLog, length: 23 };
    if (sfi === 0x1a && compositeFile !== undefined) return { records: compositeFile, length: 128 };
    return sfi === 0x1e && travelLog !== undefined ? { records: travelLog, length: 48 } : undefined;
  }

  #getBalance(purse: PurseConfig, { p1, p2 }: Parsed): Uint8Array {
    if (p1 !== 0 && p1 !== 3) return sw(0x6a86);
    if (p2 !== purse.purseType) return sw(0x6985);
    return this.#needsPin(purse, 'balance') ? sw(0x6982) : ok(hex(this.balance, 4));
  }

  #verify(purse: PurseConfig, { p2, data }: Parsed): Uint8Array {
    if (purse.pin === undefined || p2 !== purse.pin.id) return sw(0x9403);
    if (this.#state.pinTriesLeft === 0) return sw(0x6983);
    this.#pinVerified = toHex(data) === (this.#state.pinValue ?? purse.pin.value);
    const pinTriesLeft = this.#pinVerified ? PIN_TRIES : this.#state.pinTriesLeft - 1;
    this.#state = { ...this.#state, pinTriesLeft };
    return sw(this.#pinVerified ? 0x9000 : 0x63c0 | pinTriesLeft);
  }

  #initialize(purse: PurseConfig, { p1, p2, data }: Parsed): Uint8Array {
    if (p1 !== 0 || p2 !== purse.purseType) return sw(0x6a86);
    if (data.length !== 11) return sw(0x6700);
    if (!this.#enabled(purse)) return sw(0x6985);
    if (this.#needsPin(purse, 'load')) return sw(0x6982);
    if (data[0] !== purse.keyIndex) return sw(0x9403);
    if (this.onlineCounter === 0xffff) return sw(0x9402);
    const amount = number(data.subarray(1, 5));
    if (amount === 0 && !purse.zeroAmountInitialize) return sw(0x6a80);
    if (this.balance + amount > purse.balanceLimit) return sw(0x6985);
    const terms = this.#terms(purse, amount, toHex(data.subarray(5)), this.#random.bytes(4));
    const sessionKey = loadSessionKey(purseKey(purse, this.#state, 'load'), terms);
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
    const receipt = toHex(tac(purseKey(purse, this.#state, 'tac'), terms, { hostDate: date, hostTime: time }));
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

function push(log: readonly string[], record: string): readonly string[] {
  return [record, ...log].slice(0, LOG_SLOTS);
}
