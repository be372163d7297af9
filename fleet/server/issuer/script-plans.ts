/**
 * What each function of a card is made of: the commands in their order, and what must be read back. Pure; the same request gives the same
 * plan. Every command may be given again: it writes the same bytes. Files and layouts: card-application.md 1.3, 1.5, 4.3.
 */
import { fromHex } from '../../../common/hex.ts';
import type { ReadBackPart, ScriptFailure, StartScriptRequest } from '../../../common/upstream-api/card-scripts.ts';
import type { MasterKeyName } from '../keys/key-store.ts';
import type { CardCommand } from './card-commands.ts';
import type { IssuerServicesSettings } from './settings.ts';

export interface ScriptPlan {
  readonly commands: readonly CardCommand[];
  readonly readBack: readonly ReadBackPart[];
  /** What must stand in file 15 then, by offset; hexadecimal. */
  readonly file15: readonly FilePart[];
  readonly file17?: FilePart;
  readonly record?: { readonly sfi: number; readonly number: number; readonly data: string };
}

interface FilePart {
  readonly offset: number;
  readonly bytes: string;
}

export interface PlanOptions {
  readonly scripts: IssuerServicesSettings['scripts'];
  /** Keys that the issuer has: a blank is given all of them. */
  readonly keyNames: ReadonlySet<MasterKeyName>;
  /** YYYYMMDD in the issuer's calendar. */
  readonly begunOn: string;
}

/** Offsets in file 15. */
const FLAG = 8;
const SERIAL = 10;
const VALID_UNTIL = 24;
const CARD_TYPE = 28;
const FILE_15 = 0x15;
const FILE_17 = 0x17;
/** Card kind in file 17 of JT/T 978. */
const CARD_KIND = 10;

/** 4.3: tags of the S1 card, in the order in which a blank gets them. It names 04 and 05 as PIN keys; which is which is our choice. */
const WRITTEN_KEYS = [
  { written: 'load', tag: 0x07 },
  { written: 'tac', tag: 0x08 },
  { written: 'purchase', tag: 0x06 },
  { written: 'maintenance', tag: 0x36 },
  { written: 'block', tag: 0x33 },
  { written: 'unblock', tag: 0x34 },
  { written: 'pinUnblock', tag: 0x04 },
  { written: 'pinReload', tag: 0x05 },
] as const satisfies readonly { readonly written: MasterKeyName; readonly tag: number }[];

/** Undefined: the issuer has no keys or no configuration for it, or the card's layout has no place for it. */
export function planOf(request: StartScriptRequest, options: PlanOptions): ScriptPlan | undefined {
  const plan = draft(request, options);
  const missing = plan?.commands.some((command) => keysOf(command).some((key) => !options.keyNames.has(key)));
  return missing === true ? undefined : plan;
}

function draft(request: StartScriptRequest, options: PlanOptions): ScriptPlan | undefined {
  const { scripts, begunOn } = options;
  const { card } = request;
  const isCjt = scripts.cjtApplications.includes(card.aid);
  const serial = { offset: SERIAL, bytes: card.serial };
  switch (request.function) {
    case 'activate':
      return isCjt
        ? { commands: [updateFile15('set flag', FLAG, '01')], readBack: ['file15', 'presence'], file15: [serial, { offset: FLAG, bytes: '01' }] }
        : undefined;
    case 'blockApplication':
      // a blocked application can't be read, so there is nothing to read back but its SELECT, and that proves nothing
      return {
        commands: [{ kind: 'messaging', name: 'block application', key: 'block', header: [0x84, 0x1e, 0, 0], data: new Uint8Array(0) }],
        readBack: [],
        file15: [],
      };
    case 'unblockApplication': {
      const unblock = { kind: 'messaging', name: 'unblock application', key: 'unblock', header: [0x84, 0x18, 0, 0], data: new Uint8Array(0) } as const;
      return { commands: [unblock], readBack: ['file15', 'presence'], file15: [serial] };
    }
    case 'extendValidity': {
      const until = yearsAfter(begunOn, scripts.validityYears);
      return { commands: [updateFile15('set validity', VALID_UNTIL, until)], readBack: ['file15'], file15: [serial, { offset: VALID_UNTIL, bytes: until }] };
    }
    case 'setCardType':
      return scripts.cardTypes.includes(request.cardType) ? cardTypePlan(request.cardType, isCjt, serial) : undefined;
    case 'enableService': {
      const service = scripts.services.find((each) => each.service === request.service);
      return service === undefined ? undefined : servicePlan(service, serial);
    }
    case 'unblockPin':
    case 'reloadPin':
      return { commands: [{ kind: request.function, name: 'set PIN', pinId: scripts.pinId }], readBack: ['file15', 'pinStatus'], file15: [serial] };
    case 'personalise':
      return personalisation(request, options, isCjt);
  }
}

