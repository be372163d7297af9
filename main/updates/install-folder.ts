/** What a terminal keeps of updates, and where: names in its install folder. The launcher knows the same names (resources/launcher/launcher.mjs). */
import { join } from 'node:path';
import { SLOT_FOLDER } from '../../common/release.ts';

export interface InstallFolder {
  readonly folder: string;
  /** What is trusted: metadata as they were last verified, in one file. */
  readonly trusted: string;
  /** Contents that were fetched, by their hash; what is not whole yet ends in `.part`. */
  readonly contents: string;
  /** A folder for each release with its configuration. */
  readonly releases: string;
  /** Names the slot that the launcher is to start next. */
  readonly next: string;
  /** The launcher's own: what runs, what ran before, what failed. */
  readonly state: string;
}

export function installFolder(folder: string): InstallFolder {
  return {
    folder,
    trusted: join(folder, 'trusted.json'),
    contents: join(folder, 'contents'),
    releases: join(folder, 'releases'),
    next: join(folder, 'next.json'),
    state: join(folder, 'state.json'),
  };
}

/** Inside a slot: by what the launcher verifies it. */
export const slotFiles = {
  manifest: `${SLOT_FOLDER}/manifest.json`,
  configuration: `${SLOT_FOLDER}/configuration.json`,
  proof: `${SLOT_FOLDER}/proof.json`,
} as const;
