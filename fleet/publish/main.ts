/**
 * Process entry: `node fleet/publish/main.ts --data DIR --site DIR --operator NAME --hotline NUMBER [--time-zone NAME]
 * [--bundle FILE]`, with the server's `DATABASE_URL` if it has one. Lays out the folder that any static web server can serve: the page where slips are verified, the operator's public key, and the published journals. Run it again
 * whenever more is to be published. Exit status: 1 something is wrong, 2 called wrongly.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../server/system-ports.ts';
import { databaseOf, isPostgres, openStore } from '../server/store/database.ts';
import { loadSigningKey } from '../server/signing-key.ts';
import { publicationOf } from './publication.ts';
import { writeBundle, writeSite } from './site.ts';

const USAGE = 'usage: npm run publish-slips -- --data DIR --site DIR --operator NAME --hotline NUMBER [--time-zone NAME] [--bundle FILE]';

class UsageError extends Error {}

interface CommandLine {
  readonly data: string;
  readonly site: string;
  readonly operator: string;
  readonly hotline: string;
  readonly timeZone: string;
  readonly bundle: string | undefined;
}

function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ args: [...args], options: { data: text, site: text, operator: text, hotline: text, bundle: text, 'time-zone': text } });
    const { data, site, operator, hotline, bundle } = values;
    if (data === undefined || site === undefined || operator === undefined || hotline === undefined) {
      throw new UsageError('--data, --site, --operator and --hotline are needed');
    }
    return { data, site, operator, hotline, bundle, timeZone: values['time-zone'] ?? 'Asia/Shanghai' };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { data, site, operator, hotline, timeZone, bundle } = readCommandLine(args);
  const [database, keyFile] = [databaseOf(data, process.env), join(data, 'signing-key.pem')];
  const files = isPostgres(database) ? [keyFile] : [database, keyFile];
  for (const file of files) if (!existsSync(file)) throw new Error(`${file} is not there: give the data folder of the fleet server`);
  const store = await openStore(database);
  try {
    const key = loadSigningKey(keyFile);
    const at = systemClock.now();
    const written = await writeSite(site, { name: operator, hotline, timeZone, key: key.publicKey }, publicationOf(store, key, at));
    if (bundle !== undefined) await writeBundle(bundle, publicationOf(store, key, at));
    process.stdout.write(`${JSON.stringify({ site, ...written })}\n`);
  } finally {
    await store.destroy();
  }
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const usage = error instanceof UsageError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${usage ? `; ${USAGE}` : ''}\n`);
  process.exitCode = usage ? 2 : 1;
});
