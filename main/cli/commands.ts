/** All commands of kioskctl by name, and the one place that turns what went wrong into a line and an exit status. */
import { PbocError } from '../../common/pboc.ts';
import { ConfigError, problemText } from '../config/config.ts';
import { JournalError } from '../journal/journal-error.ts';
import { Failure, UsageError, type Command, type Output } from './command.ts';

type Commands = Readonly<Record<string, Command>>;

/** By the first word: a command loads only what it needs, so that a journal is read without the drivers. */
const GROUPS: Readonly<Record<string, () => Promise<Commands>>> = {
  journal: async () => (await import('./journal-commands.ts')).journalCommands,
  slip: async () => (await import('./slip-commands.ts')).slipCommands,
  decode: async () => ({ decode: (await import('./decode-command.ts')).decodeCommand }),
  enrol: async () => ({ enrol: (await import('./enrol-command.ts')).enrolCommand }),
  config: async () => (await import('./config-commands.ts')).configCommands,
  devices: async () => devices(await import('./device-commands.ts'), 'devices'),
  monitor: async () => devices(await import('./device-commands.ts'), 'monitor'),
  settle: async () => (await import('./settle-commands.ts')).settleCommands,
  reconcile: async () => ({ reconcile: (await import('./reconcile-command.ts')).reconcileCommand }),
  update: async () => (await import('./update-commands.ts')).updateCommands,
  pboc: async () => (await import('./pboc-commands.ts')).pbocCommands,
  status: async () => operator(await import('./operator-commands.ts'), 'status'),
  readiness: async () => operator(await import('./operator-commands.ts'), 'readiness'),
  'support-bundle': async () => operator(await import('./operator-commands.ts'), 'support-bundle'),
};

function devices({ deviceCommands }: { readonly deviceCommands: Commands }, word: string): Commands {
  return named(deviceCommands, word);
}

function operator({ operatorCommands }: { readonly operatorCommands: Commands }, word: string): Commands {
  return named(operatorCommands, word);
}

function named(commands: Commands, word: string): Commands {
  return Object.fromEntries(Object.entries(commands).filter(([name]) => name.split(' ')[0] === word));
}

/** @returns the exit status */
export async function run(args: readonly string[], output: Output): Promise<0 | 1 | 2> {
  const [first = '', second = ''] = args;
  if (['help', '--help', '-h'].includes(first)) {
    for (const { usage, does } of Object.values(await everyCommand())) output.out(`kioskctl ${usage.padEnd(58)} ${does}`);
    return 0;
  }
  const group = Object.hasOwn(GROUPS, first) ? await GROUPS[first]?.() : undefined;
  const both = `${first} ${second}`;
  const name = group !== undefined && !Object.hasOwn(group, both) && Object.hasOwn(group, first) ? first : both;
  const command = group !== undefined && Object.hasOwn(group, name) ? group[name] : undefined;
  if (command === undefined) {
    const names = Object.keys(await everyCommand()).join(', ');
    output.error(
      first === ''
        ? `kioskctl: expected one of ${names}; kioskctl help says more`
        : `kioskctl: unknown command ${JSON.stringify(name.trim())}; expected one of ${names}`,
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

async function everyCommand(): Promise<Commands> {
  const groups = await Promise.all(Object.values(GROUPS).map((load) => load()));
  return Object.assign({}, ...groups) as Commands;
}