function cardTypePlan(cardType: string, isCjt: boolean, serial: FilePart): ScriptPlan {
  if (isCjt)
    return { commands: [updateFile15('set card type', CARD_TYPE, cardType)], readBack: ['file15'], file15: [serial, { offset: CARD_TYPE, bytes: cardType }] };
  const kind = cardType.slice(0, 2);
  const command = updateBinary('set card kind', FILE_17, CARD_KIND, kind);
  return { commands: [command], readBack: ['file15', 'file17'], file15: [serial], file17: { offset: CARD_KIND, bytes: kind } };
}

function servicePlan({ service, sfi, record, data }: PlanOptions['scripts']['services'][number], serial: FilePart): ScriptPlan {
  const command: CardCommand = {
    kind: 'messaging',
    name: `write ${service}`.slice(0, 40),
    key: 'maintenance',
    header: [0x04, 0xdc, record, (sfi << 3) | 0x04],
    data: fromHex(data),
  };
  return { commands: [command], readBack: ['file15', 'record'], file15: [serial], record: { sfi, number: record, data } };
}

/**
 * Keys first, under the blank's own master key; then what the card says of itself; where file 15 has a flag it is set last, so that a card
 * that was left half-written never passes for a good one. A blank of another layout is told from a good one by its keys: they are not there.
 */
function personalisation({ card }: StartScriptRequest, { scripts, keyNames, begunOn }: PlanOptions, isCjt: boolean): ScriptPlan {
  const keys = WRITTEN_KEYS.filter(({ written }) => written === 'load' || written === 'tac' || written === 'maintenance' || keyNames.has(written)).map(
    ({ written, tag }): CardCommand => ({
      kind: 'writeKey',
      name: `write key ${written}`,
      under: 'cardMaster',
      written,
      tag,
      index: scripts.keyIndex,
      version: scripts.keyVersion,
    }),
  );
  const until = yearsAfter(begunOn, scripts.validityYears);
  const [notYet, enabled] = isCjt ? ['00', '01'] : ['02', '02'];
  const content = `${card.issuer}${notYet}01${card.serial}${begunOn}${until}0000`;
  const flag = isCjt ? [updateFile15('set flag', FLAG, enabled)] : [];
  return {
    commands: [...keys, updateFile15('write file 15', 0, content), ...flag],
    readBack: ['file15', 'presence'],
    file15: [{ offset: 0, bytes: `${card.issuer}${enabled}01${card.serial}${begunOn}${until}0000` }],
  };
}

function updateFile15(name: string, offset: number, bytes: string): CardCommand {
  return updateBinary(name, FILE_15, offset, bytes);
}

function updateBinary(name: string, sfi: number, offset: number, bytes: string): CardCommand {
  return { kind: 'messaging', name, key: 'maintenance', header: [0x04, 0xd6, 0x80 | sfi, offset], data: fromHex(bytes) };
}

function keysOf(command: CardCommand): readonly MasterKeyName[] {
  switch (command.kind) {
    case 'messaging':
      return [command.key];
    case 'writeKey':
      return [command.under, command.written];
    case 'unblockPin':
      return ['pinUnblock'];
    case 'reloadPin':
      return ['pinReload'];
  }
}

/** The same day, or the last of February. */
function yearsAfter(date: string, years: number): string {
  const [year, month, day] = [Number(date.slice(0, 4)) + years, date.slice(4, 6), date.slice(6, 8)];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return `${year}${month}${month === '02' && day === '29' && !leap ? '28' : day}`;
}

/** What a terminal read back, hexadecimal; `genuine`: whether the MAC1 that it sent is the card's, undefined where it sent none. */
export interface ReadBack {
  readonly file15?: string | undefined;
  readonly file17?: string | undefined;
  readonly record?: string | undefined;
  readonly pinStatus?: string | undefined;
  readonly genuine: boolean | undefined;
}

/** The parts that the plan needs and that were not sent. */
export function missingParts({ readBack }: ScriptPlan, { genuine, ...read }: ReadBack): readonly ReadBackPart[] {
  const given = { ...read, presence: genuine };
  return readBack.filter((part) => given[part] === undefined);
}

/** What is wrong with what was read back, of which nothing is missing. */
export function readBackFailure(plan: ScriptPlan, { file15 = '', file17 = '', record, pinStatus, genuine }: ReadBack): ScriptFailure | undefined {
  const written = plan.file15.every((part) => stands(part, file15)) && (plan.file17 === undefined || stands(plan.file17, file17));
  const recorded = plan.record === undefined || plan.record.data === record;
  const pinWorks = !plan.readBack.includes('pinStatus') || pinStatus === '9000';
  if (!written || !recorded || !pinWorks) return 'readBackMismatch';
  return plan.readBack.includes('presence') && genuine !== true ? 'badMac1' : undefined;
}

function stands({ offset, bytes }: FilePart, read: string): boolean {
  return read.slice(offset * 2, offset * 2 + bytes.length) === bytes;
}
