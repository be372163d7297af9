/** Commands and ATRs as the reference prints them (card-readers.md 2.1 and 2.2). */

/** The example of the measured run: key FF×6, block 4 made 5000, +250, −50, read back. */
export const COMMANDS = {
  uid: 'FF CA 00 00 00',
  loadKey: 'FF 82 00 00 06 FF FF FF FF FF FF',
  authenticateA: 'FF 86 00 00 05 01 00 04 60 00',
  authenticateB: 'FF 86 00 00 05 01 00 04 61 00',
  readBlock: 'FF B0 00 04 10',
  writeBlock: 'FF D6 00 05 10 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10',
  store: 'FF D7 00 04 05 00 00 00 13 88',
  increment: 'FF D7 00 04 05 01 00 00 00 FA',
  decrement: 'FF D7 00 04 05 02 00 00 00 32',
  readValue: 'FF B1 00 04 04',
  copy: 'FF D7 00 04 02 03 05',
} as const;

export const ATRS = {
  classic1k: '3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 01 00 00 00 00 6A',
  classic4k: '3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 02 00 00 00 00 69',
  ultralight: '3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00 68',
  mini: '3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 26 00 00 00 00 4D',
  desfire: '3B 81 80 01 80 80',
} as const;
