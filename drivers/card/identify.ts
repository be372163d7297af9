/**
 * What lies in the reader, as data: told from what the chip said when it was powered and from which applications let themselves be selected. Reads
 * public data of purses only; a payment card is recognized by its directory and never read. Used for the unknown-card screen and by technicians.
 */
import { toHex } from '../../common/hex.ts';
import type { CardChannel, CardInterface } from '../card-reader/card-reader.ts';
import { DeviceError, type DeviceErrorCode } from '../device.ts';
import { isBad } from './apdu.ts';
import { historicalBytesOfAtr, historicalBytesOfAts, REGISTERED_CARDS, registeredName } from './atr.ts';
import { CardStopped, type Stop } from './card-stopped.ts';
import { knownApplications, purseKindOf, type PurseKind } from './known-applications.ts';
import { layoutOf, type StorageLayout } from './mifare/storage-channel.ts';
import { decodeFci, decodeFile17, FILE_17_LENGTH, type PublicData } from './pboc/answers.ts';
import { listedApplications, selectApplication, type Selection } from './pboc/application.ts';
import { CardLink } from './pboc/link.ts';
import { acceptsIssuer, probeTargets, type CardProfile, type Target } from './pboc/profile.ts';

export type CardKind =
  | PurseKind
  | 'mifareClassic'
  | 'mifareUltralight'
  | 'desfire'
  | 'felica'
  /** ISO 14443 type B without a purse known here. */
  | 'typeB'
  /** A payment card. */
  | 'emv'
  /** A contact chip without a purse known here. */
  | 'contactIso'
  | 'noChip'
  | 'unknown';

/** Byte strings are upper-case hexadecimal. */
export interface CardDescription {
  readonly kind: CardKind;
  readonly interface?: CardInterface;
  readonly answerToReset?: string;
  readonly sak?: number;
  readonly atqa?: string;
  /** Last four digits of the card's number, or of the UID of a card that has no other. */
  readonly tail?: string;
  /** Of a MIFARE Classic chip. */
  readonly layout?: StorageLayout;
  /** Names that the card lists in its directory. */
  readonly listed?: readonly string[];
  readonly application?: ApplicationDescription;
  /** Why the description ends where it does: the card left, fell silent, or the reader failed. */
  readonly trouble?: Stop | DeviceErrorCode;
}

export interface ApplicationDescription {
  /** As it must be selected again. */
  readonly aid: string;
  /** The profile of this terminal that covers it, or the name by which it is known in general. */
  readonly name: string;
  /** `accepted` here; `foreign`: another issuer's, or of one that isn't told; `notServed`: no profile of this terminal covers it. */
  readonly scheme: 'accepted' | 'foreign' | 'notServed';
  readonly blocked: boolean;
  /** 8 bytes; absent when a blocked card doesn't tell. */
  readonly issuer?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  /** CJ/T: whether it was activated. */
  readonly enabled?: boolean;
  /** Byte 8 of file 15: 01 ED, 02 EP, 03 both. */
  readonly applicationType?: number;
  readonly applicationVersion?: number;
  /** CJ/T, file 15: main and sub type. */
  readonly cardType?: string;
  /** JT/T 978, file 17. */
  readonly cardKind?: number;
  readonly cityCode?: string;
  readonly provinceCode?: string;
  readonly interoperable?: boolean;
}

/**
 * Never throws; sends nothing with an effect and never a PIN.
 * @param channel what `activate` gave; undefined when it found no chip
 * @param profiles the terminal's own
 */
export async function identifyCard(channel: CardChannel | undefined, profiles: readonly CardProfile[], signal?: AbortSignal): Promise<CardDescription> {
  if (channel === undefined) return { kind: 'noChip' };
  const said = whatTheChipSaid(channel);
  const simple = kindWithoutCommands(channel);
  if (simple !== undefined) return { ...said, ...simple };
  const found: Findings = {};
  try {
    return { ...said, ...(await askTheChip(channel, profiles, found, signal)) };
  } catch (error) {
    return { ...said, ...found, ...(found.kind === undefined ? withoutApplication(channel) : { kind: found.kind }), trouble: troubleOf(error) };
  }
}

