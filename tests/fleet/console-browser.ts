/** A browser that an operator uses: keeps its cookie, sends what a browser sends, and holds an authenticator and passkeys of its own. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { Secret, TOTP } from 'otpauth';
import type { z } from 'zod';
import type { Call, calls, CallName } from '../../fleet/console-api/calls.ts';
import { calls as table, CONSOLE_API } from '../../fleet/console-api/calls.ts';
import type { Role } from '../../fleet/console-api/roles.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { createPeople } from '../../fleet/server/console/console.ts';
import { invite } from '../../fleet/server/console/staff.ts';
import { consoleSettingsSchema } from '../../fleet/server/config.ts';
import { createIds } from '../../common/ids.ts';
import { problemSchema } from '../../common/upstream-api/problem.ts';
import { random, type World } from './support.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Input<C extends Call, K extends 'params' | 'query' | 'body'> = C extends { readonly [P in K]: infer S extends z.ZodType }
  ? { readonly [P in K]: z.input<S> }
  : unknown;
type Asked<C extends Call> = Input<C, 'params'> & Input<C, 'query'> & Input<C, 'body'>;

export class Browser {
  readonly #world: Pick<World, 'url' | 'clock'>;
  cookie: string | undefined;
  /** base 32 */
  totpSecret = '';

  constructor(world: Pick<World, 'url' | 'clock'>) {
    this.#world = world;
  }

  /** As the table says; the answer is what the table says, or the test fails. */
  async call<N extends CallName>(name: N, asked: Asked<(typeof calls)[N]>): Promise<z.output<(typeof calls)[N]['answer']>> {
    const answer = await this.ask(name, asked);
    if (answer.status !== 200) throw new Error(`${name} answered ${answer.status}: ${answer.text}`);
    const call: Call = table[name];
    return call.answer.parse(call.contentType === undefined ? JSON.parse(answer.text) : answer.text) as z.output<(typeof calls)[N]['answer']>;
  }

  /** The refusal's code. */
  async refusal<N extends CallName>(name: N, asked: Asked<(typeof calls)[N]>): Promise<string> {
    const answer = await this.ask(name, asked);
    return codeOf(answer);
  }

  ask<N extends CallName>(name: N, asked: Asked<(typeof calls)[N]>): Promise<Answer> {
    const call: Call = table[name];
    const { params = {}, query = {}, body } = asked as { params?: Record<string, string | number>; query?: Record<string, string | number>; body?: unknown };
    const path = Object.entries(params).reduce((before, [key, value]) => before.replace(`:${key}`, encodeURIComponent(value)), call.path);
    const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)])).toString();
    return this.send(`${CONSOLE_API}${path}${search === '' ? '' : `?${search}`}`, call.method === 'POST' ? { method: 'POST', body } : {});
  }

  send(path: string, { method = 'GET', body, headers = {} }: Sent = {}): Promise<Answer> {
    const own = {
      ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
      ...(method === 'POST' ? { origin: this.#world.url, 'x-console': '1', 'content-type': 'application/json' } : {}),
      'sec-fetch-site': 'same-origin',
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.#world.url}${path}`, { method, headers: own, agent: false }, (incoming) => {
        text(incoming).then((content) => {
          this.#keep(incoming.headers['set-cookie']);
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: content });
        }, reject);
      });
      outgoing.on('error', reject);
      outgoing.end(method === 'POST' ? JSON.stringify(body ?? {}) : undefined);
    });
  }

  #keep(cookies: readonly string[] = []): void {
    for (const each of cookies) this.cookie = /^[^=]+=;/.test(each) ? undefined : each.split(';')[0];
  }

  /** What the authenticator shows now, or at another time. */
  code(at = this.#world.clock.now()): string {
    return new TOTP({ secret: Secret.fromBase32(this.totpSecret) }).generate({ timestamp: at });
  }

  /** Accepts the invitation. @returns the recovery codes */
  async accept(code: string): Promise<string[]> {
    this.totpSecret = (await this.call('lookAtInvitation', { body: { code } })).totpSecret;
    return (await this.call('acceptInvitation', { body: { code, password: PASSWORD, totp: this.code() } })).recoveryCodes;
  }

  async signIn(name: string): Promise<void> {
    await this.call('signInByPassword', { body: { name, password: PASSWORD, totp: this.code() } });
  }
}

export function codeOf({ text: content }: Answer): string {
  return problemSchema.parse(JSON.parse(content)).code;
}

/** An invitation as the operator's command makes it. @returns its code */
export async function inviteByCommand(world: World, name: string, role: Role): Promise<string> {
  const store = await openStore(world.database);
  try {
    const { clock, signingKey } = world;
    const people = createPeople({
      store,
      clock,
      ids: createIds(clock, random),
      random,
      settings: consoleSettingsSchema.parse({}),
      signingKey,
      utcOffsetMinutes: 0,
    });
    await world.clock.advance(1); // the command is another process: what it records comes between
    const { code } = await invite(people, { name, role }, { name: 'root', address: 'command line' });
    await world.clock.advance(1);
    return code;
  } finally {
    await store.destroy();
  }
}

/** Signed in, with that role, in a browser of their own. */
export async function staffMember(world: World, role: Role, name = `The ${role}`): Promise<Browser> {
  const browser = new Browser(world);
  await browser.accept(await inviteByCommand(world, name, role));
  return browser;
}

/** A passkey on a device (WebAuthn 3, 6.5 and 6.1): P-256, attestation `none`, the person was verified. */
export class Passkey {
  readonly #key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly id = createHash('sha256')
    .update(this.#key.publicKey.export({ format: 'der', type: 'spki' }))
    .digest()
    .subarray(0, 16);
  #count = 0;

  make({ challenge, rp }: { challenge: string; rp: { id: string } }, origin: string) {
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' });
    const cose = isoCBOR.encode(
      new Map<number, number | Uint8Array<ArrayBuffer>>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ]),
    );
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, cose]);
    const authData = new Uint8Array(Buffer.concat([this.#authenticatorData(rp.id, 0x45), credential]));
    const attestation = isoCBOR.encode(
      new Map<string, string | Map<string, string> | Uint8Array<ArrayBuffer>>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    );
    return this.#response({
      clientDataJSON: clientData('webauthn.create', challenge, origin).toString('base64url'),
      attestationObject: Buffer.from(attestation).toString('base64url'),
    });
  }

  use({ challenge, rpId }: { challenge: string; rpId: string }, origin: string) {
    const authenticatorData = this.#authenticatorData(rpId, 0x05);
    const client = clientData('webauthn.get', challenge, origin);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(client).digest()]);
    return this.#response({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, this.#key.privateKey).toString('base64url'),
    });
  }

  #authenticatorData(rpId: string, flags: number): Buffer {
    this.#count += 1;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#count);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter]);
  }

  #response(response: Readonly<Record<string, string>>) {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }
}

function clientData(type: string, challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}
