/** The terminal's whole link upstream, put together over one HTTP client. The composition (main/terminal) makes one of these. */
import type { Seal } from '../../common/sealing.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import type { TerminalState } from '../../common/upstream-api/terminals.ts';
import type { AccountPort } from '../../state-machines/account/ports.ts';
import type { ScriptPort } from '../../state-machines/card-script/ports.ts';
import type { DeskPort } from '../../state-machines/desk/ports.ts';
import type { LossPort } from '../../state-machines/loss-report/ports.ts';
import type { ReplacementPort } from '../../state-machines/replacement/ports.ts';
import type { IssuerPort, PaymentPort, PortError } from '../../state-machines/ports.ts';
import { createAccountPort } from './accounts.ts';
import { createClockSkew, type ClockSkew } from './clock-skew.ts';
import { createDeskPort, type SheetFile } from './desk.ts';
import { createHttpClient, type HttpOptions } from './http.ts';
import { createIssuerPort } from './issuer.ts';
import { createLossPort } from './losses.ts';
import { createOnline, type Online } from './online.ts';
import { createPaymentPort } from './payments.ts';
import { createReplacementPort } from './replacements.ts';
import { createRolloutPort, type RolloutPort } from './rollouts.ts';
import { createScriptPort } from './scripts.ts';
import { createRegisteredClient } from './registration.ts';
import { createVoucherPort, type UpstreamVouchers } from './vouchers.ts';
import type { JournalSource } from './journal-source.ts';
import { startUplink, type Uplink } from './uplink.ts';

export interface UpstreamOptions extends Omit<HttpOptions, 'skew'> {
  /** With it the terminal registers itself when upstream does not know it. */
  readonly enrolmentCode?: string;
  /** Upstream's signing key as kept from an earlier run; a different one is refused. */
  readonly serverKey?: PublicKey;
  /** Called once when the key was learned. */
  readonly onServerKey?: (key: PublicKey) => void;
  /** Default: {@link seal}. */
  readonly seal?: Seal;
  /** Where the support desk's terms are kept. Default: nowhere. */
  readonly sheetFile?: SheetFile;
  /** Hears why upstream can't be had, once for each reason in a row. */
  readonly onTrouble?: (error: PortError) => void;
}

export interface Upstream {
  readonly issuer: IssuerPort;
  readonly losses: LossPort;
  readonly desk: DeskPort;
  readonly replacements: ReplacementPort;
  readonly scripts: ScriptPort;
  readonly accounts: AccountPort;
  readonly payments: PaymentPort;
  readonly vouchers: UpstreamVouchers;
  readonly rollouts: RolloutPort;
  /** Runs from the start. */
  readonly online: Online;
  /** Measured by the heartbeats. */
  readonly skew: Pick<ClockSkew, 'current' | 'onMeasured'>;
  /** Begins to drain a journal; woken whenever upstream comes back. Heartbeats tell the lag of the latest. */
  startUplink(source: JournalSource): Uplink;
  /** From now on heartbeats tell what `state` says, too; nothing while it can't say. */
  tellState(state: () => TerminalState | undefined): void;
  /** Ends heartbeat and uplinks. Calls under way end by their own limits. */
  close(): void;
}

/** @throws {RangeError} when the URL can't be an upstream ({@link upstreamUrlProblem}) */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { clock, random, terminalId } = options;
  const skew = createClockSkew(clock);
  const client = createRegisteredClient({ ...options, http: createHttpClient({ ...options, skew }) });
  const uplinks = new Set<Uplink>();
  let state: (() => TerminalState | undefined) | undefined;
  const online = createOnline({ ...options, client, skew, lag: () => [...uplinks].at(-1)?.lag, state: () => state?.() });
  online.onChange(({ link }) => {
    if (link === 'online') for (const uplink of uplinks) uplink.wake();
  });
  online.start();
  return {
    issuer: createIssuerPort(client, options),
    losses: createLossPort(client, options),
    desk: createDeskPort(client, options),
    replacements: createReplacementPort(client, options),
    rollouts: createRolloutPort(client, options),
    scripts: createScriptPort(client, options),
    accounts: createAccountPort(client, options),
    payments: createPaymentPort(client, options),
    vouchers: createVoucherPort(client, options),
    online,
    skew,
    startUplink: (source) => {
      const uplink = startUplink({ client, source, terminalId, clock, random });
      uplinks.add(uplink);
      return uplink;
    },
    tellState: (source) => {
      state = source;
    },
    close: () => {
      online.stop();
      for (const uplink of uplinks) uplink.stop();
    },
  };
}
