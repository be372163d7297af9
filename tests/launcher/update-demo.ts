/**
 * `npm run update-demo -- [--json]`: one terminal's updates on this machine. A repository is made and signed; a headless terminal with a
 * simulated cabinet goes from release 1 to release 2 while nobody is there; release 3, which crashes, is left by itself; every class of
 * attack is tried and refused. Exit status 0 only when all of it went as it must.
 */
import { parseArgs } from 'node:util';
import './preflight.mjs';
import { openForReading } from '../../main/journal/schema.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import { attacks, judged, newScene } from '../main/updates/attacks.ts';
import { downtime, setUpdateStage } from './update-stage.ts';

/** ms: the first question comes 20 s after a start, the next ones once a minute. */
const PATIENCE = 180_000;
/** Of fleet.md. */
const DOWNTIME_LIMIT = 30_000;

const usage = 'usage: npm run update-demo -- [--json]';

function readArguments(): { readonly json: boolean } {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}; ${usage}\n`);
    process.exit(2);
  }
}

const { json } = readArguments();
const tell = json ? (): void => {} : (line: string): void => void process.stdout.write(`${line}\n`);

async function updated() {
  tell('building the terminal, signing a repository: root 1 of 2 keys, catalogue 1 of 2, director, snapshot, timestamp');
  const stage = await setUpdateStage();
  try {
    await stage.publish('1.0.0');
    await stage.place.prepare();
    const launched = stage.launch();
    await launched.says(/^1\.0\.0 is proven/, PATIENCE);
    tell('release 1.0.0 runs: headless, with a cabinet, enrolled, its journal open');
    await stage.publish('2.0.0');
    tell('release 2.0.0 is published; the terminal asks by itself, lays it out, waits until nobody is there');
    await launched.says(/^2\.0\.0 is proven/, PATIENCE);
    const downtimeMs = downtime(launched, /^1\.0\.0 ended with 11/, /^2\.0\.0 is healthy/);
    tell(`release 2.0.0 runs and is proven; nobody could be served for ${downtimeMs} ms`);
    await stage.publish('3.0.0', { spoil: (program, file) => (file === 'terminal.js' ? `throw new Error('release 3 is no good');\n${program}` : program) });
    tell('release 3.0.0 is published, and crashes at every start');
    const bad = await launched.says(/^starts 3\.0\.0 on trial/, PATIENCE);
    await launched.says(/^2\.0\.0 is healthy/, PATIENCE, launched.lines.indexOf(bad));
    tell('release 2.0.0 runs again; 3.0.0 is not tried a second time');
    const { slot, failed } = stage.place.state();
    await launched.stop();
    const { versions, verified } = journalOf(stage.sandbox.journal);
    tell(`the journal: started as ${versions.join(', ')}; ${verified ? 'verified' : 'DAMAGED'}`);
    const rolledBack = slot === '2.0.0' && failed.includes('3.0.0');
    return { updatedFrom: versions.at(0) ?? '', updatedTo: slot, downtimeMs, rolledBack, verified };
  } finally {
    await stage.end();
  }
}

/** What each start wrote into the journal, and whether all of it holds. */
function journalOf(file: string): { readonly versions: readonly string[]; readonly verified: boolean } {
  const db = openForReading(file);
  try {
    const rows = db
      .prepare<[], { version: string }>(`SELECT entry ->> '$.body.version' AS version FROM described_entries WHERE kind = 'terminal.started' ORDER BY seq`)
      .all();
    return { versions: rows.map(({ version }) => version), verified: verifyJournal(file).ok };
  } finally {
    db.close();
  }
}

async function attacked(): Promise<{ readonly attacksTried: number; readonly attacksRefused: number }> {
  let refused = 0;
  for (const attack of attacks) {
    const scene = await newScene();
    try {
      const verdict = await judged(attack, scene);
      const good = attack.refusedAs.includes(verdict);
      if (good) refused += 1;
      tell(`${good ? 'refused' : 'NOT REFUSED'} (${verdict}): ${attack.name}`);
    } finally {
      scene.operator.end();
      scene.terminal.end();
    }
  }
  return { attacksTried: attacks.length, attacksRefused: refused };
}

try {
  const { verified, ...shown } = await updated();
  const outcome = { ...shown, ...(await attacked()) };
  if (json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  const right =
    verified &&
    outcome.updatedFrom === '1.0.0' &&
    outcome.updatedTo === '2.0.0' &&
    outcome.rolledBack &&
    outcome.downtimeMs <= DOWNTIME_LIMIT &&
    outcome.attacksRefused === outcome.attacksTried;
  tell(right ? 'as it should be' : `WRONG: ${JSON.stringify(outcome)}`);
  process.exitCode = right ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
