/** The issuer's services beside loads: who is asking, loss reports, pending loads, scripts for cards and replacements. Put together once by server.ts. */
import type { ServicesBooks } from '../../../common/upstream-api/sandbox.ts';
import { ageReservations } from './open-loads.ts';
import { createHolders, type Holders } from './holders.ts';
import { createLosses, findReport, lossBooks, recordBalance, type Losses } from './losses.ts';
import type { ServiceOptions } from './options.ts';
import { createPendingLoads, pendingBooks, type PendingLoads } from './pending-loads.ts';
import { createReplacements, replacementBooks, transferBalance, type Replacements } from './replacements.ts';
import { createServicePasswords, type ServicePasswords } from './passwords.ts';
import { createScripts, scriptBooks, type CardScripts } from './scripts.ts';

export interface IssuerServices {
  readonly holders: Holders;
  readonly losses: Losses;
  readonly pendingLoads: PendingLoads;
  readonly scripts: CardScripts;
  readonly passwords: ServicePasswords;
  readonly replacements: Replacements;
  /** The clearing's word on what a reported card held. @throws {ProblemError} `unknownLoss`, `lossNotEffective`, `loadUndecided`, `idempotencyConflict` */
  settleLoss(reportId: string, balance: number): Promise<void>;
  books(): Promise<ServicesBooks>;
}

export function createIssuerServices(options: ServiceOptions): IssuerServices {
  const { store, clock } = options;
  return {
    holders: createHolders(options),
    losses: createLosses(options),
    pendingLoads: createPendingLoads(options),
    scripts: createScripts(options),
    passwords: createServicePasswords(options),
    replacements: createReplacements(options),
    settleLoss: async (reportId, balance) => {
      const serial = (await store.view((trx) => findReport(trx, reportId)))?.serial ?? '';
      await store.serially([`card:${serial}`], async (trx) => transferBalance(trx, options, await recordBalance(trx, options, reportId, balance)));
    },
    books: async () => {
      await ageReservations(options);
      return store.view(async (trx) => ({
        losses: await lossBooks(trx, options),
        pendingLoads: await pendingBooks(trx, clock.now()),
        scripts: await scriptBooks(trx),
        replacements: await replacementBooks(trx),
      }));
    },
  };
}