function whatTheChipSaid({ interface: iface, answerToReset, sak, atqa, uid }: CardChannel): Omit<CardDescription, 'kind'> {
  return {
    interface: iface,
    answerToReset: toHex(answerToReset),
    ...(sak === undefined ? {} : { sak }),
    ...(atqa === undefined ? {} : { atqa: toHex(atqa) }),
    ...(uid === undefined ? {} : { tail: toHex(uid).slice(-4) }),
  };
}

/** A chip that takes no ISO 7816-4 commands; undefined: it may. */
function kindWithoutCommands({ answerToReset, sak, iso7816 }: CardChannel): Pick<CardDescription, 'kind' | 'layout'> | undefined {
  const registered = registeredName(answerToReset);
  const named = registered === undefined ? undefined : REGISTERED_CARDS[registered.name];
  if (named !== undefined) return { kind: named.kind, ...(named.layout === undefined ? {} : { layout: named.layout }) };
  if (iso7816) return undefined;
  const layout = sak === undefined ? undefined : layoutOf(sak);
  if (layout !== undefined) return { kind: 'mifareClassic', layout };
  return { kind: sak === 0x00 ? 'mifareUltralight' : 'unknown' };
}

type Findings = { -readonly [Key in keyof CardDescription]?: CardDescription[Key] };

/** @param found filled on the way, so that what was learned survives a card that leaves */
async function askTheChip(channel: CardChannel, profiles: readonly CardProfile[], found: Findings, signal: AbortSignal | undefined): Promise<CardDescription> {
  // A PIN that was "refused" already is never tried.
  const link = new CardLink(channel, { pinRefused: true }).use(signal);
  const listed = await listedApplications(link);
  if (listed !== undefined && listed.length > 0) found.listed = listed;
  for (const target of targetsFor(profiles, listed ?? [])) {
    if (!(await describePurse(link, profiles, target, found))) continue;
    return { ...found, kind: found.kind ?? 'unknown' };
  }
  const isPayment = (listed ?? []).some(isPaymentName) || (channel.interface === 'contact' && (await hasPaymentDirectory(link)));
  return { ...found, ...(isPayment ? { kind: 'emv' } : withoutApplication(channel)) };
}

/** The terminal's own profiles first, then whatever else is known by name. */
function targetsFor(profiles: readonly CardProfile[], listed: readonly string[]): readonly Target[] {
  const own = probeTargets(profiles, listed);
  const seen = new Set(own.map(({ application }) => application));
  return [...own, ...probeTargets(knownApplications, listed).filter(({ application }) => !seen.has(application))];
}

/** False: the application isn't there. */
async function describePurse(link: CardLink, profiles: readonly CardProfile[], target: Target, found: Findings): Promise<boolean> {
  const { profile, application } = target;
  let selection: Selection;
  try {
    selection = await selectApplication(link, target);
  } catch (error) {
    if (!(error instanceof CardStopped) || error.how !== 'senseless') throw error;
    // There, but its public data can't be read. A name is all there is then, and a directory may be anybody's.
    if (profile.path !== undefined) return false;
    found.kind = purseKindOf(application, profile, undefined);
    found.application = { aid: application, name: profile.name, scheme: schemeOf(profiles, profile, undefined), blocked: false };
    return true;
  }
  if (selection.kind === 'notFound') return false;
  // "Not supported" has the same word as "blocked" (3.1), and many cards know no file ids at all.
  if (selection.kind === 'blocked' && selection.ref === undefined && profile.path !== undefined) return false;
  const data = selection.kind === 'selected' ? selection.data : undefined;
  const aid = selection.ref?.aid ?? application;
  found.kind = purseKindOf(aid, profile, data?.applicationType);
  found.application = {
    aid,
    name: profile.name,
    scheme: schemeOf(profiles, profile, selection.ref?.issuer),
    blocked: selection.kind === 'blocked',
    ...(selection.ref === undefined ? {} : { issuer: selection.ref.issuer }),
    ...(data === undefined ? {} : publicFields(data)),
  };
  if (selection.ref !== undefined) found.tail = selection.ref.tail;
  if (data !== undefined && found.kind === 'jtt978') found.application = { ...found.application, ...(await cityFields(link)) };
  return true;
}

