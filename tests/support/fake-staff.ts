/** The judge of staff's sign-in, for charts: lets in whom a test says, and records what was claimed. Nobody signs in until a test offers ways. */
import type { SecondPerson, SignInMethod, SignOut, StaffSession } from '../../common/maintenance/verbs.ts';
import { Listeners } from '../../drivers/listeners.ts';
import type { Claim, Purpose, SignInOutcome, SignInStanding, StaffCardReading, StaffPort } from '../../state-machines/maintenance/sign-in-port.ts';

export const VISIT: StaffSession = {
  sessionId: 'visit-1',
  staff: '0417',
  role: 'technician',
  verbs: ['device.test', 'load.resolve'],
  twoPersonVerbs: ['load.resolve'],
  method: 'totp',
  signedInAt: '2026-11-22T00:00:00.000Z',
};
export const BESIDE: SecondPerson = { staff: '0902', role: 'supervisor', verb: 'load.resolve' };

export class FakeStaff implements StaffPort {
  methods: readonly SignInMethod[] = [];
  called = false;
  free: SignInStanding = { state: 'free', triesLeft: 5 };
  outcome: SignInOutcome = { kind: 'signedIn', session: VISIT };
  card: StaffCardReading = { kind: 'noStaffCard' };
  /** What the card of who is in says. */
  theirs = 'a.b.c';
  readonly claims: { readonly claim: Claim; readonly purpose: Purpose['kind'] }[] = [];
  readonly signedOut: { readonly sessionId: string; readonly why: SignOut }[] = [];
  readonly calls = new Listeners<boolean>();

  onCalled(listener: (called: boolean) => void): () => void {
    return this.calls.add(listener);
  }

  turnSwitch(called: boolean): void {
    this.called = called;
    this.calls.emit(called);
  }

  standing(): SignInStanding {
    return this.free;
  }

  challenge(): string {
    return '20261122';
  }

  async readCard(): Promise<StaffCardReading> {
    return this.card;
  }

  async isCardOf(_session: StaffSession, { token }: Extract<StaffCardReading, { kind: 'read' }>): Promise<boolean> {
    return token === this.theirs;
  }

  async signIn(claim: Claim, purpose: Purpose): Promise<SignInOutcome> {
    this.claims.push({ claim, purpose: purpose.kind });
    return this.outcome;
  }

  signOut({ sessionId }: StaffSession, why: SignOut): void {
    this.signedOut.push({ sessionId, why });
  }
}
