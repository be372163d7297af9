/** SW3 of a SAM module in words, pure and total. Used by the driver and `kioskctl decode sam`. Source: card-readers.md section 4. */

/** 10, 11, 21, 24, 31–33, 40, 47, 66 and 91 come from one site's table. */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [0x90, 'done'],
  [0x9f, 'card found'],
  [0x10, 'checksum of the command wrong'],
  [0x11, 'length of the command wrong'],
  [0x21, 'unknown command'],
  [0x24, 'unknown error'],
  [0x31, 'card rejects the module'],
  [0x32, 'module rejects the card'],
  [0x33, 'check of the data failed'],
  [0x40, 'not a card of this kind'],
  [0x41, 'reading failed'],
  [0x47, 'no random number'],
  [0x60, 'self-test failed'],
  [0x66, 'module not authorized'],
  [0x80, 'no card'],
  [0x81, 'selecting failed'],
  [0x91, 'card has no such field'],
]);

export function statusMeaning(status: number): string {
  return MEANINGS.get(status) ?? 'not in the document';
}

/** The module itself is unfit: no card can be read whatever the person does. */
export function isModuleFault(status: number): boolean {
  return status === 0x60 || status === 0x66;
}
