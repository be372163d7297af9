/** Passkeys (WebAuthn): made by a person who is signed in, and used instead of password and code. A challenge is good once, for two minutes. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Tables } from '../store/store.ts';
import type { Caller, People, StaffRow } from './people.ts';
import { makeToken } from './secrets.ts';
import { beginSession, type SignedIn } from './sign-in.ts';

const CHALLENGE_LIFE_MS = 120_000;

/** Only where a passkey is used: loading it takes a while, and warns of what is new in Node. */
const library = () => import('@simplewebauthn/server');

export interface PasskeyOptions {
  readonly challengeId: string;
  readonly options: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly challengeId: string;
  /** What the browser made; the library says whether it is one. */
  readonly response: object;
}

export async function signInOptions(people: People, { origin }: Caller): Promise<PasskeyOptions> {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({ rpID: hostOf(origin), userVerification: 'required', challenge: challengeBytes(people) });
  return { challengeId: await keepChallenge(people, options.challenge, null), options: { ...options } };
}

/** @throws {ProblemError} `signInRefused` */
export async function signInByPasskey(people: People, answer: Answer, caller: Caller): Promise<SignedIn> {
  const { store, clock, sessions } = people;
  const challenge = await takeChallenge(people, answer.challengeId, null);
  const response = answer.response as AuthenticationResponseJSON;
  const key = await store.selectFrom('console_passkeys').selectAll().where('passkey_id', '=', response.id).executeTakeFirst();
  const counter = key === undefined || challenge === undefined ? undefined : await verifiedCounter(response, challenge, key, caller);
  const token = await store.serially([`staff:${key?.staff_id ?? ''}`], async (trx) => {
    const row = key === undefined || counter === undefined ? undefined : await activeStaff(trx, key.staff_id);
    if (key === undefined || counter === undefined || row === undefined) {
      await people.audit.record(trx, { kind: 'signInRefused', actor: row?.name ?? 'passkey', detail: 'passkey', address: caller.address });
      return undefined;
    }
    await trx.updateTable('console_passkeys').set({ counter, last_used_at: clock.now() }).where('passkey_id', '=', key.passkey_id).execute();
    return beginSession(people, trx, row, 'passkey', caller);
  });
  if (token === undefined) throw new ProblemError('signInRefused', 'the passkey is not known here, or its answer came too late');
  return { token, session: (await sessions.find(token, caller.address)).session };
}

export async function newPasskeyOptions(people: People, { staff_id, name }: StaffRow, { origin }: Caller): Promise<PasskeyOptions> {
  const known = await people.store.selectFrom('console_passkeys').select('passkey_id').where('staff_id', '=', staff_id).execute();
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: people.settings.name,
    rpID: hostOf(origin),
    userName: name,
    userDisplayName: name,
    userID: new TextEncoder().encode(staff_id),
    challenge: challengeBytes(people),
    attestationType: 'none',
    excludeCredentials: known.map(({ passkey_id: id }) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return { challengeId: await keepChallenge(people, options.challenge, staff_id), options: { ...options } };
}

/** @throws {ProblemError} `secondFactorRefused` */
export async function addPasskey(people: People, staffId: string, answer: Answer & { readonly label: string }, caller: Caller) {
  const challenge = await takeChallenge(people, answer.challengeId, staffId);
  const credential = challenge === undefined ? undefined : await registeredCredential(answer.response as RegistrationResponseJSON, challenge, caller);
  if (credential === undefined) throw new ProblemError('secondFactorRefused', 'the passkey was not made for this console, or too long ago');
  const row: Tables['console_passkeys'] = {
    passkey_id: credential.id,
    staff_id: staffId,
    public_key: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    label: answer.label,
    added_at: people.clock.now(),
    last_used_at: null,
  };
  return row;
}

async function verifiedCounter(
  response: AuthenticationResponseJSON,
  expectedChallenge: string,
  key: Tables['console_passkeys'],
  { origin }: Caller,
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await library();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      credential: { id: key.passkey_id, publicKey: new Uint8Array(Buffer.from(key.public_key, 'base64url')), counter: key.counter },
    });
    return verified ? authenticationInfo.newCounter : undefined;
  } catch {
    return undefined; // the library throws at whatever does not fit
  }
}

async function registeredCredential(response: RegistrationResponseJSON, expectedChallenge: string, { origin }: Caller) {
  const { verifyRegistrationResponse } = await library();
  try {
    const result = await verifyRegistrationResponse({ response, expectedChallenge, expectedOrigin: origin, expectedRPID: hostOf(origin) });
    return result.registrationInfo?.credential;
  } catch {
    return undefined;
  }
}

function challengeBytes({ random }: People): Uint8Array<ArrayBuffer> {
  return new Uint8Array(random.bytes(32));
}

async function keepChallenge({ store, clock, random }: People, challenge: string, staffId: string | null): Promise<string> {
  const challengeId = makeToken(random);
  await store.deleteFrom('console_challenges').where('expires_at', '<=', clock.now()).execute();
  await store
    .insertInto('console_challenges')
    .values({ challenge_id: challengeId, challenge, staff_id: staffId, expires_at: clock.now() + CHALLENGE_LIFE_MS })
    .execute();
  return challengeId;
}

/** Once: whoever deletes the row has it. */
async function takeChallenge({ store, clock }: People, challengeId: string, staffId: string | null): Promise<string | undefined> {
  const row = await store.deleteFrom('console_challenges').where('challenge_id', '=', challengeId).returningAll().executeTakeFirst();
  return row !== undefined && row.staff_id === staffId && row.expires_at > clock.now() ? row.challenge : undefined;
}

async function activeStaff(trx: StoreTransaction, staffId: string): Promise<StaffRow | undefined> {
  return trx.selectFrom('console_staff').selectAll().where('staff_id', '=', staffId).where('state', '=', 'active').executeTakeFirst();
}

/** WebAuthn's relying party: the console's host. */
function hostOf(origin: string): string {
  return new URL(origin).hostname;
}
