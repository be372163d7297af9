/**
 * A serial cable for each device of the cabinet that a test can pull, also in the middle of a frame, and put back: the terminal opens a
 * pseudo-terminal, socat carries the bytes, and this process stands between socat and the simulator.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DeviceName } from '../../../drivers/bench/protocol.ts';

const PATIENCE = 40_000;

type Speaker = 'terminal' | 'device';

class Cable {
  readonly link: string;
  readonly #socket: string;
  readonly #relay: string;
  #carrier: ChildProcess | undefined;
  #server: Server | undefined;
  #ends: readonly Socket[] = [];
  #cut: { readonly of: Speaker; readonly done: () => void } | undefined;

  /** @param socket of the simulator */
  constructor(device: DeviceName, socket: string) {
    this.#socket = socket;
    this.link = path.join(path.dirname(socket), `tty-${device}`);
    this.#relay = path.join(path.dirname(socket), `cut-${device}`);
  }

  async plug(): Promise<void> {
    rmSync(this.#relay, { force: true });
    this.#server = createServer((near) => this.#join(near));
    this.#server.listen(this.#relay);
    await once(this.#server, 'listening');
    this.#carrier = spawn('socat', ['-t', '0', `pty,raw,echo=0,link=${this.link}`, `unix-connect:${this.#relay}`], { stdio: 'ignore' });
    for (let waited = 0; !existsSync(this.link); waited += 20) {
      if (waited > PATIENCE) throw new Error(`socat made no ${this.link}`);
      await pause(20);
    }
  }

  pull(): void {
    this.#carrier?.kill('SIGKILL');
    this.#server?.close();
    for (const end of this.#ends) end.destroy();
    rmSync(this.link, { force: true });
    this.#carrier = undefined;
  }

  /** Resolves when it was pulled: half of what this side said next, in more than one byte, had passed. */
  pullInFrame(of: Speaker = 'device'): Promise<void> {
    return new Promise((done) => (this.#cut = { of, done }));
  }

  #join(near: Socket): void {
    const far = connect(this.#socket);
    this.#ends = [near, far];
    for (const end of this.#ends) end.on('error', () => {});
    near.on('data', (bytes) => this.#pass('terminal', bytes, far));
    far.on('data', (bytes) => this.#pass('device', bytes, near));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }

  #pass(speaker: Speaker, bytes: Buffer, to: Socket): void {
    const cut = this.#cut;
    if (cut?.of !== speaker || bytes.length < 2) {
      to.write(bytes);
      return;
    }
    this.#cut = undefined;
    to.write(bytes.subarray(0, bytes.length >> 1), () => {
      this.pull();
      cut.done();
    });
  }
}

export class Cables {
  readonly #lines: Readonly<Partial<Record<DeviceName, string>>>;
  readonly #cables = new Map<DeviceName, Cable>();

  /** @param lines query of each serial address; a device without one stays where it is */
  constructor(lines: Readonly<Partial<Record<DeviceName, string>>>) {
    this.#lines = lines;
  }

  /** For `startSandbox`. @param address `sim:/path.sock` */
  readonly carry = async (device: DeviceName, address: string): Promise<string> => {
    const line = this.#lines[device];
    if (line === undefined) return address;
    const cable = new Cable(device, address.replace(/^sim:/, ''));
    await cable.plug();
    this.#cables.set(device, cable);
    return `serial:${cable.link}?${line}`;
  };

  of(device: DeviceName): Cable {
    const cable = this.#cables.get(device);
    if (cable === undefined) throw new Error(`${device} has no serial cable`);
    return cable;
  }

  stop(): void {
    for (const cable of this.#cables.values()) cable.pull();
  }
}
