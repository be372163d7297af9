/**
 * Storage card profiles: where a scheme keeps its value and the copy, and under which key's name (card-application.md section 7). Keys themselves
 * are in no configuration: a key store answers them by name. Owned by the terminal's configuration; used by the storage purse.
 */
import { z } from 'zod';
import { firstBlockOf, trailerOf } from './storage-channel.ts';

export const storageProfileSchema = z
  .strictObject({
    name: z.string().min(1).max(40),
    /** Sector 0 holds the maker's block and the card directory: no purse. */
    sector: z.int().min(1).max(39),
    /** Within the sector: the block that every terminal of the scheme writes first. Where the others write the copy first, name them crosswise. */
    mainBlock: z.int().min(0).max(14),
    copyBlock: z.int().min(0).max(14),
    /** The key that may read and raise the value, by its name in the key store. */
    key: z.strictObject({ type: z.enum(['A', 'B']), name: z.string().min(1).max(40) }),
    /** `increment`: by the chip's own arithmetic; `write`: the whole block, for a scheme that keeps the value raised that way. */
    credit: z.enum(['increment', 'write']).default('increment'),
    /** Most the purse may hold, fen. */
    balanceLimit: z.int().min(1).max(0x7fff_ffff),
  })
  .refine((profile) => profile.mainBlock !== profile.copyBlock, { error: 'value and copy need two blocks', path: ['copyBlock'] })
  .refine((profile) => Math.max(profile.mainBlock, profile.copyBlock) < trailerOf(profile.sector) - firstBlockOf(profile.sector), {
    error: 'the last block of a sector holds its keys',
    path: ['mainBlock'],
  });

export type StorageProfile = z.infer<typeof storageProfileSchema>;
export type StorageProfileInput = z.input<typeof storageProfileSchema>;

/** Where sector keys come from: by name, and by the card's number for schemes that give each card its own. */
export interface KeyStore {
  /** 6 bytes, or `undefined` when the store has no such key. */
  sectorKey(name: string, uid: Uint8Array): Uint8Array | undefined;
}

/** Block numbers through the whole card. */
export function blocksOf({ sector, mainBlock, copyBlock }: StorageProfile): { readonly main: number; readonly copy: number } {
  return { main: firstBlockOf(sector) + mainBlock, copy: firstBlockOf(sector) + copyBlock };
}
