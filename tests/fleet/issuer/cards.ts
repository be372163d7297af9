/** Simulated cards that this issuer's keys fit, and a terminal that relays a script to one of them command by command. Card: card-application.md 6.2. */
import { expect } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import type { Random } from '../../../common/ids.ts';
import { cardKeys, diversify, loadSessionKey, mac1 } from '../../../common/pboc.ts';
import { nextCommandAnswerSchema, type NextCommandAnswer } from '../../../common/upstream-api/card-scripts.ts';
import { Chip } from '../../../drivers/card/pboc/chip.ts';
import type { ChipKeyName, ChipState, PurseConfig } from '../../../drivers/card/pboc/chip-types.ts';
import { serverSettingsSchema, type ServerSettings } from '../../../fleet/server/config.ts';
import { v1Purse } from '../../drivers/card/pboc/cards.ts';
import { loadRequest, V1, type HandMadeTerminal } from '../support.ts';

/** Invented here. Load and TAC master keys: V1. */
export const MASTER_KEYS = {
  purchase: '11223344556677889900AABBCCDDEEFF',
  maintenance: '83E05B7D1CF6294AA9C4376E50D2B81F',
  cardMaster: '0123456789ABCDEFFEDCBA9876543210',
  block: '6B18F4C2907DA35EE2395D8C41B0F76A',
  unblock: 'D4A7039E5C61B82F10F98E6B274DC3A5',
  pinUnblock: '9B04E6D85F3172ACC8A1570E2D94F36B',
  pinReload: '27D5B3F90C688E41B96A0F7453E2CD18',
} as const;

/** An issuer that has all keys, and these settings for its services. */
export function issuerWithKeys(services: object = {}, keys: Partial<typeof MASTER_KEYS> = MASTER_KEYS): { readonly settings: Partial<ServerSettings> } {
  const { issuerServices, keyStore } = serverSettingsSchema.parse({ issuer: V1.issuer, issuerServices: services, keyStore: { kind: 'software', keys } });
  return { settings: { issuerServices, keyStore } };
}

/** A card's own key by the rule of 2.5, one level. */
export const cardKey = (name: keyof typeof MASTER_KEYS, serial: string): Uint8Array => diversify(fromHex(MASTER_KEYS[name]), [fromHex(serial).subarray(2)]);

/** Each call another 4 bytes, until `next` says which. */
export interface Challenges extends Random {
  next: string | undefined;
}

export function challenges(): Challenges {
  let calls = 0;
  return {
    next: undefined,
    bytes(count) {
      calls += 1;
      return this.next === undefined
        ? Uint8Array.from({ length: count }, (_, index) => (calls * 37 + index * 11) & 0xff)
        : fromHex(this.next).subarray(0, count);
    },
  };
}

interface ChipOfIssuer {
  readonly serial?: string;
  readonly purse?: Partial<PurseConfig>;
  readonly state?: Partial<ChipState>;
  readonly random?: Random;
}

const ADMIN_KEYS = ['maintenance', 'cardMaster', 'block', 'unblock', 'pinUnblock', 'pinReload'] as const satisfies readonly ChipKeyName[];

/** A card in use. */
export function holdersChip({ serial = V1.card.serial, purse = {}, state = {}, random = challenges() }: ChipOfIssuer = {}): Chip {
  const adminKeys = Object.fromEntries(ADMIN_KEYS.map((name) => [name, cardKey(name, serial)]));
  const chip = new Chip({ random, purse: { ...v1Purse, adminKeys, serial, ...purse }, state });
  return inTheField(chip);
}

/** From the card house: number and its own master key, nothing else. */
export function blankChip({ serial = V1.card.serial, random = challenges() }: ChipOfIssuer = {}): Chip {
  const nothing = { loadKey: new Uint8Array(16), tacKey: new Uint8Array(16), validFrom: '00000000', validUntil: '00000000', enabled: false };
  return inTheField(new Chip({ random, purse: { ...v1Purse, ...nothing, adminKeys: { cardMaster: cardKey('cardMaster', serial) }, serial } }));
}

export function inTheField(chip: Chip): Chip {
  chip.powerOn();
  say(chip, `00A4040009${V1.card.aid}00`);
  return chip;
}

export function say(chip: Chip, command: string): string | undefined {
  const answer = chip.transmit(fromHex(command));
  return answer === undefined ? undefined : toHex(answer);
}

/** A load of any card of V1's issuer that it would ask for, with its own MAC1. */
export function loadOf(loadId: string, amount: number, serial: string = V1.card.serial) {
  const init = { ...V1.init, amount };
  const card = { ...V1.card, serial, tail: serial.slice(-4) };
  const { loadKey } = cardKeys({ ...V1.issuer, levels: ['serial'] }, card);
  return loadRequest({ card, init: { ...init, mac1: toHex(mac1(loadSessionKey(loadKey, init), init)) } }, loadId);
}

export const uidOf = (chip: Chip): string => toHex(chip.uid);

export function challengeOf(chip: Chip): string {
  const answer = say(chip, '0084000004') ?? '';
  expect(answer).toMatch(/^[0-9A-F]{8}9000$/);
  return answer.slice(0, 8);
}

export const file15Of = (chip: Chip): string => (say(chip, '00B095001E') ?? '').slice(0, -4);

/** INITIALIZE FOR LOAD of this amount, which no CREDIT follows. */
export function presenceOf(chip: Chip, amount = 0) {
  const answer = say(chip, `805000020B01${amount.toString(16).padStart(8, '0')}${V1.init.terminalId}10`) ?? '';
  expect(answer).toMatch(/9000$/);
  const { purseType, terminalId } = V1.init;
  return {
    amount,
    purseType,
    terminalId,
    balanceBefore: Number.parseInt(answer.slice(0, 8), 16),
    onlineCounter: Number.parseInt(answer.slice(8, 12), 16),
    keyVersion: Number.parseInt(answer.slice(12, 14), 16),
    algorithm: Number.parseInt(answer.slice(14, 16), 16),
    cardRandom: answer.slice(16, 24),
    mac1: answer.slice(24, 32),
  };
}

export interface Relay {
  /** Sees each finished command; may change it on its way to the card. */
  readonly onCommand?: (command: Extract<NextCommandAnswer, { state: 'command' }>) => string | undefined;
  /** Sends a request; may lose answers. */
  readonly send?: (path: string, body: object) => Promise<unknown>;
  readonly pin?: string;
}

/** Relays until there is no further command. A card that does not answer is put back. */
export async function relay(
  terminal: HandMadeTerminal,
  chip: Chip,
  scriptId: string,
  options: Relay = {},
): Promise<Exclude<NextCommandAnswer, { state: 'command' }>> {
  const send = options.send ?? (async (path: string, body: object) => (await terminal.post(path, body)).body);
  let last: { step: number; status: string } | undefined;
  for (let turn = 0; turn < 60; turn += 1) {
    const pin = options.pin === undefined ? {} : { pin: options.pin };
    const body = { uid: uidOf(chip), challenge: challengeOf(chip), ...(last === undefined ? {} : { last }), ...pin };
    const answer = nextCommandAnswerSchema.parse(await send(`/v1/issuer/scripts/${scriptId}/next`, body));
    if (answer.state !== 'command') return answer;
    const status = say(chip, options.onCommand?.(answer) ?? answer.apdu)?.slice(-4);
    if (status === undefined) inTheField(chip);
    last = { step: answer.step, status: status ?? 'none' };
  }
  throw new Error('the script does not end');
}
