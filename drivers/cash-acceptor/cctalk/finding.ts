/**
 * Finds out who answers at the configured place, and says in one sentence what is wrong when it is not the unit that was expected: nobody,
 * only the own echo, noise, the other checksum, another address, another kind of unit. Used when a ccTalk driver connects.
 * Source: protocols/cash-acceptor.md 5, 5.1 and 5.2.
 */
import { toHex } from '../../../common/hex.ts';
import type { DeviceError } from '../../device.ts';
import { headerOf, readText } from './codec.ts';
import { encodeFrame, HOST } from './frame.ts';
import type { CctalkLine, CctalkPlace, Missing } from './line.ts';
import { CCTALK_TRIES, type CctalkUnit } from './unit.ts';

export interface Expected {
  /** In words, e.g. `bill validator`. */
  readonly what: string;
  /** What the equipment category (245) of such a unit contains. */
  readonly category: RegExp;
}

/** @throws {DeviceError} `offline`: nobody answers there; `protocol`: something does that is no ccTalk; `notSupported`: another kind of unit */
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
  const { what: came, bytes } = line.missing;
  const elsewhere = await lookAround(unit);
  const who = `the ${what} at ccTalk address ${address} (${MODES[mode]}) on ${line.address}`;
  if (elsewhere !== undefined) {
    const found = `a unit answers at address ${elsewhere.address} with the ${MODES[elsewhere.mode]}`;
    return line.error('offline', `${who} did not answer, but ${found}: if that is the one, check the options address and checksum`);
  }
  if (came !== 'noise') return line.error('offline', `${who} did not answer: ${HINTS[came]}`);
  const sent = toHex(encodeFrame({ destination: address, source: HOST, header: headerOf('simplePoll') }, mode));
  return line.error('protocol', `${who}: sent ${sent}, and ${bytes.slice(0, 64)} came back, which is no ccTalk answer: ${HINTS.noise}`);
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
  noise: 'check that the unit speaks ccTalk and that the line is set to 9600 baud, 8N1',
};
