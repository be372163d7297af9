/** What a subsidy office or a merchant does at the issuer of a sandbox. */
import type { PendingLoadKind } from '../../common/upstream-api/pending-loads.ts';
import type { Sandbox } from './sandbox.ts';

/** Of the card `student-6688` of the sandbox's cabinet. */
export const STUDENT_SERIAL = '03105170010170906688';

let count = 0;

export interface Promised {
  readonly amount: number;
  readonly kind?: PendingLoadKind;
  /** ms since 1970. */
  readonly availableUntil?: number;
  readonly serial?: string;
}

/** Something waits for a card. @returns its id */
export async function putAtIssuer(
  { upstreamUrl }: Pick<Sandbox, 'upstreamUrl'>,
  { serial = STUDENT_SERIAL, kind = 'subsidy', ...rest }: Promised,
): Promise<string> {
  count += 1;
  const pendingId = `waiting-${process.pid}-${count}`;
  const response = await fetch(new URL('/sandbox/issuer/pending-loads', upstreamUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pendingId, serial, kind, reference: `S-${count}`, ...rest }),
  });
  if (!response.ok) throw new Error(`the issuer took no pending load: ${response.status} ${await response.text()}`);
  return pendingId;
}
