import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, parseConfig, problemText } from '../../../main/config/config.ts';
import { terminalConfigSchema } from '../../../main/config/schema.ts';

const EXAMPLE = 'resources/config/example.json';
const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Json = Record<string, unknown>;
const example = (): Json => JSON.parse(readFileSync(EXAMPLE, 'utf8'));

/** The example with one value replaced, by path. */
function changed(path: readonly (string | number)[], value: unknown): Json {
  const root = example();
  let at: unknown = root;
  for (const key of path.slice(0, -1)) at = Reflect.get(Object(at), key);
  if (value === undefined) Reflect.deleteProperty(Object(at), path.at(-1) ?? '');
  else Reflect.set(Object(at), path.at(-1) ?? '', value);
  return root;
}

function problems(value: unknown): string[] {
  try {
    parseConfig(value);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(problemText);
    throw error;
  }
}

describe('the example', () => {
  test('is a good configuration, and its folders count from the file', () => {
    const config = loadConfig(EXAMPLE);
    expect(config.data.folder).toBe(resolve('out/terminal'));
    expect(config.data.secondFolder).toBeUndefined();
    expect(config.devices.cashAcceptor?.model).toBe('jcm-id003');
  });

  test('names every setting there is', () => {
    const shape = terminalConfigSchema.shape;
    const text = example();
    expect(Object.keys(text).sort()).toEqual(Object.keys(shape).sort());
    const keysOf = (section: string): string[] => Object.keys(Object(text[section])).sort();
    expect(keysOf('terminal')).toEqual(['id', 'shortName', 'terminalNumber', 'timeZone']);
    expect(keysOf('site')).toEqual(['hotline', 'hotlineHours', 'notice', 'operator', 'place', 'slots', 'verifyUrl']);
    expect(keysOf('data')).toEqual(Object.keys(parseConfig(text).data).sort());
    expect(keysOf('display')).toEqual(Object.keys(parseConfig(text).display).sort());
    expect(keysOf('upstream')).toEqual(Object.keys(parseConfig(text).upstream).sort());
    expect(keysOf('topUp')).toEqual(Object.keys(parseConfig(text).topUp).sort());
  });

  test('without what has a default says the same', () => {
    const full = parseConfig(example());
    const least = example();
    for (const key of ['display', 'topUp', 'log', 'language']) Reflect.deleteProperty(least, key);
    // A code that a person presents needs a scanner, which not every terminal has.
    expect(parseConfig(least)).toEqual({ ...full, topUp: { ...full.topUp, tenders: ['cash', 'qr', 'voucher'] } });
  });
});

