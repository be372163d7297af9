/**
 * The part of the cash acceptors' conformance suite that is about what stands between terminal and notes: power, line, wire, port.
 * Source: protocols/cash-acceptor.md 6.2 and 6.3.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { createTransport } from '../../../drivers/transport/open.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { Transport } from '../../../drivers/transport/transport.ts';
import {
  benches,
  booked,
  failure,
  makeAcceptor,
  YUAN_10,
  YUAN_50,
  type AcceptorBench,
  type CashAcceptorSubject,
  type StandKind,
} from './cash-acceptor-bench.ts';
import type { Stand } from './stand.ts';
import { units as strangers } from './strangers.ts';

const STRANGERS = { file: `${import.meta.dirname}/strangers.ts`, make: strangers.stranger };

export function power(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('power', () => {
    const made = benches(subject, kind);

    test('cut while idle: resumed tells it, and nothing is taken until accept is called again', async () => {
      const at = made();
      await at.ready();
      await at.stand.unit.call('powerCycle');
      await at.until('resumed is told', () => at.told('resumed').length > 0);
      expect(at.told('resumed')).toEqual([{ type: 'resumed', powerUp: { kind: 'clean' } }]);
      expect(await at.stand.unit.call('feedNote', YUAN_10)).toBe('refused');
      await at.accept(YUAN_10);
      await at.escrowed(YUAN_10);
    });

    test('cut with a note in escrow: what is told lets nobody lose it, and nothing is credited', async () => {
      const at = made();
      await at.ready();
      await at.escrowed();
      await at.stand.unit.call('powerCycle');
      await at.until('resumed is told', () => at.told('resumed').length > 0);
      const { credit, suspense } = booked(at.credits.length, 'escrowed', at.told('resumed')[0]?.powerUp, YUAN_10);
      expect(credit).toBe(0);
      expect(await at.inBox()).toBeLessThanOrEqual(suspense);
      expect(await at.stand.unit.get('inside')).toBeUndefined();
    });

    test.each([0, 10, 20])('cut while stacking, %i exchanges after the order: credited once if it is in the box', async (exchanges) => {
      const at = made();
      await at.ready();
      await at.escrowed();
      await at.stack();
      if (exchanges > 0) await at.exchanges(exchanges);
      await at.stand.unit.call('powerCycle');
      await at.until('resumed is told', () => at.told('resumed').length > 0);
      expect(at.credits.length).toBeLessThanOrEqual(1);
      const { credit, suspense } = booked(at.credits.length, 'stacking', at.told('resumed')[0]?.powerUp, YUAN_10);
      const box = await at.inBox();
      expect(credit).toBeLessThanOrEqual(box);
      expect(box).toBeLessThanOrEqual(credit + suspense);
      expect(at.told('resumed')).toHaveLength(1);
    });

    test('off and on again before the terminal starts: connect tells where the note was', async () => {
      const at = made();
      await at.ready();
      await at.escrowed();
      await at.restartHost();
      await at.stand.unit.call('powerCycle');
      const { suspense } = booked(at.credits.length, 'escrowed', await at.connect(), YUAN_10);
      expect(await at.inBox()).toBeLessThanOrEqual(suspense);
      expect(at.credits).toEqual([]);
    });
  });
}

export function line(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('line', () => {
    const made = benches(subject, kind);

    /** Offline once; every call says so at once; nothing goes over the line however long nobody connects. */
    async function rests(at: AcceptorBench): Promise<void> {
      await at.until('it is offline', () => at.acceptor.lastStatus.device === 'offline');
      expect((await failure(at.acceptor.status())).code).toBe('offline');
      expect((await failure(at.acceptor.accept([YUAN_10]))).code).toBe('offline');
      await at.stand.plug();
      const said = at.trace.length;
      const from = at.stand.clock.monotonic();
      await at.until('a while passes', () => at.stand.clock.monotonic() - from > 2_000);
      expect(at.trace).toHaveLength(said);
      expect(at.wentOffline).toBe(1);
    }

    test('pulled while idle: offline once, it rests; connect brings it back', async () => {
      const at = made();
      await at.ready();
      await at.stand.unplug();
      await rests(at);
      expect(await at.connect()).toEqual({ kind: 'idle' });
      await at.accept(YUAN_10);
      await at.escrowed(YUAN_10);
    });

    test.each([1, 3])('breaks %i bytes into an answer: offline once, it rests; connect brings it back', async (bytes) => {
      const at = made();
      await at.ready();
      await at.stand.unit.wire('breakAfter', bytes);
      await rests(at);
      expect(await at.connect()).toEqual({ kind: 'idle' });
    });

    test('pulled with a note in escrow: connect tells where it is; stacked then, it is credited once', async () => {
      const at = made();
      await at.ready();
      await at.escrowed(YUAN_50);
      await at.stand.unplug();
      await rests(at);
      expect(await at.connect()).toEqual({ kind: 'noteInEscrow', denomination: YUAN_50 });
      expect(at.told('escrowed')).toHaveLength(1);
      await at.stack();
      await at.until('the credit is told', () => at.credits.length > 0);
      await at.state('disabled');
      expect(at.credits).toEqual([subject.evidence]);
      expect(await at.inBox()).toBe(YUAN_50);
    });

    test('pulled while the note moves into the box: connect brings the one credit', async () => {
      const at = made();
      await at.ready();
      await at.escrowed();
      await at.stack();
      await at.stand.unplug();
      await at.until('the note fell', async () => (await at.inBox()) > 0);
      await at.stand.plug();
      await at.until('it is offline', () => at.acceptor.lastStatus.device === 'offline');
      await at.connect();
      await at.until('the credit is told', () => at.credits.length > 0);
      await at.exchanges(10);
      expect(at.credits).toHaveLength(1);
    });

    test('only the terminal restarts, a note in escrow: connect tells its value, or that it went back; never a credit', async () => {
      const at = made();
      await at.ready();
      await at.escrowed(YUAN_50);
      await at.restartHost();
      const powerUp = await at.connect();
      const held = await at.stand.unit.get('escrow');
      expect(powerUp).toEqual(held === undefined ? { kind: 'returning' } : { kind: 'noteInEscrow', denomination: YUAN_50 });
      expect(at.credits).toEqual([]);
      expect(await at.inBox()).toBe(0);
    });

    test('only the terminal restarts, its credit not acknowledged: the handler has it before connect resolves', async () => {
      const at = made();
      await at.ready();
      at.acceptor.setCreditHandler(() => new Promise(() => {}));
      await at.escrowed();
      await at.stack();
      await at.until('the note fell', async () => (await at.inBox()) > 0);
      await at.exchanges(5);
      await at.restartHost();
      expect(await at.connect()).toEqual({ kind: 'creditPending', evidence: subject.evidence });
      expect(at.credits).toEqual([subject.evidence]);
    });

    test('connect while connected starts anew: the note still waits, nothing else is let in, nobody hears of offline', async () => {
      const at = made();
      await at.ready();
      await at.escrowed(YUAN_50);
      expect(await at.connect()).toEqual({ kind: 'noteInEscrow', denomination: YUAN_50 });
      await at.returnNote();
      await at.until('returned is told', () => at.told('returned').length > 0);
      await at.state('disabled');
      expect(await at.stand.unit.call('feedNote', YUAN_10)).toBe('refused');
      expect(at.wentOffline).toBe(0);
    });

    test('it falls silent: offline once, it rests; connect brings it back when it speaks again', async () => {
      const at = made();
      await at.ready();
      await at.stand.unit.knob('silent', true);
      await rests(at);
      expect((await failure(at.connect())).code).toBe('offline');
      await at.stand.unit.knob('silent', false);
      expect(await at.connect()).toEqual({ kind: 'idle' });
    });
  });
}

