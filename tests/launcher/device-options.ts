/**
 * Every option of every device model, from the models' own schemas, as tables in drivers/README.md. `npm run options-table` writes
 * them there; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { deviceClasses, deviceModels } from '../../drivers/registry.ts';
import { projectRoot, run } from './run-tool.ts';

export const README = path.join(projectRoot, 'drivers', 'README.md');
const BEGIN = '<!-- options: written by npm run options-table -->';
const END = '<!-- end of options -->';

/** Patterns in words. */
const PATTERNS: Readonly<Record<string, string>> = {
  '^[0-9A-Fa-f]{2}$': 'a byte, two hexadecimal digits',
  '^[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}$': 'a HID usage, `page:usage`',
  '^[A-Z]{2}$': 'two letters',
  '^[A-Z]{3}$': 'three letters',
};

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

interface Row {
  readonly option: string;
  readonly mayBe: string;
  /** By model. */
  readonly defaults: Map<string, string>;
}

/** One table a class; a default that isn't every model's is named with its models. */
export function optionsTables(): string {
  return deviceClasses
    .map((deviceClass) => {
      const models: Readonly<Record<string, { readonly schema: z.ZodType }>> = deviceModels[deviceClass];
      const lines = [['option', 'of', 'may be', 'default'], ['-', '-', '-', '-'], ...rowsOf(models).map((row) => cellsOf(row, Object.keys(models)))];
      return `**${deviceClass}**\n\n${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')}`;
    })
    .join('\n\n');
}

function rowsOf(models: Readonly<Record<string, { readonly schema: z.ZodType }>>): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const [model, { schema }] of Object.entries(models)) {
    const given = schema.safeParse({}).data;
    for (const { option, mayBe, value } of optionsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, given)) {
      const key = `${option} ${mayBe}`;
      const row = rows.get(key) ?? { option, mayBe, defaults: new Map<string, string>() };
      row.defaults.set(model, value);
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}

function cellsOf({ option, mayBe, defaults }: Row, all: readonly string[]): readonly string[] {
  const byValue = Map.groupBy(defaults.keys(), (model) => defaults.get(model) ?? '');
  const values = [...byValue].map(([value, models]) => (byValue.size === 1 ? value : `${value} (${models.join(', ')})`));
  return [code(option), all.every((model) => defaults.has(model)) ? 'all' : [...defaults.keys()].join(', '), mayBe, values.join('; ')];
}

/** The document with today's tables in their place. @throws {Error} when it has no place for one */
export function withTable(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`drivers/README.md lacks ${BEGIN} … ${END}`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${optionsTables()}\n\n${document.slice(end)}`;
}

interface Option {
  readonly option: string;
  readonly mayBe: string;
  readonly value: string;
}

/** Inner settings are named by their path. @param given what the schema makes of no options at all */
function optionsOf(schema: JsonSchema, given: unknown, prefix = ''): readonly Option[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, option]) => {
    const value = memberOf(given, name);
    const inner = option.properties === undefined && isNullable(option) ? option.anyOf?.find(({ properties }) => properties !== undefined) : option;
    const path = `${prefix}${name}`;
    if (inner?.properties === undefined)
      return [{ option: path, mayBe: words(option), value: defaultOf(option, value, schema.required?.includes(name) === true) }];
    const itself = isNullable(option) ? [{ option: path, mayBe: 'as below, or `null`', value: 'as below' }] : [];
    return [...itself, ...optionsOf(inner, value, `${path}.`)];
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

function isNullable(option: JsonSchema): boolean {
  return option.anyOf?.some(({ type }) => type === 'null') === true;
}

function words(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(words).join(', or ');
  if (schema.const !== undefined) return code(plain(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(plain(value))).join(', ');
  if (schema.type === 'array') return `list of ${words(schema.items ?? {})}`;
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'null') return '`null`';
  if (schema.type === 'integer' || schema.type === 'number') return range(schema);
  if (schema.contentEncoding !== undefined) return schema.contentEncoding;
  if (schema.type === 'object' && schema.properties !== undefined) return `\`{ ${Object.keys(schema.properties).join(', ')} }\``;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') return `by name: ${words(schema.additionalProperties)}`;
  if (schema.type === 'object') return 'settings';
  return schema.pattern === undefined ? 'text' : (PATTERNS[schema.pattern] ?? `text as ${code(schema.pattern)}`);
}

function range({ minimum, maximum }: JsonSchema): string {
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const least = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
  if (least !== undefined && most !== undefined) return `${least}–${most}`;
  return least === undefined ? 'number' : `number from ${least}`;
}

/** As it is written in a configuration, where the schema says that; else as it is understood. */
function defaultOf(option: JsonSchema, value: unknown, required: boolean): string {
  if (required) return 'must be given';
  const shown = option.default ?? value;
  if (shown === undefined) return 'not set';
  const text = plain(shown);
  return text.length > 60 ? 'see its options file' : code(text);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function code(text: string): string {
  return `\`${text}\``;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(README, withTable(readFileSync(README, 'utf8')));
  const { code: status, output } = await run('prettier', ['--write', README]);
  if (status !== 0) throw new Error(`prettier ended with ${String(status)}: ${output}`);
}
