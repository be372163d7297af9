/**
 * Finds out who answers at the configured place, and says in one sentence what is wrong when it is not the unit that was expected: nobody,
 * only the own echo, noise, the other checksum, another address, another kind of unit. Used when a ccTalk driver connects.
 * Source: protocols/cash-acceptor.md 5, 5.1 and 5.2.
 */
import type { DeviceError } from '../../device.ts';
import { readText } from './codec.ts';
import type { CctalkLine, CctalkPlace, Missing } from './line.ts';
import { CCTALK_TRIES, type CctalkUnit } from './unit.ts';

export interface Expected {
  /** In words, e.g. `bill validator`. */
  readonly what: string;
  /** What the equipment category (245) of such a unit contains. */
  readonly category: RegExp;
}

/** @throws {DeviceError} `offline`: nobody answers there; `notSupported`: another kind of unit does */
export async function findUnit(line: CctalkLine, unit: CctalkUnit, expected: Expected): Promise<void> {
  if (!(await answers(unit))) throw await nobody(line, unit, expected);
  const category = await unit.ask({ kind: 'requestCategory' }, readText);
  if (category === undefined || expected.category.test(category)) return;
  const { address } = unit.place;
  throw line.error(
    'notSupported',
    `ccTalk address ${address} on ${line.address} is a "${category}", not a ${expected.what}: check the configured model and address`,
  );
}

async function answers(unit: CctalkUnit): Promise<boolean> {
  for (let attempt = 0; attempt < CCTALK_TRIES; attempt += 1) if (await unit.answersPoll()) return true;
  return false;
}

async function nobody(line: CctalkLine, unit: CctalkUnit, { what }: Expected): Promise<DeviceError> {
  const { address, mode } = unit.place;
  const came = line.missing;
  const elsewhere = await lookAround(unit);
  const tried = `no ${what} answered at ccTalk address ${address} with the ${MODES[mode]} on ${line.address}`;
  if (elsewhere === undefined) return line.error('offline', `${tried}: ${HINTS[came]}`);
  const found = `a unit answers at address ${elsewhere.address} with the ${MODES[elsewhere.mode]}`;
  return line.error('offline', `${tried}, but ${found}: if that is the one, correct the options address and checksum`);
}

/** The usual addresses (section 5) and the configured one, in both modes: the simple poll has no effect. */
async function lookAround(unit: CctalkUnit): Promise<CctalkPlace | undefined> {
  for (const address of new Set([unit.place.address, 40, 2])) {
    for (const mode of ['simple', 'crc'] as const) {
      if (address === unit.place.address && mode === unit.place.mode) continue;
      if (await unit.answersPoll({ address, mode })) return { address, mode };
    }
  }
  return undefined;
}

const MODES: Readonly<Record<CctalkPlace['mode'], string>> = { simple: 'simple checksum', crc: 'CRC checksum' };

const HINTS: Readonly<Record<Missing, string>> = {
  nothing: 'nothing came back; check power, cable, and the address and checksum of the unit (an encrypted unit does not answer either)',
  onlyEcho: 'only the echo of our own bytes came back, so the adapter works; check power, data wire, and the address and checksum of the unit',
  noise: 'what came back is no ccTalk answer; check that the unit speaks ccTalk and the line is set to 9600 baud, 8N1',
};
