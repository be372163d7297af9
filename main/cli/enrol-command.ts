/**
 * `kioskctl enrol CODE --config FILE`: a technician makes the terminal known upstream with a one-time code, while it runs or not. The
 * private key is made here if there is none and stays in its file; said again after a lost answer, the same code is still good.
 */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { parseEnrolmentCode } from '../../common/enrolment-code.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { PortError } from '../../state-machines/ports.ts';
import { authoritiesOf, loadConfig, type TerminalConfig } from '../config/config.ts';
import { dataFilesOf } from '../config/data-files.ts';
import { sealOf } from '../identity/key-seal.ts';
import { IdentityError, loadOrCreateTerminalKey, type TerminalKey } from '../identity/terminal-key.ts';
import { systemClock, systemRandom } from '../terminal/system.ts';
import { createHttpClient } from '../upstream/http.ts';
import { register } from '../upstream/registration.ts';
import { serverKeyFile } from '../upstream/server-key.ts';
import { isStandingProblem, troubleText } from '../upstream/standing.ts';
import { Failure, readArguments, text, UsageError, type Command, type Output, type Status } from './command.ts';

export const enrolCommand: Command = {
  usage: 'enrol CODE --config FILE',
  does: 'makes this terminal known upstream with a one-time code',
  run: enrol,
};

async function enrol(args: readonly string[], { out }: Output): Promise<Status> {
  const { words, given } = readArguments(args, { least: 1, most: 1 }, { config: 'string' });
  const file = text(given, 'config');
  if (file === undefined) throw new UsageError('--config is needed: the configuration of the terminal');
  const config = loadConfig(file);
  const { url } = config.upstream;
  if (url === undefined) throw new Failure(`${file}: upstream.url is not set: there is nobody to enrol at`);
  const code = codeOf(words[0] ?? '', config);
  const ca = authoritiesOf(config, systemClock.now(), file);
  const { terminalKey: keyPath, processId } = dataFilesOf(config);
  const isNew = !existsSync(keyPath);
  const key = keyOf(keyPath, config.data.folder);
  const terminalId = config.terminal.id;
  const http = createHttpClient({ url, terminalId, key, clock: systemClock, random: systemRandom, ...(ca === undefined ? {} : { ca }) });
  const serverKey = await register({ http, terminalId, key }, code).catch((error: unknown) => {
    throw failureOf(error);
  });
  keepServerKey(config, serverKey);
  out(`${terminalId} is enrolled at ${url} with the key ${key.kid}`);
  if (isNew) out(`the key was made now: ${keyPath}`);
  if (isRunning(processId)) out(isNew ? 'restart the terminal: it still uses the key it had' : 'the terminal goes on by itself within a minute');
  return 0;
}

/** A slip of the finger is noticed here, before it costs one of the few tries. */
function codeOf(typed: string, { sandbox }: TerminalConfig): string {
  const code = parseEnrolmentCode(typed);
  if (code !== undefined) return code;
  if (sandbox) return typed;
  throw new Failure(`${JSON.stringify(typed)} is no enrolment code: ten letters and digits as 7K4M9-2QXRT, one of them is wrong or missing; it was not sent`);
}

/** Made or found where the terminal itself will look for it, and as its user. */
function keyOf(keyPath: string, folder: string): TerminalKey {
  try {
    mkdirSync(folder, { recursive: true });
    const { uid } = statSync(folder);
    const me = process.getuid?.();
    if (me !== undefined && me !== uid)
      throw new Failure(`${folder} belongs to user ${uid}, and this is user ${me}: run this as the terminal's own user (sudo -u '#${uid}' …)`);
    return loadOrCreateTerminalKey(keyPath, sealOf(process.env));
  } catch (error) {
    if (error instanceof IdentityError || (error instanceof Error && 'code' in error)) throw new Failure(error.message);
    throw error;
  }
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof PortError)) return error;
  if (isStandingProblem(error.detail)) return new Failure(troubleText(error));
  if (error.detail === 'tooManyRequests') return new Failure('too many tries from this address: wait a minute, then type the same code again');
  const trouble = error.detail === undefined && error.cause instanceof Error ? `${error.message} (${causeText(error.cause)})` : error.message;
  return new Failure(`${trouble}; the same code can be typed again while it lives, also if it arrived`);
}

function causeText(cause: Error): string {
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}

/** @throws {Failure} when it is not the one that is known */
function keepServerKey(config: TerminalConfig, serverKey: PublicKey): void {
  const file = dataFilesOf(config).serverKey;
  const kept = serverKeyFile(file);
  const known = config.upstream.serverPublicKey ?? kept.read();
  if (known === undefined) kept.keep(serverKey);
  else if (known.x !== serverKey.x)
    throw new Failure(
      `upstream shows another signing key than this terminal keeps (upstream.serverPublicKey or ${file}): find out why before you change either`,
    );
}

function isRunning(processId: string): boolean {
  try {
    return process.kill(Number(readFileSync(processId, 'utf8')), 0);
  } catch {
    return false;
  }
}
