/**
 * A simulated unit in a process of its own: `fork(unit-process.ts, [SETTINGS])` serves the named model of a factory module on a Unix
 * socket and takes hands over the process channel. Knows no device class: started and spoken to by remote-unit.ts.
 *
 * A factory module exports `units`: model name → `UnitFactory`. Hands reach every method and property of the unit it makes, so a class
 * whose hands take objects (a card, a sheet of paper) lets its factory wrap the simulator in a unit whose hands take names.
 */
import { pathToFileURL } from 'node:url';
import type { Clock } from '../../../common/clock.ts';
import { serveUnit, type ServedUnit } from '../../../drivers/transport/serve-unit.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import { Wire } from './wire.ts';

/** Makes a simulated unit; `options` come from whoever started the process. */
export type UnitFactory<U extends SimulatedUnit = SimulatedUnit> = (clock: Clock, options: Readonly<Record<string, unknown>>) => U;

export interface UnitProcessSettings {
  /** File that exports `units`. */
  readonly factories: string;
  readonly model: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly socketPath: string;
  /** Mechanics so many times faster than real ones. */
  readonly speed: number;
}

/** What the parent asks; each is answered by one `HandReply` of the same id. */
export type HandRequest = { readonly id: number } & (
  | { readonly op: 'call'; readonly name: string; readonly args: readonly unknown[] }
  | { readonly op: 'get'; readonly name: string }
  | { readonly op: 'knob'; readonly name: string; readonly value: unknown }
  | { readonly op: 'wire'; readonly name: string; readonly value: unknown }
  /** The cable between the unit and the socket. */
  | { readonly op: 'unplug' }
  | { readonly op: 'plug' }
);
export type HandReply = { readonly id: number } & ({ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string });

/** What the child says of its own accord. */
export type UnitProcessMessage = HandReply | { readonly type: 'serving' } | { readonly type: 'wireBroke' };

class UnitProcess {
  readonly #unit: Record<string, unknown>;
  readonly #wire: Wire;
  readonly #served: ServedUnit;

  constructor(unit: SimulatedUnit, wire: Wire, served: ServedUnit) {
    this.#unit = unit as unknown as Record<string, unknown>;
    this.#wire = wire;
    this.#served = served;
  }

  async answer(request: HandRequest): Promise<HandReply> {
    try {
      return { id: request.id, ok: true, value: await this.#do(request) };
    } catch (error) {
      return { id: request.id, ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }

  async #do(request: HandRequest): Promise<unknown> {
    switch (request.op) {
      case 'call':
        return this.#call(request.name, request.args);
      case 'get':
        return plain(this.#unit[request.name]);
      case 'knob':
        return turn(this.#unit['knobs'], request.name, request.value);
      case 'wire':
        return turn(this.#wire.knobs, request.name, request.value);
      case 'unplug':
        return this.#served.unplug();
      case 'plug':
        this.#wire.mend();
        return this.#served.plug();
    }
  }

  async #call(name: string, args: readonly unknown[]): Promise<unknown> {
    const method = this.#unit[name];
    if (typeof method !== 'function') throw new RangeError(`the unit has no hand ${name}`);
    return plain(await Reflect.apply(method, this.#unit, args));
  }
}

function turn(knobs: unknown, name: string, value: unknown): void {
  if (typeof knobs !== 'object' || knobs === null || !(name in knobs)) throw new RangeError(`there is no knob ${name}`);
  Reflect.set(knobs, name, value);
}

/** What can cross to another process; a function or a live object can't, and is a mistake of the factory's. */
function plain(value: unknown): unknown {
  return structuredClone(value);
}

function spedUp(speed: number): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() * speed,
    setTimeout: (callback, ms) => setTimeout(callback, Math.max(0, ms / speed)),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}

async function run(): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? '{}') as UnitProcessSettings;
  const { units } = (await import(pathToFileURL(settings.factories).href)) as { units: Readonly<Record<string, UnitFactory>> };
  const make = units[settings.model];
  if (make === undefined) throw new RangeError(`${settings.factories} has no unit ${settings.model}`);
  const clock = spedUp(settings.speed);
  const unit = make(clock, settings.options);
  // The wire is no mechanics: its times are real ones.
  const wire = new Wire(unit, spedUp(1));
  const served = await serveUnit(wire, { path: settings.socketPath });
  const child = new UnitProcess(unit, wire, served);
  const say = (message: UnitProcessMessage): void => void process.send?.(message);
  wire.onBreak(() => say({ type: 'wireBroke' }));
  process.on('message', (request: HandRequest) => void child.answer(request).then(say));
  process.once('disconnect', () => process.exit(0)); // whoever started it is gone
  say({ type: 'serving' });
}

if (process.argv[1] === import.meta.filename) await run();
