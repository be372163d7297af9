/**
 * The value sector of one presented storage card: opens it with the scheme's key, reads both blocks, mends one by the other. Shared by the purse and
 * by the recovery; each function is one step and leaves the decision to them.
 */
import { isBad } from '../apdu.ts';
import { askCard, CardStopped } from '../card-stopped.ts';
import { DeviceError } from '../../device.ts';
import type { CardChannel } from '../../card-reader/card-reader.ts';
import type { Repair } from './load-verdict.ts';
import { blocksOf, type KeyStore, type StorageProfile } from './profile.ts';
import { expectBlock, type StorageChannel } from './storage-channel.ts';
import { decodeValueBlock, encodeValueBlock, type ValueBlock } from './value-block.ts';

/** `undefined`: malformed. */
export interface BothBlocks {
  readonly main: ValueBlock | undefined;
  readonly copy: ValueBlock | undefined;
}

export type SectorOpening =
  | { readonly kind: 'opened'; readonly sector: ValueSector }
  /** No MIFARE Classic, too small a one, or its sector has another key: no card of this scheme. */
  | { readonly kind: 'notOurs'; readonly detail: string };

/** @throws {CardStopped}; {DeviceError} when the reader, or the terminal's key store, is in trouble */
export async function openSector(channel: CardChannel, profile: StorageProfile, keys: KeyStore, signal?: AbortSignal): Promise<SectorOpening> {
  const { storage, uid } = channel;
  if (storage === undefined || uid === undefined) return { kind: 'notOurs', detail: 'the chip is no MIFARE Classic that this reader can work' };
  const blocks = blocksOf(profile);
  try {
    expectBlock(storage.layout, Math.max(blocks.main, blocks.copy));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { kind: 'notOurs', detail: error.message };
  }
  const bytes = keys.sectorKey(profile.key.name, uid);
  if (bytes?.length !== 6) throw new DeviceError('invalidState', `the key store has no sector key named ${profile.key.name}`);
  const answer = await askCard('authenticate', () => storage.authenticate(blocks.main, { type: profile.key.type, bytes }, signal));
  if (answer === 'refused') return { kind: 'notOurs', detail: `sector ${profile.sector} does not open with key ${profile.key.type} ${profile.key.name}` };
  return { kind: 'opened', sector: new ValueSector(storage, blocks, uid) };
}

export class ValueSector {
  readonly storage: StorageChannel;
  readonly main: number;
  readonly copy: number;
  readonly uid: Uint8Array;

  constructor(storage: StorageChannel, blocks: { readonly main: number; readonly copy: number }, uid: Uint8Array) {
    this.storage = storage;
    this.main = blocks.main;
    this.copy = blocks.copy;
    this.uid = uid;
  }

  /** @throws {CardStopped} {DeviceError} */
  async readBoth(signal?: AbortSignal): Promise<BothBlocks> {
    const main = await this.#read(this.main, signal);
    return { main, copy: await this.#read(this.copy, signal) };
  }

  /** Makes one block what the other is. Not abortable. @throws {DeviceError} as the channel's calls with an effect */
  async mend(repair: Repair, { main, copy }: BothBlocks): Promise<void> {
    if (repair === 'mainToCopy') await this.#copyValue({ block: this.main, holds: main }, { block: this.copy, holds: copy });
    else await this.#copyValue({ block: this.copy, holds: copy }, { block: this.main, holds: main });
  }

  /** Stores `value` under the block's own address byte, or the other block's when its own is damaged. */
  async write(block: number, value: number, { main, copy }: BothBlocks): Promise<void> {
    const own = block === this.main ? main : copy;
    await this.storage.writeBlock(block, encodeValueBlock({ value, address: (own ?? main ?? copy)?.address ?? block }));
  }

  async #copyValue(from: { block: number; holds: ValueBlock | undefined }, to: { block: number; holds: ValueBlock | undefined }): Promise<void> {
    if (from.holds === undefined) throw new RangeError('a malformed block mends nothing');
    if (this.storage.canCopyValue) await this.storage.copyValue(from.block, to.block);
    else await this.storage.writeBlock(to.block, encodeValueBlock({ value: from.holds.value, address: (to.holds ?? from.holds).address }));
  }

  async #read(block: number, signal: AbortSignal | undefined): Promise<ValueBlock | undefined> {
    const bytes = await askCard('read', () => this.storage.readBlock(block, signal));
    const decoded = decodeValueBlock(bytes);
    if (!isBad(decoded)) return decoded;
    if (decoded.error.code === 'badLength') throw new CardStopped('senseless', decoded.error.message);
    return undefined;
  }
}
