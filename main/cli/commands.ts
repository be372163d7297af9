/** All commands of kioskctl by name, and the one place that turns what went wrong into a line and an exit status. */
import { PbocError } from '../../common/pboc.ts';
import { ConfigError, problemText } from '../config/config.ts';
import { JournalError } from '../journal/journal-error.ts';
import { Failure, UsageError, type Command, type Output } from './command.ts';
import { configCommands } from './config-commands.ts';
import { decodeCommand } from './decode-command.ts';
import { deviceCommands } from './device-commands.ts';
import { journalCommands } from './journal-commands.ts';
import { pbocCommands } from './pboc-commands.ts';

const COMMANDS: Readonly<Record<string, Command>> = { ...journalCommands, decode: decodeCommand, ...configCommands, ...deviceCommands, ...pbocCommands };

/** @returns the exit status */
export async function run(args: readonly string[], output: Output): Promise<0 | 1 | 2> {
  const [first = '', second = ''] = args;
  if (['help', '--help', '-h'].includes(first)) {
    for (const { usage, does } of Object.values(COMMANDS)) output.out(`kioskctl ${usage.padEnd(58)} ${does}`);
    return 0;
  }
  const name = Object.hasOwn(COMMANDS, first) ? first : `${first} ${second}`;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    output.error(
      first === ''
        ? `kioskctl: expected one of ${names()}; kioskctl help says more`
        : `kioskctl: unknown command ${JSON.stringify(name.trim())}; expected one of ${names()}`,
    );
    return 2;
  }
  try {
    return await command.run(args.slice(name.split(' ').length), output);
  } catch (error) {
    return report(error, command, output);
  }
}

function report(error: unknown, command: Command, output: Output): 1 | 2 {
  if (error instanceof UsageError) {
    output.error(`kioskctl: ${error.message}; usage: kioskctl ${command.usage}`);
    return 2;
  }
  if (error instanceof ConfigError) {
    for (const problem of error.problems) output.error(`${error.file}: ${problemText(problem)}`);
    return 1;
  }
  if (error instanceof JournalError && error.code === 'notFound') {
    output.error(`kioskctl: ${error.message}: give the path of a journal; usage: kioskctl ${command.usage}`);
    return 2;
  }
  if (error instanceof Failure || error instanceof JournalError || error instanceof PbocError) {
    output.error(`kioskctl: ${error.message.replaceAll('\n', '; ')}`);
    return 1;
  }
  throw error;
}

function names(): string {
  return Object.keys(COMMANDS).join(', ');
}
