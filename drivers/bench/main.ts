/**
 * Process entry of the simulated cabinet: `node drivers/bench/main.ts --settings JSON`. Puts every simulator on a socket, relays the
 * network, serves the bench, and prints one JSON line with where everything is. Stops on SIGTERM.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import { diversificationLevelSchema } from '../../common/pboc.ts';
import { booksSchema, type Books } from '../../common/upstream-api/sandbox.ts';
import { Listeners } from '../listeners.ts';
import { serveUnit, type ServedUnit } from '../transport/serve-unit.ts';
import { BenchServer, type BenchSubject } from './bench-server.ts';
import { Cabinet } from './cabinet.ts';
import { NetworkCable } from './network-cable.ts';
import { deviceNames, type CabinetState, type DeviceName, type HandAct, type HandAnswer } from './protocol.ts';

const settingsSchema = z.strictObject({
  /** Folder for the sockets; short, a socket's path has 107 characters at most. */
  sockets: z.string(),
  /** Upstream's own address, e.g. `http://127.0.0.1:4711`. */
  upstream: z.url(),
  /** File in which the terminal process keeps its process id. */
  terminalPid: z.string(),
  issuerKeys: z.strictObject({ masterLoadKey: z.string(), masterTacKey: z.string(), levels: z.array(diversificationLevelSchema) }),
  columns: z.union([z.literal(32), z.literal(48)]),
  /** How many times faster than real mechanics the devices move; for tests that start the terminal many times. */
  speed: z.number().min(1).max(100).default(1),
});
type Settings = z.infer<typeof settingsSchema>;

/** What this process prints when it stands. */
export interface CabinetAddresses {
  readonly bench: string;
  readonly upstream: string;
  readonly devices: Readonly<Record<DeviceName, string>>;
}

/** The machine's clock, with every wait of the devices shortened. */
function machineClock(speed: number): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() * speed,
    setTimeout: (callback, ms) => setTimeout(callback, ms / speed),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}

/** The cabinet with what stands around it: cables, upstream's knobs, the terminal's power. */
class Room implements BenchSubject {
  readonly #settings: Settings;
  readonly #cabinet: Cabinet;
  readonly #cable: NetworkCable;
  readonly #served: Readonly<Record<DeviceName, ServedUnit>>;
  readonly #unplugged = new Set<DeviceName>();
  readonly #changes = new Listeners<void>();

  constructor(settings: Settings, cabinet: Cabinet, cable: NetworkCable, served: Readonly<Record<DeviceName, ServedUnit>>) {
    this.#settings = settings;
    this.#cabinet = cabinet;
    this.#cable = cable;
    this.#served = served;
  }

  async state(): Promise<CabinetState> {
    const books = await this.#books();
    return {
      ...this.#cabinet.state(),
      books:
        books === undefined
          ? null
          : {
              capturedNet: books.acquirer.net,
              credited: books.issuer.credited,
              reserved: books.issuer.reserved,
              openOrder: openOrderOf(books) ?? null,
            },
      unplugged: [...this.#unplugged],
      network: this.#cable.up ? 'up' : 'down',
    };
  }

  async hand(act: HandAct): Promise<HandAnswer> {
    switch (act.act) {
      case 'phone':
        return this.#phone(act.does);
      case 'unplug':
        this.#unplugged.add(act.device);
        await this.#served[act.device].unplug();
        return this.#cabinetDid({ done: true });
      case 'plug':
        this.#unplugged.delete(act.device);
        await this.#served[act.device].plug();
        return this.#cabinetDid({ done: true });
      case 'network':
        this.#cable.set(act.up);
        return this.#cabinetDid({ done: true });
      case 'killTerminal':
        return this.#killTerminal();
      case 'powerCut': {
        const killed = this.#killTerminal();
        this.#cabinet.powerCycle();
        return killed;
      }
      case 'fault':
        await this.#upstreamFault(act.fault, act.on);
        return this.#cabinet.hand(act);
      case 'insertCard':
      case 'takeCard':
      case 'pullCard':
      case 'feedNote':
      case 'takeNote':
      case 'tearPaper':
        return this.#cabinet.hand(act);
    }
  }

  slip(number: number): string | undefined {
    return this.#cabinet.slip(number);
  }

  onChange(listener: () => void): () => void {
    const ends = [this.#cabinet.onChange(listener), this.#changes.add(listener)];
    return () => ends.forEach((end) => end());
  }

  #cabinetDid(answer: HandAnswer): HandAnswer {
    this.#changes.emit();
    return answer;
  }

  async #phone(does: 'pay' | 'decline' | 'confirming'): Promise<HandAnswer> {
    const books = await this.#books();
    const order = books === undefined ? undefined : openOrderOf(books);
    if (order === undefined) return { done: false, why: 'there is no order to pay' };
    const response = await this.#post(`/sandbox/orders/${order}/${does}`, {});
    return response.ok ? { done: true } : { done: false, why: await response.text() };
  }

