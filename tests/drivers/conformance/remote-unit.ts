/** The parent's side of unit-process.ts: starts the child, gives hands their types, ends it. Used by the pseudo-terminal stand. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Listeners } from '../../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { HandReply, HandRequest, UnitProcessMessage, UnitProcessSettings } from './unit-process.ts';
import type { WireKnobs } from './wire.ts';

type MethodOf<U> = { [K in keyof U]-?: U[K] extends (...args: never[]) => unknown ? K : never }[keyof U] & string;
type PropertyOf<U> = Exclude<keyof U, MethodOf<U> | 'knobs'> & string;
type ArgsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;
type KnobsOf<U> = U extends { readonly knobs: infer K } ? K : never;

/** The hands of a simulated unit, wherever it stands. */
export interface Hands<U extends SimulatedUnit> {
  call<M extends MethodOf<U>>(method: M, ...args: ArgsOf<U[M]>): Promise<ResultOf<U[M]>>;
  get<P extends PropertyOf<U>>(property: P): Promise<U[P]>;
  knob<K extends keyof KnobsOf<U> & string>(name: K, value: KnobsOf<U>[K]): Promise<void>;
  wire<K extends keyof WireKnobs>(name: K, value: WireKnobs[K]): Promise<void>;
}

/** A request without its id, for each kind. */
type Asked = HandRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

export class RemoteUnit<U extends SimulatedUnit> implements Hands<U> {
  readonly #child: ChildProcess;
  readonly #replies = new Listeners<HandReply>();
  readonly #breaks = new Listeners<void>();
  #asked = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: UnitProcessMessage) => {
      if ('id' in message) this.#replies.emit(message);
      else if (message.type === 'wireBroke') this.#breaks.emit();
    });
  }

  static async start<U extends SimulatedUnit>(settings: UnitProcessSettings): Promise<RemoteUnit<U>> {
    const child = fork(join(import.meta.dirname, 'unit-process.ts'), [JSON.stringify(settings)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    let said = '';
    child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const unit = new RemoteUnit<U>(child);
    const ended = once(child, 'exit').then(([status]) => Promise.reject(new Error(`the unit's process ended with ${String(status)}: ${said}`)));
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => {});
    return unit;
  }

  async call<M extends MethodOf<U>>(method: M, ...args: ArgsOf<U[M]>): Promise<ResultOf<U[M]>> {
    return (await this.#ask({ op: 'call', name: method, args })) as ResultOf<U[M]>;
  }

  async get<P extends PropertyOf<U>>(property: P): Promise<U[P]> {
    return (await this.#ask({ op: 'get', name: property })) as U[P];
  }

  async knob<K extends keyof KnobsOf<U> & string>(name: K, value: KnobsOf<U>[K]): Promise<void> {
    await this.#ask({ op: 'knob', name, value });
  }

  async wire<K extends keyof WireKnobs>(name: K, value: WireKnobs[K]): Promise<void> {
    await this.#ask({ op: 'wire', name, value });
  }

  async unplug(): Promise<void> {
    await this.#ask({ op: 'unplug' });
  }

  /** Also mends a broken wire. */
  async plug(): Promise<void> {
    await this.#ask({ op: 'plug' });
  }

  onBreak(listener: () => void): void {
    this.#breaks.add(listener);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill();
    await exit;
  }

  async #ask(request: Asked): Promise<unknown> {
    const id = this.#asked++;
    const { promise, resolve } = Promise.withResolvers<HandReply>();
    const end = this.#replies.add((reply) => {
      if (reply.id === id) resolve(reply);
    });
    this.#child.send({ ...request, id });
    const reply = await promise;
    end();
    if (!reply.ok) throw new Error(reply.message);
    return reply.value;
  }
}
