/** The line of a process to whoever started it: Electron's parentPort, Node's process channel, or nothing when it runs alone. */

/** The part of Electron's `process.parentPort` that is used here (Electron documentation, utilityProcess). */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

export interface ParentLine<T> {
  /** Nobody is at the other end. */
  readonly alone: boolean;
  post(message: T): void;
  onMessage(listener: (message: unknown) => void): void;
}

export function parentLine<T>(): ParentLine<T> {
  const port = (process as NodeJS.Process & { readonly parentPort?: ParentPort }).parentPort;
  if (port !== undefined) {
    return {
      alone: false,
      post: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', (event) => listener(event.data)),
    };
  }
  return {
    alone: process.send === undefined,
    post: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
  };
}
