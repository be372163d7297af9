/** A life of the wrong flavor does not begin: neither key nor journal is looked for, or made, where they are the other's. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Flavor } from '../../../common/flavor.ts';
import { ConfigError, parseConfig } from '../../../main/config/config.ts';
import { beginLife } from '../../../main/terminal/life.ts';
import { noSimulators } from '../../../main/terminal/devices.ts';
import type { Log } from '../../../main/terminal/log.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

function life(settings: 'example' | 'training', flavor: Flavor, left: readonly string[]) {
  const place = mkdtempSync(path.join(tmpdir(), 'flavor-life-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const folder = path.join(place, 'data');
  mkdirSync(folder);
  for (const name of left) writeFileSync(path.join(folder, name), 'x');
  const config = parseConfig({ ...JSON.parse(readFileSync(`resources/config/${settings}.json`, 'utf8')), data: { folder } });
  const begun = beginLife({
    configFile: 'terminal.json',
    config,
    flavor,
    version: '0.0.0',
    clock: new SimulatedClock(),
    random: { bytes: (count) => new Uint8Array(count) },
    simulation: noSimulators,
    log: {} as Log,
    publish: () => {},
    onJournalLost: () => {},
  });
  return { begun, files: () => readdirSync(folder) };
}

test.each<['example' | 'training', Flavor, readonly string[], string]>([
  ['training', 'production', [], 'this is the production program'],
  ['example', 'training', [], 'this is the training program'],
  ['example', 'production', ['TRAINING', 'terminal-key.pem'], 'this one is a training terminal’s'],
  ['training', 'training', ['terminal-key.pem'], 'this one is a production terminal’s (terminal-key.pem)'],
  ['training', 'training', ['journal.sqlite'], 'this one is a production terminal’s (journal.sqlite)'],
])('the configuration %s at the %s program, in a folder with %j', async (settings, flavor, left, says) => {
  const { begun, files } = life(settings, flavor, left);
  const refusal: unknown = await begun.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ConfigError);
  expect(String(refusal)).toContain(says);
  expect(files()).toEqual(left.toSorted());
});
