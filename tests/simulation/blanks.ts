/**
 * Blanks of the card house in the stacker of a simulated cabinet: real chips with a number and their own master key, which check every MAC; some are no
 * good. What is on them, and where they are, is the truth that the replacement's oracle looks at.
 */
import type { Random } from '../../common/ids.ts';
import { chiplessCard, type SimulatedCard } from '../../drivers/card-reader/simulated-card.ts';
import { createBlank } from '../../drivers/card/pboc/blank-chip.ts';
import type { Chip } from '../../drivers/card/pboc/chip.ts';
import type { Chance } from './chance.ts';

/** Invented here; the issuer of every simulated world has them beside its load and TAC keys. */
export const ISSUER_KEYS = {
  maintenance: '83E05B7D1CF6294AA9C4376E50D2B81F',
  cardMaster: '0123456789ABCDEFFEDCBA9876543210',
  unblock: 'D4A7039E5C61B82F10F98E6B274DC3A5',
} as const;

export interface Blank {
  readonly serial: string;
  /** Undefined: without a chip. */
  readonly chip: Chip | undefined;
  readonly plastic: SimulatedCard;
}

/** No card of the town ends like a blank: people know their cards by that. */
const FIRST_NUMBER = 5001;
/** How many a technician put in. */
const FILLED = { least: 0, most: 8 };

export interface StackerOptions {
  readonly chance: Chance;
  readonly keys: { readonly masterLoadKey: string; readonly masterTacKey: string };
  readonly side: 'contactless' | 'contact';
  readonly pass: (apdu: Uint8Array) => void;
  /** Blanks that this town had before. */
  readonly before: number;
  /** Default: as many as chance has it. */
  readonly count?: number;
}

export function stackerOf(options: StackerOptions): readonly Blank[] {
  const { chance, count, before } = options;
  const length = count ?? chance.between(FILLED.least, FILLED.most);
  return Array.from({ length }, (_, index) => {
    const serial = `00004100009${String(FIRST_NUMBER + before + index).padStart(9, '0')}`;
    const quality = count === undefined ? chance.weighed({ good: 80, otherKey: 10, chipless: 10 }) : 'good';
    return blankOf(serial, quality, options);
  });
}

function blankOf(serial: string, quality: 'good' | 'otherKey' | 'chipless', { chance, keys, side, pass }: StackerOptions): Blank {
  if (quality === 'chipless') return { serial, chip: undefined, plastic: chiplessCard() };
  const random: Random = chance.named(`blank ${serial}`);
  const chip = createBlank({
    keys: { ...keys, levels: ['serial'] },
    masterCardKey: ISSUER_KEYS.cardMaster,
    random,
    today: '2026-11-22',
    interface: side,
    uid: Uint8Array.of(4, 9, 9, 9, 4, 0, Number(serial.slice(-2))),
    serial,
    otherKey: quality === 'otherKey',
  });
  const plastic: SimulatedCard = {
    interfaces: [chip.interface],
    uid: chip.uid,
    sak: chip.sak,
    atqa: Uint8Array.of(0x00, 0x44),
    powerOn: () => chip.powerOn(),
    powerOff: () => chip.powerOff(),
    transmit: (apdu) => {
      pass(apdu);
      return chip.transmit(apdu);
    },
  };
  return { serial, chip, plastic };
}

/** All of it is written, the flag last; nobody else could have signed the commands. */
export function isWhole({ chip, serial }: Blank): boolean {
  const { files, writtenKeys } = chip?.snapshot() ?? {};
  const file15 = files?.[0x15] ?? '';
  const numbered = file15.slice(20, 40) === serial && file15.slice(16, 18) === '01';
  return numbered && writtenKeys?.load !== undefined && writtenKeys.tac !== undefined && writtenKeys.maintenance !== undefined;
}
