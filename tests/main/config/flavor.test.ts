/** Each program on the other's configuration and data folder: refused, with a line that says why; and what a training configuration may hold. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Flavor } from '../../../common/flavor.ts';
import { ConfigError, parseConfig, problemText, type TerminalConfig } from '../../../main/config/config.ts';
import { claimFolders, requireOwnConfig } from '../../../main/config/flavor.ts';

type Json = Record<string, Record<string, unknown>>;

const example = (): Json => JSON.parse(readFileSync('resources/config/example.json', 'utf8'));
const training = (): Json => JSON.parse(readFileSync('resources/config/training.json', 'utf8'));
const [mine, theirs] = ['training', 'production'] as const;

function problems(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(problemText);
    throw error;
  }
}

const read = (settings: Json): string[] => problems(() => parseConfig(settings));

describe('a training configuration', () => {
  test('the one that comes with the package is good', () => expect(parseConfig(training())).toMatchObject({ flavor: 'training', sandbox: true }));

  test.each<[string, (settings: Json) => void, string]>([
    [
      'a name of production',
      ({ terminal }) => Object.assign(terminal ?? {}, { id: 'T-0001' }),
      'terminal.id: "T-0001": expected a name that begins with TRAINING-',
    ],
    ['no sandbox', (settings) => Object.assign(settings, { sandbox: false }), 'sandbox: false: expected true'],
    [
      'a real device',
      ({ devices }) => Object.assign(devices?.['receiptPrinter'] ?? {}, { address: 'serial:/dev/ttyUSB0?baudRate=9600' }),
      'devices.receiptPrinter.address: "serial:/dev/ttyUSB0?baudRate=9600": expected sim:NAME',
    ],
    [
      'a real upstream',
      ({ upstream }) => Object.assign(upstream ?? {}, { url: 'https://fleet.example', ca: 'ca.pem' }),
      'upstream.url: "https://fleet.example": expected null: a training terminal brings its own upstream',
    ],
    [
      'an upstream that calls itself by a name of this machine',
      ({ upstream }) => Object.assign(upstream ?? {}, { url: 'https://localhost.example', ca: 'ca.pem' }),
      'upstream.url: "https://localhost.example": expected null',
    ],
    [
      'a real upstream’s key',
      ({ upstream }) => Object.assign(upstream ?? {}, { serverPublicKey: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } }),
      'expected null: a training terminal trusts its own upstream only',
    ],
    [
      'releases',
      ({ updates }) => Object.assign(updates ?? {}, { url: 'https://fleet.example/updates/' }),
      'expected null: releases are for production terminals',
    ],
  ])('with %s is refused', (_what, spoil, says) => {
    const settings = training();
    spoil(settings);
    expect(read(settings)).toEqual(expect.arrayContaining([expect.stringContaining(says)]));
  });
});

test.each(['TRAINING-01', 'training-01'])('a production configuration does not bear the name %s', (id) => {
  const settings = example();
  Object.assign(settings['terminal'] ?? {}, { id });
  expect(read(settings)).toEqual([expect.stringContaining(`terminal.id: "${id}": expected another name`)]);
});

describe('a program', () => {
  const refusal = (settings: Json, flavor: Flavor, realOnly: boolean): string[] =>
    problems(() => requireOwnConfig(parseConfig(settings), 'terminal.json', { flavor, realOnly }));

  test('of production refuses a training configuration', () => {
    expect(refusal(training(), theirs, true)).toEqual([
      'flavor: "training": expected "production": this is the production program, and a training configuration is for the other one',
    ]);
    expect(refusal(training(), theirs, false)).toHaveLength(1);
  });

  test('of training refuses a production configuration', () => {
    expect(refusal(example(), mine, false)).toEqual([
      'flavor: "production": expected "training": this is the training program, and a production configuration is for the other one',
    ]);
  });

  test('takes its own; packaged for production, no sandbox either', () => {
    expect(refusal(training(), mine, false)).toEqual([]);
    expect(refusal(example(), theirs, false)).toEqual([]);
    expect(refusal(example(), theirs, true)).toEqual([expect.stringContaining('sandbox: true: expected false: this is a terminal for cardholders')]);
  });
});

describe('data folders', () => {
  function folders(second = false): { readonly config: Pick<TerminalConfig, 'data'>; readonly folder: string; readonly secondFolder: string } {
    const place = mkdtempSync(join(tmpdir(), 'flavor-'));
    onTestFinished(() => rmSync(place, { recursive: true }));
    const [folder, secondFolder] = [join(place, 'data'), join(place, 'second')];
    mkdirSync(folder);
    mkdirSync(secondFolder);
    return { config: { data: { ...parseConfig(example()).data, folder, secondFolder: second ? secondFolder : undefined } }, folder, secondFolder };
  }
  const claim = (config: Pick<TerminalConfig, 'data'>, flavor: Flavor): string[] => problems(() => claimFolders(config, 'terminal.json', flavor));

  test('each flavor takes an empty one, and its own again', () => {
    for (const flavor of [mine, theirs]) {
      const { config } = folders(true);
      expect([claim(config, flavor), claim(config, flavor)]).toEqual([[], []]);
    }
  });

  test.each(['terminal-key.pem', 'server-key.json', 'journal.sqlite', 'journal.sqlite.second'])(
    'training takes none with a production terminal’s %s',
    (name) => {
      const { config, folder } = folders();
      writeFileSync(join(folder, name), 'x');
      expect(claim(config, mine)).toEqual([expect.stringContaining(`this one is a production terminal’s (${name})`)]);
      expect(readdirSync(folder)).toEqual([name]);
    },
  );

  test('training takes no second folder with a production terminal’s second file', () => {
    const { config, secondFolder } = folders(true);
    writeFileSync(join(secondFolder, 'journal.second'), 'x');
    expect(claim(config, mine)).toEqual([expect.stringMatching(/^data\.secondFolder: .*journal\.second/)]);
  });

  test('production takes none that a training terminal marked, neither first nor second', () => {
    const { config, folder, secondFolder } = folders(true);
    expect(claim(config, mine)).toEqual([]);
    writeFileSync(join(folder, 'terminal-key.pem'), 'x');
    expect(claim(config, mine)).toEqual([]);
    expect(claim(config, theirs)).toEqual([
      expect.stringContaining(`data.folder: ${JSON.stringify(folder)}: expected a folder of its own: this one is a training terminal’s`),
      expect.stringContaining(`data.secondFolder: ${JSON.stringify(secondFolder)}`),
    ]);
  });
});
