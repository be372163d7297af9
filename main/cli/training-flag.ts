/** `--training`: without it no command reads a training terminal's journal, with it none reads a live one. Used by the journal commands. */
import type { Flavor } from '../../common/flavor.ts';
import { JournalError } from '../journal/journal-error.ts';
import { Failure, type Given } from './command.ts';

/** Among the flags of a command. */
export const TRAINING = { training: 'boolean' } as const;

export function flavorWanted(given: Given): Flavor {
  return given['training'] === true ? 'training' : 'production';
}

/** @param found names the file and says what it is */
export function otherFlavor(found: string): Failure {
  return new Failure(`${found}; --training is for training journals, and for no others`);
}

/** @throws {Failure} in place of a {@link JournalError} `otherFlavor` */
export function unlessOtherFlavor<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof JournalError && error.code === 'otherFlavor' ? otherFlavor(error.message) : error;
  }
}
