/**
 * A terminal process that only speaks the process protocol: publishes an idle screen, answers a touch with another, obeys `stop`. Its
 * configuration file says how it misbehaves: `{ "exitCode": 13 }` ends it when a page is ready, `{ "nonsense": true }` makes it say
 * something no schema fits first.
 */
import { readFileSync } from 'node:fs';
import type { View, ViewBody } from '../../../state-machines/view.ts';
import type { ToShell, ToTerminal } from '../../../main/process-protocol.ts';

interface Config {
  readonly exitCode?: number;
  readonly nonsense?: boolean;
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: ToTerminal }) => void): void;
}

const port = (process as unknown as { readonly parentPort: ParentPort }).parentPort;
const config = JSON.parse(readFileSync(process.argv[process.argv.indexOf('--config') + 1] ?? '', 'utf8')) as Config;
let seq = 0;
let body: ViewBody = { kind: 'attract', services: [{ name: 'topUp', available: true }], receipts: 'available' };

function say(message: ToShell): void {
  port.postMessage(message);
}

function publish(next: ViewBody): void {
  seq += 1;
  body = next;
  const view: View = {
    version: 1,
    seq,
    site: {
      operator: 'Test operator',
      place: 'Test hall',
      terminal: 'T01',
      hotline: '400-000-0000',
      hotlineHours: '08:00-20:00',
      slots: { card: 'right', cash: 'right', receipt: 'below' },
    },
    preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false },
    clock: '08:14',
    utilities: true,
    body,
  };
  say({ type: 'view', view });
}

port.on('message', ({ data }) => {
  process.stdout.write(`terminal heard ${JSON.stringify(data)}\n`);
  switch (data.type) {
    case 'ui':
      publish({ kind: 'insert-card', service: 'topUp' });
      return;
    case 'page-ready':
      publish(body);
      if (config.exitCode !== undefined) process.exit(config.exitCode);
      return;
    case 'ping':
      say({ type: 'pong' });
      return;
    case 'stop':
      process.exit(0);
  }
});

say({ type: 'ready' });
if (config.nonsense === true) port.postMessage({ type: 'view', view: { kind: 'not a View' } });
publish(body);
