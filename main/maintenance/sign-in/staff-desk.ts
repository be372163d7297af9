/**
 * The judge of who may go inside (fleet.md, Maintenance mode), offline: what is held — card, grant, authenticator, an answer by telephone —
 * and a PIN. Every try is in the journal before it is looked at, and counts as failed until it is proved right; so a power cut gives nothing
 * away. Time never goes back for it, whatever the clock says. Used by the composition as the flows' staff port.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Ids, Random } from '../../../common/ids.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { judgeGrant, readGrant, verbsOf, type Grant, type GrantKeys, type GrantReading } from '../../../common/maintenance/grant.ts';
import { isPinOf, type PinHash } from '../../../common/maintenance/pin.ts';
import { latestJudged, NO_TRIES, standingOf, succeeded, tried, triesKey, type Lockout, type TriesKey } from '../../../common/maintenance/lockout.ts';
import { CHALLENGE_BYTES, makeChallenge } from '../../../common/maintenance/staff-secret.ts';
import {
  rolesToVerbs,
  type Refusal,
  type Role,
  type SignInMethod,
  type SignOut,
  type StaffSession,
  type TwoPersonVerb,
  type Verb,
} from '../../../common/maintenance/verbs.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { Claim, Purpose, SignInOutcome, SignInStanding, StaffCardReading, StaffPort } from '../../../state-machines/maintenance/sign-in-port.ts';
import { refusalWords } from '../../../state-machines/maintenance/sign-in-port.ts';
import { PortError } from '../../../state-machines/ports.ts';
import { JournalError } from '../../journal/journal-error.ts';
import { readEarlierVisits, type VisitJournal } from './earlier-visits.ts';
import { isPhoneResponse, totpStep } from './one-time-codes.ts';

export interface StaffMember {
  readonly number: string;
  readonly role: Role;
  readonly pin: PinHash;
}

/** From the signed configuration. */
export interface StaffRules {
  readonly terminalId: string;
  readonly staff: readonly StaffMember[];
  readonly grantKeys: GrantKeys;
  readonly revokedSerials: readonly string[];
  readonly revokedStaff: readonly string[];
  readonly twoPersons: readonly TwoPersonVerb[];
}

/** The service switch. */
export interface StaffCall {
  readonly called: boolean;
  onCalled(listener: (called: boolean) => void): Unsubscribe;
}

export interface StaffDeskOptions {
  readonly rules: StaffRules;
  /** The terminal's own; absent: no codes are judged here. */
  readonly secret: Uint8Array | undefined;
  /** What is fitted to hold something to. */
  readonly fitted: { readonly scanner: boolean; readonly reader: boolean };
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly journal: VisitJournal;
  /** Writes an entry; it is on disk when this returns. @throws {PortError} */
  readonly append: (entry: NewEntry) => unknown;
  readonly call: StaffCall;
  readonly readCard: (signal?: AbortSignal) => Promise<StaffCardReading>;
  /** Default: scrypt. */
  readonly isPinOf?: (pin: string, hash: PinHash) => boolean;
}

/** A PIN that is nobody's: who is not known takes as long as who is. */
const NOBODYS_PIN: PinHash = { salt: 'A'.repeat(22), hash: 'A'.repeat(43) };

/** What was proved of somebody. */
interface Proved {
  readonly staff: string;
  readonly role: Role;
  readonly verbs: readonly Verb[];
  /** What can't be used again, or not so often. */
  readonly used?: string;
  readonly grantSerial?: string;
  readonly endsAt?: number;
}
type Verdict = { readonly ok: true; readonly proved: Proved } | { readonly ok: false; readonly why: Refusal; readonly staff?: string };

/** What this process knows of the tries so far. */
interface Memory {
  readonly lockouts: Map<TriesKey, Lockout>;
  /** Of each `used`, how often. */
  readonly used: Map<string, number>;
  /** Where the time of tries stood when the process's own elapsed time began. */
  readonly origin: { readonly at: number; readonly monotonic: number };
}

export class StaffDesk implements StaffPort {
  readonly #options: StaffDeskOptions;
  #memory: Memory | undefined;
  #challenge: string | undefined;
  /** Who is in. */
  #inside: StaffSession | undefined;

  constructor(options: StaffDeskOptions) {
    this.#options = options;
  }

  get methods(): readonly SignInMethod[] {
    const { rules, secret, fitted } = this.#options;
    const signs = Object.keys(rules.grantKeys).length > 0;
    const codes = secret !== undefined && rules.staff.length > 0;
    const offered: Readonly<Record<SignInMethod, boolean>> = { card: signs && fitted.reader, grant: signs && fitted.scanner, totp: codes, phone: codes };
    return (['card', 'grant', 'totp', 'phone'] as const).filter((method) => offered[method]);
  }

  get called(): boolean {
    return this.#options.call.called;
  }

  onCalled(listener: (called: boolean) => void): Unsubscribe {
    return this.#options.call.onCalled(listener);
  }

