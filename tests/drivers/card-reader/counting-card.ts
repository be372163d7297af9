/** A card that remembers what was done to it, for tests of card readers. */
import type { CardInterface } from '../../../drivers/card-reader/card-reader.ts';
import type { SimulatedCard } from '../../../drivers/card-reader/simulated-card.ts';

/** An ISO 7816 card that counts what it executed. Its answer is 9000 after the APDU's own first byte. */
export class CountingCard implements SimulatedCard {
  interfaces: readonly CardInterface[] = ['contactless'];
  uid = Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3);
  sak = 0x20;
  atqa = Uint8Array.of(0x00, 0x04);
  atqb?: Uint8Array;
  ats = Uint8Array.of(0x06, 0x75, 0x77, 0x81, 0x02, 0x80);
  atr = Uint8Array.of(0x3b, 0x6d, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xb0, 0x89, 0x35, 0x01, 0xf1, 0x83, 0x00, 0x90, 0x00);
  readonly executed: string[] = [];
  powered: CardInterface | undefined;
  /** Executes, but its answer doesn't come out. */
  silent = false;

  powerOn(iface: CardInterface): Uint8Array {
    this.powered = iface;
    return iface === 'contact' ? this.atr : this.ats;
  }

  powerOff(): void {
    this.powered = undefined;
  }

  transmit(apdu: Uint8Array): Uint8Array | undefined {
    this.executed.push(Buffer.from(apdu).toString('hex'));
    return this.silent ? undefined : Uint8Array.of(apdu[0] ?? 0, 0x90, 0x00);
  }
}
