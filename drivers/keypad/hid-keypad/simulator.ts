/**
 * A tactile keypad made of the documents: either a USB number pad with a boot keyboard's reports, or one with a bit for each key and
 * for the jack. It shares no code with the driver's codec. Source: HID 1.11, appendix B.1 and E.6; kiosk-ux.md 6.
 */
import { fromHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { SimulatedHid } from '../../transport/simulated-hid.ts';
import { keypadKeys, type KeypadKey } from '../keypad.ts';
import type { KeypadKnobs, SimulatedKeypad } from '../simulated-keypad.ts';

/** `bits`: report 3 of four bytes, key i of `keypadKeys` is bit i after the id, bit 23 the jack. */
export type SimulatedKeypadKind = 'keyboard' | 'bits';

/** Keyboard page usages as they are printed on a number pad with arrows. */
const SCAN_CODES: Readonly<Record<KeypadKey, number>> = {
  prev: 0x52,
  next: 0x51,
  select: 0x58,
  back: 0x2a,
  help: 0x3a,
  volumeUp: 0x57,
  volumeDown: 0x56,
  rate: 0x63,
  '0': 0x62,
  '1': 0x59,
  '2': 0x5a,
  '3': 0x5b,
  '4': 0x5c,
  '5': 0x5d,
  '6': 0x5e,
  '7': 0x5f,
  '8': 0x60,
  '9': 0x61,
  '*': 0x55,
  '#': 0x54,
  // What interfaces for switches send: space and return.
  switch1: 0x2c,
  switch2: 0x28,
};

/** Appendix E.6, the keyboard of the specification's example. */
const KEYBOARD_DESCRIPTOR = fromHex(`
  05 01 09 06 A1 01 05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02
  95 01 75 08 81 01 95 05 75 01 05 08 19 01 29 05 91 02 95 01 75 03 91 01
  95 06 75 08 15 00 25 65 05 07 19 00 29 65 81 00 C0
`);

/** Vendor page FF00: one application collection, report 3, 24 bits with usages 1 to 24. */
const BITS_DESCRIPTOR = fromHex(`
  06 00 FF 09 01 A1 01 85 03 15 00 25 01 75 01 95 18 19 01 29 18 81 02 C0
`);
const JACK_BIT = 23;

export class SimulatedHidKeypad implements SimulatedKeypad {
  readonly knobs: KeypadKnobs = { dead: false };
  readonly hid: SimulatedHid;
  readonly #kind: SimulatedKeypadKind;
  readonly #held = new Set<KeypadKey>();
  #plugged = false;

  constructor(kind: SimulatedKeypadKind = 'keyboard', { showsDescriptor = true }: { readonly showsDescriptor?: boolean } = {}) {
    this.#kind = kind;
    this.hid = new SimulatedHid({
      vendorId: 0x1234,
      productId: kind === 'keyboard' ? 0x0c01 : 0x0c02,
      product: 'Simulated Keypad',
      maker: 'Bench',
      serialNumber: undefined,
      descriptor: showsDescriptor ? (kind === 'keyboard' ? KEYBOARD_DESCRIPTOR : BITS_DESCRIPTOR) : undefined,
    });
  }

  get held(): ReadonlySet<KeypadKey> {
    return this.#held;
  }

  get headphone(): boolean | undefined {
    return this.#kind === 'bits' ? this.#plugged : undefined;
  }

  receive(bytes: Uint8Array): void {
    this.hid.receive(bytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.hid.onSend(listener);
  }

  powerCycle(): void {
    // A keypad keeps nothing; what fingers hold is held still.
  }

  press(key: KeypadKey): void {
    this.#held.add(key);
    this.#report();
  }

  release(key: KeypadKey): void {
    this.#held.delete(key);
    this.#report();
  }

  setHeadphone(plugged: boolean): void {
    this.#plugged = plugged;
    this.#report();
  }

  #report(): void {
    if (!this.knobs.dead) this.hid.send(this.#kind === 'keyboard' ? this.#keyboardReport() : this.#bitsReport());
  }

  /** Up to six keys; with more, "roll over" (01) in every place. */
  #keyboardReport(): Uint8Array {
    const codes = [...this.#held].map((key) => SCAN_CODES[key]);
    return Uint8Array.from({ length: 8 }, (_, at) => (at < 2 ? 0 : codes.length > 6 ? 0x01 : (codes[at - 2] ?? 0)));
  }

  #bitsReport(): Uint8Array {
    const on = [...this.#held].map((key) => keypadKeys.indexOf(key));
    if (this.#plugged) on.push(JACK_BIT);
    const report = Uint8Array.of(0x03, 0, 0, 0);
    for (const bit of on) report[1 + (bit >> 3)] = (report[1 + (bit >> 3)] ?? 0) | (1 << (bit & 7));
    return report;
  }
}
