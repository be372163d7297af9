/** The example's devices at their simulators, all in this process and in virtual time, with a person's hands. */
import { readFileSync } from 'node:fs';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { SelfTestName, Tested } from '../../../common/maintenance/self-tests.ts';
import { Cabinet } from '../../../drivers/bench/cabinet.ts';
import type { HandAct } from '../../../drivers/bench/protocol.ts';
import { SimulatedLines } from '../../../drivers/transport/simulated.ts';
import { parseConfig } from '../../../main/config/config.ts';
import { createSelfTestPort, type SelfTestSources } from '../../../main/maintenance/self-tests/port.ts';
import { closeAll, makeDevices, type Devices } from '../../../main/terminal/devices.ts';
import type { SelfTestPort, TestHands, TestQuestion, TestStep } from '../../../state-machines/maintenance/self-test-port.ts';
import { countingRandom, V2_KEYS } from '../../drivers/card/pboc/cards.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const EXAMPLE = new URL('../../../resources/config/example.json', import.meta.url).pathname;
const STEP_MS = 50;

export class TestCabinet {
  readonly clock = new SimulatedClock();
  readonly lines = new SimulatedLines();
  readonly cabinet: Cabinet;
  readonly devices: Devices;
  readonly port: SelfTestPort;
  readonly written: NewEntry[] = [];
  readonly steps: TestStep[] = [];
  readonly questions: TestQuestion[] = [];
  readonly stop = new AbortController();
  /** What the person answers; absent: nobody can be asked. */
  answer: boolean | undefined = true;

  /** @param plasticOnly the stacker holds cards without a chip */
  constructor(facts: Partial<SelfTestSources['facts']> = {}, plasticOnly = false) {
    const { clock, lines, written } = this;
    const config = parseConfig(JSON.parse(readFileSync(EXAMPLE, 'utf8')));
    const fitted = Object.entries(config.devices).flatMap(([name, device]) => (device === null ? [] : [[name, device] as const]));
    this.cabinet = new Cabinet({
      clock,
      random: countingRandom(),
      issuerKeys: plasticOnly ? V2_KEYS : { ...V2_KEYS, masterCardKey: 'A1'.repeat(16) },
      today: '2026-11-22',
      devices: Object.fromEntries(fitted),
    });
    for (const [name, { address }] of fitted) {
      const unit = this.cabinet.units[name as keyof Cabinet['units']];
      if (unit !== undefined) lines.add(address.slice('sim:'.length), unit);
    }
    this.devices = makeDevices(config.devices, { clock, simulation: lines, unfinishedJob: false, flavor: config.flavor });
    this.port = createSelfTestPort({
      clock,
      devices: this.devices,
      models: Object.fromEntries(fitted.map(([name, { model }]) => [name, model])),
      profiles: config.cards.profiles,
      facts: {
        checkJournal: async () => undefined,
        diskIsLow: () => false,
        clockOffsetMs: () => 0,
        askUpstream: async () => 'online',
        unsealed: () => [],
        ...facts,
      },
      append: (entry) => written.push(entry),
    });
  }

  async up(...names: readonly (keyof Devices)[]): Promise<this> {
    for (const name of names) await this.settled(Promise.resolve(this.devices[name]?.connect()));
    return this;
  }

  /** Runs one, while `hands` does what each step asks. */
  run(test: SelfTestName, hands: (step: TestStep) => void = () => {}): Promise<Tested> {
    const { answer } = this;
    const told: TestHands = {
      tell: (step) => {
        this.steps.push(step);
        hands(step);
      },
      ...(answer === undefined
        ? {}
        : {
            ask: async (question) => {
              this.questions.push(question);
              return answer;
            },
          }),
    };
    return this.settled(this.port.run(test, 'visit-1', told, this.stop.signal));
  }

  /** A hand that tries until the cabinet lets it. */
  hand(act: Parameters<Cabinet['hand']>[0] & HandAct): void {
    const attempt = (): void => {
      if (!this.cabinet.hand(act).done) this.clock.setTimeout(attempt, STEP_MS);
    };
    this.clock.setTimeout(attempt, STEP_MS);
  }

  /** A staff card was put in and left there. */
  async cardLiesInside(card: { readonly uid: string; readonly text: string }): Promise<void> {
    const reader = this.devices.cardReader;
    if (reader === undefined) throw new Error('no reader is fitted');
    await this.settled(reader.setEntry(true));
    this.hand({ act: 'insertStaffCard', ...card });
    await this.settled(new Promise<void>((resolve) => reader.onEvent(({ type }) => (type === 'mediaInserted' ? resolve() : undefined))));
    await this.settled(reader.setEntry(false));
  }

  get said(): readonly string[] {
    return this.steps.map(({ say }) => say);
  }

  async close(): Promise<void> {
    await this.settled(closeAll(this.devices));
  }

  async settled<T>(promise: Promise<T>, limitMs = 300_000): Promise<T> {
    const ended = Promise.allSettled([promise]).then(() => true);
    for (let spent = 0; !(await Promise.race([ended, this.clock.advance(STEP_MS).then(() => false)])); spent += STEP_MS) {
      if (spent > limitMs) throw new Error(`not within ${limitMs} virtual ms; said: ${this.said.join(', ')}`);
    }
    return promise;
  }
}
