/** The judge of staff's sign-in over a journal in memory that outlives it: a power cut makes a new judge, and the entries stay. */
import { createIds } from '../../../../common/ids.ts';
import type { JournalEntry } from '../../../../common/journal-entry.ts';
import type { JournalKind, NewEntry } from '../../../../common/journal-kinds.ts';
import type { StaffSession } from '../../../../common/maintenance/verbs.ts';
import { PortError } from '../../../../state-machines/ports.ts';
import { StaffDesk, type StaffDeskOptions, type StaffRules } from '../../../../main/maintenance/sign-in/staff-desk.ts';
import type { Claim, Purpose, SignInOutcome } from '../../../../state-machines/maintenance/sign-in-port.ts';
import { countingRandom } from '../../../support/fake-world.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { codeOf, EVERYBODY, OPERATOR, pinHashOf, roster, SECRET, TERMINAL, type StaffAtHand } from '../../../support/staff-at-hand.ts';

export const VISIT: Purpose = { kind: 'visit' };

export const RULES: StaffRules = {
  terminalId: TERMINAL,
  staff: roster(),
  grantKeys: { [OPERATOR.kid]: OPERATOR.publicKey },
  revokedSerials: [],
  revokedStaff: [],
  twoPersons: [],
};

type Changes = Partial<Omit<StaffDeskOptions, 'rules'>> & { readonly rules?: Partial<StaffRules> };

export class StaffBench {
  readonly clock: SimulatedClock;
  readonly entries: JournalEntry[] = [];
  /** PINs that were looked at. */
  judged = 0;
  journalFails = false;
  desk: StaffDesk;
  readonly #random = countingRandom();
  readonly #changes: Changes;
  readonly #revoked: string[] = [];

  constructor(changes: Changes = {}, clock = new SimulatedClock()) {
    this.clock = clock;
    this.#changes = changes;
    this.#revoked.push(...(changes.rules?.revokedStaff ?? []));
    this.desk = this.#make();
  }

  /** The operator's configuration says so from now on. */
  revoke({ number }: StaffAtHand): void {
    this.#revoked.push(number);
  }

  powerCycle(): void {
    this.desk = this.#make();
  }

  #make(): StaffDesk {
    const { rules, ...changes } = this.#changes;
    return new StaffDesk({
      rules: { ...RULES, ...rules, revokedStaff: this.#revoked },
      secret: SECRET,
      fitted: { scanner: true, reader: true },
      clock: this.clock,
      random: this.#random,
      ids: createIds(this.clock, this.#random),
      journal: {
        head: { epoch: 1, seq: this.entries.length },
        entriesAfter: (_epoch, seq, limit) => this.entries.slice(seq, seq + limit).map((entry) => ({ entry })),
      },
      append: (entry) => this.#append(entry),
      call: { called: false, onCalled: () => () => {} },
      readCard: async () => ({ kind: 'noStaffCard' }),
      ...changes,
      isPinOf: (pin, hash) => {
        this.judged += 1;
        return (changes.isPinOf ?? pinIsTheirs)(pin, hash);
      },
    });
  }

  #append({ kind, body }: NewEntry): void {
    if (this.journalFails) throw new PortError('journalUnavailable', 'the disk is full');
    this.entries.push({
      epoch: 1,
      seq: this.entries.length + 1,
      id: '019ab000-0000-7000-8000-000000000000',
      at: new Date(this.clock.now()).toISOString(),
      businessDate: '2026-11-22',
      terminalId: TERMINAL,
      kind,
      body,
      postings: [],
    });
  }

  signIn(claim: Claim, purpose: Purpose = VISIT): Promise<SignInOutcome> {
    return this.desk.signIn(claim, purpose);
  }

  byCode(member: StaffAtHand, changes: Partial<Extract<Claim, { method: 'totp' }>> = {}): Claim {
    return { method: 'totp', staff: member.number, code: codeOf(member, this.clock.now()), pin: member.pin, ...changes };
  }

  /** Kinds, in order. */
  get kinds(): readonly JournalKind[] {
    return this.entries.map(({ kind }) => kind);
  }

  /** Why the last one was refused, as the journal has it. */
  get lastRefusal(): unknown {
    return this.entries.findLast(({ kind }) => kind === 'maintenance.refused')?.body['why'];
  }
}

/** As scrypt would, in no time: who made the hash knows the PIN. */
const pinIsTheirs: NonNullable<StaffDeskOptions['isPinOf']> = (pin, { salt }) => PINS.get(salt) === pin;
const PINS = new Map<string, string>(EVERYBODY.map((member) => [pinHashOf(member).salt, member.pin]));

export function sessionOf(outcome: SignInOutcome): StaffSession | undefined {
  return outcome.kind === 'signedIn' ? outcome.session : undefined;
}
