/**
 * The one syntax of addresses, `scheme:place?option=value&…`, read once and with every mistake named. Used by open.ts and by the
 * terminal's configuration check.
 */
import { TransportError } from './transport.ts';

export interface SerialSettings {
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
  readonly rtscts: boolean;
}

/** Which HID device is meant; what is left out may be anything. */
export interface HidSelection {
  readonly vendorId?: number;
  readonly productId?: number;
  readonly usagePage?: number;
  readonly usage?: number;
  readonly serialNumber?: string;
}

export type TransportAddress =
  | { readonly scheme: 'serial'; readonly path: string; readonly settings: SerialSettings }
  | { readonly scheme: 'tcp'; readonly host: string; readonly port: number }
  | { readonly scheme: 'hid'; readonly selection: HidSelection }
  /** A USB printer behind the kernel's own driver (Linux). */
  | { readonly scheme: 'usblp'; readonly path: string }
  /** A reader of the PC/SC service, by its name or a part of it; empty: the only one there is. */
  | { readonly scheme: 'pcsc'; readonly reader: string }
  /** A simulator in this process, by its name. */
  | { readonly scheme: 'sim'; readonly place: 'name'; readonly name: string }
  /** A simulator in another process, by its Unix socket. */
  | { readonly scheme: 'sim'; readonly place: 'socket'; readonly path: string };

const SCHEMES = 'serial:PATH?baudRate=…, tcp:HOST:PORT, hid:VVVV:PPPP, hid:usage=PP:UU, usblp:PATH, pcsc:READER, sim:NAME, sim:/PATH.sock';

const DEFAULT_SERIAL: SerialSettings = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1, rtscts: false };

/** How each serial option is read; `undefined` = not a value it takes. */
const SERIAL_OPTIONS: { readonly [K in keyof SerialSettings]: { readonly expected: string; readonly read: (text: string) => SerialSettings[K] | undefined } } =
  {
    baudRate: { expected: 'a whole number from 50 to 4000000', read: (text) => wholeNumber(text, 50, 4_000_000) },
    dataBits: { expected: '5, 6, 7 or 8', read: (text) => oneOf([5, 6, 7, 8], text) },
    parity: { expected: 'none, even or odd', read: (text) => oneOf(['none', 'even', 'odd'], text) },
    stopBits: { expected: '1 or 2', read: (text) => oneOf([1, 2], text) },
    rtscts: { expected: 'true or false', read: (text) => oneOf([true, false], text) },
  };

/** @throws {TransportError} `badAddress`, naming the address, what is wrong with it and what would be right. */
export function parseAddress(address: string): TransportAddress {
  const colon = address.indexOf(':');
  const scheme = colon < 0 ? '' : address.slice(0, colon);
  const question = address.indexOf('?');
  const place = address.slice(colon + 1, question < 0 ? undefined : question);
  const options = question < 0 ? '' : address.slice(question + 1);
  switch (scheme) {
    case 'serial':
      if (place === '') throw bad(address, 'no path; expected serial:PATH, for example serial:/dev/ttyUSB0?baudRate=9600');
      return { scheme, path: place, settings: parseSerialOptions(address, options) };
    case 'tcp':
      if (question >= 0) throw bad(address, `tcp takes no options, found ${JSON.stringify(options)}`);
      return parseTcp(address, place);
    case 'hid':
      return { scheme, selection: parseHid(address, place, options) };
    case 'usblp':
      if (question >= 0) throw bad(address, `usblp takes no options, found ${JSON.stringify(options)}`);
      if (!place.startsWith('/')) throw bad(address, 'expected usblp:PATH with a whole path, for example usblp:/dev/usb/lp0');
      return { scheme, path: place };
    case 'pcsc':
      return parsePcsc(address, address.slice(colon + 1));
    case 'sim':
      if (question >= 0) throw bad(address, `sim takes no options, found ${JSON.stringify(options)}`);
      return parseSim(address, place);
    default:
      throw bad(address, `unknown scheme; expected one of ${SCHEMES}`);
  }
}

