/** Makes the terminal known upstream when it is not, and knows the server's public key, which receipts are verified with. */
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { registerAnswerSchema } from '../../common/upstream-api/terminals.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { HttpClient, RequestKey } from './http.ts';

export interface RegistrationOptions {
  readonly http: HttpClient;
  readonly terminalId: string;
  readonly key: RequestKey;
  /** Absent: a terminal that upstream does not know stays refused. */
  readonly enrolmentCode?: string;
  /** As learned earlier. Absent: learned at registration. */
  readonly serverKey?: PublicKey;
  /** Called when the key was learned: the one to keep. */
  readonly onServerKey?: (key: PublicKey) => void;
}

export interface RegisteredClient extends HttpClient {
  /** @throws {PortError} `refused` with `notEnrolled`, or what registering failed with */
  serverKey(): Promise<PublicKey>;
}

const LIMIT_MS = 5000;

export function createRegisteredClient(options: RegistrationOptions): RegisteredClient {
  const { http, terminalId, key, enrolmentCode } = options;
  let known = options.serverKey;
  let running: Promise<PublicKey> | undefined;

  const register = async (code: string): Promise<PublicKey> => {
    const body = { terminalId, publicKey: key.publicKey, enrolmentCode: code };
    const { serverKey } = await http.call({ method: 'POST', path: '/v1/terminals', body, answer: registerAnswerSchema, limitMs: LIMIT_MS });
    if (known !== undefined && known.x !== serverKey.x) throw new PortError('invalidAnswer', 'upstream shows another key than the one this terminal keeps');
    if (known === undefined) options.onServerKey?.(serverKey);
    known = serverKey;
    return serverKey;
  };
  const registerOnce = (code: string): Promise<PublicKey> => {
    running ??= register(code).finally(() => (running = undefined));
    return running;
  };
  return {
    serverKey: async () => {
      if (known !== undefined) return known;
      if (enrolmentCode === undefined) throw new PortError('refused', 'the terminal is not enrolled', { detail: 'notEnrolled' });
      return registerOnce(enrolmentCode);
    },
    call: async (call) => {
      try {
        return await http.call(call);
      } catch (error) {
        if (!(error instanceof PortError) || error.detail !== 'unknownTerminal' || enrolmentCode === undefined) throw error;
        await registerOnce(enrolmentCode);
        return http.call(call);
      }
    },
  };
}
