import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { PYTHON, pythonVerifierRuns } from '../launcher/python-verifier.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { compare, VERIFIER_FOLDER } from './agreement.ts';

const CASES = 250;
const vectors = path.join(projectRoot, 'tests', 'main', 'journal', 'vectors');

function folder(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'verifiers-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function python(...args: readonly string[]): { readonly status: number | null; readonly out: string; readonly error: string } {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-B', path.join(VERIFIER_FOLDER, 'verify_journal.py'), ...args], { encoding: 'utf8' });
  return { status, out: stdout, error: stderr };
}

describe('the verifier in Python', () => {
  beforeEach(({ skip }) => skip(!pythonVerifierRuns(), 'not run: the second verifier needs Debian’s python3 and python3-cryptography'));

  test('and ours say the same of random and damaged exports: verdict, check and seq of the first break', () => {
    const { cases, good, broken, disagreements } = compare(CASES, 1, folder());
    expect(disagreements.map(({ case: { name }, ours, python: theirs }) => `${name}: ours ${ours}, python ${theirs}`)).toEqual([]);
    expect(cases).toBe(CASES);
    expect(good).toBeGreaterThan(20);
    for (const check of ['carried', 'chain', 'checkpoint', 'entry', 'fold', 'receipt', 'sequence', 'settlement', 'structure'])
      expect(broken, check).toHaveProperty(check);
  }, 120_000);

  test('computes the vectors and the published answers', () => {
    const { status, stderr } = spawnSync(PYTHON, ['-B', path.join(projectRoot, 'tests', 'verifier', 'make_vectors.py'), '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('at the command line proves a good export against keys and receipts, and names the first break of a broken one', () => {
    const here = folder();
    const write = (name: string, content: string | Uint8Array): string => {
      writeFileSync(path.join(here, name), content);
      return path.join(here, name);
    };
    const journal = JSON.parse(readFileSync(path.join(vectors, 'journal.json'), 'utf8'));
    const keys = [
      '--key',
      write('key.json', JSON.stringify({ ...journal.keys.terminal.publicKey, kid: 'T-0001' })),
      '--upstream-key',
      write('up.json', JSON.stringify(journal.keys.upstream.publicKey)),
    ];
    const good = path.join(vectors, 'epoch-1.jsonl');
    expect(python(good, ...keys)).toMatchObject({ status: 0, out: expect.stringMatching(/: good\n {2}terminalId: "T-0001"\n {2}epoch: 1\n {2}entries: 9\n/) });
    const lines = readFileSync(good, 'utf8').split('\n');
    const swapped = write(
      'swapped.jsonl',
      lines
        .with(4, lines[5] ?? '')
        .with(5, lines[4] ?? '')
        .join('\n'),
    );
    expect(python(swapped, ...keys)).toMatchObject({ status: 1, out: expect.stringContaining('first break: entry 3, sequence: ') });
    const cut = write('cut.jsonl', lines.slice(0, 5).join('\n'));
    const receipt = write('receipts.txt', `${journal.receipt.jws}\n`);
    expect(python(cut, ...keys)).toMatchObject({ status: 0 });
    expect(python(cut, ...keys, '--receipts', receipt)).toMatchObject({ status: 1, out: expect.stringContaining('first break: entry 4, receipt: ') });
    expect(python(good, '--key', write('other.json', JSON.stringify(journal.keys.upstream.publicKey)))).toMatchObject({
      status: 1,
      out: expect.stringContaining('first break: key: '),
    });
  });

  test('called wrongly exits 2 with one line', () => {
    const here = folder();
    for (const args of [[path.join(here, 'none')], [path.join(vectors, 'epoch-1.jsonl'), '--key', path.join(vectors, 'folds.json')]]) {
      const { status, out, error } = python(...args);
      expect({ status, out, lines: error.trimEnd().split('\n').length }).toEqual({ status: 2, out: '', lines: 1 });
    }
    expect(python()).toMatchObject({ status: 2 });
  });
});
