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
