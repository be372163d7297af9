/** What the issuer's services share: the store, time, randomness, settings, and what they are given from outside. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Random } from '../../../common/ids.ts';
import type { IssuerOptions } from './load-rows.ts';
import { ProblemError } from '../http/problems.ts';
import type { Messenger } from './messenger.ts';
import type { SealingKey } from '../support/sealing-key.ts';
import type { IssuerServicesSettings } from './settings.ts';

export interface ServiceOptions extends IssuerOptions {
  readonly services: IssuerServicesSettings;
  readonly random: Random;
  /** Keyed: for documents, telephones, codes and passwords. */
  readonly hash: (secret: string) => string;
  /** Absent: nothing can be sent to telephones. */
  readonly messenger: Messenger | undefined;
  /** Opens service passwords that terminals sealed. Absent: none can be set here. */
  readonly sealing: SealingKey | undefined;
}

/** What a repetition under the same id must equal. */
export function requestHash(request: object): string {
  return createHash('sha256')
    .update(canonicalize(request) ?? '')
    .digest('hex');
}

interface Asked {
  readonly terminal_id: string;
  readonly request_hash: string;
}

/** @throws {ProblemError} `idempotencyConflict` when the same id came from another terminal or with other contents */
export function requireSame(earlier: Asked, terminalId: string, request: object, what: string): void {
  if (earlier.terminal_id === terminalId && earlier.request_hash === requestHash(request)) return;
  throw new ProblemError('idempotencyConflict', `${what} was asked for before with other contents`);
}
