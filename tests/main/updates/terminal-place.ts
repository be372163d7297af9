/** A terminal's side in a test: an install folder, and the installer pointed at a repository. */
import nodeFs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileSystem } from '../../../main/updates/files.ts';
import { nameNext, stage, type InstallerParts, type Staged } from '../../../main/updates/installer.ts';
import { folderSource, type UpdateSource } from '../../../main/updates/source.ts';
import { choose, confirm, type Chosen, type LauncherPlace } from '../../../resources/launcher/launcher.mjs';
import { machineClock } from '../../support/machine-clock.ts';
import { HERE, MORNING } from './operator.ts';

export const GROUP = 'lobby';

export interface PlaceOptions {
  readonly source: UpdateSource | string;
  readonly root: string;
  readonly fs?: FileSystem;
  readonly folder?: string;
}

export class TerminalPlace {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly root: string;
  source: UpdateSource;
  now = MORNING;
  suits = { ...HERE, journal: 4, opensUpTo: 4 };
  freeBytes = Number.MAX_SAFE_INTEGER;
  clock: InstallerParts['clock'] = machineClock;

  constructor({ source, root, fs = nodeFs, folder }: PlaceOptions) {
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'install-'));
    this.source = typeof source === 'string' ? folderSource(source) : source;
    this.root = root;
    this.fs = fs;
  }

  parts(group = GROUP): InstallerParts {
    const { folder, fs, source, root: shippedRoot, clock, suits } = this;
    return { folder, fs, source, shippedRoot, clock, suits, group, now: () => this.now, free: () => this.freeBytes };
  }

  stage(group?: string, more: Partial<InstallerParts> = {}): Promise<Staged | undefined> {
    return stage({ ...this.parts(group), ...more });
  }

  /** Staged and named to the launcher, if there is something new. */
  async prepare(group?: string): Promise<Staged | undefined> {
    const staged = await this.stage(group);
    if (staged !== undefined) nameNext(this.fs, this.folder, staged.slot);
    return staged;
  }

  get place(): LauncherPlace {
    return { install: this.folder, root: this.root };
  }

  choose(log?: (line: string) => void): Chosen {
    return choose(this.fs, this.place, log);
  }

  /** Starts it as the launcher does, and lets it prove itself. */
  runsWell(): string | undefined {
    const { slot } = this.choose();
    if (slot !== undefined) confirm(this.fs, this.place, slot);
    return slot;
  }

  state(): { readonly slot: string; readonly previous: string | null; readonly proven: boolean; readonly starts: number; readonly failed: readonly string[] } {
    return JSON.parse(this.fs.readFileSync(join(this.folder, 'state.json')).toString());
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
