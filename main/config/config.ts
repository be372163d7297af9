/** Reads a configuration file and lists everything that is wrong with it at once: path, value, what was expected. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { AuthorityError, readAuthorities } from '../upstream/trusted-fetch.ts';
import { terminalConfigSchema, type TerminalConfig } from './schema.ts';

export type { TerminalConfig } from './schema.ts';

export interface ConfigProblem {
  /** E.g. `topUp.presets[2]`; empty for the file itself. */
  readonly path: string;
  /** As found; `undefined` when it is missing, words in its place when it is secret. */
  readonly value: unknown;
  readonly expected: string;
}

export class ConfigError extends Error {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(`${file}: ${problems.map(problemText).join('; ')}`);
    this.name = 'ConfigError';
    this.file = file;
    this.problems = problems;
  }
}

/** One line for a person. */
export function problemText({ path, value, expected }: ConfigProblem): string {
  return path === '' ? expected : `${path}: ${value === undefined ? 'missing' : clip(JSON.stringify(value))}: ${expected}`;
}

/** Paths come out absolute. @throws {ConfigError} */
export function loadConfig(file: string): TerminalConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(file, [
      {
        path: '',
        value: '',
        expected: `the file can't be read (${codeOf(error)}): give the path of a configuration, for example resources/config/example.json`,
      },
    ]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(file, [{ path: '', value: undefined, expected: `expected JSON: ${error instanceof Error ? error.message : String(error)}` }]);
  }
  return withAbsolutePaths(parseConfig(value, file), dirname(resolve(file)));
}

/** @param file named in errors. @throws {ConfigError} */
export function parseConfig(value: unknown, file = 'configuration'): TerminalConfig {
  const parsed = terminalConfigSchema.safeParse(value, { reportInput: false });
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    file,
    parsed.error.issues.flatMap((issue) => problemsOf(issue, value)),
  );
}

/**
 * What is in the file of `upstream.ca`; `undefined` when none is configured.
 * @param now ms since 1970
 * @param file named in errors
 * @throws {ConfigError}
 */
export function authoritiesOf({ upstream: { ca } }: Pick<TerminalConfig, 'upstream'>, now: number, file: string): string | undefined {
  if (ca === undefined) return undefined;
  try {
    return readAuthorities(ca, now);
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    throw new ConfigError(file, [{ path: 'upstream.ca', value: ca, expected: error.message }]);
  }
}

function withAbsolutePaths(config: TerminalConfig, base: string): TerminalConfig {
  const { folder, secondFolder } = config.data;
  const { ca } = config.upstream;
  const { exportFolder } = config.maintenance;
  return {
    ...config,
    maintenance: { ...config.maintenance, exportFolder: exportFolder === undefined ? undefined : resolve(base, exportFolder) },
    upstream: { ...config.upstream, ca: ca === undefined ? undefined : resolve(base, ca) },
    data: { ...config.data, folder: resolve(base, folder), secondFolder: secondFolder === undefined ? undefined : resolve(base, secondFolder) },
  };
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown): ConfigProblem[] {
  if (issue.code !== 'unrecognized_keys') return [problem(issue.path, root, issue.message)];
  return issue.keys.map((key) => problem([...issue.path, key], root, 'unknown setting; remove it or correct its name'));
}

function problem(path: readonly PropertyKey[], root: unknown, expected: string): ConfigProblem {
  const value = valueAt(root, path);
  return {
    path: pathText(path),
    value: value !== undefined && value !== null && path.some(isSecret) ? '(not shown)' : value,
    expected: expected.replace(/^Invalid input: /, ''),
  };
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined),
    root,
  );
}

function isSecret(key: PropertyKey): boolean {
  return /^(master.*key|sandboxKeys|pin|enrolmentCode)$/i.test(String(key));
}

function clip(json: string): string {
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
