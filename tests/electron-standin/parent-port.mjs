/**
 * Loaded into a utility process of the stand-in before its program: `process.parentPort` as Electron gives it, over Node's process
 * channel, which is hidden. When the main process is gone, this one ends at once, as a process of Chromium's does. A thread of that process
 * is given this file by Node too, and has neither channel nor port.
 */
import { EventEmitter } from 'node:events';
import { isMainThread } from 'node:worker_threads';

const send = process.send?.bind(process);
const waiting = [];

class ParentPort extends EventEmitter {
  postMessage(message) {
    send(message, () => undefined);
  }

  /** Messages wait until somebody listens. */
  on(event, listener) {
    super.on(event, listener);
    if (event === 'message') for (const message of waiting.splice(0)) this.emit('message', message);
    return this;
  }
}

if (isMainThread) openPort();

function openPort() {
  const port = new ParentPort();
  process.on('message', (data) => {
    const message = { data, ports: [] };
    if (port.listenerCount('message') === 0) waiting.push(message);
    else port.emit('message', message);
  });
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  Object.defineProperty(process, 'parentPort', { value: port, enumerable: true });
  Object.defineProperty(process, 'send', { value: undefined });
}