function schemeOf(profiles: readonly CardProfile[], profile: CardProfile, issuer: string | undefined): ApplicationDescription['scheme'] {
  if (!profiles.includes(profile)) return 'notServed';
  return issuer !== undefined && acceptsIssuer(profile, issuer) ? 'accepted' : 'foreign';
}

function publicFields({ validFrom, validUntil, enabled, applicationType, applicationVersion, cardType }: PublicData): Partial<ApplicationDescription> {
  return {
    validFrom,
    validUntil,
    applicationVersion,
    ...(enabled === undefined ? {} : { enabled, cardType }),
    ...(applicationType === undefined ? {} : { applicationType }),
  };
}

async function cityFields(link: CardLink): Promise<Partial<ApplicationDescription>> {
  const answer = await link.send({ name: 'readBinary', sfi: 0x17, offset: 0, length: FILE_17_LENGTH });
  const city = answer.statusWord === 0x9000 ? decodeFile17(answer.data) : undefined;
  if (city === undefined || isBad(city)) return {};
  const { cardKind, cityCode, provinceCode, interoperable } = city;
  return { cardKind, cityCode, provinceCode, interoperable };
}

/** Registered identifiers of transport; what else a payment directory lists is a payment application. */
const TRANSPORT = ['A000000632', 'A000000386'];

function isPaymentName(name: string): boolean {
  return !TRANSPORT.some((registered) => name.startsWith(registered));
}

/** `1PAY.SYS.DDF01`: the directory of contact payment cards, and also the name of the master file of FMCOS and CJ/T cards (1.1). */
const PSE = '315041592E5359532E4444463031';

async function hasPaymentDirectory(link: CardLink): Promise<boolean> {
  const pse = await link.send({ name: 'selectByName', aid: PSE });
  if (pse.statusWord !== 0x9000) return false;
  const masterFile = await link.send({ name: 'selectFile', file: '3F00' });
  const fci = masterFile.statusWord === 0x9000 ? decodeFci(masterFile.data) : undefined;
  return fci === undefined || isBad(fci) || fci.dfName !== PSE;
}

/** An ISO 7816-4 chip that no known application is on. */
function withoutApplication({ interface: iface, answerToReset, sak }: CardChannel): Pick<CardDescription, 'kind' | 'layout'> {
  if (iface === 'contact') return { kind: 'contactIso' };
  // ATQB begins with 50 (ISO 14443-3 7.9).
  if (answerToReset.length === 12 && answerToReset[0] === 0x50) return { kind: 'typeB' };
  // A chip that has MIFARE Classic besides ISO 14443-4 says both.
  const layout = sak === undefined ? undefined : layoutOf(sak);
  if (layout !== undefined) return { kind: 'mifareClassic', layout };
  const historical = historicalBytesOfAtr(answerToReset) ?? historicalBytesOfAts(answerToReset);
  const isDesfire = historical?.length === 1 && historical[0] === 0x80 && (sak ?? 0x20) === 0x20;
  return { kind: isDesfire ? 'desfire' : 'unknown' };
}

function troubleOf(error: unknown): NonNullable<CardDescription['trouble']> {
  if (error instanceof CardStopped) return error.how;
  return error instanceof DeviceError ? error.code : 'hardwareError';
}