function parseTcp(address: string, place: string): TransportAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d+)$/.exec(place);
  const host = match?.[1] ?? match?.[2];
  const port = wholeNumber(match?.[3] ?? '', 1, 65_535);
  if (host === undefined || port === undefined) throw bad(address, 'expected tcp:HOST:PORT with a port from 1 to 65535, for example tcp:10.0.0.9:9100');
  return { scheme: 'tcp', host, port };
}

/** `VVVV:PPPP`, options, or both with `?` between them; all numbers in hexadecimal, as the system lists them. */
function parseHid(address: string, place: string, options: string): HidSelection {
  const ids = /^([0-9a-fA-F]{4}):([0-9a-fA-F]{4})$/.exec(place);
  if (ids === null && place !== '' && (!place.includes('=') || options !== '')) {
    throw bad(address, 'expected hid:VVVV:PPPP with four hexadecimal digits each, for example hid:0c2e:0b61, or hid:usage=8c:02');
  }
  let selection: HidSelection = ids === null ? {} : { vendorId: hexNumber(ids[1]), productId: hexNumber(ids[2]) };
  for (const [name, value] of new URLSearchParams(ids === null && place !== '' ? place : options)) {
    selection = { ...selection, ...parseHidOption(address, name, value) };
  }
  if (Object.keys(selection).length === 0) throw bad(address, 'says nothing about the device; expected hid:VVVV:PPPP, hid:usage=PP:UU or hid:serial=…');
  return selection;
}

function parseHidOption(address: string, name: string, value: string): HidSelection {
  if (name === 'serial') {
    if (value === '') throw bad(address, 'option serial: expected the serial number of the device, found ""');
    return { serialNumber: value };
  }
  if (name !== 'usage') throw bad(address, `unknown option ${JSON.stringify(name)}; hid takes usage, serial`);
  const usage = /^([0-9a-fA-F]{1,4}):([0-9a-fA-F]{1,4})$/.exec(value);
  if (usage === null) throw bad(address, `option usage: expected page and usage in hexadecimal, for example 8c:02, found ${JSON.stringify(value)}`);
  return { usagePage: hexNumber(usage[1]), usage: hexNumber(usage[2]) };
}

function hexNumber(digits: string | undefined): number {
  return Number.parseInt(digits ?? '', 16);
}

/** Everything after the colon is the name: the services give readers names with spaces, brackets and question marks. */
function parsePcsc(address: string, name: string): TransportAddress {
  if (/[\p{Cc}]/u.test(name)) throw bad(address, 'a reader name holds no control characters; expected pcsc:READER, for example pcsc:ACS ACR122U');
  return { scheme: 'pcsc', reader: name.trim() };
}

function parseSim(address: string, place: string): TransportAddress {
  if (place.startsWith('/')) return { scheme: 'sim', place: 'socket', path: place };
  if (/^[\w.-]+$/.test(place)) return { scheme: 'sim', place: 'name', name: place };
  throw bad(address, 'expected sim:NAME (letters, digits, dot, dash, underscore) or sim:/PATH.sock');
}

function parseSerialOptions(address: string, text: string): SerialSettings {
  let settings = DEFAULT_SERIAL;
  for (const [name, value] of new URLSearchParams(text)) {
    if (!isSerialOption(name)) {
      throw bad(address, `unknown option ${JSON.stringify(name)}; serial takes ${Object.keys(SERIAL_OPTIONS).join(', ')}`);
    }
    const { expected, read } = SERIAL_OPTIONS[name];
    const parsed = read(value);
    if (parsed === undefined) throw bad(address, `option ${name}: expected ${expected}, found ${JSON.stringify(value)}`);
    settings = { ...settings, [name]: parsed };
  }
  return settings;
}

function isSerialOption(name: string): name is keyof SerialSettings {
  return Object.hasOwn(SERIAL_OPTIONS, name);
}

function oneOf<T extends string | number | boolean>(values: readonly T[], text: string): T | undefined {
  return values.find((value) => String(value) === text);
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function bad(address: string, what: string): TransportError {
  return new TransportError('badAddress', address, `address ${JSON.stringify(address)}: ${what}`);
}
