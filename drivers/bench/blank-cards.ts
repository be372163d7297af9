/**
 * Blanks for the stacker of the bench's cabinet, as its issuer's card house delivers them, and bad ones. Every delivery has numbers of its own: an
 * issuer that outlives the cabinet takes none twice. Used by cards-at-hand.ts.
 */
import type { IssuerKeys } from '../../common/pboc.ts';
import type { Random } from '../../common/ids.ts';
import type { CardInterface } from '../card-reader/card-reader.ts';
import { chiplessCard, type SimulatedCard } from '../card-reader/simulated-card.ts';
import { createBlank } from '../card/pboc/blank-chip.ts';
import type { Chip } from '../card/pboc/chip.ts';
import type { BlankFault } from './blank-faults.ts';

export interface BlankWorld {
  readonly random: Random;
  readonly issuerKeys: IssuerKeys & { readonly masterCardKey?: string | undefined };
  readonly today: string;
}

interface Blank {
  readonly fault: BlankFault;
  readonly serial: string;
  readonly chip: Chip | undefined;
}

export class BlankCards {
  readonly #world: BlankWorld;
  readonly #side: CardInterface;
  readonly #inPlastic: (chip: Chip) => SimulatedCard;
  readonly #delivery: string;
  readonly #made = new Map<SimulatedCard, Blank>();

  constructor(world: BlankWorld, side: CardInterface, inPlastic: (chip: Chip) => SimulatedCard) {
    this.#world = world;
    this.#side = side;
    this.#inPlastic = inPlastic;
    this.#delivery = [...world.random.bytes(6)].map((byte) => byte % 10).join('');
  }

  /** Without a key of the card house all of them are plain plastic. */
  make(wanted: BlankFault = 'none'): SimulatedCard {
    const { issuerKeys, random, today } = this.#world;
    const { masterCardKey } = issuerKeys;
    const number = this.#made.size + 1;
    const serial = `0000410000${this.#delivery}${String(number).padStart(4, '0')}`;
    const fault = masterCardKey === undefined ? 'noChip' : wanted;
    const uid = Uint8Array.of(4, 0xb1, 0xa4, ...[...this.#delivery].slice(-2).map(Number), number >> 8, number & 0xff);
    const chip =
      fault === 'noChip' || masterCardKey === undefined
        ? undefined
        : createBlank({ keys: issuerKeys, masterCardKey, random, today, interface: this.#side, uid, serial, otherKey: fault === 'otherKey' });
    const plastic = chip === undefined ? chiplessCard() : this.#inPlastic(chip);
    this.#made.set(plastic, { fault, serial, chip });
    return plastic;
  }

  /** Undefined: it is not one of these. */
  of(card: SimulatedCard | undefined): Blank | undefined {
    return card === undefined ? undefined : this.#made.get(card);
  }
}
