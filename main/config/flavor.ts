/** Neither program runs on the other's configuration or data folder: production refuses what is training's, training what is production's. Asked by life.ts. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Flavor } from '../../common/flavor.ts';
import { ConfigError, type ConfigProblem, type TerminalConfig } from './config.ts';
import { dataFilesOf } from './data-files.ts';

export interface Program {
  readonly flavor: Flavor;
  /** Simulated devices are refused: it is a packaged production terminal. */
  readonly realOnly: boolean;
}

/** @param file names the configuration in the message @throws {ConfigError} when the configuration is not for this program */
export function requireOwnConfig(config: TerminalConfig, file: string, { flavor, realOnly }: Program): void {
  const problems: ConfigProblem[] = [];
  if (config.flavor !== flavor)
    problems.push({
      path: 'flavor',
      value: config.flavor,
      expected: `expected "${flavor}": this is the ${flavor} program, and a ${config.flavor} configuration is for the other one`,
    });
  else if (realOnly && config.sandbox)
    problems.push({
      path: 'sandbox',
      value: true,
      expected: 'expected false: this is a terminal for cardholders; to try things out there is the training package',
    });
  if (problems.length > 0) throw new ConfigError(file, problems);
}

/** In every data folder of a training terminal from its first start on, and in no other. */
const MARK = 'TRAINING';
const MARK_TEXT = 'The folder of a training terminal: nothing in it is money. No production terminal starts on it.\n';

/**
 * Takes the data folders for a terminal of this flavor, before a key or a journal is looked for in them: a training terminal marks its own,
 * and takes none that a production terminal has used.
 * @throws {ConfigError} when they are the other flavor's
 */
export function claimFolders(config: Pick<TerminalConfig, 'data'>, file: string, flavor: Flavor): void {
  const { folder, secondFolder } = config.data;
  const { terminalKey, serverKey, journal, secondFile } = dataFilesOf(config);
  const problems: ConfigProblem[] = [];
  const claim = (setting: string, place: string, identity: readonly string[]): void => {
    const mark = path.join(place, MARK);
    const isTraining = existsSync(mark);
    if (flavor === 'production') {
      if (isTraining) problems.push({ path: setting, value: place, expected: 'expected a folder of its own: this one is a training terminal’s' });
      return;
    }
    if (isTraining) return;
    const found = identity.find((known) => existsSync(known));
    if (found === undefined) {
      mkdirSync(place, { recursive: true });
      writeFileSync(mark, MARK_TEXT);
    } else
      problems.push({ path: setting, value: place, expected: `expected a folder of its own: this one is a production terminal’s (${path.basename(found)})` });
  };
  claim('data.folder', folder, [terminalKey, serverKey, journal, `${journal}.second`]);
  if (secondFolder !== undefined && secondFile !== undefined) claim('data.secondFolder', secondFolder, [secondFile]);
  if (problems.length > 0) throw new ConfigError(file, problems);
}
