/**
 * Where the bus is, from the environment, since addresses carry passwords; what is said on it is in the server's settings. Used by the
 * server's entry and by consumers.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export const busSettingsSchema = z.strictObject({
  /** Made at the first start when it isn't there. */
  stream: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 of A-Z a-z 0-9 _ -')
    .default('JOURNAL'),
  /** Subjects are `<prefix>.<kind>`. */
  subjectPrefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64})*$/, 'expected words of A-Z a-z 0-9 _ - with dots between')
    .default('journal'),
  /** Servers that each hold every message; 3 needs a cluster. */
  replicas: z.union([z.literal(1), z.literal(3), z.literal(5)]).default(1),
  /** Messages are dropped from the stream when they are so old; the store keeps the entries. */
  keepDays: z.int().min(1).max(3650).default(30),
  /** Most that the stream may hold, bytes; a full one takes nothing more until old messages go. Absent: what nats-server allows. */
  maxBytes: z.int().min(1_000_000).optional(),
  /** Within this time the stream itself drops a repetition. */
  duplicateWindowMinutes: z.int().min(1).max(1440).default(2),
});
export type BusSettings = z.infer<typeof busSettingsSchema>;

export interface BusAddress {
  /** Without user and password. */
  readonly servers: readonly string[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Content of a credentials file: a user's JWT and seed. */
  readonly credentials: Uint8Array | undefined;
  readonly tls: boolean;
  /** PEM file of who vouches for the servers; absent: the machine's own. */
  readonly ca: string | undefined;
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * `NATS_URL`: one address, or more with commas between, `nats://` or `tls://`, with user and password in the first. `NATS_CREDS`, `NATS_CA`:
 * files. @returns `undefined` without `NATS_URL` @throws {Error} that names the variable
 */
export function busAddressOf(environment: NodeJS.ProcessEnv): BusAddress | undefined {
  const text = environment['NATS_URL'];
  if (text === undefined || text === '') return undefined;
  const urls = text.split(',').map(readUrl);
  for (const { protocol, hostname } of urls) {
    if (protocol !== 'tls:' && !LOOPBACK.includes(hostname)) throw new Error(`NATS_URL: ${hostname} is not this machine: journals go there by tls:// only`);
  }
  const [{ username, password } = { username: '', password: '' }] = urls;
  const creds = environment['NATS_CREDS'];
  return {
    servers: urls.map(({ host }) => host),
    user: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    credentials: creds === undefined ? undefined : readFile('NATS_CREDS', creds),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ca: environment['NATS_CA'],
  };
}

/** What is wrong is said without the address: it may hold a password. */
function readUrl(text: string): URL {
  const url = URL.parse(text.trim());
  if (url === null || (url.protocol !== 'nats:' && url.protocol !== 'tls:') || url.hostname === '')
    throw new Error('NATS_URL: expected nats://host:port or tls://host:port, more of them with commas between');
  return url;
}

function readFile(variable: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${variable}: ${file} can't be read`, { cause: error });
  }
}
