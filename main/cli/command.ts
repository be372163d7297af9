/** What a command of kioskctl is, and how it says that it was called wrongly. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

export interface Output {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

/** 0: good. 1: it is wrong. */
export type Status = 0 | 1;

export interface Command {
  /** E.g. `journal show FILE [--tail N]`. */
  readonly usage: string;
  readonly does: string;
  readonly run: (args: readonly string[], output: Output) => Status | Promise<Status>;
}

/** Called wrongly: one line with the right way, status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something to be said in one line, with its fix; status 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

type Options = Readonly<Record<string, 'string' | 'boolean'>>;
export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** @throws {UsageError} for unknown options, missing values, too few or too many words */
export function readArguments(
  args: readonly string[],
  words: { least: number; most: number },
  options: Options = {},
): { words: readonly string[]; given: Given } {
  const config: ParseArgsOptionsConfig = Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }]));
  let parsed;
  try {
    parsed = parseArgs({ args: joined(args, options), options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? error.message) : String(error));
  }
  const { positionals, values } = parsed;
  if (positionals.length < words.least) throw new UsageError('something is missing');
  if (positionals.length > words.most) throw new UsageError(`${JSON.stringify(positionals[words.most])} is one word too many`);
  return {
    words: positionals,
    given: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? undefined : value])),
  };
}

/** `--key VALUE` as `--key=VALUE`: a value may begin with a dash, as a PEM does. */
function joined(args: readonly string[], options: Options): string[] {
  const all: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const value = args[index + 1];
    const takesValue = arg.startsWith('--') && options[arg.slice(2)] === 'string' && value !== undefined;
    all.push(takesValue ? `${arg}=${value}` : arg);
    if (takesValue) index += 1;
  }
  return all;
}

export function text(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
}
