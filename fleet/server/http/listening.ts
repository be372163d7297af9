/**
 * Where the server may listen and with what: TLS everywhere but on loopback, unless a proxy that the settings name ends TLS in front of it.
 * Used by server.ts and main.ts.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ServerSettings } from '../config.ts';
import { withAbsoluteKeyPaths } from '../keys/key-settings.ts';

export interface TlsFiles {
  /** PEM: the certificate, then those that vouch for it. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** Why the server must not listen on `host`, for the person who starts it. */
export function listeningProblem(
  host: string,
  mode: 'sandbox' | 'live',
  { tls, behindProxy }: Pick<ServerSettings, 'tls' | 'behindProxy'>,
): string | undefined {
  if (LOOPBACK.includes(host)) return undefined;
  if (mode === 'sandbox') return `a sandbox listens on loopback only, not on ${host}: who reaches it can make money`;
  if (tls !== undefined || behindProxy !== undefined) return undefined;
  return `without TLS the server listens on loopback only, not on ${host}: set tls.certificate and tls.key, or behindProxy where a proxy ends TLS`;
}

/** @throws {Error} naming the file and what is wrong with it */
export function readTlsFiles({ certificate, key }: { readonly certificate: string; readonly key: string }): TlsFiles {
  const cert = read('tls.certificate', certificate);
  const secret = read('tls.key', key);
  const first = parsed('tls.certificate', certificate, 'certificate (PEM)', () => new X509Certificate(cert));
  const privateKey = parsed('tls.key', key, 'private key (PEM, without a password)', () => createPrivateKey(secret));
  if (!first.checkPrivateKey(privateKey)) throw new Error(`tls.key: ${key} is not the key of the first certificate in ${certificate}`);
  return { cert, key: secret };
}

/** Files of the settings count from the settings file. */
export function withAbsolutePaths(settings: ServerSettings, settingsFile: string): ServerSettings {
  const base = dirname(resolve(settingsFile));
  const { tls, console, updates } = settings;
  const placed = (path: string | undefined, name: 'site' | 'sealedKey') => (path === undefined ? {} : { [name]: resolve(base, path) });
  return {
    ...settings,
    keyStore: withAbsoluteKeyPaths(settings.keyStore, base),
    ...(tls === undefined ? {} : { tls: { certificate: resolve(base, tls.certificate), key: resolve(base, tls.key) } }),
    ...(updates.repository === undefined ? {} : { updates: { repository: resolve(base, updates.repository) } }),
    console: { ...console, ...placed(console.site, 'site'), ...placed(console.sealedKey, 'sealedKey') },
  };
}

function read(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${setting}: ${file} can't be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`, { cause: error });
  }
}

function parsed<T>(setting: string, file: string, expected: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`${setting}: ${file} holds no ${expected}`, { cause: error });
  }
}
