/**
 * The cards of the bench: their chips, where each is, and whether the next credit tears one out of the field. Used by cabinet.ts; the
 * reader's own truth says where a card is.
 */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import type { CardInterface } from '../card-reader/card-reader.ts';
import type { SimulatedCardReader } from '../card-reader/simulated-card-reader.ts';
import type { SimulatedCard } from '../card-reader/simulated-card.ts';
import { fromHex } from '../../common/hex.ts';
import { createStaffCard } from '../card/staff/simulated-staff-card.ts';
import { createChip, type ChipKind } from '../card/pboc/chip-kinds.ts';
import type { Chip } from '../card/pboc/chip.ts';
import { BlankCards, type BlankWorld } from './blank-cards.ts';
import type { BlankFault } from './blank-faults.ts';
import type { CabinetState } from './protocol.ts';

export interface CardWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** Keys of the issuer whose cards lie here; with those of its card house the blanks are real ones, too. */
  readonly issuerKeys: BlankWorld['issuerKeys'];
  /** `YYYY-MM-DD`: validity of the cards is laid around it. */
  readonly today: string;
}

/** The reader that takes them, and the side of a card that it works. */
export interface ReaderOfCards {
  readonly reader: SimulatedCardReader | undefined;
  readonly side: CardInterface;
}

export type Tear = 'none' | 'beforeCredit' | 'afterCredit';

interface CardAtHand {
  readonly id: string;
  readonly kind: ChipKind;
  readonly tail: string;
  readonly chip: Chip;
  readonly card: SimulatedCard;
}

/** What each is for is in its name. */
const CARDS: readonly { readonly id: string; readonly kind: ChipKind; readonly serial: string; readonly balance: number }[] = [
  { id: 'student-6688', kind: 'valid', serial: '03105170010170906688', balance: 2320 },
  { id: 'student-3071', kind: 'valid', serial: '03105170010170903071', balance: 99_000 },
  { id: 'staff-2031', kind: 'expired', serial: '03105170010170902031', balance: 1250 },
  { id: 'new-4410', kind: 'notActivated', serial: '00004100000012344410', balance: 0 },
  { id: 'early-5150', kind: 'notYetValid', serial: '03105170010170905150', balance: 0 },
  { id: 'blocked-7719', kind: 'blocked', serial: '03105170010170907719', balance: 4600 },
  { id: 'foreign-8802', kind: 'foreign', serial: '03105170010170908802', balance: 3300 },
  { id: 'unknown', kind: 'unknown', serial: '', balance: 0 },
];

export class CardsAtHand {
  /** Whether the reader has one; it comes filled. */
  readonly hasStacker: boolean;
  readonly #clock: Clock;
  readonly #reader: SimulatedCardReader | undefined;
  readonly #onTorn: () => void;
  readonly #blanks: BlankCards;
  readonly #side: CardInterface;
  readonly #staffCards = new WeakSet<SimulatedCard>();
  #cards: readonly CardAtHand[];
  #tear: Tear = 'none';

  /** @param reader absent: the cards stay in the hand. @param onTorn a card left the field by the tear */
  constructor(world: CardWorld, { reader, side }: ReaderOfCards, onTorn: () => void) {
    this.#clock = world.clock;
    this.#reader = reader;
    this.#side = side;
    this.#onTorn = onTorn;
    this.#cards = CARDS.map((card) => this.#cardAtHand(card, side, world));
    this.#blanks = new BlankCards(world, side, (chip) => this.#inPlastic(chip));
    const places = reader?.stacker.length ?? 0;
    this.hasStacker = places > 0;
    if (this.hasStacker) {
      reader?.emptyStacker();
      this.fillStacker(places);
    }
  }

  get tear(): Tear {
    return this.#tear;
  }

  set tear(when: Tear) {
    this.#tear = when;
    for (const { chip } of this.#cards) {
      chip.disarm();
      if (when !== 'none') chip.arm({ kind: 'tear', command: 'credit', when: when === 'beforeCredit' ? 'before' : 'after' });
    }
  }

  get ids(): readonly string[] {
    return this.#cards.map(({ id }) => id);
  }