describe('a wrong configuration', () => {
  test.each<[string, (string | number)[], unknown, string]>([
    ['a terminal id with a blank', ['terminal', 'id'], 'T 1', 'terminal.id: "T 1": '],
    ['a short name that people can misread', ['terminal', 'shortName'], 'ILO', 'terminal.shortName: "ILO": expected 1 to 4 of 0-9 and A-Z without I, L, O, U'],
    [
      'a terminal number of five bytes',
      ['terminal', 'terminalNumber'],
      '0000010000',
      'terminal.terminalNumber: "0000010000": expected 6 bytes of hexadecimal (12 digits)',
    ],
    [
      'a time zone that does not exist',
      ['terminal', 'timeZone'],
      'Asia/Nowhere',
      'terminal.timeZone: "Asia/Nowhere": expected an IANA time zone, for example "Asia/Shanghai"',
    ],
    ['a missing setting', ['site', 'operator'], undefined, 'site.operator: missing: expected text of 1 to 40 characters'],
    ['a setting nobody knows', ['topUp', 'maxmum'], 5, 'topUp.maxmum: 5: unknown setting; remove it or correct its name'],
    ['half a fen', ['topUp', 'minimum'], 0.5, 'topUp.minimum: 0.5: expected whole fen'],
    ['a preset beyond the maximum', ['topUp', 'presets'], [2000, 60_000], 'topUp.presets[1]: 60000: expected 1000 to 50000 fen'],
    ['presets out of order', ['topUp', 'presets'], [5000, 2000], 'topUp.presets[1]: 2000: expected more than the preset before (5000)'],
    ['a tender twice', ['topUp', 'tenders'], ['cash', 'cash'], 'topUp.tenders: ["cash","cash"]: expected each tender once'],
    [
      'a device nobody makes',
      ['devices', 'cardReader', 'model'],
      'crt999',
      'devices.cardReader.model: "crt999": expected one of crt591-m001, crt571, crt591-r02, crt591-mr, crt310',
    ],
    [
      'a coin acceptor where notes are held in escrow',
      ['devices', 'cashAcceptor'],
      { model: 'cctalk-coin', address: 'sim:cashAcceptor', options: { coins: [{ position: 1, value: 100 }] } },
      'devices.cashAcceptor.model: "cctalk-coin": expected a note acceptor with escrow: cctalk-coin takes coins into the box at once',
    ],
    [
      'an address without a scheme',
      ['devices', 'receiptPrinter', 'address'],
      '/dev/ttyUSB0',
      'devices.receiptPrinter.address: "/dev/ttyUSB0": address "/dev/ttyUSB0": unknown scheme',
    ],
    [
      'an option its model does not know',
      ['devices', 'cashAcceptor', 'options', 'speed'],
      9600,
      'devices.cashAcceptor.options.speed: 9600: unknown setting; remove it or correct its name',
    ],
    ['no card profile', ['cards', 'profiles'], [], 'cards.profiles: []: expected at least one profile'],
    ['plain http to another machine', ['upstream', 'url'], 'http://10.0.0.9', 'upstream.url: "http://10.0.0.9": http: is allowed on loopback only; use https:'],
    [
      'an address of slips with a #',
      ['site', 'verifyUrl'],
      'https://card.example/#/r/',
      'site.verifyUrl: "https://card.example/#/r/": expected an address without #',
    ],
    ['an address of slips that is too long to print', ['site', 'verifyUrl'], `https://card.example/${'r'.repeat(100)}`, 'expected at most 120 characters'],
    ['a tender that nobody knows', ['topUp', 'tenders'], ['cheque'], 'topUp.tenders[0]: "cheque": expected "cash", "qr", "qrPresented", "card" or "voucher"'],
    [
      'codes that are presented, without a scanner to read them',
      ['devices', 'codeScanner'],
      null,
      'topUp.tenders[2]: "qrPresented": expected devices.codeScanner: it reads the code that a person presents',
    ],
    ['an unknown language', ['language'], 'de', 'language: "de": expected "zh-CN" or "zh-HK" or "en"'],
  ])('%s: path, value and what was expected', (_what, path, value, expected) => {
    const found = problems(changed(path, value));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  test('lists everything at once, also what is missing with its whole section', () => {
    const value = { ...changed(['terminal', 'id'], 7), site: undefined, bogus: true, sandbox: false, topUp: { minimum: 9, maximum: 2, settledWithinHours: 0 } };
    expect(problems(value).map((line) => line.split(':')[0])).toEqual([
      'terminal.id',
      'site.operator',
      'site.place',
      'site.hotline',
      'site.hotlineHours',
      'site.verifyUrl',
      'topUp.settledWithinHours',
      'topUp.minimum',
      'topUp.presets[0]',
      'topUp.presets[1]',
      'topUp.presets[2]',
      'topUp.presets[3]',
      'bogus',
      'upstream.url',
      'upstream.issuer.sandboxKeys',
      'devices.cardReader.address',
      'devices.receiptPrinter.address',
      'devices.cashAcceptor.address',
      'devices.codeScanner.address',
      'devices.idReader.address',
      'devices.cabinet.address',
      'devices.keypad.address',
    ]);
  });

  test('never shows a key', () => {
    const [line] = problems(changed(['upstream', 'issuer', 'sandboxKeys', 'masterLoadKey'], '3A7F10C4'));
    expect(line).toBe('upstream.issuer.sandboxKeys.masterLoadKey: "(not shown)": expected 16 bytes of hexadecimal (32 digits)');
  });

  test('is no JSON, or no file: said in one problem', () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{ "terminal": ');
    expect(() => loadConfig(file)).toThrow(/expected JSON/);
    expect(() => loadConfig(join(folder, 'none.json'))).toThrow(/can't be read \(ENOENT\)/);
  });
});

describe('channels of help', () => {
  const channel = { id: 'desk', kind: 'servicePoint', name: { 'zh-CN': '服务点' }, contact: { 'zh-CN': '一楼' } };
  const withChannels = (...channels: unknown[]): Json => changed(['support'], { channels });

  test('may be none, and need no more than a name and where they are', () => {
    expect(parseConfig(changed(['support'], {})).support).toEqual({ channels: [], survey: false, holidays: [], makeUpDays: [] });
    expect(parseConfig(withChannels(channel)).support.channels).toMatchObject([{ id: 'desk', purposes: [] }]);
  });
  test('of a kind that nobody draws, twice the same, or without a Chinese name are refused', () => {
    expect(problems(withChannels({ ...channel, kind: 'pigeon' }))).toEqual([
      'support.channels[0].kind: "pigeon": expected one of hotline, app, wechat, web, email, servicePoint',
    ]);
    expect(problems(withChannels(channel, channel)).map((line) => line.split(': ').at(-1))).toEqual(['expected each id once']);
    expect(problems(withChannels({ ...channel, name: { en: 'Desk' } }))).toEqual([
      'support.channels[0].name.zh-CN: missing: expected text of 1 to 40 characters',
    ]);
  });
  test('have hours that a calendar can hold', () => {
    const week = [[], [], [], [], [], [], []];
    expect(problems(withChannels({ ...channel, hours: 'sometimes' }))).toEqual([
      'support.channels[0].hours: "sometimes": expected "always" or the hours of a week',
    ]);
    expect(problems(withChannels({ ...channel, hours: { week } }))[0]).toContain('support.channels[0].hours');
    expect(problems(withChannels({ ...channel, hours: { week: [[{ from: '12:00', to: '09:00' }], ...week.slice(1)] } }))[0]).toContain(
      'support.channels[0].hours',
    );
  });
});

describe('new cards for lost ones', () => {
  const APPLICATION = 'A00000000386980701';
  const replacement = (value: unknown) => parseConfig(changed(['replacement'], value)).replacement;

  test('are offered where it says what the blanks are, and nowhere else', () => {
    expect(replacement({ application: APPLICATION })).toEqual({ application: APPLICATION, fee: 2000, offered: true });
    expect(replacement({ application: APPLICATION, offered: false })).toMatchObject({ offered: false });
    expect(replacement({})).toEqual({ fee: 2000, offered: false });
    expect(replacement({ application: null, offered: null })).toMatchObject({ offered: false });
  });

  test.each([
    ['without a word of the blanks', { offered: true }, 'expected the application of the blanks in the stacker: replacement.offered is true'],
    [
      'on blanks that no profile reads',
      { application: 'A0000000038698070F' },
      'expected the aid of one of cards.profiles (A000000632010105, A00000000386980701)',
    ],
    ['on blanks without a proper name', { application: 'a000' }, 'expected 5 to 16 bytes of upper-case hexadecimal'],
  ])('%s: refused', (_, value, expected) => {
    const found = problems(changed(['replacement'], value));
    expect(found).toEqual([expect.stringContaining('replacement.application: ')]);
    expect(found[0]).toContain(expected);
  });
});

const production = (): Json => ({
  ...example(),
  topUp: {},
  sandbox: false,
  devices: { cardReader: { model: 'crt591-m001', address: 'serial:/dev/ttyUSB0?baudRate=38400' } },
  upstream: { url: 'https://upstream.example', ca: 'ca.pem' },
});

describe('outside the sandbox', () => {
  test('real devices and an upstream are enough', () => {
    expect(problems(production())).toEqual([]);
    expect(parseConfig(production()).devices).toMatchObject({ receiptPrinter: null, cashAcceptor: null });
  });
  test('simulated devices, sandbox keys and a missing upstream are refused', () => {
    const lines = problems({ ...example(), sandbox: false }).map((line) => line.split(': ')[0]);
    expect(lines).toEqual([
      'upstream.url',
      'upstream.issuer.sandboxKeys',
      'devices.cardReader.address',
      'devices.receiptPrinter.address',
      'devices.cashAcceptor.address',
      'devices.codeScanner.address',
      'devices.idReader.address',
      'devices.cabinet.address',
      'devices.keypad.address',
    ]);
  });
  test('a sandbox without an upstream needs the keys of its own', () => {
    expect(problems(changed(['upstream', 'issuer', 'sandboxKeys'], null))).toEqual([
      'upstream.issuer.sandboxKeys: null: expected keys for the sandbox that the terminal starts itself',
    ]);
  });
  test('plain http on loopback is allowed, and nowhere else', () => {
    expect(problems({ ...production(), upstream: { url: 'http://127.0.0.1:8787' } })).toEqual([]);
    expect(problems({ ...production(), upstream: { url: 'http://10.0.0.7:8787' } })).toEqual([
      'upstream.url: "http://10.0.0.7:8787": http: is allowed on loopback only; use https:',
    ]);
  });
  test('https needs to know who vouches for upstream', () => {
    expect(problems({ ...production(), upstream: { url: 'https://upstream.example' } })).toEqual([
      'upstream.ca: missing: expected the PEM file of the authority that vouches for the certificate of upstream.url',
    ]);
  });
  test('the file of the authority counts from the configuration', () => {
    const file = join(folder, 'production.json');
    writeFileSync(file, JSON.stringify(production()));
    expect(loadConfig(file).upstream.ca).toBe(join(folder, 'ca.pem'));
  });
});
