/**
 * The part of a CRT-591 that works MIFARE Classic chips, from the unit's side: pseudo-APDUs in, air commands out. Used by the simulated unit. Source:
 * card-readers.md 1.1, "MIFARE pseudo-APDU"; what the paper leaves open is said where it is decided.
 */
import type { SimulatedStorageChip } from '../simulated-card.ts';

const KEY_SLOTS = 32;
const DONE = Uint8Array.of(0x90, 0x00);
const FAILED = Uint8Array.of(0x6f, 0x00);
const BAD_ADDRESS = Uint8Array.of(0x6b, 0x00);
const BAD_LENGTH = Uint8Array.of(0x67, 0x00);

export class Crt591MifareUnit {
  readonly #stored = new Map<string, Uint8Array>();
  /** Byte order of values on the line; the paper doesn't say, one driver sends big-endian. Turn it to see the terminal notice. */
  littleEndianValues = false;

  /** Answers data and status word. Never throws. */
  answer(chip: SimulatedStorageChip, apdu: Uint8Array): Uint8Array {
    const [cla, ins = 0, p1 = 0, p2 = 0] = apdu;
    const rest = apdu.subarray(4);
    if (cla !== 0x00) return FAILED;
    switch (ins) {
      case 0x20:
        return this.#authenticate(chip, p1, p2, rest[0] === 6 && rest.length === 7 ? rest.subarray(1) : undefined);
      case 0x21:
        return this.#authenticate(chip, p1, p2, this.#stored.get(`${p1} ${p2}`));
      case 0xd0:
        return this.#storeKey(p1, p2, rest);
      case 0xb0:
      case 0xb1:
      case 0xd1:
      case 0xd2:
      case 0xd3:
      case 0xd4:
        return this.#work(chip, ins, p1, p2, rest);
      default:
        // 00 D5 changes keys and is not simulated: nobody may send it.
        return FAILED;
    }
  }

  #authenticate(chip: SimulatedStorageChip, ks: number, sector: number, key: Uint8Array | undefined): Uint8Array {
    if (sector > 39 || ks > 1) return BAD_ADDRESS;
    if (key === undefined) return BAD_LENGTH;
    return said(chip.authenticate(absolute(sector, 0), ks === 0 ? 'A' : 'B', key));
  }

  #storeKey(ks: number, slot: number, rest: Uint8Array): Uint8Array {
    if (rest[0] !== 6 || rest.length !== 7) return BAD_LENGTH;
    if (ks > 1 || slot > KEY_SLOTS / 2 - 1) return BAD_ADDRESS;
    this.#stored.set(`${ks} ${slot}`, rest.slice(1));
    return DONE;
  }

  #work(chip: SimulatedStorageChip, ins: number, sector: number, index: number, rest: Uint8Array): Uint8Array {
    const blocks = sector < 32 ? 4 : 16;
    if (sector > 39 || index >= blocks) return BAD_ADDRESS;
    const block = absolute(sector, index);
    if (ins === 0xb0) return this.#read(chip, block, blocks - index, rest);
    if (ins === 0xb1) return rest.length > 1 ? BAD_LENGTH : this.#readValue(chip, block);
    // The unit refuses the sector trailer; that it does so as a wrong address is our reading.
    if (index === blocks - 1) return BAD_ADDRESS;
    if (ins === 0xd1) return writeBlocks(chip, block, blocks - 1 - index, rest);
    if (rest[0] !== 4 || rest.length !== 5) return BAD_LENGTH;
    const value = new DataView(rest.buffer, rest.byteOffset + 1, 4).getInt32(0, this.littleEndianValues);
    if (ins === 0xd2) return said(chip.write(block, valueBlock(value, block)));
    // Both steps in one command, as every driver of it takes for granted.
    const filled = ins === 0xd3 ? chip.increment(block, value) : chip.decrement(block, value);
    return said(filled && chip.transfer(block));
  }

  #read(chip: SimulatedStorageChip, first: number, room: number, rest: Uint8Array): Uint8Array {
    const count = rest[0] ?? 0;
    if (rest.length !== 1 || count === 0 || count > room) return BAD_LENGTH;
    const data: number[] = [];
    for (let block = first; block < first + count; block += 1) {
      const bytes = chip.read(block);
      if (bytes === undefined) return FAILED;
      data.push(...bytes);
    }
    return Uint8Array.of(...data, ...DONE);
  }

  #readValue(chip: SimulatedStorageChip, block: number): Uint8Array {
    const bytes = chip.read(block);
    if (bytes === undefined) return FAILED;
    const value = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
    const wellFormed = valueBlock(value, bytes[12] ?? 0).every((byte, at) => byte === bytes[at]);
    if (!wellFormed) return FAILED;
    const answer = new Uint8Array(6);
    new DataView(answer.buffer).setInt32(0, value, this.littleEndianValues);
    answer.set(DONE, 4);
    return answer;
  }
}

function writeBlocks(chip: SimulatedStorageChip, first: number, room: number, rest: Uint8Array): Uint8Array {
  const count = rest[0] ?? 0;
  if (count === 0 || count > room || rest.length !== 1 + count * 16) return BAD_LENGTH;
  for (let index = 0; index < count; index += 1) {
    if (!chip.write(first + index, rest.slice(1 + index * 16, 17 + index * 16))) return FAILED;
  }
  return DONE;
}

function said(done: boolean): Uint8Array {
  return done ? DONE : FAILED;
}

function absolute(sector: number, index: number): number {
  return (sector < 32 ? sector * 4 : 128 + (sector - 32) * 16) + index;
}

function valueBlock(value: number, address: number): Uint8Array {
  const block = new Uint8Array(16);
  const view = new DataView(block.buffer);
  [value, ~value, value].forEach((copy, at) => view.setInt32(at * 4, copy, true));
  block.set([address, ~address & 0xff, address, ~address & 0xff], 12);
  return block;
}
