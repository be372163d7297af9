/**
 * Makes the terminal known upstream when it is not and a code is there, and knows the server's public key, which receipts are verified
 * with. Once upstream refuses the terminal itself, nothing is sent for a while: only a person changes that.
 */
import type { Clock } from '../../common/clock.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { registerAnswerSchema } from '../../common/upstream-api/terminals.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { HttpClient, RequestKey } from './http.ts';
import { isStandingProblem } from './standing.ts';

export interface RegistrationOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly terminalId: string;
  readonly key: RequestKey;
  /** Absent: a terminal that upstream does not know stays refused. Tried until upstream refuses it, never again after that. */
  readonly enrolmentCode?: string;
  /** As learned earlier. Absent: learned at registration. */
  readonly serverKey?: PublicKey;
  /** Called when the key was learned: the one to keep. */
  readonly onServerKey?: (key: PublicKey) => void;
}

export interface RegisteredClient extends HttpClient {
  /** Upstream's; asked for when it is not known yet. @throws {PortError} what asking failed with */
  serverKey(): Promise<PublicKey>;
}

/** ms */
export const registrationDelays = {
  answer: 5000,
  /** How long a terminal that upstream refuses sends nothing: soon enough after a person enrolled it, and no load on upstream. */
  refused: 60_000,
} as const;

/** What a code of this terminal can put right. */
const CURED_BY_CODE: readonly (string | undefined)[] = ['unknownTerminal', 'unknownKey', 'terminalRevoked'];

export function createRegisteredClient(options: RegistrationOptions): RegisteredClient {
  const { http, clock } = options;
  let known = options.serverKey;
  let code = options.enrolmentCode;
  let running: Promise<PublicKey> | undefined;
  let refusal: { readonly error: PortError; readonly until: number } | undefined;

  const learn = (serverKey: PublicKey): PublicKey => {
    if (known !== undefined && known.x !== serverKey.x) throw new PortError('invalidAnswer', 'upstream shows another key than the one this terminal keeps');
    if (known === undefined) options.onServerKey?.(serverKey);
    known = serverKey;
    return serverKey;
  };
  const registerOnce = (enrolmentCode: string | undefined): Promise<PublicKey> => {
    running ??= register(options, enrolmentCode)
      .then(learn)
      .catch((error: unknown) => {
        if (isRefusal(error)) code = undefined;
        throw error;
      })
      .finally(() => (running = undefined));
    return running;
  };
  /** @throws what `work` throws; while upstream refuses this terminal, its refusal */
  const unlessRefused = async <T>(work: () => Promise<T>): Promise<T> => {
    const refusedUntil = (): number => clock.monotonic() + registrationDelays.refused;
    if (refusal !== undefined && clock.monotonic() < refusal.until) throw refusal.error;
    if (refusal !== undefined) refusal = { ...refusal, until: refusedUntil() }; // this one asks, the others wait for what it hears
    try {
      const answer = await work();
      refusal = undefined;
      return answer;
    } catch (error) {
      if (isRefusal(error)) refusal = { error, until: refusedUntil() };
      throw error;
    }
  };
  return {
    serverKey: async () => known ?? unlessRefused(() => registerOnce(code)),
    call: (call) =>
      unlessRefused(async () => {
        try {
          return await http.call(call);
        } catch (error) {
          if (!(error instanceof PortError) || !CURED_BY_CODE.includes(error.detail) || code === undefined) throw error;
          await registerOnce(code);
          return http.call(call);
        }
      }),
  };
}

/** Says again what was said before where this key is registered already. @returns upstream's key @throws {PortError} */
export async function register(
  { http, terminalId, key }: Pick<RegistrationOptions, 'http' | 'terminalId' | 'key'>,
  enrolmentCode: string | undefined,
): Promise<PublicKey> {
  const body = { terminalId, publicKey: key.publicKey, ...(enrolmentCode === undefined ? {} : { enrolmentCode }) };
  const call = { method: 'POST', path: '/v1/terminals', body, answer: registerAnswerSchema, limitMs: registrationDelays.answer } as const;
  const { serverKey } = await http.call(call);
  return serverKey;
}

function isRefusal(error: unknown): error is PortError {
  return error instanceof PortError && isStandingProblem(error.detail);
}