export function wire(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('wire', () => {
    const made = benches(subject, kind);

    async function oneCredit(at: AcceptorBench): Promise<void> {
      await at.until('the credit is told', () => at.credits.length > 0);
      await at.state('idle');
      await at.exchanges(10);
      expect(at.credits).toEqual([subject.evidence]);
      expect(await at.inBox()).toBe(YUAN_10);
      expect(at.told('escrowed')).toHaveLength(1);
      expect(at.wentOffline).toBe(0);
    }

    test.each([
      ['loseAnswers', 2],
      ['corruptAnswers', 2],
      ['duplicateAnswers', 40],
    ] as const)('%s %i while a note is stacked: one credit, never offline', async (knob, count) => {
      const at = made();
      await at.ready();
      await at.escrowed();
      const stacking = at.acceptor.stack();
      await at.stand.unit.knob(knob, count);
      await at.stand.settled(stacking);
      await at.exchanges(2);
      await at.stand.unit.knob(knob, count);
      await oneCredit(at);
    });

    test.each([
      ['noise', '00FF'],
      ['pieces', 1],
      ['delay', 20],
      ['glue', 15],
    ] as const)('answers with %s %s: a note is taken and credited once', async (knob, value) => {
      const at = made();
      await at.ready();
      await at.stand.unit.wire(knob, value);
      await at.escrowed();
      await at.stack();
      await oneCredit(at);
    });
  });
}

