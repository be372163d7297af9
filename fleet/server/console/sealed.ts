/**
 * Opens personal data in an entry, which terminals sealed as JWE: to the desk's key, or to one that the operator keeps for auditors. The
 * reason is on disk before the seal is touched, so that nothing is ever read without a record of who wanted it and why.
 */
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compactDecrypt } from 'jose';
import { ProblemError } from '../http/problems.ts';
import type { Store } from '../store/store.ts';
import type { SealingKey } from '../support/sealing-key.ts';
import type { Audit } from './audit.ts';
import { sealedIn, type Sealed } from './masking.ts';
import type { Who } from './sessions.ts';

/** Key agreement and transport that are still recommended (RFC 7518, 4.1). */
const ALGORITHMS = ['ECDH-ES', 'ECDH-ES+A256KW', 'RSA-OAEP-256'];
const ENCRYPTIONS = ['A256GCM', 'A256CBC-HS512', 'A128GCM'];

export interface EntryPlace {
  readonly terminalId: string;
  readonly epoch: number;
  readonly seq: number;
}

export interface SealedOpener {
  /** @throws {ProblemError} `unknownEntry`, `nothingSealed`, `sealedUnreadable` */
  open(place: EntryPlace, who: Who, reason: string): Promise<{ path: string; text: string }[]>;
}

/** The text, if it was sealed to this key. */
type Unseal = (jwe: string) => Promise<string>;

export interface SealedKeys {
  /** Of `console.sealedKey`. */
  readonly auditors: KeyObject | undefined;
  readonly desk: SealingKey | undefined;
}

export function createSealedOpener(store: Store, audit: Audit, { auditors, desk }: SealedKeys): SealedOpener {
  const keys: readonly Unseal[] = [...(desk === undefined ? [] : [(jwe: string) => desk.open(jwe)]), ...(auditors === undefined ? [] : [unsealWith(auditors)])];
  return {
    open: async ({ terminalId, epoch, seq }, who, reason) => {
      const row = await store
        .selectFrom('journal_entries')
        .select('entry')
        .where('terminal_id', '=', terminalId)
        .where('epoch', '=', epoch)
        .where('seq', '=', seq)
        .executeTakeFirst();
      if (row === undefined) throw new ProblemError('unknownEntry', `entry ${epoch}/${seq} of ${terminalId} is not stored here`);
      const sealed = sealedIn((JSON.parse(row.entry) as { body: unknown }).body);
      if (sealed.length === 0) throw new ProblemError('nothingSealed', `nothing in entry ${epoch}/${seq} of ${terminalId} is sealed`);
      if (keys.length === 0) throw new ProblemError('sealedUnreadable', 'this server has no key for it: set console.sealedKey');
      await store.serially([`staff:${who.staffId}`], (trx) =>
        audit.record(trx, { kind: 'sealedOpened', actor: who.name, about: `${terminalId} ${epoch}/${seq}`, detail: reason, address: who.address }),
      );
      return Promise.all(sealed.map((each) => opened(each, keys)));
    },
  };
}

async function opened({ path, jwe }: Sealed, keys: readonly Unseal[]): Promise<{ path: string; text: string }> {
  for (const unseal of keys) {
    const text = await unseal(jwe).catch(() => undefined);
    if (text !== undefined) return { path, text };
  }
  throw new ProblemError('sealedUnreadable', `${path} was sealed to another key, or altered`);
}

function unsealWith(key: KeyObject): Unseal {
  return async (jwe) => {
    const { plaintext } = await compactDecrypt(jwe, key, { keyManagementAlgorithms: ALGORITHMS, contentEncryptionAlgorithms: ENCRYPTIONS });
    return new TextDecoder().decode(plaintext);
  };
}

/** PEM (PKCS #8) or JWK. @throws {Error} naming the file and what is wrong with it */
export function readSealedKey(file: string): KeyObject {
  const text = read(file);
  try {
    return text.trimStart().startsWith('{') ? createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' }) : createPrivateKey(text);
  } catch (error) {
    throw new Error(`console.sealedKey: ${file} holds no private key (PEM without a password, or JWK)`, { cause: error });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`console.sealedKey: ${file} can't be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`, {
      cause: error,
    });
  }
}
