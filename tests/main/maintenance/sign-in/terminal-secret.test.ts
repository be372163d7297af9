/** The terminal's own secret: read only where it is whole and nobody else's to read. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readTerminalSecret } from '../../../../main/maintenance/sign-in/terminal-secret.ts';

function fileWith(text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'staff-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'staff-secret');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

test('64 digits, the owner’s alone', () => {
  expect(readTerminalSecret(fileWith(`${'0a'.repeat(32)}\n`))).toEqual({ ok: true, secret: new Uint8Array(32).fill(10) });
});
test.each([0o640, 0o604, 0o644])('mode %i: not used, and what to do', (mode) => {
  const file = fileWith('0a'.repeat(32), mode);
  expect(readTerminalSecret(file)).toEqual({ ok: false, why: `${file} is readable by others (mode ${mode.toString(8)}): chmod 600 ${file}` });
});
test.each(['', '0a'.repeat(31), 'xy'.repeat(32), `${'0a'.repeat(32)} 0a`])('%j is none', (text) => {
  const file = fileWith(text);
  expect(readTerminalSecret(file)).toEqual({ ok: false, why: `${file} does not hold 32 bytes of hexadecimal` });
});
test('there is none', () => {
  expect(readTerminalSecret('/nowhere/staff-secret')).toEqual({ ok: false, why: 'there is no /nowhere/staff-secret' });
});
