/**
 * The catalogue of faults (journal-and-money.md, "Proof"), and the plan by which they strike. Every fault waits at a channel: the n-th
 * time that something passes there within a session, it strikes. What passes is counted whether or not a fault waits, so that an
 * undisturbed run tells how many places there are.
 */
import type { DeviceName } from '../../drivers/bench/protocol.ts';

export const lineDevices = ['cardReader', 'cashAcceptor', 'receiptPrinter'] as const satisfies readonly DeviceName[];
export type LineDevice = (typeof lineDevices)[number];
export type Direction = 'toDevice' | 'fromDevice';

/** Where faults can strike. */
export type Channel =
  | `line.${LineDevice}.${Direction}`
  /** A C-APDU at a chip. */
  | 'apdu'
  /** A note at the mouth. */
  | 'note'
  /** A code at the scanner's window. */
  | 'code'
  /** A request about money: issuer and payments. */
  | 'money'
  /** Journal and heartbeat. */
  | 'uplink'
  /** An entry of the journal. */
  | 'commit'
  /** Anything above that the terminal does to the world: commit, frame to a device, request. */
  | 'effect';

const onLine = ['lost', 'corrupt', 'duplicate', 'late', 'cut'] as const;
/**
 * `lostBefore`: never arrives. `lostAfter`: upstream acted, the answer is lost. `refusedBefore`, `refusedAfter`: a 502 on the way there or
 * back. `slow`: seconds late. `twice`: arrives twice, the first answer comes. `twiceSecond`: arrives twice, the second answer comes. `down`: no
 * network from now on, for a while.
 */
const onNetwork = ['lostBefore', 'lostAfter', 'refusedBefore', 'refusedAfter', 'slow', 'twice', 'twiceSecond', 'down'] as const;

interface FaultShape {
  readonly channel: Channel;
}

type LineFault = `line.${LineDevice}.${Direction}.${(typeof onLine)[number]}`;
type NetworkFault = `${'money' | 'uplink'}.${(typeof onNetwork)[number]}`;

const fixed = {
  // the cable, and the unit's own power
  'cardReader.unplugged': { channel: 'line.cardReader.toDevice' },
  'cashAcceptor.unplugged': { channel: 'line.cashAcceptor.toDevice' },
  'receiptPrinter.unplugged': { channel: 'line.receiptPrinter.toDevice' },
  'cardReader.powerLost': { channel: 'line.cardReader.toDevice' },
  'cashAcceptor.powerLost': { channel: 'line.cashAcceptor.toDevice' },
  'receiptPrinter.powerLost': { channel: 'line.receiptPrinter.toDevice' },
  // the card reader
  'cardReader.jam': { channel: 'line.cardReader.toDevice' },
  'cardReader.slow': { channel: 'line.cardReader.toDevice' },
  'cardReader.dead': { channel: 'line.cardReader.toDevice' },
  'cardReader.secondChip': { channel: 'line.cardReader.toDevice' },
  'cardReader.holdCard': { channel: 'line.cardReader.toDevice' },
  'cardReader.binFull': { channel: 'line.cardReader.toDevice' },
  // the chip
  'card.tornBefore': { channel: 'apdu' },
  'card.tornAfter': { channel: 'apdu' },
  'card.muteBefore': { channel: 'apdu' },
  'card.muteAfter': { channel: 'apdu' },
  'card.garbled': { channel: 'apdu' },
  // the note path
  'note.jamInAcceptor': { channel: 'note' },
  'note.jamInStacker': { channel: 'note' },
  'note.rejected': { channel: 'note' },
  'note.cheated': { channel: 'note' },
  'note.boxFull': { channel: 'note' },
  'note.powerLostSoon': { channel: 'note' },
  'cashAcceptor.silent': { channel: 'line.cashAcceptor.toDevice' },
  // the scanner
  'codeScanner.unplugged': { channel: 'code' },
  'codeScanner.dead': { channel: 'code' },
  'code.halfRead': { channel: 'code' },
  // the printer
  'receiptPrinter.paperOut': { channel: 'line.receiptPrinter.toDevice' },
  'receiptPrinter.paperOutSoon': { channel: 'line.receiptPrinter.toDevice' },
  'receiptPrinter.coverOpen': { channel: 'line.receiptPrinter.toDevice' },
  'receiptPrinter.cutterJam': { channel: 'line.receiptPrinter.toDevice' },
  'receiptPrinter.paperJam': { channel: 'line.receiptPrinter.toDevice' },
  'receiptPrinter.presenterJam': { channel: 'line.receiptPrinter.toDevice' },
  'receiptPrinter.mute': { channel: 'line.receiptPrinter.toDevice' },
  // upstream's partners
  'issuer.offline': { channel: 'money' },
  'acquirer.offline': { channel: 'money' },
  // the process and its machine
  'process.killedBeforeCommit': { channel: 'commit' },
  'process.killedAfterCommit': { channel: 'commit' },
  'process.killed': { channel: 'effect' },
  'power.cut': { channel: 'effect' },
  'clock.forward': { channel: 'commit' },
  'clock.back': { channel: 'commit' },
  'disk.full': { channel: 'commit' },
  'disk.failed': { channel: 'commit' },
} as const satisfies Readonly<Record<string, FaultShape>>;

