import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../../../main/cli/commands.ts';
import { checkpoint, newSigner, publishedBy, SLIP, type Signer } from '../../fleet/slip-records.ts';

let terminal: Signer;
let operator: Signer;
let slip: string;
beforeAll(async () => {
  [terminal, operator] = [await newSigner(), await newSigner()];
  slip = await terminal.sign('kiosk-slip+jwt', SLIP);
});

/** The command as kioskctl runs it; tests/e2e/slip.spec.ts runs it in a process of its own. */
async function verify(...args: readonly string[]) {
  const said = { out: '', error: '' };
  const status = await run(['slip', 'verify', ...args], {
    out: (line) => void (said.out += `${line}\n`),
    error: (line) => void (said.error += `${line}\n`),
  });
  return { status, ...said };
}

/** A published folder. @returns its path */
function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 't-T-0001'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

const given = (published: string): string[] => ['--published', published, '--upstream-key', JSON.stringify(operator.publicKey)];

describe('slip verify', () => {
  test('of a published slip says what it proved, from one file or from the folder, and exits 0', async () => {
    const [statement, ...rest] = await publishedBy(operator, [terminal.publicKey]);
    const sealed = await checkpoint(terminal, 390);
    const folder = folderWith({
      't-T-0001/terminal.json': { statements: [statement] },
      't-T-0001/1.json': { statements: [...rest, sealed] },
      'all.json': { statements: [statement, ...rest, sealed] },
    });
    for (const published of [folder, join(folder, 'all.json')]) {
      const { status, out, error } = await verify(`https://card.example/r/#${slip}`, ...given(published));
      expect({ status, error }).toEqual({ status: 0, error: '' });
      expect(out).toContain('verdict: published\nA01-1122-7K4M-9 · delivered · 50.00 · qr · card …6688 · 2026-11-22T00:14:32.000Z');
      expect(out).toContain('the terminal itself signed its journal at entry 390');
    }
  });

  test('of a genuine slip that is not yet published says so and exits 0', async () => {
    const folder = folderWith({ 'all.json': { statements: await publishedBy(operator, [terminal.publicKey], { upToSeq: 10 }) } });
    expect(await verify(slip, ...given(folder))).toMatchObject({
      status: 0,
      error: '',
      out: expect.stringContaining('not proved: that the entry is published'),
    });
    expect(JSON.parse((await verify(slip, ...given(folder), '--json')).out)).toMatchObject({ verdict: 'notYet', slip: { cardTail: '6688' } });
  });

  test('of a forged slip says so in one line and exits 1', async () => {
    const folder = folderWith({ 'all.json': { statements: await publishedBy(operator, [terminal.publicKey]) } });
    const forged = await (await newSigner()).sign('kiosk-slip+jwt', SLIP);
    const { status, out, error } = await verify(forged, ...given(folder));
    expect({ status, out }).toEqual({ status: 1, out: 'verdict: forged\n' });
    expect(error).toBe('kioskctl: not signed by the terminal that it names: this operator’s terminal did not print it\n');
  });

  test('called wrongly says how, and what is no published file is named', async () => {
    expect(await verify(slip)).toMatchObject({
      status: 2,
      error: expect.stringContaining('--published and --upstream-key are needed; usage: kioskctl slip verify URL|JWS'),
    });
    const folder = folderWith({ 'all.json': '{"entries":[]}' });
    expect(await verify(slip, ...given(folder))).toMatchObject({ status: 1, error: expect.stringContaining('all.json is no published file') });
    expect(await verify(slip, ...given(join(folder, 'none')))).toMatchObject({ status: 1, error: expect.stringContaining('is not there') });
  });
});
