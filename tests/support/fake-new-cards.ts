/** A dispenser and an issuer that make new cards, for chart tests: each answers what the test says next. Used by fake-world.ts. */
import { fen } from '../../common/fen.ts';
import { Listeners } from '../../drivers/listeners.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { BlankEvent, BlankFate, BlankPort, GrantOutcome, ReplacementPort } from '../../state-machines/replacement/ports.ts';

export const NEW_CARD = { aid: 'A00000000386980701', issuer: '0731410000000000', serial: '00004100000012345678', tail: '5678' } as const;
const OFFLINE = new PortError('offline', 'nobody answers');

export class FakeNewCards {
  readonly events = new Listeners<BlankEvent>();
  readonly fates = new Map<string, BlankFate>();
  /** Blanks in the stacker, the next one first: how each one comes out. */
  stacker: ('good' | 'unreadable' | 'refuses' | 'badReadBack' | 'jams')[] = ['good'];
  grantOutcome: GrantOutcome | 'offline' = { kind: 'granted', effectiveAt: 0, transfer: { state: 'known', amount: fen(1000) }, blanks: 3 };
  issuerAnswers = true;
  present: 'atGate' | 'stays' = 'atGate';
  stuck = false;
  inPath: string | undefined;
  /** What the sensors say to a process that finds the path as another left it. */
  found: 'inPath' | 'nothing' | 'unknown' = 'nothing';
  /** Of a replacement that is called off: `over`: its card is written. */
  cancels: 'cancelled' | 'over' | 'offline' = 'cancelled';
  readonly told: string[] = [];
  readonly #act: (what: string) => void;
  #kind: FakeNewCards['stacker'][number] = 'good';
  #step = 0;

  constructor(act: (what: string) => void) {
    this.#act = act;
  }

  /** The person's hand. */
  take(): void {
    this.#leave('taken');
    this.events.emit({ type: 'NEWCARD.TAKEN' });
  }

  #leave(fate: BlankFate): void {
    if (this.inPath !== undefined) this.fates.set(this.inPath, fate);
    this.inPath = undefined;
  }

  readonly blanks: BlankPort = {
    dispense: async (blankId) => {
      this.#act('dispense');
      const kind = this.stacker.shift();
      if (kind === undefined) {
        this.fates.set(blankId, 'stacker');
        return 'empty';
      }
      this.inPath = blankId;
      this.#kind = kind;
      if (kind === 'jams') throw new PortError('mediaJammed', 'jammed on its way');
      return 'inside';
    },
    read: async () => (this.#kind === 'unreadable' ? { kind: 'unreadable', why: 'silent' } : { kind: 'blank', card: NEW_CARD, uid: '04A1B2C3' }),
    challenge: async () => '01020304',
    command: async () => (this.#kind === 'refuses' ? '6988' : '9000'),
    readBack: async () =>
      this.#kind === 'badReadBack'
        ? undefined
        : {
            file15: '00'.repeat(30),
            presence: {
              amount: 0,
              purseType: 2,
              terminalId: '000001000050',
              balanceBefore: 0,
              onlineCounter: 0,
              keyVersion: 1,
              algorithm: 0,
              cardRandom: '1A2B3C4D',
              mac1: '824B80B8',
            },
          },
    present: async () => {
      this.#act('present new card');
      if (this.present === 'stays') throw new PortError('deviceFault', 'it does not move');
    },
    capture: async () => {
      this.#act('capture');
      if (this.stuck) return 'stuck';
      if (this.inPath === undefined) return 'nothing';
      this.#leave('bin');
      return 'captured';
    },
    find: async (blankId) => {
      this.inPath = this.found === 'nothing' ? undefined : blankId;
      return this.found;
    },
    holds: (blankId) => this.inPath === blankId,
    fateOf: (blankId) => this.fates.get(blankId),
    onEvent: (listener) => this.events.add(listener),
  };

  readonly issuer: ReplacementPort = {
    grant: async () => {
      this.#act('grant');
      if (this.grantOutcome === 'offline') throw OFFLINE;
      return this.grantOutcome;
    },
    start: async () => {
      if (!this.issuerAnswers) throw OFFLINE;
      this.#step = 0;
      return { kind: 'issued', steps: 2 };
    },
    next: async ({ last }) => {
      if (!this.issuerAnswers) throw OFFLINE;
      if (last !== undefined && last.status !== '9000') return { kind: 'failed', code: 'cardRefused' };
      this.#step += 1;
      return this.#step > 2 ? { kind: 'written' } : { kind: 'command', step: this.#step, name: `write ${this.#step}`, apdu: '04D695000400000000' };
    },
    confirm: async () => {
      if (!this.issuerAnswers) throw OFFLINE;
      return { kind: 'confirmed' };
    },
    abandon: async () => void this.told.push('abandon'),
    cancel: async () => {
      if (this.cancels === 'offline') throw OFFLINE;
      this.told.push('cancel');
      return this.cancels;
    },
    deliver: async ({ delivery }) => void this.told.push(delivery),
  };
}
