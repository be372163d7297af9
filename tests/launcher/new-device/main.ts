/**
 * `npm run new-device -- CLASS MODEL-NAME`: the skeleton of a new device model, with a made-up protocol in place of the maker's. It
 * compiles; its conformance tests run and say what to write next. Exit status 2 when it can't be made as asked.
 */
import '../preflight.mjs';
import path from 'node:path';
import { projectRoot, run } from '../run-tool.ts';
import { checkRequest, makeDevice, WrongRequest } from './make.ts';

try {
  const request = checkRequest(process.argv.slice(2));
  const files = await makeDevice(request);
  // In another process: this one has read the table of models as it was.
  await run(process.execPath, [path.join(projectRoot, 'tests', 'launcher', 'device-options.ts')]);
  const tests = files.find((file) => file.endsWith('conformance.test.ts')) ?? '';
  process.stdout.write(`${files.map((file) => `  ${file}\n`).join('')}
Next: the maker's frames into codec.test.ts and codec.ts, then
  npx vitest run ${path.dirname(tests)}
and write what it says until it says nothing. Then a line on what is confirmed into drivers/README.md.
`);
} catch (error) {
  if (!(error instanceof WrongRequest)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
