/** A terminal process that is ready and then only waits for its end: what start.ts compares the product's with. */
import type { ToShell, ToTerminal } from '../../../main/process-protocol.ts';

interface ParentPort {
  postMessage(message: ToShell): void;
  on(event: 'message', listener: (event: { readonly data: ToTerminal }) => void): void;
}

const { parentPort } = process as unknown as { readonly parentPort: ParentPort };
parentPort.on('message', ({ data }) => {
  if (data.type === 'stop') process.exit(0);
  if (data.type === 'ping') parentPort.postMessage({ type: 'pong' });
});
parentPort.postMessage({ type: 'ready' });