  /** Of what is typed; a card or a grant has its own count, and is told when it is tried. */
  standing(): SignInStanding {
    try {
      const memory = this.#remembered();
      const at = this.#now(memory);
      const standing = standingOf(lockoutOf(memory, 'codes'), at);
      return standing.state === 'free' ? standing : { state: standing.state, leftMs: standing.until - at };
    } catch (error) {
      if (isJournalTrouble(error)) return { state: 'journalUnavailable' };
      throw error;
    }
  }

  challenge(): string {
    this.#challenge = makeChallenge(this.#options.random.bytes(CHALLENGE_BYTES));
    return this.#challenge;
  }

  readCard(signal?: AbortSignal): Promise<StaffCardReading> {
    return this.#options.readCard(signal);
  }

  async isCardOf({ staff, grantSerial }: StaffSession, { token, chip }: Extract<StaffCardReading, { kind: 'read' }>): Promise<boolean> {
    const reading = await readGrant('card', token, this.#options.rules.grantKeys);
    if (!reading.ok) return false;
    const { grant } = reading;
    return grant.serial === grantSerial && grant.staff === staff && (grant.card === undefined || grant.card === chip);
  }

  async signIn(claim: Claim, purpose: Purpose): Promise<SignInOutcome> {
    try {
      return await this.#signIn(claim, purpose);
    } catch (error) {
      if (isJournalTrouble(error)) return { kind: 'locked' }; // not written down: not tried
      throw error;
    }
  }

  /** The terminal stops: whoever is in is out. */
  close(): void {
    if (this.#inside !== undefined) this.signOut(this.#inside, 'restart');
  }

  signOut({ sessionId }: StaffSession, why: SignOut): void {
    this.#inside = undefined;
    try {
      this.#options.append({ kind: 'maintenance.signedOut', body: { sessionId, why } });
    } catch (error) {
      if (!isJournalTrouble(error)) throw error; // the next sign-in ends the visit in the journal
    }
  }

  async #signIn(claim: Claim, purpose: Purpose): Promise<SignInOutcome> {
    const { append, ids } = this.#options;
    const memory = this.#remembered();
    const at = this.#now(memory);
    const shown = await this.#shown(claim);
    const serial = shown?.ok === true ? shown.grant.serial : undefined;
    // what nobody signed is not counted: there is nothing in it to guess
    const key = shown?.ok === false ? undefined : triesKey(serial);
    if (key !== undefined && standingOf(lockoutOf(memory, key), at).state !== 'free') return { kind: 'locked' };
    const attemptId = ids.uuid();
    const challenge = this.#challenge;
    this.#challenge = undefined; // good for one try
    append({
      kind: 'maintenance.trying',
      body: { attemptId, method: claim.method, purpose: purpose.kind, judgedAt: new Date(at).toISOString(), ...(serial === undefined ? {} : { serial }) },
    });
    if (key !== undefined) memory.lockouts.set(key, tried(lockoutOf(memory, key), at));
    const verdict = fitFor(purpose, this.#judge(claim, shown, challenge, memory, at));
    if (!verdict.ok) return this.#refuse(attemptId, verdict, key === undefined ? undefined : lockoutOf(memory, key), at);
    const { proved } = verdict;
    const { staff, role, verbs, used, grantSerial, endsAt } = proved;
    const sessionId = purpose.kind === 'visit' ? ids.uuid() : purpose.session.sessionId;
    append({
      kind: 'maintenance.signedIn',
      body: {
        attemptId,
        sessionId,
        purpose: purpose.kind,
        staff,
        role,
        method: claim.method,
        verbs: [...verbs],
        ...(used === undefined ? {} : { used }),
        ...(purpose.kind === 'visit' ? {} : { verb: purpose.verb }),
      },
    });
    if (key !== undefined) memory.lockouts.set(key, succeeded(lockoutOf(memory, key)));
    if (used !== undefined) memory.used.set(used, (memory.used.get(used) ?? 0) + 1);
    if (purpose.kind === 'second') return { kind: 'second', second: { staff, role, verb: purpose.verb } };
    const session: StaffSession = {
      sessionId,
      staff,
      role,
      verbs,
      twoPersonVerbs: this.#options.rules.twoPersons,
      method: claim.method,
      ...(grantSerial === undefined ? {} : { grantSerial }),
      signedInAt: new Date(at).toISOString(),
    };
    this.#inside = session;
    return {
      kind: 'signedIn',
      session,
      ...(endsAt === undefined ? {} : { endsInMs: Math.max(0, endsAt - at) }),
    };
  }

  #refuse(attemptId: string, { why, staff }: Extract<Verdict, { ok: false }>, lockout: Lockout | undefined, at: number): SignInOutcome {
    const { append } = this.#options;
    append({ kind: 'maintenance.refused', body: { attemptId, why, ...(staff === undefined ? {} : { staff }) } });
    const standing = lockout === undefined ? undefined : standingOf(lockout, at);
    if (lockout !== undefined && standing !== undefined && standing.state !== 'free')
      append({
        kind: 'maintenance.locked',
        body: { scope: standing.state, failures: lockout.failedAt.length, until: new Date(standing.until).toISOString() },
      });
    return { kind: 'refused', word: refusalWords.find((word) => word === why) ?? 'notAccepted' };
  }

  /** Whose word it is: what can be said before anybody guesses. `undefined`: nothing is shown. */
  async #shown(claim: Claim): Promise<GrantReading | undefined> {
    return claim.method === 'grant' || claim.method === 'card' ? readGrant(claim.method, claim.token, this.#options.rules.grantKeys) : undefined;
  }

  #judge(claim: Claim, shown: GrantReading | undefined, challenge: string | undefined, memory: Memory, at: number): Verdict {
    switch (claim.method) {
      case 'totp':
      case 'phone':
        return this.#judgeCode(claim, challenge, memory, at);
      case 'grant':
      case 'card':
        return this.#judgeSigned(claim, shown, memory, at);
    }
  }

