/**
 * What a simulated ID reader of any model offers to hands and eyes: the bench and the class's conformance suite know nothing else of it.
 * A model's own faults (frames, codes) are on its simulator. Persons are invented: region 99 does not exist.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';

/** What is printed and stored on a document, as the card stores it: dates YYYYMMDD, `validUntil` also `长期`. */
export interface SimulatedDocument {
  readonly name: string;
  readonly sex: string;
  readonly nation: string;
  readonly birth: string;
  readonly address: string;
  readonly number: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validUntil: string;
  /** Present for cards of another layout, e.g. `I`. */
  readonly marker?: string;
}

export interface IdReaderKnobs {
  /** Hears and says nothing. */
  silent: boolean;
  /** Each of the next answers is not sent / sent damaged; counts down. */
  loseAnswers: number;
  corruptAnswers: number;
  /** Each of the next attempts to read a document fails as if its chip were weak; counts down. */
  failReads: number;
  /** The unit's own test fails: nothing can be read. */
  broken: boolean;
}

export interface SimulatedIdReader extends SimulatedUnit {
  readonly knobs: IdReaderKnobs;
  readonly document: SimulatedDocument | undefined;
  /** A person lays a document on the reader; one that lies there already is pushed off. */
  placeDocument(document: SimulatedDocument): void;
  takeDocument(): SimulatedDocument | undefined;
  /** Told after a document was laid down or taken. */
  onChange(listener: () => void): Unsubscribe;
}