  async #upstreamFault(fault: string, on: boolean): Promise<void> {
    const faults: Readonly<Record<string, object>> = {
      issuerOffline: { issuerOffline: on },
      paymentOffline: { paymentOffline: on },
      loseNextPaymentAnswer: { loseNextAnswer: on ? '/v1/payments' : null },
      loseNextLoadAnswer: { loseNextAnswer: on ? '/v1/issuer' : null },
    };
    const body = faults[fault];
    if (body !== undefined) await this.#post('/sandbox/faults', body);
  }

  #killTerminal(): HandAnswer {
    const { terminalPid } = this.#settings;
    const pid = existsSync(terminalPid) ? Number(readFileSync(terminalPid, 'utf8')) : Number.NaN;
    if (!Number.isInteger(pid)) return { done: false, why: 'the terminal process has not written its id' };
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return { done: false, why: `process ${pid} is not there` };
    }
    return { done: true };
  }

  async #books(): Promise<Books | undefined> {
    try {
      const response = await fetch(new URL('/sandbox/books', this.#settings.upstream), { signal: AbortSignal.timeout(2000) });
      return booksSchema.parse(await response.json());
    } catch {
      return undefined; // upstream is not there: the books can't be seen, and the state says so
    }
  }

  #post(path: string, body: object): Promise<Response> {
    return fetch(new URL(path, this.#settings.upstream), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5000),
    });
  }
}

function openOrderOf(books: Books): string | undefined {
  return books.acquirer.orders.find(({ state }) => state === 'waiting' || state === 'confirming')?.orderId;
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { settings: { type: 'string' } } });
  const settings = settingsSchema.parse(JSON.parse(values.settings ?? '{}'));
  mkdirSync(settings.sockets, { recursive: true });
  const clock = machineClock(settings.speed);
  const cabinet = new Cabinet({
    clock,
    random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
    issuerKeys: settings.issuerKeys,
    today: new Date(clock.now()).toISOString().slice(0, 10),
    columns: settings.columns,
    speed: settings.speed,
  });
  const served = Object.fromEntries(
    await Promise.all(deviceNames.map(async (name) => [name, await serveUnit(cabinet.units[name], { path: join(settings.sockets, `${name}.sock`) })] as const)),
  ) as Record<DeviceName, ServedUnit>;
  const { hostname, port } = new URL(settings.upstream);
  const cable = new NetworkCable({ host: hostname, port: Number(port) });
  const relay = await cable.open();
  const bench = new BenchServer(new Room(settings, cabinet, cable, served));
  const addresses: CabinetAddresses = {
    bench: await bench.listen(),
    upstream: `http://127.0.0.1:${relay}`,
    devices: { cardReader: served.cardReader.address, cashAcceptor: served.cashAcceptor.address, receiptPrinter: served.receiptPrinter.address },
  };
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
  const stop = (): void => {
    bench.close();
    cable.close();
    void Promise.all(Object.values(served).map((unit) => unit.close())).then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('disconnect', stop); // whoever started it is gone
}

await run();
