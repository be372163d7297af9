/**
 * What a simulated card reader of any model offers to hands and eyes: the bench and the class's conformance suite know nothing else of
 * it. A model's own faults (frames, codes) are on its simulator.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';
import type { SimulatedCard } from './simulated-card.ts';

export interface CardReaderKnobs {
  /** A card is stuck until this is turned off: motions fail. */
  jam: boolean;
  /** The hand does not let go of the card it puts in: it stays at the gate. */
  holdCard: boolean;
  /** Another chip answers in the field together with the card's. */
  secondChip: boolean;
  /** The bin counts as full, however many cards are in it. Without effect on readers whose bin has no sensor. */
  binFull: boolean;
  /** Hears and says nothing. */
  dead: boolean;
  /** Added to the execution of every command while set, ms. */
  slowBy: number;
  /** How many of the next answers get lost / arrive with a bit flipped. */
  loseAnswers: number;
  corruptAnswers: number;
}

export interface SimulatedCardReader extends SimulatedUnit {
  readonly knobs: CardReaderKnobs;
  /** The card in the path; `gate`: a hand can take it, `inside`: at the station, `path`: somewhere between. */
  readonly card: { readonly card: SimulatedCard; readonly at: 'gate' | 'inside' | 'path' } | undefined;
  /** Cards in the stacker, the next one first; empty for models without. */
  readonly stacker: readonly SimulatedCard[];
  readonly bin: readonly SimulatedCard[];
  /** Whether a card put in now is taken. */
  readonly acceptsCard: boolean;
  /** False while {@link acceptsCard} is: the hand keeps it. */
  insertCard(card: SimulatedCard): boolean;
  /** Takes the card that lies at the gate, or on the tray. */
  takeCard(): SimulatedCard | undefined;
  /** Takes the card by force, wherever it is in the path and whatever its chip is doing. */
  pullCard(): SimulatedCard | undefined;
  /** Puts cards behind those in the stacker. */
  fillStacker(cards: readonly SimulatedCard[]): void;
  /** The technician takes out what is in the stacker. */
  emptyStacker(): readonly SimulatedCard[];
  /** The technician empties the bin. */
  emptyBin(): readonly SimulatedCard[];
  /** Told after anything above changed. */
  onChange(listener: () => void): Unsubscribe;
}
