/**
 * Runs the supervision chart of every fitted device: one actor each. Knows what each device is doing now and since when, writes to the
 * journal who was found and who was lost, and tells whoever wants to know. Used by the terminal, and by kioskctl for devices alone.
 */
import { createActor, type ActorRefFrom, type InspectionEvent } from 'xstate';
import type { Clock } from '../../common/clock.ts';
import type { DeviceIdentity } from '../../common/device-words.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { Listeners } from '../../drivers/listeners.ts';
import { chartClock } from '../../state-machines/chart-types.ts';
import { conditionOf, deviceMachine, type DeviceCondition, type DevicePort, type DeviceReport, type DeviceTrouble } from '../../state-machines/device.ts';

export interface SupervisedDevice {
  readonly name: string;
  readonly condition: DeviceCondition;
  /** ms since 1970. */
  readonly since: number;
  readonly identity: DeviceIdentity | undefined;
  readonly report: DeviceReport;
  /** Why it is not up, while it isn't. */
  readonly trouble: DeviceTrouble | undefined;
}

export interface SupervisionOptions {
  readonly clock: Clock;
  readonly ports: Readonly<Record<string, DevicePort>>;
  /** Makes it durable; a journal that can't must not stop devices from being looked after. */
  readonly record: (entry: NewEntry) => void;
  /** Told of every step of a device's chart. */
  readonly onChart?: (name: string, event: InspectionEvent) => void;
}

type DeviceActor = ActorRefFrom<typeof deviceMachine>;

export class Supervision {
  readonly #options: SupervisionOptions;
  readonly #actors: ReadonlyMap<string, DeviceActor>;
  readonly #known = new Map<string, SupervisedDevice>();
  readonly #changes = new Listeners<{ readonly now: SupervisedDevice; readonly before: SupervisedDevice | undefined }>();
  readonly #answered = new Set<string>();
  readonly #everyAnswer = Promise.withResolvers<void>();

  constructor(options: SupervisionOptions) {
    this.#options = options;
    const clock = chartClock(options.clock);
    this.#actors = new Map(
      Object.entries(options.ports).map(([name, port]) => {
        const actor = createActor(deviceMachine, { input: { port }, clock, inspect: (event) => options.onChart?.(name, event) });
        actor.subscribe(() => this.#follow(name, actor));
        return [name, actor] as const;
      }),
    );
    if (this.#actors.size === 0) this.#everyAnswer.resolve();
  }

  start(): void {
    for (const actor of this.#actors.values()) actor.start();
  }

  stop(): void {
    for (const actor of this.#actors.values()) actor.stop();
  }

  get devices(): readonly SupervisedDevice[] {
    return [...this.#known.values()];
  }

  /** Told of every new word of a device; `before` is what was known until then. */
  onChange(listener: (now: SupervisedDevice, before: SupervisedDevice | undefined) => void): Unsubscribe {
    return this.#changes.add(({ now, before }) => listener(now, before));
  }

  /** Tries a device again now that is waiting or failed. False for a name that is not fitted. */
  retry(name: string): boolean {
    const actor = this.#actors.get(name);
    actor?.send({ type: 'RETRY' });
    return actor !== undefined;
  }

  /** When every device has come up or failed its first attempt, or after `limitMs`. */
  async firstAnswers(limitMs: number): Promise<void> {
    const { clock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimeout(resolve, limitMs);
    await Promise.race([this.#everyAnswer.promise, promise]);
    clock.clearTimeout(timer);
  }

  #follow(name: string, actor: DeviceActor): void {
    const snapshot = actor.getSnapshot();
    const condition = conditionOf(snapshot);
    const before = this.#known.get(name);
    const { identity, report, trouble } = snapshot.context;
    if (before?.condition === condition && before.report === report && before.trouble === trouble) return;
    const since = before?.condition === condition ? before.since : this.#options.clock.now();
    const now: SupervisedDevice = { name, condition, since, identity, report, trouble };
    this.#known.set(name, now);
    this.#record(before, now);
    this.#changes.emit({ now, before });
    if (condition !== 'connecting' && condition !== 'identifying') this.#answer(name);
  }

  #answer(name: string): void {
    this.#answered.add(name);
    if (this.#answered.size === this.#actors.size) this.#everyAnswer.resolve();
  }

  /** Each coming and going once; the attempts in between are the log's. */
  #record(before: SupervisedDevice | undefined, now: SupervisedDevice): void {
    const { name: device, identity, trouble } = now;
    if (before?.condition === 'identifying' && isUp(now) && identity !== undefined)
      this.#options.record({ kind: 'device.identified', body: { device, ...identity } });
    const lost = !isUp(now) && (before === undefined || isUp(before) || !this.#answered.has(device));
    if (lost && trouble !== undefined)
      this.#options.record({ kind: 'device.lost', body: { device, code: trouble.code, detail: trouble.message.slice(0, 500) } });
  }
}

function isUp({ condition, trouble }: SupervisedDevice): boolean {
  return condition === 'ready' || condition === 'degraded' || (condition === 'failed' && trouble === undefined);
}
