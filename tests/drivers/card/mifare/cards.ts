/** A campus scheme for tests: its profile, its keys, its cards, and a channel that joins a simulated card as a reader would. */
import { fromHex } from '../../../../common/hex.ts';
import type { CardChannel } from '../../../../drivers/card-reader/card-reader.ts';
import { PURSE_ACCESS } from '../../../../drivers/card/mifare/access.ts';
import { storageProfileSchema, type KeyStore, type StorageProfile } from '../../../../drivers/card/mifare/profile.ts';
import { SimulatedMifare, type SimulatedMifareOptions } from '../../../../drivers/card/mifare/simulated-card.ts';
import { expectAmount, expectWritable, layoutOf, type StorageChannel } from '../../../../drivers/card/mifare/storage-channel.ts';
import { encodeValueBlock } from '../../../../drivers/card/mifare/value-block.ts';
import { toHex } from '../../../../common/hex.ts';
import { DeviceError } from '../../../../drivers/device.ts';

export const SECTOR = 4;
export const MAIN = 16;
export const COPY = 17;
export const KEY_A = 'A1A2A3A4A5A6';
export const KEY_B = 'B1B2B3B4B5B6';

export const campus = (changes: Record<string, unknown> = {}): StorageProfile =>
  storageProfileSchema.parse({
    name: 'campus',
    sector: SECTOR,
    mainBlock: 0,
    copyBlock: 1,
    key: { type: 'B', name: 'campus-load' },
    balanceLimit: 100_000,
    ...changes,
  });

export const keys: KeyStore = { sectorKey: (name) => (name === 'campus-load' ? fromHex(KEY_B) : undefined) };

export const valueHex = (value: number, address: number): string => toHex(encodeValueBlock({ value, address }));

export function campusCard(main: number, copy = main, options: SimulatedMifareOptions = {}): SimulatedMifare {
  return new SimulatedMifare({
    sectors: { [SECTOR]: { keyA: KEY_A, keyB: KEY_B, access: PURSE_ACCESS } },
    ...options,
    blocks: { [MAIN]: valueHex(main, MAIN), [COPY]: valueHex(copy, COPY), ...options.blocks },
  });
}

export interface ReaderHabits {
  /** Default true. */
  readonly canCopyValue?: boolean;
  /** How it takes and gives amounts; a wrong one is what the driver must notice. Default as the card. */
  readonly valueOrder?: 'right' | 'turnedRound' | 'notSupported';
}

/** Powers the card up, as `activate` does. `done` collects what was asked of the chip. */
export function storageChannel(card: SimulatedMifare, habits: ReaderHabits = {}): CardChannel & { readonly storage: StorageChannel; readonly done: string[] } {
  const layout = layoutOf(card.sak);
  if (layout === undefined) throw new Error('not a MIFARE Classic');
  card.powerOn();
  const done: string[] = [];
  let over = false;
  const { canCopyValue = true, valueOrder = 'right' } = habits;
  const gone = (): DeviceError | undefined => (card.torn ? new DeviceError('mediaMoved', 'the card left') : undefined);
  const alive = (): void => {
    if (over) throw gone() ?? new DeviceError('invalidState', 'activate again');
  };
  const effect = (what: string, act: () => boolean): void => {
    alive();
    done.push(what);
    if (act()) return;
    over = true;
    throw gone() ?? new DeviceError('outcomeUnknown', 'the reader says failed', { deviceCode: '6300' });
  };
  const read = (what: string, block: number): Uint8Array => {
    alive();
    done.push(`${what} ${block}`);
    const data = card.read(block);
    if (data !== undefined) return data;
    over = true;
    throw gone() ?? new DeviceError('mediaInvalid', 'the reader says failed', { deviceCode: '6300' });
  };
  const operand = (amount: number): number => (valueOrder === 'turnedRound' ? turned(amount) : amount);
  const storage: StorageChannel = {
    layout,
    canCopyValue,
    authenticate: async (block, key) => {
      alive();
      done.push(`authenticate ${block} ${key.type}`);
      if (card.authenticate(block, key.type, key.bytes)) return 'opened';
      over = true;
      const error = gone();
      if (error) throw error;
      return 'refused';
    },
    readBlock: async (block) => read('read', block),
    writeBlock: async (block, data) => {
      expectWritable(layout, block, data);
      effect(`write ${block}`, () => card.write(block, data));
    },
    readValue: async (block) => {
      if (valueOrder === 'notSupported') throw new DeviceError('notSupported', 'no such command');
      const value = new DataView(read('readValue', block).buffer).getInt32(0, true);
      return operand(value);
    },
    increment: async (block, amount) => {
      expectAmount(amount);
      effect(`increment ${block}`, () => card.increment(block, operand(amount)) && card.transfer(block));
    },
    decrement: async (block, amount) => {
      expectAmount(amount);
      effect(`decrement ${block}`, () => card.decrement(block, operand(amount)) && card.transfer(block));
    },
    copyValue: async (from, to) => {
      if (!canCopyValue) throw new DeviceError('notSupported', 'no such command');
      effect(`copy ${from} ${to}`, () => card.restore(from) && card.transfer(to));
    },
  };
  return {
    interface: 'contactless',
    uid: card.uid,
    answerToReset: new Uint8Array(0),
    sak: card.sak,
    atqa: card.atqa,
    iso7816: false,
    transmit: async () => {
      throw new DeviceError('notSupported', 'the chip has no ISO 7816-4 commands');
    },
    storage,
    done,
  };
}

function turned(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value, true);
  return view.getInt32(0, false);
}
