/**
 * HTTPS to upstream: trusts the authorities that the configuration names and none of the machine's own, follows nowhere, keeps its
 * connections. What is wrong with a certificate comes out as what to check. Used by http.ts.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';
import { PortError } from '../../state-machines/ports.ts';

/** The part of `fetch` that a signed request needs. */
export type Fetch = (url: URL, init: FetchInit) => Promise<Pick<Response, 'status' | 'body'>>;

export interface FetchInit {
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly redirect: 'error';
  readonly signal: AbortSignal;
}

/** The file can't be the authorities that the terminal trusts; the message says what to do. */
export class AuthorityError extends Error {
  override readonly name = 'AuthorityError';
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a PEM file. @param now ms since 1970 @throws {AuthorityError} */
export function readAuthorities(file: string, now: number): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new AuthorityError(`the file can't be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}): ${file}`);
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0)
    throw new AuthorityError(
      `expected certificates (PEM) of the authority that vouches for upstream${isPrivateKey(text) ? ', not a private key' : ''}: ${file}`,
    );
  const living = certificates.map(parse).filter((certificate) => Date.parse(certificate.validTo) > now);
  if (living.length === 0) throw new AuthorityError(`the time of every certificate in it is over: fetch the authority's new one, or set the clock: ${file}`);
  return certificates.join('\n');

  function parse(pem: string): X509Certificate {
    try {
      return new X509Certificate(pem);
    } catch {
      throw new AuthorityError(`a certificate in it is damaged: copy the file anew: ${file}`);
    }
  }
}

function isPrivateKey(text: string): boolean {
  try {
    createPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Statuses that never have a body (Fetch Standard, "null body status"). */
const BODILESS: readonly number[] = [101, 204, 205, 304];

/** @param ca PEM; upstream's certificate must come from one of them */
export function createTrustedFetch(ca: string): Fetch {
  const agent = new Agent({ keepAlive: true, ca, minVersion: 'TLSv1.2' });
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const outgoing = request(url, { agent, method, headers, signal }, (incoming) => resolve(responseOf(incoming)));
      outgoing.on('error', (error) => reject(certificateTrouble(url, error) ?? error));
      outgoing.end(body);
    });
}

function responseOf(incoming: IncomingMessage): Pick<Response, 'status' | 'body'> {
  const status = incoming.statusCode ?? 0;
  if (!BODILESS.includes(status)) return { status, body: Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>> };
  incoming.resume();
  return { status, body: null };
}

export type CertificateTrouble = 'certificateExpired' | 'certificateNotYetValid' | 'certificateOfOtherHost' | 'certificateUntrusted' | 'noTls';

/** Node's codes of certificate verification (Node.js documentation, tls, "X509 certificate error codes"), and of a handshake that makes no sense. */
const TROUBLES: Readonly<Record<string, CertificateTrouble>> = {
  CERT_HAS_EXPIRED: 'certificateExpired',
  CERT_NOT_YET_VALID: 'certificateNotYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificateOfOtherHost',
  HOSTNAME_MISMATCH: 'certificateOfOtherHost',
  UNABLE_TO_GET_ISSUER_CERT: 'certificateUntrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificateUntrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificateUntrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificateUntrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificateUntrusted',
  CERT_SIGNATURE_FAILURE: 'certificateUntrusted',
  CERT_CHAIN_TOO_LONG: 'certificateUntrusted',
  CERT_REVOKED: 'certificateUntrusted',
  CERT_UNTRUSTED: 'certificateUntrusted',
  CERT_REJECTED: 'certificateUntrusted',
  INVALID_CA: 'certificateUntrusted',
  INVALID_PURPOSE: 'certificateUntrusted',
  PATH_LENGTH_EXCEEDED: 'certificateUntrusted',
  EPROTO: 'noTls',
};

const WORDS: Readonly<Record<CertificateTrouble, (host: string) => string>> = {
  certificateExpired: (host) => `the time of the certificate that ${host} shows is over: have it renewed, or set this terminal's clock if that is ahead`,
  certificateNotYetValid: (host) => `the certificate that ${host} shows is not valid yet: set this terminal's clock`,
  certificateOfOtherHost: (host) => `the certificate that ${host} shows is for another name: check upstream.url, or have a certificate made for ${host}`,
  certificateUntrusted: (host) =>
    `nobody in upstream.ca vouches for the certificate that ${host} shows: check that upstream.ca is the authority of this upstream; if it is, somebody else answers at this address`,
  noTls: (host) => `${host} does not speak TLS, or not as this terminal does: check host and port of upstream.url`,
};

/** It counts as being offline, since nothing was sent; `detail` is the trouble, the message says what to check. */
function certificateTrouble({ host }: URL, error: Error): PortError | undefined {
  const trouble = 'code' in error && typeof error.code === 'string' ? TROUBLES[error.code] : undefined;
  return trouble === undefined ? undefined : new PortError('offline', WORDS[trouble](host), { detail: trouble, cause: error });
}
