/**
 * Finding and reading a PBOC application on a presented card: SELECT by the probe order, public data, balance, records, and the record of one
 * load. Shared by `openPurse` and `examineLoad`; each function is one step and leaves the decision to them.
 */
import type { Fen } from '../../../common/fen.ts';
import type { CardRef } from '../../../common/journal-kinds.ts';
import { maskTail } from '../../../common/pboc.ts';
import { toHex } from '../../../common/hex.ts';
import { isBad, type BadBytes, type ResponseApdu } from '../apdu.ts';
import { CardStopped } from '../card-stopped.ts';
import {
  COMPOSITE_RECORD_LENGTH,
  decodeBalance,
  decodeFci,
  decodeFile15,
  decodeLogRecord,
  decodeTravelRecord,
  isBlank,
  FILE_15_LENGTH,
  isoDate,
  isoTime,
  loadTypes,
  purchaseTypes,
  LOG_RECORD_LENGTH,
  type LogRecord,
  TRAVEL_RECORD_LENGTH,
  type PublicData,
  type TravelRecord,
} from './answers.ts';
import type { PbocCommand, PurseType } from './commands.ts';
import { refusal, type CardLink } from './link.ts';
import type { LoadLog } from './load-verdict.ts';
import { probeTargets, type CardProfile, type Target } from './profile.ts';

/** A record as a person reads it. */
export interface PurseRecord {
  /** `YYYY-MM-DDTHH:MM:SS`, local time as the accepting terminal wrote it. */
  readonly at: string;
  readonly kind: 'load' | 'purchase' | 'other';
  readonly amount: Fen;
}

export type Selection =
  | { readonly kind: 'selected'; readonly profile: CardProfile; readonly ref: CardRef; readonly data: PublicData }
  /** `ref` when the card still tells who it is. */
  | { readonly kind: 'blocked'; readonly ref?: CardRef; readonly detail: string }
  | { readonly kind: 'notFound' };

/** `2PAY.SYS.DDF01` */
const PPSE = '325041592E5359532E4444463031';

/** The names a contactless card lists in its PPSE; undefined without a PPSE. */
export async function listedApplications(link: CardLink): Promise<readonly string[] | undefined> {
  const directory = await link.send({ name: 'selectByName', aid: PPSE });
  const fci = directory.statusWord === 0x9000 ? decodeFci(directory.data) : undefined;
  return fci === undefined || isBad(fci) ? undefined : fci.applications;
}

/** Asks for one application after the other; stays with the first that is there, blocked or not. */
export async function findApplication(link: CardLink, profiles: readonly CardProfile[]): Promise<Selection> {
  const listed = await listedApplications(link);
  for (const target of probeTargets(profiles, listed ?? [])) {
    const selection = await selectApplication(link, target);
    if (selection.kind !== 'notFound') return selection;
  }
  return { kind: 'notFound' };
}

/** @throws {CardStopped} `senseless` when the application is there but its public data can't be read */
export async function selectApplication(link: CardLink, target: Target): Promise<Selection> {
  const answer = await sendSelects(link, target);
  const { statusWord } = answer;
  if (statusWord === 0x9000) return selected(link, target, answer);
  // An FCI with an error status, 6A81 and 6283 all mean: there, but blocked (1.1, 3.1).
  if (answer.data.length === 0 && statusWord !== 0x6a81 && statusWord !== 0x6283) return { kind: 'notFound' };
  const data = publicDataIn(answer, target.profile);
  return { kind: 'blocked', detail: refusal('SELECT', answer), ...(data === undefined ? {} : { ref: refOf(applicationIn(answer, target), data) }) };
}

export type BalanceAnswer =
  | { readonly kind: 'balance'; readonly balance: Fen }
  | { readonly kind: 'blocked'; readonly detail: string }
  /** Refused, or a value that can't be right: above the card's limit means a set top bit, which is not repaired (1.8). */
  | { readonly kind: 'unreadable'; readonly detail: string };