  state(): CabinetState['cards'] {
    return this.#cards.map((card) => {
      const { id, kind, tail, chip } = card;
      return { id, kind, tail, where: this.#whereIs(card), balance: chip.balance, onlineCounter: chip.onlineCounter };
    });
  }

  /** A card of nobody that is in the reader. */
  blank(): 'gate' | 'inside' | null {
    const { card } = this.#reader ?? {};
    if (card === undefined || this.#staffCards.has(card.card) || this.#cards.some((known) => known.card === card.card)) return null;
    return card.at === 'gate' ? 'gate' : 'inside';
  }

  /** What is wrong with the one on top of the stacker. */
  get nextBlank(): BlankFault {
    return this.#blanks.of(this.#reader?.stacker[0])?.fault ?? 'none';
  }

  /** A bad one is laid on top of the others, in place of another bad one; `none` takes it off. */
  set nextBlank(fault: BlankFault) {
    const isBad = this.nextBlank !== 'none';
    const rest = (this.#reader?.emptyStacker() ?? []).slice(isBad ? 1 : 0);
    this.#reader?.fillStacker([...(fault === 'none' ? [] : [this.#blanks.make(fault)]), ...rest]);
  }

  fillStacker(count: number): void {
    this.#reader?.fillStacker(Array.from({ length: count }, () => this.#blanks.make()));
  }

  /** A card that left the reader by a hand: a blank with a chip is somebody's from now on. */
  keep(plastic: SimulatedCard | undefined): void {
    const blank = this.#blanks.of(plastic);
    if (plastic === undefined || blank?.chip === undefined || this.#cards.some(({ card }) => card === plastic)) return;
    const { serial, chip } = blank;
    const tail = serial.slice(-4);
    this.#cards = [
      ...this.#cards,
      { id: `issued-${tail}`, kind: chip.snapshot().writtenKeys === undefined ? 'notActivated' : 'valid', tail, chip, card: plastic },
    ];
  }

  /** @returns why it can't be put in */
  insert(id: string): string | undefined {
    const card = this.#find(id);
    if (card === undefined) return `there is no card ${id}; there are ${this.ids.join(', ')}`;
    const where = this.#whereIs(card);
    if (where !== 'hand') return `card ${id} is not in the hand but ${where}`;
    return this.#reader?.insertCard(card.card) === true ? undefined : 'the gate does not let it in';
  }

  /** @returns why it can't be put in */
  insertStaffCard({ uid, text }: { readonly uid: string; readonly text: string }): string | undefined {
    const card = createStaffCard({ uid: fromHex(uid), text, interface: this.#side });
    if (this.#reader?.insertCard(card) !== true) return 'the gate does not let it in';
    this.#staffCards.add(card);
    return undefined;
  }

  /** @throws {RangeError} */
  chip(id: string): Chip {
    const card = this.#find(id);
    if (card === undefined) throw new RangeError(`there is no card ${id}`);
    return card.chip;
  }

  #find(id: string): CardAtHand | undefined {
    return this.#cards.find((known) => known.id === id);
  }

  #whereIs(known: CardAtHand): CabinetState['cards'][number]['where'] {
    if (this.#reader?.bin.includes(known.card) === true) return 'bin';
    const card = this.#reader?.card;
    if (card?.card !== known.card) return 'hand';
    return card.at === 'gate' ? 'gate' : 'inside';
  }

  #cardAtHand({ id, kind, serial, balance }: (typeof CARDS)[number], side: CardInterface, { issuerKeys, random, today }: CardWorld): CardAtHand {
    const chip = createChip({
      kind,
      keys: issuerKeys,
      random,
      today,
      interface: side,
      uid: Uint8Array.from([4, ...Buffer.from(id.padEnd(6).slice(0, 6))]),
      ...(serial === '' ? {} : { serial }),
      state: { balance, onlineCounter: 320 },
    });
    return { id, kind, tail: serial.slice(-4), chip, card: this.#inPlastic(chip) };
  }

  /** When the chip is torn out of the field, the card is out of the reader. */
  #inPlastic(chip: Chip): SimulatedCard {
    return {
      interfaces: [chip.interface],
      uid: chip.uid,
      sak: chip.sak,
      // ISO 14443-3: 7-byte UID, anticollision by bit frames
      atqa: Uint8Array.of(0x00, 0x44),
      powerOn: () => chip.powerOn(),
      powerOff: () => chip.powerOff(),
      transmit: (apdu) => {
        const answer = chip.transmit(apdu);
        if (answer === undefined && chip.torn) this.#tore();
        return answer;
      },
    };
  }

  /** Strikes once: the cards that lie in the hand are safe again. */
  #tore(): void {
    this.tear = 'none';
    this.#clock.setTimeout(() => {
      this.keep(this.#reader?.pullCard());
      this.#onTorn();
    }, 0);
  }
}
