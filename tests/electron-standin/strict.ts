/** Makes absence loud: members and events that the stand-in lacks throw by name, so that no test passes on a feature that isn't there. */
import { EventEmitter } from 'node:events';

/** `target`, except that reading an unknown member throws `stand-in: <name>.<member> is not supported`. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key) {
      if (typeof key === 'string' && key !== 'then' && key !== 'toJSON' && !Reflect.has(object, key)) {
        throw new Error(`stand-in: ${name}.${key} is not supported`);
      }
      const member: unknown = Reflect.get(object, key, object);
      return typeof member === 'function' ? (member.bind(object) as unknown) : member;
    },
  });
}

/** An emitter that knows its events: listening to another one throws. */
export class StrictEmitter extends EventEmitter {
  readonly standInName: string;
  readonly standInEvents: ReadonlySet<string>;

  /** @param silent events of Electron that never happen here, but which a program may rightly listen to */
  constructor(name: string, events: readonly string[], silent: readonly string[] = []) {
    super();
    this.standInName = name;
    this.standInEvents = new Set([...events, ...silent]);
  }

  override on(event: string, listener: (...args: unknown[]) => void): this {
    if (!this.standInEvents.has(event)) throw new Error(`stand-in: ${this.standInName} has no event '${event}'`);
    return super.on(event, listener);
  }
}

/** An Electron event that can be prevented. */
export class PreventableEvent {
  defaultPrevented = false;

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}
