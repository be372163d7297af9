/**
 * The terminal process itself, built as it is delivered, run by the launcher in a sandbox: updated while idle, killed in the middle, given
 * a configuration that is no good and a release that makes nothing of the journal. It comes back each time, and its journal holds.
 */
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { downtime, setUpdateStage, type UpdateStage } from '../../launcher/update-stage.ts';

const PATIENCE = 150_000;
/** A bad release is left within this. */
const BACK = 100_000;
let stage: UpdateStage;

beforeAll(async () => {
  stage = await setUpdateStage();
  await stage.publish('1.0.0');
  await stage.place.prepare();
}, PATIENCE);
afterAll(() => stage.end(), PATIENCE);

test(
  'idle, the terminal goes over to the release that was published, within 30 seconds; the launcher killed on the way changes nothing',
  { timeout: 2 * PATIENCE },
  async () => {
    const first = stage.launch();
    await first.says(/^1\.0\.0 is proven/, PATIENCE);
    await stage.publish('2.0.0');
    await first.says(/^1\.0\.0 ended with 11/, PATIENCE);
    await first.kill();
    const second = stage.launch();
    await second.says(/^starts 2\.0\.0 on trial/, PATIENCE);
    await second.kill();
    const third = stage.launch();
    await third.says(/^2\.0\.0 is proven/, PATIENCE);
    await stage.publish('2.0.1');
    await third.says(/^2\.0\.1 is proven/, PATIENCE);
    expect(downtime(third, /^2\.0\.0 ended with 11/, /^2\.0\.1 is healthy/)).toBeLessThan(30_000);
    expect(await third.stop()).toBe(0);
    expect(verifyJournal(stage.sandbox.journal).ok).toBe(true);
  },
);

test('a configuration that does not fit: the terminal will not start with it, and the one before counts again', { timeout: PATIENCE }, async () => {
  await stage.operator.configuration('too-much', { topUp: { minimum: 90_000, maximum: 100 } });
  await stage.operator.direct('lobby', { release: '2.0.1', configuration: 'too-much' });
  await stage.place.prepare();
  const launched = stage.launch();
  await launched.says(/^starts 2\.0\.1\+too-much on trial/, PATIENCE);
  await launched.says(/^2\.0\.1 is healthy/, BACK);
  expect(launched.said.join('\n')).toMatch(/topUp\.minimum/);
  expect(stage.place.state()).toMatchObject({ slot: '2.0.1', failed: ['2.0.1+too-much'] });
  await launched.stop();
});

test('a release whose journal migration breaks: the journal stays as it was, and the release before opens it', { timeout: PATIENCE }, async () => {
  await stage.operator.direct('lobby', { release: '2.0.1', configuration: null });
  const before = schemaOf(stage.sandbox.journal);
  const breaking = "SCHEMA_VERSION = MIGRATIONS.push('CREATE TABLE half (x ANY) STRICT; NO SUCH STATEMENT')";
  await stage.publish('2.1.0', { spoil: (program) => program.replace('SCHEMA_VERSION = MIGRATIONS.length', breaking) });
  await stage.place.prepare();
  const launched = stage.launch();
  await launched.says(/^starts 2\.1\.0 on trial/, PATIENCE);
  await launched.says(/^2\.0\.1 is healthy/, BACK);
  expect(launched.said.join('\n')).toMatch(/syntax error/);
  expect(schemaOf(stage.sandbox.journal)).toEqual(before);
  await launched.stop();
  expect(verifyJournal(stage.sandbox.journal).ok).toBe(true);
});

/** Number and tables. */
function schemaOf(file: string): unknown {
  const db = new Database(file, { readonly: true });
  try {
    return [db.pragma('user_version', { simple: true }), db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()];
  } finally {
    db.close();
  }
}
