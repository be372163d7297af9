/** What every route may use, put together once by server.ts. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Clock } from '../../common/clock.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import type { Acquirer, SandboxAcquirer } from './acquirer/acquirer.ts';
import type { Authentication } from './identity/authentication.ts';
import type { ServerSettings } from './config.ts';
import type { Console } from './console/console.ts';
import type { Enrolment } from './identity/enrolment.ts';
import type { Store } from './store/store.ts';
import type { FaultPlan } from './faults.ts';
import type { Issuer, SandboxIssuer } from './issuer/issuer.ts';
import type { JournalIngest } from './journal/ingest.ts';
import type { Message } from './issuer/messenger.ts';
import type { IssuerServices } from './issuer/services.ts';
import { ProblemError } from './http/problems.ts';
import type { Support } from './support/support.ts';
import type { Vouchers } from './vouchers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The order that the request is about, wherever it was named. */
    orderId: string | undefined;
  }
}

/** A scope of the application whose requests and answers are typed by their schemas. */
export type App = Parameters<FastifyPluginAsyncZod>[0];

export interface Context {
  readonly mode: 'sandbox' | 'live';
  readonly settings: ServerSettings;
  readonly store: Store;
  readonly clock: Clock;
  readonly publicKey: PublicKey;
  readonly authentication: Authentication;
  readonly enrolment: Enrolment;
  readonly journal: JournalIngest;
  readonly issuer: SandboxIssuer;
  readonly issuerServices: IssuerServices;
  /** What telephones were sent, in a sandbox. */
  readonly messages: () => readonly Message[];
  /** Absent in live mode, until a real one is connected. */
  readonly acquirer: SandboxAcquirer | undefined;
  readonly vouchers: Vouchers;
  readonly support: Support;
  readonly faults: FaultPlan;
  readonly console: Console;
}

/** @throws {ProblemError} `issuerUnavailable` */
export function reachIssuer({ issuer, faults }: Context): Issuer {
  if (faults.current.issuerOffline) throw new ProblemError('issuerUnavailable', 'the issuer does not answer');
  return issuer;
}

/** @throws {ProblemError} `issuerUnavailable` */
export function reachIssuerServices({ issuerServices, faults }: Context): IssuerServices {
  if (faults.current.issuerOffline) throw new ProblemError('issuerUnavailable', 'the issuer does not answer');
  return issuerServices;
}

/** @throws {ProblemError} `acquirerUnavailable` */
export function reachAcquirer({ acquirer, faults }: Context): Acquirer {
  if (acquirer === undefined || faults.current.paymentOffline) throw new ProblemError('acquirerUnavailable', 'the acquirer does not answer');
  return acquirer;
}
