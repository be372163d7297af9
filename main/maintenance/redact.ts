/**
 * What must not leave a terminal, in a bundle for support, a log on a stick, or frames of a line: secrets by the name of their setting, personal numbers by their form. Default is to take
 * out: a digit too many gone costs a question, one too few a person's privacy. Pure.
 */
import { maskNumbers } from '../../common/number-mask.ts';
import { parseJson } from '../../common/parse-json.ts';

export const REDACTED = '[redacted]';

/** Names, in configuration and logs, of what is a secret or says who somebody is, whatever its value looks like. */
const SECRET_NAME =
  /key|secret|password|passwd|pass$|pin$|token|cookie|authorization|credential|enrolmentcode|vouchercode|salt|seal|mac[12]?$|tac$|apdu|serial$|serialnumber|^uid$|cardrandom|document|^name$|phone|mobile|address$|birth|^text$/i;
/** Names that fit above and hold neither. */
const KNOWN_HARMLESS: ReadonlySet<string> = new Set(['keyIndex', 'keyboard', 'serverPublicKey', 'address', 'keys', 'keypad', 'name', 'serialNumber']);
/** Hexadecimal that is longer than any number people say, e.g. a key, a random number, a UID. */
const LONG_HEX = /(?<![0-9A-Za-z])[0-9A-Fa-f]{14,}(?![0-9A-Za-z])/g;
const PEM = /-----BEGIN [^-]+-----[^]*?(?:-----END [^-]+-----|$)/g;
/** Compact JWS and JWE. */
const JOSE = /(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){1,4}/g;
/** Between scheme and host of an address. */
const URL_PASSWORD = /(?<=[a-z]:\/\/)[^/\s@]+@/gi;

export function redactText(text: string): string {
  return maskNumbers(text.replaceAll(PEM, REDACTED).replaceAll(JOSE, REDACTED).replaceAll(URL_PASSWORD, `${REDACTED}@`).replaceAll(LONG_HEX, REDACTED));
}

/** @param harmless names that are kept here although they sound like a secret's */
export function redactValue(value: unknown, harmless: ReadonlySet<string> = NONE): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((each) => redactValue(each, harmless));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      redactText(name),
      SECRET_NAME.test(name) && !harmless.has(name) && each !== null ? REDACTED : redactValue(each, harmless),
    ]),
  );
}

const NONE: ReadonlySet<string> = new Set();

/** A configuration as it is in its file: names of settings and of devices' addresses stay, keys and codes go. */
export function redactConfiguration(config: unknown): unknown {
  return redactValue(config, KNOWN_HARMLESS);
}

/** A line of a log: JSON by its names, anything else by its form. */
export function redactLogLine(line: string): string {
  const value = parseJson(line);
  return typeof value === 'object' && value !== null ? JSON.stringify(redactValue(value)) : redactText(line);
}