export async function readBalance(link: CardLink, profile: CardProfile, purseType: PurseType): Promise<BalanceAnswer> {
  const answer = await link.sendWithPin({ name: 'getBalance', p1: profile.balanceP1, purseType }, profile);
  if (answer.statusWord === 0x6a81) return { kind: 'blocked', detail: refusal('GET BALANCE', answer) };
  if (answer.statusWord !== 0x9000) return { kind: 'unreadable', detail: refusal('GET BALANCE', answer) };
  const balance = decodeBalance(answer.data);
  if (isBad(balance)) return { kind: 'unreadable', detail: balance.error.message };
  return balance > profile.balanceLimit
    ? { kind: 'unreadable', detail: `the balance ${balance} is above the limit of ${profile.balanceLimit} fen` }
    : { kind: 'balance', balance };
}

/** Newest first; a file that is missing or refuses adds nothing, a record that makes no sense is left out. */
export async function readStatement(link: CardLink, profile: CardProfile): Promise<readonly PurseRecord[]> {
  const seen = new Map<string, PurseRecord>();
  for (const sfi of profile.statementSfis) {
    const { records } = await readLogFile(link, profile, sfi, () => false);
    for (const record of records) {
      const date = isoDate(record.date);
      const time = isoTime(record.time);
      if (date === undefined || time === undefined) continue;
      const key = [record.type, record.amount, record.terminalId, record.date, record.time].join(' ');
      seen.set(key, { at: `${date}T${time}`, kind: kindOf(record.type), amount: record.amount });
    }
  }
  return [...seen.values()].toSorted((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}

/** What makes a log record that of one load; its counter doesn't, since cards differ in what they store (1.6). */
export interface LoadTrace {
  readonly amount: number;
  readonly purseType: PurseType;
  readonly terminalId: string;
  readonly hostDate: string;
  readonly hostTime: string;
}

/** Step 6 of 3.2: looks for the record of `load` in every load log the card has. */
export async function findLoadRecord(link: CardLink, profile: CardProfile, load: LoadTrace): Promise<LoadLog> {
  const isThisLoad = (record: LogRecord): boolean =>
    record.type === load.purseType &&
    record.amount === load.amount &&
    record.terminalId === load.terminalId &&
    record.date === load.hostDate &&
    record.time === load.hostTime;
  const isOlder = (record: LogRecord): boolean => isoDate(record.date) !== undefined && record.date + record.time < load.hostDate + load.hostTime;
  const files: ReadRecords<LogRecord>[] = [];
  for (const sfi of profile.loadLogSfis) {
    const file = await readLogFile(link, profile, sfi, isThisLoad);
    if (file.records.some(isThisLoad)) return { kind: 'found' };
    if (file.state !== 'missing') files.push(file);
  }
  if (files.length === 0 || files.some((file) => file.state === 'unreadable')) return { kind: 'unreadable' };
  return { kind: 'notFound', provesAbsence: files.every((file) => file.records.length === 0 || file.records.some(isOlder)) };
}

/** Records a JT/T 978 card keeps of travel (1.7): read for a person who asks, never for a decision about money. */
const TRAVEL_LOG_SFI = 0x1e;
const TRAVEL_LOG_SLOTS = 30;
const COMPOSITE_SFI = 0x1a;
/** Composite records are few and large; no card was seen with more. */
const COMPOSITE_SLOTS = 16;

/** File 1E, newest first. Empty for a card without it. */
export async function readTravelLog(link: CardLink, profile: CardProfile): Promise<readonly TravelRecord[]> {
  const file = { sfi: TRAVEL_LOG_SFI, length: TRAVEL_RECORD_LENGTH, slots: TRAVEL_LOG_SLOTS, decode: decodeTravelRecord };
  return (await readRecords(link, profile, file, () => false)).records;
}

/** File 1A as it is, since its layout differs between bus and rail: hexadecimal. On CJ/T cards 1A is the load log, and this is empty. */
export async function readCompositeFile(link: CardLink, profile: CardProfile): Promise<readonly string[]> {
  if (profile.file15 === 'cjt') return [];
  const file = { sfi: COMPOSITE_SFI, length: COMPOSITE_RECORD_LENGTH, slots: COMPOSITE_SLOTS, decode: rawRecord };
  return (await readRecords(link, profile, file, () => false)).records.map(({ raw }) => raw);
}

function rawRecord(bytes: Uint8Array): { readonly raw: string } | 'blank' {
  return isBlank(bytes) ? 'blank' : { raw: toHex(bytes) };
}

interface RecordFile<T> {
  readonly sfi: number;
  readonly length: number;
  readonly slots: number;
  readonly decode: (bytes: Uint8Array) => T | 'blank' | BadBytes;
}

interface ReadRecords<T> {
  readonly state: 'read' | 'missing' | 'unreadable';
  readonly records: readonly T[];
}

function readLogFile(link: CardLink, profile: CardProfile, sfi: number, enough: (record: LogRecord) => boolean): Promise<ReadRecords<LogRecord>> {
  return readRecords(link, profile, { sfi, length: LOG_RECORD_LENGTH, slots: profile.logRecords, decode: decodeLogRecord }, enough);
}

/** Reads from record 1, the newest, until the file ends or `enough`. */
async function readRecords<T>(link: CardLink, profile: CardProfile, file: RecordFile<T>, enough: (record: T) => boolean): Promise<ReadRecords<T>> {
  const records: T[] = [];
  for (let number = 1; number <= file.slots; number += 1) {
    const answer = await link.sendWithPin({ name: 'readRecord', sfi: file.sfi, record: number, length: file.length }, profile);
    if (answer.statusWord === 0x6a83) break;
    if (answer.statusWord === 0x6a82 && number === 1) return { state: 'missing', records };
    const record = answer.statusWord === 0x9000 ? file.decode(answer.data) : undefined;
    if (record === undefined || isBad(record)) return { state: 'unreadable', records };
    if (record === 'blank') continue;
    records.push(record);
    if (enough(record)) break;
  }
  return { state: 'read', records };
}

/** The answer to the last SELECT, or to the first that wasn't `9000`. */
async function sendSelects(link: CardLink, target: Target): Promise<ResponseApdu> {
  const { profile, application } = target;
  const commands: readonly PbocCommand[] =
    profile.path === undefined ? [{ name: 'selectByName', aid: application }] : profile.path.map((file) => ({ name: 'selectFile', file }));
  let answer: ResponseApdu = { data: new Uint8Array(0), statusWord: 0x6a82 };
  for (const command of commands) {
    answer = await link.send(command);
    if (answer.statusWord !== 0x9000) break;
  }
  return answer;
}

async function selected(link: CardLink, target: Target, answer: ResponseApdu): Promise<Selection> {
  const { profile } = target;
  const application = applicationIn(answer, target);
  const fromFci = publicDataIn(answer, profile);
  if (fromFci !== undefined) return { kind: 'selected', profile, ref: refOf(application, fromFci), data: fromFci };
  const file = await link.sendWithPin({ name: 'readBinary', sfi: 0x15, offset: 0, length: FILE_15_LENGTH }, profile);
  if (file.statusWord === 0x6a81) return { kind: 'blocked', detail: refusal('READ BINARY of file 15', file) };
  if (file.statusWord !== 0x9000) throw new CardStopped('senseless', refusal('READ BINARY of file 15', file));
  const data = decodeFile15(file.data, profile.file15);
  if (isBad(data)) throw new CardStopped('senseless', data.error.message);
  return { kind: 'selected', profile, ref: refOf(application, data), data };
}

/** The copy of file 15 in the FCI, when there is a good one. */
function publicDataIn(answer: ResponseApdu, profile: CardProfile): PublicData | undefined {
  const fci = decodeFci(answer.data);
  const data = isBad(fci) || fci.file15 === undefined ? undefined : decodeFile15(fci.file15, profile.file15);
  return data === undefined || isBad(data) ? undefined : data;
}

/** The full name the card gave, when it completes the one asked for: recovery must select exactly this application again. */
function applicationIn(answer: ResponseApdu, target: Target): string {
  const fci = decodeFci(answer.data);
  const name = isBad(fci) ? undefined : fci.dfName;
  const completes = target.profile.path === undefined && name !== undefined && name.length <= 32 && name.startsWith(target.application);
  return completes ? name : target.application;
}

function refOf(aid: string, data: PublicData): CardRef {
  return { aid, issuer: data.issuer, serial: data.serial, tail: maskTail(data.serial) };
}

function kindOf(type: number): PurseRecord['kind'] {
  if (loadTypes.includes(type)) return 'load';
  return purchaseTypes.includes(type) ? 'purchase' : 'other';
}
