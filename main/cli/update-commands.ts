/** `kioskctl update …`: a release from a stick, and what runs here; for a technician at a terminal, or at one that does not start. */
import nodeFs, { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { freeSpace } from '../journal/free-space.ts';
import { systemClock } from '../terminal/system.ts';
import { hereSuits } from '../terminal/updating.ts';
import { installFolder } from '../updates/install-folder.ts';
import { nameNext, readState, stage } from '../updates/installer.ts';
import { folderSource } from '../updates/source.ts';
import { UpdateError } from '../updates/update-error.ts';
import { Failure, readArguments, text, UsageError, type Command, type Given, type Output, type Status } from './command.ts';

export const updateCommands: Readonly<Record<string, Command>> = {
  'update from': {
    usage: 'update from FOLDER --install DIR --root FILE --config FILE [--retry]',
    does: 'lays out the release that a folder or a stick holds for this terminal; it runs from the next start on',
    run: async (args, output): Promise<Status> => {
      const { words, given } = readArguments(args, { least: 1, most: 1 }, { install: 'string', root: 'string', config: 'string', retry: 'boolean' });
      const [install, root, configFile] = [needed(given, 'install'), needed(given, 'root'), needed(given, 'config')];
      const folder = words[0] ?? '';
      if (!existsSync(join(folder, 'metadata', 'timestamp.json'))) throw new Failure(`${folder} is no repository: it has no metadata/timestamp.json`);
      const { updates } = loadConfig(configFile);
      const retry = given['retry'] === true;
      try {
        const staged = await stage({
          folder: install,
          fs: nodeFs,
          clock: systemClock,
          now: () => systemClock.now(),
          shippedRoot: readFileSync(root, 'utf8'),
          source: folderSource(folder),
          group: updates.group,
          suits: hereSuits,
          free: () => freeSpace(install).free,
          retry,
        });
        if (staged !== undefined) nameNext(nodeFs, install, staged.slot, retry);
        output.out(staged === undefined ? 'this terminal runs it already' : `${staged.slot} is laid out: it is started at the next start of the terminal`);
        return 0;
      } catch (error) {
        if (error instanceof UpdateError) throw new Failure(error.message);
        throw error;
      }
    },
  },
  'update status': {
    usage: 'update status --install DIR',
    does: 'says which release runs here, which ran before, and which failed',
    run: (args, output: Output) => {
      const { given } = readArguments(args, { least: 0, most: 0 }, { install: 'string' });
      const state = readState(nodeFs, installFolder(needed(given, 'install')));
      if (state === undefined) throw new Failure('no launcher ran here yet: give the install folder of this terminal');
      output.out(`runs:   ${state.slot}${state['proven'] === true ? '' : ' (on trial)'}`);
      output.out(`before: ${state.previous ?? 'nothing'}`);
      output.out(`failed: ${state.failed.length === 0 ? 'nothing' : state.failed.join(', ')}`);
      return 0;
    },
  },
};

function needed(given: Given, name: string): string {
  const value = text(given, name);
  if (value === undefined) throw new UsageError(`--${name} is missing`);
  return value;
}
