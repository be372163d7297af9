/**
 * Functions that run inside Chromium, sent there as source text: the bridge between the page's own world and the preload's isolated
 * one, and the preload's `electron` module. They may use nothing from this file's scope but what they are given.
 */

/** A value on its way between the worlds: plain (v), function by number (f), undefined (u), array (a), object (o). */
type Carried = { v: unknown } | { f: number } | { u: true } | { a: readonly Carried[] } | { o: Readonly<Record<string, Carried>> };
type Callable = (...args: unknown[]) => unknown;

type Message =
  | { readonly kind: 'hello' }
  | { readonly kind: 'expose'; readonly name: string; readonly value: Carried }
  | { readonly kind: 'call'; readonly fn: number; readonly args: readonly Carried[] }
  | { readonly kind: 'result'; readonly value: Carried }
  | { readonly kind: 'thrown'; readonly message: string };

export interface Bridge {
  readonly encode: (value: unknown) => Carried;
  readonly post: (message: Message) => void;
  onHello: () => void;
}

/**
 * One end of a bridge over DOM events with an unguessable name: events pass between the worlds synchronously, their detail as text, so
 * no object of one world is ever seen in the other.
 * @param secret per window; @param me this end's name; @param peer the other's
 */
export function worldBridge(secret: string, me: string, peer: string): Bridge {
  const dispatch = window.dispatchEvent.bind(window);
  const { parse, stringify } = JSON;
  const Event = CustomEvent;
  const functions = new Map<number, Callable>();
  let answer: Message | undefined;

  const post = (message: Message): void => void dispatch(new Event(secret + peer, { detail: stringify(message) }));
  const encode = (value: unknown): Carried => {
    if (value === undefined) return { u: true };
    if (typeof value === 'function') {
      functions.set(functions.size + 1, value as Callable);
      return { f: functions.size };
    }
    if (typeof value !== 'object' || value === null) return { v: value };
    if ('then' in value) throw new Error('stand-in: promises are not carried between the worlds');
    if (Array.isArray(value)) return { a: value.map(encode) };
    return { o: Object.fromEntries(Object.entries(value).map(([key, member]) => [key, encode(member)])) };
  };
  const decode = (carried: Carried): unknown => {
    if ('v' in carried) return carried.v;
    if ('u' in carried) return undefined;
    if ('a' in carried) return Object.freeze(carried.a.map(decode));
    if ('o' in carried) return Object.freeze(Object.fromEntries(Object.entries(carried.o).map(([key, member]) => [key, decode(member)])));
    return (...args: unknown[]): unknown => {
      answer = undefined;
      post({ kind: 'call', fn: carried.f, args: args.map(encode) });
      const result = answer as Message | undefined;
      if (result?.kind === 'thrown') throw new Error(result.message);
      return result?.kind === 'result' ? decode(result.value) : undefined;
    };
  };
  const call = (fn: number, args: readonly Carried[]): Message => {
    try {
      return { kind: 'result', value: encode(functions.get(fn)?.(...args.map(decode))) };
    } catch (error) {
      return { kind: 'thrown', message: error instanceof Error ? error.message : String(error) };
    }
  };
  const bridge: Bridge = { encode, post, onHello: () => {} };
  window.addEventListener(secret + me, (event) => {
    const message = parse((event as CustomEvent<string>).detail) as Message;
    switch (message.kind) {
      case 'hello':
        bridge.onHello();
        return;
      case 'expose':
        Object.defineProperty(window, message.name, { value: decode(message.value), enumerable: true });
        return;
      case 'call':
        post(call(message.fn, message.args));
        return;
      case 'result':
      case 'thrown':
        answer = message;
        return;
    }
  });
  return bridge;
}

/** The page's own world: answers the preload's greeting once, whichever of the two came first. */
export function mainWorld(bridge: Bridge): void {
  bridge.onHello = () => {
    bridge.onHello = () => {};
    bridge.post({ kind: 'hello' });
  };
  bridge.post({ kind: 'hello' });
}

/** The preload's `require('electron')`. @param sendName the binding to the main process; @param receiveName how it calls us */
export function preloadModule(bridge: Bridge, sendName: string, receiveName: string): object {
  type Listener = (event: object, ...args: unknown[]) => void;
  const listeners = new Map<string, readonly Listener[]>();
  const world = globalThis as unknown as Record<string, unknown>;
  const send = world[sendName] as (payload: string) => void;
  delete world[sendName];
  const unsent: (() => void)[] = [];
  let met = false;
  world[receiveName] = (channel: string, args: readonly unknown[]): void => {
    for (const listener of listeners.get(channel) ?? []) listener({}, ...args);
  };
  bridge.onHello = () => {
    met = true;
    for (const expose of unsent.splice(0)) expose();
  };
  bridge.post({ kind: 'hello' });
  return {
    ipcRenderer: {
      send: (channel: string, ...args: unknown[]): void => send(JSON.stringify({ channel, args })),
      on: (channel: string, listener: Listener): void => void listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
      removeListener: (channel: string, listener: Listener): void =>
        void listeners.set(
          channel,
          (listeners.get(channel) ?? []).filter((other) => other !== listener),
        ),
    },
    contextBridge: {
      exposeInMainWorld: (name: string, value: unknown): void => {
        const expose = (): void => bridge.post({ kind: 'expose', name, value: bridge.encode(value) });
        if (met) expose();
        else unsent.push(expose);
      },
    },
  };
}