export type FaultKind = LineFault | NetworkFault | keyof typeof fixed;

function catalogue(): ReadonlyMap<FaultKind, FaultShape> {
  const made = new Map<FaultKind, FaultShape>();
  for (const device of lineDevices)
    for (const direction of ['toDevice', 'fromDevice'] as const)
      for (const how of onLine) made.set(`line.${device}.${direction}.${how}`, { channel: `line.${device}.${direction}` });
  for (const channel of ['money', 'uplink'] as const) for (const how of onNetwork) made.set(`${channel}.${how}`, { channel });
  for (const [kind, shape] of Object.entries(fixed)) made.set(kind as FaultKind, shape);
  return made;
}

const shapes = catalogue();
export const faultKinds: readonly FaultKind[] = [...shapes.keys()];

export function channelOf(kind: FaultKind): Channel {
  const shape = shapes.get(kind);
  if (shape === undefined) throw new RangeError(`no fault ${kind}`);
  return shape.channel;
}

/** The fault strikes at the `nth` passage (from 1) of its channel in session `session` (from 0). */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly session: number;
  readonly nth: number;
}

export class FaultPlan {
  readonly #waiting = new Map<string, FaultKind[]>();
  readonly #struck = new Map<FaultKind, number>();
  readonly #onStrike: (kind: FaultKind) => void;
  #passed = new Map<Channel, number>();
  #session = 0;

  constructor(faults: readonly PlannedFault[], onStrike: (kind: FaultKind) => void) {
    this.#onStrike = onStrike;
    for (const fault of faults) this.add(fault);
  }

  get struck(): ReadonlyMap<FaultKind, number> {
    return this.#struck;
  }

  /** How often something passed each channel in this session. */
  get passed(): ReadonlyMap<Channel, number> {
    return this.#passed;
  }

  add({ kind, session, nth }: PlannedFault): void {
    const place = `${session}/${channelOf(kind)}/${nth}`;
    this.#waiting.set(place, [...(this.#waiting.get(place) ?? []), kind]);
  }

  beginSession(session: number): void {
    this.#session = session;
    this.#passed = new Map();
  }

  /** Nothing strikes any more. */
  calm(): void {
    this.#waiting.clear();
  }

  /** Something passes: what strikes it now, at most one of each kind. */
  at(channel: Channel): readonly FaultKind[] {
    const nth = (this.#passed.get(channel) ?? 0) + 1;
    this.#passed.set(channel, nth);
    const place = `${this.#session}/${channel}/${nth}`;
    const kinds = this.#waiting.get(place);
    if (kinds === undefined) return NONE;
    this.#waiting.delete(place);
    for (const kind of kinds) {
      this.#struck.set(kind, (this.#struck.get(kind) ?? 0) + 1);
      this.#onStrike(kind);
    }
    return kinds;
  }
}

const NONE: readonly FaultKind[] = [];