  /** The PIN is always looked at, so that its time tells nothing. */
  #judgeCode(claim: Extract<Claim, { method: 'totp' | 'phone' }>, challenge: string | undefined, { used }: Memory, at: number): Verdict {
    const { rules, secret } = this.#options;
    const { staff } = claim;
    const member = rules.staff.find(({ number }) => number === staff);
    const pinFits = (this.#options.isPinOf ?? isPinOf)(claim.pin, member?.pin ?? NOBODYS_PIN);
    if (member === undefined || secret === undefined) return { ok: false, why: 'unknownStaff' };
    const once =
      claim.method === 'totp'
        ? onceOf(secret, claim, at)
        : challenge !== undefined && claim.challenge === challenge && isPhoneResponse(secret, staff, challenge, claim.code)
          ? `phone:${challenge}`
          : undefined;
    if (once === undefined) return { ok: false, why: 'badCode' };
    if (!pinFits) return { ok: false, why: 'badPin', staff };
    if (rules.revokedStaff.includes(staff)) return { ok: false, why: 'revoked', staff };
    if (used.has(once)) return { ok: false, why: 'used', staff };
    return { ok: true, proved: { staff, role: member.role, verbs: rolesToVerbs[member.role], used: once } };
  }

  #judgeSigned(claim: Extract<Claim, { method: 'grant' | 'card' }>, shown: GrantReading | undefined, { used }: Memory, at: number): Verdict {
    if (shown?.ok !== true) return shown ?? { ok: false, why: 'malformed' };
    const { grant } = shown;
    const { staff, role, serial } = grant;
    if (!(this.#options.isPinOf ?? isPinOf)(claim.pin, grant.pin)) return { ok: false, why: 'badPin', staff };
    const key = `${claim.method}:${serial}`;
    const why = judgeGrant(grant, this.#options.rules, { at, visits: used.get(key) ?? 0, card: claim.method === 'card' ? claim.chip : undefined });
    if (why !== undefined) return { ok: false, why, staff };
    return { ok: true, proved: { staff, role, verbs: verbsOf(grant), used: key, grantSerial: serial, endsAt: endOf(grant) } };
  }

  /** Once per process, when somebody first wants in. A visit that the terminal's stop cut off is over, and the journal says so. @throws {JournalError} @throws {PortError} */
  #remembered(): Memory {
    if (this.#memory !== undefined) return this.#memory;
    const { journal, clock, append } = this.#options;
    const { lockouts, signedIn, open, latestAt } = readEarlierVisits(journal);
    if (open !== undefined) append({ kind: 'maintenance.signedOut', body: { sessionId: open, why: 'restart' } });
    const used = new Map<string, number>();
    for (const { used: each } of signedIn) if (each !== undefined) used.set(each, (used.get(each) ?? 0) + 1);
    const at = Math.max(clock.now(), latestJudged(lockouts), latestAt);
    this.#memory = { lockouts: new Map(lockouts), used, origin: { at, monotonic: clock.monotonic() } };
    return this.#memory;
  }

  /** The clock's time, or, where that was set back, what passed since the latest time that was ever seen. */
  #now({ origin, lockouts }: Memory): number {
    const { clock } = this.#options;
    return Math.max(clock.now(), origin.at + (clock.monotonic() - origin.monotonic), latestJudged(lockouts));
  }
}

function lockoutOf({ lockouts }: Memory, key: TriesKey): Lockout {
  return lockouts.get(key) ?? NO_TRIES;
}

/** A code is good once. */
function onceOf(secret: Uint8Array, { staff, code }: { readonly staff: string; readonly code: string }, at: number): string | undefined {
  const step = totpStep(secret, staff, code, at);
  return step === undefined ? undefined : `totp:${staff}:${step}`;
}

function endOf({ notAfter }: Grant): number {
  return (notAfter + 1) * 1000;
}

/** Beside somebody who is in stands somebody else, whose role does it too. */
function fitFor(purpose: Purpose, verdict: Verdict): Verdict {
  if (purpose.kind === 'visit' || !verdict.ok) return verdict;
  const { staff, role, verbs } = verdict.proved;
  if (staff === purpose.session.staff) return { ok: false, why: 'samePerson', staff };
  if (!verbs.includes(purpose.verb) || !rolesToVerbs[role].includes(purpose.verb)) return { ok: false, why: 'notFit', staff };
  return verdict;
}

function isJournalTrouble(error: unknown): boolean {
  return error instanceof JournalError || error instanceof PortError;
}
