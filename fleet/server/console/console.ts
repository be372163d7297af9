/** The operators' console, put together out of its parts: what its routes may use. `server.ts` makes one. */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../../common/clock.ts';
import type { Ids, Random } from '../../../common/ids.ts';
import { rulesOf, type ServerSettings } from '../config.ts';
import type { Enrolment } from '../identity/enrolment.ts';
import { createRollouts, type Rollouts } from '../rollouts/rollouts.ts';
import type { SigningKey } from '../signing-key.ts';
import type { Store } from '../store/store.ts';
import type { SealingKey } from '../support/sealing-key.ts';
import type { AgentDesk } from '../support/support.ts';
import { createAudit } from './audit.ts';
import { createDigester, dateOf, type Digester } from './digest.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { createJournalView, type JournalView } from './journal-view.ts';
import { createLockout } from './lockout.ts';
import { createPasswords, type ScryptCost } from './passwords.ts';
import type { People } from './people.ts';
import { createSealedOpener, readSealedKey, type SealedOpener } from './sealed.ts';
import { createSecrets } from './secrets.ts';
import { createSessions } from './sessions.ts';

export interface ConsoleOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly signingKey: SigningKey;
  readonly sealingKey?: SealingKey;
  readonly settings: ServerSettings;
  readonly enrolment: Enrolment;
  readonly agents: AgentDesk;
  readonly passwordCost?: ScryptCost | undefined;
}

export interface Console {
  readonly people: People;
  readonly fleet: Fleet;
  readonly journal: JournalView;
  readonly sealed: SealedOpener;
  readonly digester: Digester;
  readonly enrolment: Enrolment;
  readonly rollouts: Rollouts;
  readonly agents: AgentDesk;
  readonly utcOffsetMinutes: number;
  /** The operator's local day: its date, and from when to when it is. */
  readonly today: () => { readonly date: string; readonly from: number; readonly to: number };
}

const DAY_MS = 86_400_000;

/** @throws {Error} when the key of `console.sealedKey` is not what it should be */
export function createConsole({ store, clock, ids, random, signingKey, sealingKey, settings, enrolment, agents, passwordCost }: ConsoleOptions): Console {
  const { utcOffsetMinutes } = settings.issuer;
  const people = createPeople({ store, clock, ids, random, signingKey, settings: settings.console, utcOffsetMinutes, passwordCost });
  const digester = createDigester({ store, clock, utcOffsetMinutes });
  const auditors: KeyObject | undefined = settings.console.sealedKey === undefined ? undefined : readSealedKey(settings.console.sealedKey);
  return {
    people,
    fleet: createFleet(store, clock),
    journal: createJournalView(store, clock, digester),
    sealed: createSealedOpener(store, people.audit, { auditors, desk: sealingKey }),
    digester,
    enrolment,
    rollouts: createRollouts({ store, clock, ids, rules: rulesOf(settings.rollouts), audit: people.audit }),
    agents,
    utcOffsetMinutes,
    today: () => {
      const date = dateOf(clock.now(), utcOffsetMinutes);
      const from = Date.parse(`${date}T00:00:00Z`) - utcOffsetMinutes * 60_000;
      return { date, from, to: from + DAY_MS };
    },
  };
}

/** Also by itself, for the operator's command that invites the first member of staff. */
export function createPeople(
  parts: Pick<People, 'store' | 'clock' | 'ids' | 'random' | 'settings'> & {
    readonly signingKey: SigningKey;
    readonly utcOffsetMinutes: number;
    readonly passwordCost?: ScryptCost | undefined;
  },
): People {
  const { store, clock, ids, random, settings, signingKey, utcOffsetMinutes, passwordCost } = parts;
  return {
    store,
    clock,
    ids,
    random,
    settings,
    secrets: createSecrets(signingKey, random),
    passwords: createPasswords(random, passwordCost),
    sessions: createSessions(store, clock, random, { consoleName: settings.name, utcOffsetMinutes }),
    lockout: createLockout(clock, ids),
    audit: createAudit(store, clock, ids),
  };
}
