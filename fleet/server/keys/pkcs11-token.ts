/**
 * A token of an HSM over PKCS#11 (the package `pkcs11js`, an optional part): finds it by its label, logs in with the PIN of a file, and logs
 * in once more when the session proves lost. One call at a time passes through its session. Used by pkcs11-keys.ts.
 */
import { createRequire } from 'node:module';
import type * as pkcs11js from 'pkcs11js';
import type { Attribute, Handle, PKCS11 } from 'pkcs11js';
import { KeyStoreError, type KeyStoreErrorCode } from './key-store.ts';
import { readSecret } from './secret-file.ts';

export interface Pkcs11Settings {
  /** The HSM vendor's library, for example `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly module: string;
  readonly tokenLabel: string;
  /** Holds the user's PIN and nothing else; no one but its owner may read it. */
  readonly pinFile: string;
}

export type Cryptoki = typeof pkcs11js;

/** Logged in. Handles are of this session and die with it. */
export interface Session {
  readonly cryptoki: Cryptoki;
  readonly module: PKCS11;
  readonly handle: Handle;
  /** What was found or derived in it, by a name of the user's choice. */
  readonly objects: Map<string, Handle>;
}

export interface Pkcs11Token {
  /** Alone in the session; `work` may run twice. @throws {KeyStoreError} */
  use<T>(doing: string, work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const INSTALL_HINT = 'install it with npm ci (it is built on the machine: build-essential, python3)';

export interface Pkcs11TokenOptions {
  /** Keys can be made and imported. */
  readonly writable?: boolean;
  /** Brings the package; tests give another one. */
  readonly load?: () => Cryptoki;
}

/** Does nothing yet: the first use finds the token and logs in. */
export function createPkcs11Token(settings: Pkcs11Settings, { writable = false, load = loadPackage }: Pkcs11TokenOptions = {}): Pkcs11Token {
  let session: Session | undefined;
  let refusedPin: string | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const login = ({ cryptoki, module, handle }: Session): void => {
    const pin = readPin(settings.pinFile);
    if (pin === refusedPin) throw new KeyStoreError('wrongPin', `${settings.pinFile}: the token refused this PIN before; it is not tried again`);
    try {
      module.C_Login(handle, cryptoki.CKU_USER, pin);
    } catch (error) {
      if (codeOf(error) === cryptoki.CKR_USER_ALREADY_LOGGED_IN) return;
      const failure = asKeyStoreError(cryptoki, error, `logging in to the token "${settings.tokenLabel}"`);
      if (failure.code === 'wrongPin') refusedPin = pin;
      throw failure;
    }
  };
  const open = (): Session => {
    const { cryptoki, module } = openModule(settings.module, load);
    const slot = findSlot(cryptoki, module, settings.tokenLabel);
    const flags = cryptoki.CKF_SERIAL_SESSION | (writable ? cryptoki.CKF_RW_SESSION : 0);
    const opened = translated(cryptoki, 'opening a session', () => ({
      cryptoki,
      module,
      handle: module.C_OpenSession(slot, flags),
      objects: new Map<string, Handle>(),
    }));
    try {
      login(opened);
    } catch (error) {
      closeQuietly(opened);
      throw error;
    }
    return opened;
  };
  const attempt = async <T>(doing: string, work: (session: Session) => Promise<T>): Promise<T> => {
    const current = (session ??= open());
    try {
      return await work(current);
    } catch (error) {
      const failure = asKeyStoreError(current.cryptoki, error, doing);
      if (failure.code !== 'sessionLost') throw failure;
      session = undefined;
      closeQuietly(current);
      throw failure;
    }
  };
  const use = async <T>(doing: string, work: (session: Session) => Promise<T>): Promise<T> => {
    try {
      return await attempt(doing, work);
    } catch (error) {
      if (error instanceof KeyStoreError && error.code === 'sessionLost') return attempt(doing, work);
      throw error;
    }
  };
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    use: (doing, work) => queued(() => use(doing, work)),
    close: () =>
      queued(async () => {
        if (session === undefined) return;
        closeQuietly(session);
        session = undefined;
      }),
  };
}

function loadPackage(): Cryptoki {
  return createRequire(import.meta.url)('pkcs11js') as Cryptoki;
}

function openModule(file: string, load: () => Cryptoki): Pick<Session, 'cryptoki' | 'module'> {
  const cryptoki = orUnavailable(`the package pkcs11js (PKCS#11) can't be loaded; ${INSTALL_HINT}`, load);
  const module = new cryptoki.PKCS11();
  orUnavailable(`the PKCS#11 module ${file} can't be loaded`, () => module.load(file));
  try {
    module.C_Initialize({ flags: cryptoki.CKF_OS_LOCKING_OK });
  } catch (error) {
    if (codeOf(error) !== cryptoki.CKR_CRYPTOKI_ALREADY_INITIALIZED) {
      throw new KeyStoreError('moduleUnavailable', `the PKCS#11 module ${file} does not start: ${wordsOf(error)}`, { cause: error });
    }
  }
  return { cryptoki, module };
}

function orUnavailable<T>(what: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    throw new KeyStoreError('moduleUnavailable', `${what}: ${wordsOf(error)}`, { cause: error });
  }
}

