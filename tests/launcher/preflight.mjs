/**
 * Says in one line what is wrong with the machine before anything of the house is loaded: an older Node can't read our sources and
 * crashes on the database's native module without a word. Plain JavaScript, so that any Node can run it; give it with `--import`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';

const NEEDED = 24;
const root = path.join(import.meta.dirname ?? '.', '..', '..');

/** @returns {string | undefined} what is wrong, and the command that helps */
export function problemOf({ version, installed }) {
  const major = Number.parseInt(version, 10);
  if (!installed) return 'the packages are not installed; run: npm ci';
  if (!(major >= NEEDED))
    return `Node ${version} is too old, ${NEEDED} is needed and was installed with the packages; start by npm: npm start, npm test, npm run …`;
  return undefined;
}

const problem = problemOf({ version: process.versions.node, installed: existsSync(path.join(root, 'node_modules', 'playwright-core')) });
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}
