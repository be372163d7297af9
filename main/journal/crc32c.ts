/**
 * CRC-32C (Castagnoli), reflected polynomial 82F63B78, initial and final value FFFFFFFF: RFC 3720 appendix B.4. Four bytes a step, as a
 * start reads the whole second file: table n holds what a byte does to the checksum n bytes later.
 */

/** Unsigned 32 bits. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  let at = 0;
  for (const whole = bytes.length - (bytes.length % 4); at < whole; at += 4) {
    const next = crc ^ ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24));
    crc = (LATER_3[next & 0xff] ?? 0) ^ (LATER_2[(next >>> 8) & 0xff] ?? 0) ^ (LATER_1[(next >>> 16) & 0xff] ?? 0) ^ (TABLE[next >>> 24] ?? 0);
  }
  for (; at < bytes.length; at += 1) crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  return value >>> 0;
});
const LATER_1 = oneByteLater(TABLE);
const LATER_2 = oneByteLater(LATER_1);
const LATER_3 = oneByteLater(LATER_2);

function oneByteLater(table: Uint32Array): Uint32Array {
  return table.map((value) => (TABLE[value & 0xff] ?? 0) ^ (value >>> 8));
}
