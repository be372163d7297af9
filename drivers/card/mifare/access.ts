/**
 * The sector trailer of a MIFARE Classic card: keys and access bits, and what they allow. Pure. Source: NXP MF1S50yyX 8.7 (tables 6 to 8); the rows
 * for value blocks as card-application.md 5.1 reads them. Used by the simulated card, and where a person asks what a trailer allows.
 */

export type BlockAction = 'read' | 'write' | 'increment' | 'decrement';

/** Who may: key A, key B, either, nobody. `decrement` also stands for transfer and restore. */
type Right = 'A|B' | 'B' | 'never';

/** By C1 C2 C3 as one number, for data blocks. */
const DATA_RIGHTS: readonly Readonly<Record<BlockAction, Right>>[] = [
  { read: 'A|B', write: 'A|B', increment: 'A|B', decrement: 'A|B' }, // 000, as delivered
  { read: 'A|B', write: 'never', increment: 'never', decrement: 'A|B' }, // 001, a purse that only empties
  { read: 'A|B', write: 'never', increment: 'never', decrement: 'never' }, // 010
  { read: 'B', write: 'B', increment: 'never', decrement: 'never' }, // 011
  { read: 'A|B', write: 'B', increment: 'never', decrement: 'never' }, // 100
  { read: 'B', write: 'never', increment: 'never', decrement: 'never' }, // 101
  { read: 'A|B', write: 'B', increment: 'B', decrement: 'A|B' }, // 110, the usual rechargeable purse
  { read: 'never', write: 'never', increment: 'never', decrement: 'never' }, // 111
];

/** C1 C2 C3 of the trailer itself with which key B is readable data and opens nothing: 000, 001, 010. */
const KEY_B_READABLE: ReadonlySet<number> = new Set([0b000, 0b001, 0b010]);

export interface SectorAccess {
  /** C1 C2 C3 of the three block groups, then of the trailer. */
  readonly groups: readonly [number, number, number, number];
}

/** Trailer as delivered: everything with key A, key B readable. */
export const TRANSPORT_ACCESS: SectorAccess = { groups: [0b000, 0b000, 0b000, 0b001] };
/** All three data groups rechargeable purses, keys written with key B only (011). */
export const PURSE_ACCESS: SectorAccess = { groups: [0b110, 0b110, 0b110, 0b011] };

/** Bytes 6–8 of a trailer: each of C1, C2, C3 stands for its four groups as it is and inverted. */
export function encodeAccess({ groups }: SectorAccess): Uint8Array {
  const plane = (bit: number): number => groups.reduce((nibble, group, index) => nibble | (((group >> bit) & 1) << index), 0);
  const [c1, c2, c3] = [plane(2), plane(1), plane(0)];
  return Uint8Array.of(((c2 ^ 0xf) << 4) | (c1 ^ 0xf), (c1 << 4) | (c3 ^ 0xf), (c3 << 4) | c2);
}

/** `undefined`: plain and inverted bits disagree; a real chip then blocks the sector for good. */
export function decodeAccess(bytes: Uint8Array): SectorAccess | undefined {
  const [six = 0, seven = 0, eight = 0] = bytes;
  const [c1, c2, c3] = [seven >> 4, eight & 0xf, eight >> 4];
  if ((six & 0xf) !== (c1 ^ 0xf) || six >> 4 !== (c2 ^ 0xf) || (seven & 0xf) !== (c3 ^ 0xf)) return undefined;
  const group = (index: number): number => (((c1 >> index) & 1) << 2) | (((c2 >> index) & 1) << 1) | ((c3 >> index) & 1);
  return { groups: [group(0), group(1), group(2), group(3)] };
}

/** Whether a data block of `group` (0–2) may be worked so by whoever opened the sector with `key`. */
export function allows({ groups }: SectorAccess, group: number, action: BlockAction, key: 'A' | 'B'): boolean {
  if (key === 'B' && keyBIsReadable({ groups })) return false;
  const right = DATA_RIGHTS[groups[group] ?? 0b111]?.[action];
  return right === 'A|B' || (right === 'B' && key === 'B');
}

export function keyBIsReadable({ groups }: SectorAccess): boolean {
  return KEY_B_READABLE.has(groups[3]);
}
