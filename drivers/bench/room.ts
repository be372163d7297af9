/** The cabinet with what stands around it: cables, the network, upstream's knobs and books, the terminal's power, the person's phone. */
import { existsSync, readFileSync } from 'node:fs';
import { booksSchema, faultsSchema, type Books, type Faults } from '../../common/upstream-api/sandbox.ts';
import { Listeners } from '../listeners.ts';
import type { ServedUnit } from '../transport/serve-unit.ts';
import type { BenchSubject } from './bench-server.ts';
import type { Cabinet } from './cabinet.ts';
import { faultsOf, turnOf } from './faults.ts';
import { isInside } from './hands.ts';
import type { NetworkCable } from './network-cable.ts';
import {
  did,
  knobNames,
  knobShape,
  misfit,
  type CabinetState,
  type DeviceName,
  type HandAct,
  type HandAnswer,
  type KnobList,
  type KnobName,
  type KnobValue,
} from './protocol.ts';

export type Cables = Readonly<Partial<Record<DeviceName, ServedUnit>>>;

/** Which answers upstream loses, by the choices of `upstream.loseNextAnswer`. */
const LOSSES: Readonly<Record<string, string | null>> = { none: null, payment: '/v1/payments', load: '/v1/issuer' };

export class Room implements BenchSubject {
  readonly #upstream: string;
  readonly #terminalPid: string;
  readonly #cabinet: Cabinet;
  readonly #cable: NetworkCable;
  readonly #cables: Cables;
  readonly #unplugged = new Set<DeviceName>();
  readonly #changes = new Listeners<void>();

  /** @param where upstream's own address, and the file in which the terminal process keeps its process id */
  constructor(where: { readonly upstream: string; readonly terminalPid: string }, cabinet: Cabinet, cable: NetworkCable, cables: Cables) {
    this.#upstream = where.upstream;
    this.#terminalPid = where.terminalPid;
    this.#cabinet = cabinet;
    this.#cable = cable;
    this.#cables = cables;
  }

  async state(): Promise<CabinetState> {
    const [books, faults] = await Promise.all([this.#books(), this.#faults()]);
    const inside = this.#cabinet.state();
    const knobs = { ...inside.knobs, ...(faults && upstreamKnobs(faults)) };
    return {
      ...inside,
      knobs,
      faults: faultsOf(knobs),
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

  async knobs(): Promise<KnobList> {
    const { knobs } = await this.state();
    return knobNames.flatMap((name) => {
      const { choices, ...shape } = { choices: undefined, ...knobShape(name) };
      const value = knobs[name];
      return value === undefined ? [] : [{ name, ...shape, ...(choices === undefined ? {} : { choices: [...choices] }), value }];
    });
  }

  async hand(act: HandAct): Promise<HandAnswer> {
    if (isInside(act)) return this.#cabinet.hand(act);
    switch (act.act) {
      case 'phone':
        return this.#toOrder(act.does, {});
      case 'bankTerminal':
        return this.#bankTerminal(act.does);
      case 'unplug':
      case 'plug':
        return this.#plug(act.device, act.act === 'plug');
      case 'network':
        this.#cable.set(act.up);
        return this.#told({ done: true });
      case 'killTerminal':
        return this.#killTerminal();
      case 'powerCut': {
        const killed = this.#killTerminal();
        this.#cabinet.powerCycle();
        return killed;
      }
      case 'knob':
        return this.#turn(act.knob, act.value);
      case 'fault': {
        const { knob, value } = turnOf(act.fault, act.on);
        return this.#turn(knob, value);
      }
    }
  }

  slip(number: number): string | undefined {
    return this.#cabinet.slip(number);
  }

  onChange(listener: () => void): () => void {
    const ends = [this.#cabinet.onChange(listener), this.#changes.add(listener)];
    return () => ends.forEach((end) => end());
  }

  #told(answer: HandAnswer): HandAnswer {
    this.#changes.emit();
    return answer;
  }

  async #plug(device: DeviceName, plugged: boolean): Promise<HandAnswer> {
    const cable = this.#cables[device];
    if (cable === undefined) return did(false, `there is no ${device} in this cabinet`);
    if (plugged) {
      this.#unplugged.delete(device);
      await cable.plug();
    } else {
      this.#unplugged.add(device);
      await cable.unplug();
    }
    return this.#told({ done: true });
  }

  /** A card is no: the bank's, or its holder's by the cancel key. */
  #bankTerminal(does: 'pay' | 'confirming' | 'decline' | 'cancel'): Promise<HandAnswer> {
    if (does === 'pay' || does === 'confirming') return this.#toOrder(does, {});
    return this.#toOrder('decline', { reason: does === 'cancel' ? 'cancelled' : 'declined' });
  }

  async #toOrder(does: 'pay' | 'decline' | 'confirming', how: object): Promise<HandAnswer> {
    const books = await this.#books();
    const order = books === undefined ? undefined : openOrderOf(books);
    if (order === undefined) return { done: false, why: 'there is no order to pay' };
    const response = await this.#post(`/sandbox/orders/${order}/${does}`, how);
    return response.ok ? { done: true } : { done: false, why: await response.text() };
  }

  async #turn(knob: KnobName, value: KnobValue): Promise<HandAnswer> {
    if (knobShape(knob).owner !== 'upstream') return this.#cabinet.hand({ act: 'knob', knob, value });
    const why = misfit(knob, value);
    if (why !== undefined) return did(false, why);
    const change =
      knob === 'upstream.issuerOffline'
        ? { issuerOffline: value }
        : knob === 'upstream.paymentOffline'
          ? { paymentOffline: value }
          : { loseNextAnswer: LOSSES[String(value)] };
    const turned = await this.#post('/sandbox/faults', change).then(
      ({ ok }) => ok,
      () => false,
    );
    return this.#told(did(turned, 'upstream does not do it, or does not answer'));
  }

  #killTerminal(): HandAnswer {
    const pid = existsSync(this.#terminalPid) ? Number(readFileSync(this.#terminalPid, 'utf8')) : Number.NaN;
    if (!Number.isInteger(pid)) return { done: false, why: 'the terminal process has not written its id' };
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return { done: false, why: `process ${pid} is not there` };
    }
    return { done: true };
  }

  /** Undefined: upstream is not there, the books can't be seen, and the state says so. */
  async #books(): Promise<Books | undefined> {
    try {
      const response = await fetch(new URL('/sandbox/books', this.#upstream), { signal: AbortSignal.timeout(2000) });
      return booksSchema.parse(await response.json());
    } catch {
      return undefined;
    }
  }

  /** What strikes once turns itself off there: it is asked each time. */
  async #faults(): Promise<Faults | undefined> {
    try {
      return faultsSchema.parse(await (await this.#post('/sandbox/faults', {}, 2000)).json());
    } catch {
      return undefined;
    }
  }

  #post(path: string, body: object, limit = 5000): Promise<Response> {
    return fetch(new URL(path, this.#upstream), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(limit),
    });
  }
}

function upstreamKnobs({ issuerOffline, paymentOffline, loseNextAnswer }: Faults): Partial<Record<KnobName, KnobValue>> {
  const lost = Object.entries(LOSSES).find(([, path]) => path === loseNextAnswer)?.[0] ?? 'none';
  return { 'upstream.issuerOffline': issuerOffline, 'upstream.paymentOffline': paymentOffline, 'upstream.loseNextAnswer': lost };
}

function openOrderOf(books: Books): string | undefined {
  return books.acquirer.orders.find(({ state }) => state === 'waiting' || state === 'confirming')?.orderId;
}
