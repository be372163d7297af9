/**
 * What an operator does about the issuer's master keys: list them by their check values, make one, import one from its components. Keys and
 * components are never arguments, never printed, and never overwritten in the store. Used by main.ts.
 */
import { parseArgs } from 'node:util';
import { fromHex, toHex } from '../../../common/hex.ts';
import { keyCheckValue } from '../../../common/pboc.ts';
import { asUsage, UsageError } from '../command-line.ts';
import { readSettings } from '../settings-file.ts';
import { systemRandom } from '../system-ports.ts';
import { usedOnce } from './card-operations.ts';
import { openKeyCabinet, type KeyCabinet } from './key-cabinet.ts';
import { masterKeyNames, type MasterKeyName } from './key-store.ts';
import type { SecretLines } from './secret-lines.ts';

export const KEY_USAGE = 'keys list|make NAME|import NAME --config FILE [--kcv CHECK_VALUE]';

/** As a ceremony has them: nobody alone knows the key. */
const FEWEST_COMPONENTS = 2;
const MOST_COMPONENTS = 5;

type Order =
  | { readonly command: 'list'; readonly config: string }
  | { readonly command: 'make' | 'import'; readonly key: MasterKeyName; readonly config: string; readonly kcv: string | undefined };

/**
 * @param lines where components come from, one a line, an empty one ends them
 * @returns the lines to print @throws {UsageError} when called wrongly @throws {KeyStoreError} @throws {Error} with what is wrong
 */
export async function keyCommand(args: readonly string[], lines: SecretLines): Promise<readonly string[]> {
  const order = asUsage(() => readOrder(args));
  const cabinet = openKeyCabinet(readSettings(order.config));
  try {
    return await obey(cabinet, order, lines);
  } finally {
    lines.close();
    await cabinet.close();
  }
}

function readOrder(args: readonly string[]): Order {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { config: { type: 'string' }, kcv: { type: 'string' } } });
  const [command, name, ...more] = positionals;
  if (command !== 'list' && command !== 'make' && command !== 'import') throw new UsageError(`keys ${command ?? ''}: expected list, make or import`);
  if (values.config === undefined) throw new UsageError('--config is needed: the settings of the server');
  if (more.length > 0) throw new UsageError('one word too many: components are asked for, never given in the command');
  if (command === 'list') return { command, config: values.config };
  const key = masterKeyNames.find((each) => each === name);
  if (key === undefined) throw new UsageError(`NAME: expected one of ${masterKeyNames.join(', ')}`);
  if (values.kcv !== undefined && !/^[0-9A-Fa-f]{6}$/.test(values.kcv)) throw new UsageError('--kcv: expected 6 hexadecimal digits');
  return { command, key, config: values.config, kcv: values.kcv?.toUpperCase() };
}

async function obey(cabinet: KeyCabinet, order: Order, lines: SecretLines): Promise<readonly string[]> {
  if (order.command === 'list') {
    const keys = await cabinet.checkValues();
    return keys.length === 0 ? [`${cabinet.place}: no master key`] : keys.map(({ key, kcv }) => `${key}: check value ${kcv}, in ${cabinet.place}`);
  }
  const { key, kcv } = order;
  if (order.command === 'make') return [`${key}: made in ${cabinet.place}, check value ${await cabinet.make(key, systemRandom)}`];
  const components = await readComponents(lines);
  const checks = components.map((component, index) => `component ${index + 1}: check value ${toHex(keyCheckValue(component))}`);
  const value = combine(components);
  const problem = problemOf(value, kcv);
  if (problem !== undefined) {
    value.fill(0);
    throw new Error([...checks, problem].join('\n'));
  }
  return [...checks, `${key}: imported into ${cabinet.place}, check value ${await cabinet.store(key, value)}`];
}

async function readComponents(lines: SecretLines): Promise<readonly Uint8Array[]> {
  const components: Uint8Array[] = [];
  while (components.length < MOST_COMPONENTS) {
    const line = await lines.next(`component ${components.length + 1} (32 hexadecimal digits, not shown; empty: no more): `);
    if (line === undefined || line.trim() === '') break;
    if (!/^[0-9A-Fa-f]{32}$/.test(line.replace(/\s+/g, ''))) {
      throw new Error(`component ${components.length + 1}: expected 32 hexadecimal digits; nothing was imported`);
    }
    components.push(fromHex(line));
  }
  if (components.length < FEWEST_COMPONENTS) throw new Error('at least two components are needed, a line each; nothing was imported');
  return components;
}

/** By XOR; overwrites the components. */
function combine(components: readonly Uint8Array[]): Uint8Array {
  const value = new Uint8Array(16);
  for (const component of components) usedOnce(component, (bytes) => bytes.forEach((byte, index) => (value[index] = (value[index] ?? 0) ^ byte)));
  return value;
}

function problemOf(value: Uint8Array, expected: string | undefined): string | undefined {
  const kcv = toHex(keyCheckValue(value));
  if (expected !== undefined && kcv !== expected) return `the key has check value ${kcv} and not ${expected}: a component is wrong; nothing was imported`;
  // the lowest bit of a byte is parity, which DES does not use
  const [left, right] = [value.subarray(0, 8), value.subarray(8)].map((half) => toHex(half.map((byte) => byte & 0xfe)));
  return left === right ? 'both halves of the key are the same, which makes single DES of it; nothing was imported' : undefined;
}