function findSlot(cryptoki: Cryptoki, module: PKCS11, label: string): Handle {
  const slots = translated(cryptoki, 'listing slots', () => module.C_GetSlotList(true));
  const labels = slots.map((slot) => labelOf(module, slot));
  const slot = slots[labels.indexOf(label)];
  if (slot !== undefined) return slot;
  const there = labels.filter((each) => each !== '').map((each) => JSON.stringify(each));
  throw new KeyStoreError('tokenAbsent', `no token "${label}" is there; the module shows ${there.length === 0 ? 'none' : there.join(', ')}`);
}

/** Empty for a token that can't say it: it must not hide the others. */
function labelOf(module: PKCS11, slot: Handle): string {
  try {
    return module.C_GetTokenInfo(slot).label.trimEnd();
  } catch {
    return '';
  }
}

function readPin(file: string): string {
  try {
    return readSecret(file);
  } catch (error) {
    throw new KeyStoreError('pinUnreadable', `the PIN of the token can't be used: ${wordsOf(error)}`, { cause: error });
  }
}

function closeQuietly({ module, handle }: Session): void {
  try {
    module.C_CloseSession(handle);
  } catch {
    // it is lost already
  }
}

function translated<T>(cryptoki: Cryptoki, doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asKeyStoreError(cryptoki, error, doing);
  }
}

/** PKCS#11 2.40, 5.1: by its return values. */
function asKeyStoreError(cryptoki: Cryptoki, error: unknown, doing: string): KeyStoreError {
  if (error instanceof KeyStoreError) return error;
  const code = errorCodes(cryptoki).get(codeOf(error) ?? -1) ?? 'failed';
  return new KeyStoreError(code, `${doing}: ${wordsOf(error)}`, { cause: error });
}

function errorCodes(cryptoki: Cryptoki): ReadonlyMap<number, KeyStoreErrorCode> {
  const { CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED } = cryptoki;
  const wrongPin = [CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED];
  const sessionLost = [
    cryptoki.CKR_SESSION_HANDLE_INVALID,
    cryptoki.CKR_SESSION_CLOSED,
    cryptoki.CKR_OBJECT_HANDLE_INVALID,
    cryptoki.CKR_KEY_HANDLE_INVALID,
    cryptoki.CKR_USER_NOT_LOGGED_IN,
    cryptoki.CKR_CRYPTOKI_NOT_INITIALIZED,
    cryptoki.CKR_DEVICE_REMOVED,
    cryptoki.CKR_DEVICE_ERROR,
    cryptoki.CKR_TOKEN_NOT_PRESENT,
    cryptoki.CKR_TOKEN_NOT_RECOGNIZED,
  ];
  return new Map([...wrongPin.map((code) => [code, 'wrongPin'] as const), ...sessionLost.map((code) => [code, 'sessionLost'] as const)]);
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

/** Objects that match, two at most: one is wanted. */
export function findObjects({ module, handle }: Session, template: Attribute[]): readonly Handle[] {
  module.C_FindObjectsInit(handle, template);
  try {
    return module.C_FindObjects(handle, 2);
  } finally {
    module.C_FindObjectsFinal(handle);
  }
}
