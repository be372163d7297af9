/**
 * A card as a simulated reader needs it: what its antenna and contacts do when powered and asked. Chips (drivers/card) are adapted to
 * it; simulated readers own where it is.
 */
import type { CardInterface } from './card-reader.ts';

export interface SimulatedCard {
  /** Empty: a card without a chip. */
  readonly interfaces: readonly CardInterface[];
  /** 4, 7 or 10 bytes. Of no meaning without a contactless interface. */
  readonly uid: Uint8Array;
  /** Bit 5 set: ISO 14443-4; 08 MIFARE 1K, 18 MIFARE 4K, 00 Ultralight. */
  readonly sak: number;
  /** Two bytes as they go over the reader's line. */
  readonly atqa: Uint8Array;
  /** Present for an ISO 14443 type B chip instead of uid, sak and atqa: 12 bytes from 50. */
  readonly atqb?: Uint8Array;
  /** Powers (or resets) the chip over an interface it has; answers ATS or ATR. */
  powerOn(iface: CardInterface): Uint8Array;
  powerOff(): void;
  /** One C-APDU; the R-APDU with SW1 SW2, or `undefined` when the chip stays silent (torn, dead). */
  transmit(apdu: Uint8Array): Uint8Array | undefined;
  /** Present for a MIFARE Classic chip, which takes no APDUs: readers turn their own storage commands into these. */
  readonly storage?: SimulatedStorageChip;
}

/**
 * A MIFARE Classic chip as an antenna works it, one air command a call. Blocks are counted through the whole card. False or `undefined`: it
 * refused or stayed silent, which no reader can tell apart; it is halted then until it is powered on again.
 */
export interface SimulatedStorageChip {
  /** 60 / 61; opens the block's sector. `key` 6 bytes. */
  authenticate(block: number, type: 'A' | 'B', key: Uint8Array): boolean;
  /** 30. */
  read(block: number): Uint8Array | undefined;
  /** A0. */
  write(block: number, data: Uint8Array): boolean;
  /** C0 / C1 / C2: fills the transfer buffer and stores nothing. */
  decrement(block: number, amount: number): boolean;
  increment(block: number, amount: number): boolean;
  restore(block: number): boolean;
  /** B0: stores the transfer buffer. */
  transfer(block: number): boolean;
}

/** A card without a chip: what a foreign or broken card looks like to a reader, and a fitting blank for a stacker. */
export function chiplessCard(): SimulatedCard {
  return {
    interfaces: [],
    uid: new Uint8Array(0),
    sak: 0,
    atqa: new Uint8Array(2),
    powerOn: () => new Uint8Array(0),
    powerOff: () => {},
    transmit: () => undefined,
  };
}