export function badPorts(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('what may be wrong with the port', () => {
    let stand: Stand<SimulatedUnit> | undefined;
    afterEach(async () => {
      await stand?.dispose();
      stand = undefined;
    });

    /** `connect` with `answer` on the port; the line is closed afterwards. */
    async function refused(answer: string): Promise<Awaited<ReturnType<typeof failure>>> {
      stand = await kind.stranger(STRANGERS, answer, subject.serial);
      const acceptor = makeAcceptor(subject, stand);
      const error = await failure(stand.settled(acceptor.connect()));
      expect(acceptor.lastStatus.device).toBe('offline');
      expect(stand.transport.isOpen).toBe(false);
      return error;
    }

    test('another device’s protocol: protocol, with what was tried, what came back and what to check', async () => {
      const error = await refused('244750474741'); // $GPGGA
      expect(error.code).toBe('protocol');
      expect(error.message).toContain('244750474741');
      expect(error.message).toMatch(/sent.*check/);
      expect(error.frames.length).toBeGreaterThan(0);
    });

    test('an adapter that gives back what is sent: not an acceptor', async () => {
      expect((await refused('echo')).code).toBe(subject.echoIs);
    });

    test('nobody answers: offline, with what was tried and what to check', async () => {
      const error = await refused('');
      expect(error.code).toBe('offline');
      expect(error.message).toMatch(/did not answer.*check/);
    });

    if (kind.exclusive) {
      test('the port is held by another program: offline, saying so', async () => {
        stand = await kind.stranger(STRANGERS, '', subject.serial);
        const other = makeAcceptor(subject, stand);
        const held = failure(other.connect());
        await stand.until('the other has the port', () => stand?.transport.isOpen === true);
        const error = await failure(makeAcceptor(subject, { clock: stand.clock, transport: again(stand.transport) }).connect());
        expect(error.code).toBe('offline');
        expect(error.message).toMatch(/lock|busy/i);
        await held;
      });
    }

    test('no such port: offline, naming it', async () => {
      stand = await kind.stranger(STRANGERS, '', subject.serial);
      await stand.unplug();
      const error = await failure(stand.settled(makeAcceptor(subject, stand).connect()));
      expect(error.code).toBe('offline');
      expect(error.message).toContain('the line to the acceptor');
    });
  });
}

/** A second opener of the same port. */
function again({ address }: Transport): Transport {
  return createTransport(address, { simulation: 'refused' });
}
