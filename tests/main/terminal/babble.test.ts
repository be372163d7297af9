/**
 * A device whose line is never silent, at full speed and for as long as half an hour: with noise, with the beginnings of its own frames, with
 * its own answers again and again. The terminal goes on: its neighbor is served, nothing grows with the noise, and the device is back
 * when its line is well again.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { simulators } from '../../../drivers/bench/simulators.ts';
import { cabinetIoModels } from '../../../drivers/cabinet/models.ts';
import { cardReaderModels, type CardReaderModel } from '../../../drivers/card-reader/models.ts';
import { cashAcceptorModels, type CashAcceptorModel } from '../../../drivers/cash-acceptor/models.ts';
import type { DeviceDeps } from '../../../drivers/model-entry.ts';
import { receiptPrinterModels, type ReceiptPrinterModel } from '../../../drivers/receipt-printer/models.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import { JournaledMemory } from '../../../main/terminal/acceptor-memory.ts';
import { devicePorts } from '../../../main/terminal/device-ports.ts';
import { NO_DEVICES, type Devices } from '../../../main/terminal/devices.ts';
import { Supervision } from '../../../main/terminal/supervision.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { TAKEN } from './supervised-bench.ts';

const MINUTE_MS = 60_000;
const CHUNK_MS = 100;
/** Mostly below what is said in half an hour, 1.7 to 7 MB; code that is compiled meanwhile is some of it. */
const MOST_HEAP_BYTES = 2_000_000;
/** Coming and going: a device that is lost comes back when noise happens to leave it alone, and later every time. */
const MOST_ENTRIES = 20;

interface Subject {
  readonly model: string;
  /** As the unit usually comes. */
  readonly baudRate: number;
  readonly unit: (clock: VirtualClock) => SimulatedUnit;
  readonly fit: (deps: DeviceDeps) => Partial<Devices>;
}

const readers = (['crt591-m001', 'crt310'] satisfies CardReaderModel[]).map((model): Subject => ({
  model,
  baudRate: 38_400,
  unit: (clock) => simulators.cardReader[model](clock),
  fit: (deps) => ({ cardReader: cardReaderModels[model].create({}, deps) }),
}));
const acceptors = (['jcm-id003', 'cashcode-ccnet', 'cctalk-bill'] satisfies CashAcceptorModel[]).map((model): Subject => ({
  model,
  baudRate: 9600,
  unit: (clock) => simulators.cashAcceptor[model](clock),
  fit: (deps) => ({ cashAcceptor: cashAcceptorModels[model].create({ denominations: TAKEN }, { ...deps, memory: freshMemory() }) }),
}));
const printers = (['escpos-generic-80', 'custom-vkp80'] satisfies ReceiptPrinterModel[]).map((model): Subject => ({
  model,
  baudRate: 9600,
  unit: (clock) => simulators.receiptPrinter[model](clock),
  fit: (deps) => ({ receiptPrinter: receiptPrinterModels[model].create({}, deps) }),
}));
const cabinetIo: Subject = {
  model: 'modbus-io',
  baudRate: 9600,
  unit: (clock) => simulators.cabinet['modbus-io'](clock),
  fit: (deps) => ({ cabinet: cabinetIoModels['modbus-io'].create({}, deps) }),
};

/** What is said next, and what the unit said last. */
type Babble = (length: number, last: Uint8Array) => Uint8Array;

describe.each([...readers, ...acceptors, ...printers, cabinetIo])('$model never falls silent', (subject) => {
  test.each<[string, number, Babble]>([
    ['half an hour of noise', 30, noise()],
    ['five minutes of the beginnings of its own frames', 5, (length, last) => repeated(length, last.subarray(0, 3))],
    ['five minutes of its own last answer', 5, repeated],
  ])(
    '%s',
    async (_kind, minutes, babble) => {
      const clock = new VirtualClock({ wall: Date.UTC(2026, 10, 22) });
      const neighbor = subject === cabinetIo ? (readers[0] ?? cabinetIo) : cabinetIo;
      const [line, last] = lineTo(subject, clock);
      const [quietLine] = lineTo(neighbor, clock);
      const entries: NewEntry[] = [];
      const supervision = new Supervision({
        clock,
        ports: devicePorts({ ...NO_DEVICES, ...subject.fit({ clock, transport: line }), ...neighbor.fit({ clock, transport: quietLine }) }, () => {}),
        record: (entry) => entries.push(entry),
      });
      onTestFinished(() => supervision.stop());
      const conditions = (): readonly string[] => supervision.devices.map(({ name, condition }) => `${name}: ${condition}`);
      const forget = (): void => [line, quietLine].forEach(({ sent }) => sent.splice(0));
      supervision.start();
      await pass(clock, MINUTE_MS);
      const before = conditions();
      expect(before.filter((words) => !/ready|degraded/.test(words))).toEqual([]);
      forget();
      const held = heldBytes();

      const chunk = (subject.baudRate / 10_000) * CHUNK_MS;
      for (let left = minutes * MINUTE_MS; left > 0; left -= CHUNK_MS) {
        line.fromUnit(babble(chunk, last()));
        await pass(clock, CHUNK_MS);
        if (left % MINUTE_MS === 0) expect(conditions()[1]).toBe(before[1]);
      }

      expect(quietLine.sent.length).toBeGreaterThan(minutes * 60);
      forget();
      expect(heldBytes() - held).toBeLessThan(MOST_HEAP_BYTES);
      await pass(clock, MINUTE_MS);
      expect(conditions()).toEqual(before);
      expect(entries.length).toBeLessThanOrEqual(MOST_ENTRIES);
    },
    60_000,
  );
});

/** The unit on its line, and what it said last. */
function lineTo({ baudRate, unit }: Subject, clock: VirtualClock): readonly [SimulatedLine, () => Uint8Array] {
  const line = new SimulatedLine(`serial:/dev/ttyS0?baudRate=${baudRate}`);
  const made = unit(clock);
  let last = new Uint8Array();
  made.onSend((bytes) => {
    last = Uint8Array.from(bytes);
    line.fromUnit(bytes);
  });
  line.attachUnit((bytes) => made.receive(bytes));
  return [line, () => last];
}

function freshMemory(): JournaledMemory {
  return new JournaledMemory({ head: { epoch: 1, seq: 0 }, append: () => {}, entriesAfter: () => [] });
}

/** The same bytes in every run. */
function noise(): Babble {
  let state = 0x2545_f491;
  return (length) => Uint8Array.from({ length }, () => ((state = Math.imul(state, 1_664_525) + 1_013_904_223) >>> 24) & 0xff);
}

function repeated(length: number, pattern: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: pattern.length === 0 ? 0 : length }, (_, index) => pattern[index % pattern.length] ?? 0);
}

async function pass(clock: VirtualClock, ms: number): Promise<void> {
  const until = clock.monotonic() + ms;
  await turn();
  while ((clock.next ?? Infinity) <= until) {
    clock.step();
    await turn();
  }
  clock.idleUntil(until);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Twice: what the first collection ends is collected by the second. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
