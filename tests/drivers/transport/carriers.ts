/**
 * The four ways a line is carried, each real (in memory, Unix socket, TCP, pseudo-terminal), behind one set of hands for the tests.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Listeners } from '../../../drivers/listeners.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import { serveUnit } from '../../../drivers/transport/serve-unit.ts';
import { SimulatedLines } from '../../../drivers/transport/simulated.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { Transport, TransportErrorCode } from '../../../drivers/transport/transport.ts';
import { startPseudoTerminal } from './pseudo-terminal.ts';

/** Hears and says whatever the test wants. */
export class TestUnit implements SimulatedUnit {
  readonly #said = new Listeners<Uint8Array>();
  readonly #heard = new Listeners<Uint8Array>();
  #received: number[] = [];

  receive(bytes: Uint8Array): void {
    this.#received.push(...bytes);
    this.#heard.emit(bytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): () => void {
    return this.#said.add(listener);
  }

  powerCycle(): void {
    this.#received = [];
  }

  say(...bytes: number[]): void {
    this.#said.emit(Uint8Array.from(bytes));
  }

  /** All bytes heard so far, once there are `count`. */
  heard(count: number): Promise<number[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#received.length < count) return;
        end();
        resolve(this.#received);
      };
      const end = this.#heard.add(look);
      look();
    });
  }
}

export interface Carried {
  readonly unit: TestUnit;
  readonly transport: Transport;
  /** What opening says while the cable is out. */
  readonly missing: TransportErrorCode;
  unplug(): Promise<void>;
  plug(): Promise<void>;
  dispose(): Promise<void>;
}

export const carriers: Readonly<Record<string, () => Promise<Carried>>> = {
  'in memory (sim:name)': async () => {
    const unit = new TestUnit();
    const lines = new SimulatedLines();
    lines.add('unit', unit);
    return {
      unit,
      transport: createTransport('sim:unit', { simulation: lines }),
      missing: 'notFound',
      unplug: async () => lines.unplug('unit'),
      plug: async () => lines.plug('unit'),
      dispose: async () => {},
    };
  },
  'Unix socket (sim:/path.sock)': async () => {
    const unit = new TestUnit();
    const folder = await mkdtemp(join(tmpdir(), 'line-'));
    const served = await serveUnit(unit, { path: join(folder, 'unit.sock') });
    return {
      unit,
      transport: createTransport(served.address, { simulation: new SimulatedLines() }),
      missing: 'notFound',
      unplug: () => served.unplug(),
      plug: () => served.plug(),
      dispose: async () => {
        await served.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  'TCP (tcp:host:port)': async () => {
    const unit = new TestUnit();
    const served = await serveUnit(unit, { host: '127.0.0.1', port: 0 });
    return {
      unit,
      transport: createTransport(served.address, { simulation: 'refused' }),
      missing: 'refused',
      unplug: () => served.unplug(),
      plug: () => served.plug(),
      dispose: () => served.close(),
    };
  },
  'pseudo-terminal (serial:path)': async () => {
    const unit = new TestUnit();
    const folder = await mkdtemp(join(tmpdir(), 'line-'));
    const socketPath = join(folder, 'unit.sock');
    const served = await serveUnit(unit, { path: socketPath });
    let port = await startPseudoTerminal(join(folder, 'tty'), socketPath);
    return {
      unit,
      transport: createTransport(`serial:${port.path}?baudRate=38400&parity=even`, { simulation: 'refused' }),
      missing: 'notFound',
      unplug: () => port.stop(),
      plug: async () => {
        port = await startPseudoTerminal(join(folder, 'tty'), socketPath);
      },
      dispose: async () => {
        await port.stop();
        await served.close();
        await rm(folder, { recursive: true });
      },
    };
  },
};

/** The next bytes from the line, once there are `count`. */
export function nextBytes(transport: Transport, count: number): Promise<number[]> {
  return new Promise((resolve) => {
    const bytes: number[] = [];
    const end = transport.onData((chunk) => {
      bytes.push(...chunk);
      if (bytes.length < count) return;
      end();
      resolve(bytes);
    });
  });
}
