/** Hexadecimal text ↔ bytes, upper case as the field's documents print it. */

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').toUpperCase();
}

/** Spaces between bytes are allowed. @throws {RangeError} when `text` isn't an even number of hexadecimal digits. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) throw new RangeError(`not hexadecimal bytes: ${JSON.stringify(text.slice(0, 80))}`);
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
