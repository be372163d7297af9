/** The line to the shell: Electron's parentPort, Node's process channel, or nothing when the terminal runs alone. */
import type { HostPort, ToShell } from '../process-protocol.ts';

/** The part of Electron's `process.parentPort` that is used here (Electron documentation, utilityProcess). */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

function parentPort(): ParentPort | undefined {
  return (process as NodeJS.Process & { readonly parentPort?: ParentPort }).parentPort;
}

export function hostPort(): HostPort {
  const port = parentPort();
  if (port !== undefined) {
    return {
      alone: false,
      post: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', (event) => listener(event.data)),
    };
  }
  return {
    alone: process.send === undefined,
    post: (message: ToShell) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
  };
}
