/** `kioskctl pboc vector FILE`: every value of one load, for an integrator who compares keys and formulas. */
import { readFileSync } from 'node:fs';
import { pbocVector } from '../../common/pboc.ts';
import { Failure, readArguments, UsageError, type Command } from './command.ts';

export const pbocCommands: Readonly<Record<string, Command>> = {
  'pboc vector': {
    usage: 'pboc vector FILE',
    does: 'computes keys, MACs and TAC of a load described in JSON',
    run: (args, { out }) => {
      const [file = ''] = readArguments(args, { least: 1, most: 1 }).words;
      out(JSON.stringify(pbocVector(readJson(file))));
      return 0;
    },
  },
};

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} can't be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(`${file}: expected JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
