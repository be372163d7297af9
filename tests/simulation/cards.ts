/** The purse cards of a simulated town: each a real chip in plastic, whose APDUs faults can strike. */
import type { Random } from '../../common/ids.ts';
import type { IssuerKeys } from '../../common/pboc.ts';
import type { SimulatedCard } from '../../drivers/card-reader/simulated-card.ts';
import { createChip, type ChipApplication, type ChipKind } from '../../drivers/card/pboc/chip-kinds.ts';
import type { Chip } from '../../drivers/card/pboc/chip.ts';
import type { PurseConfig } from '../../drivers/card/pboc/chip-types.ts';
import type { Chance } from './chance.ts';
import type { FaultKind } from './faults.ts';

export interface TownCard {
  readonly id: number;
  readonly kind: ChipKind;
  /** As the terminal shows it. */
  readonly tail: string;
  readonly serial: string;
  readonly chip: Chip;
  readonly plastic: SimulatedCard;
  /** Fen on it when the world began. */
  readonly startBalance: number;
  /** Fen spent in buses meanwhile. */
  spent: number;
}

/** What chips of one town differ in, and what matters to the question whether a torn load took effect. */
export interface ChipHabits {
  readonly application: Extract<ChipApplication, 'jtt978' | 'cjt'>;
  readonly interface: 'contactless' | 'contact';
  readonly purse: Pick<PurseConfig, 'prove' | 'proveCounter' | 'logCounter' | 'unusedSlots'>;
}

/** @param sides that the reader works; most cards are of the first */
export function chipHabits(chance: Chance, [usual = 'contactless', ...others]: readonly ChipHabits['interface'][]): ChipHabits {
  return {
    application: chance.weighed({ jtt978: 75, cjt: 25 }),
    interface: others.length > 0 && chance.happens(0.15) ? chance.pick(others) : usual,
    purse: {
      prove: chance.weighed({ supported: 60, tacOnly: 20, unsupported: 20 }),
      proveCounter: chance.pick(['after', 'before']),
      logCounter: chance.pick(['after', 'before']),
      unusedSlots: chance.pick(['notFound', 'zeros']),
    },
  };
}

/** The same on all cards, as on those of one age: no card is told from another by how often it was loaded. */
const OFTEN_LOADED = 20;

export interface CardOptions {
  /** Default: a JT/T 978 chip without contacts that does all it could. */
  readonly habits?: ChipHabits;
  readonly id: number;
  readonly kind: ChipKind;
  readonly balance: number;
  readonly keys: IssuerKeys;
  readonly random: Random;
  readonly today: string;
  /** An APDU reaches the chip: what strikes it. */
  readonly pass: (apdu: Uint8Array) => readonly FaultKind[];
  /** It left the reader by force. */
  readonly onTorn: (card: TownCard) => void;
}

export function townCard({ id, kind, balance, keys, random, today, habits, pass, onTorn }: CardOptions): TownCard {
  const tail = String(id).padStart(4, '0');
  const serial = kind === 'notActivated' || habits?.application === 'cjt' ? `0000410000000000${tail}` : `0310517001017090${tail}`;
  const uid = Uint8Array.of(4, 1, 2, 3, 4, id >> 8, id & 0xff);
  const chip = createChip({
    kind,
    keys,
    random,
    today,
    uid,
    ...habits,
    ...(kind === 'unknown' ? {} : { serial }),
    state: { balance, onlineCounter: OFTEN_LOADED },
  });
  const card: TownCard = {
    id,
    kind,
    tail: serial.slice(-4),
    serial,
    chip,
    startBalance: balance,
    spent: 0,
    plastic: {
      interfaces: [chip.interface],
      uid: chip.uid,
      sak: chip.sak,
      // ISO 14443-3: 7-byte UID, anticollision by bit frames
      atqa: Uint8Array.of(0x00, 0x44),
      powerOn: () => chip.powerOn(),
      powerOff: () => chip.powerOff(),
      transmit: (apdu) => {
        for (const fault of pass(apdu)) arm(chip, fault);
        const answer = chip.transmit(apdu);
        if (answer === undefined && chip.torn) onTorn(card);
        return answer;
      },
    },
  };
  return card;
}

function arm(chip: Chip, kind: FaultKind): void {
  if (kind === 'card.tornBefore') chip.arm({ kind: 'tear', command: 'any', when: 'before' });
  else if (kind === 'card.tornAfter') chip.arm({ kind: 'tear', command: 'any', when: 'after' });
  else if (kind === 'card.muteBefore') chip.arm({ kind: 'mute', command: 'any', when: 'before' });
  else if (kind === 'card.muteAfter') chip.arm({ kind: 'mute', command: 'any', when: 'after' });
  else if (kind === 'card.garbled') chip.arm({ kind: 'garble', command: 'any', how: 'inverted' });
}

/** Fen that terminals have put on it since the world began. */
export function loadedOnto(card: TownCard): number {
  return card.chip.balance + card.spent - card.startBalance;
}
