/** The check sum of ID-003 and CCNET. Source: protocols/cash-acceptor.md 2. */

/** CRC-16/KERMIT: polynomial 1021 reflected (8408), initial 0, no final XOR; check value of `123456789` is 2189. */
export function crc16Kermit(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  return crc;
}
