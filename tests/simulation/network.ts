/**
 * The network between a terminal and its upstream, both in this process: every request travels in virtual time, and is lost, doubled,
 * delayed or refused where the plan says so. While upstream works on one, time stands still.
 */
import type { Clock } from '../../common/clock.ts';
import type { DirectAnswer, DirectRequest, Server } from '../../fleet/server/server.ts';
import type { Chance } from './chance.ts';
import type { Channel, FaultKind } from './faults.ts';

export interface NetworkOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly server: Pick<Server, 'answer'>;
  readonly pass: (channel: Channel, path: string) => readonly FaultKind[];
  readonly onAnswer: (path: string, status: number) => void;
}

/** ms each way. */
const LATENCY = { least: 5, most: 60 };
const SLOW = { least: 2000, most: 12_000 };
const DOWN = { least: 5000, most: 240_000 };

/** How an exchange ends for the one who asked. */
type Settle = { readonly resolve: (response: Response) => void; readonly reject: (error: unknown) => void };

export class SimulatedNetwork {
  readonly #options: NetworkOptions;
  #downUntil = 0;
  #working = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Requests that upstream has been given and not answered, held ones among them. */
  get working(): number {
    return this.#working;
  }

  get isDown(): boolean {
    return this.#options.clock.monotonic() < this.#downUntil;
  }

  /** The cable is in again. */
  mend(): void {
    this.#downUntil = 0;
  }

  /** `fetch` of one life. @param alive whether that life still hears answers */
  fetchFor(alive: () => boolean): typeof fetch {
    return (input, init) =>
      new Promise((resolve, reject) => {
        if (!alive()) return;
        const { signal } = init ?? {};
        const settle: Settle = {
          resolve: (response) => {
            if (alive()) resolve(response);
          },
          reject: (error) => {
            if (alive()) reject(error);
          },
        };
        signal?.addEventListener('abort', () => settle.reject(signal.reason), { once: true });
        this.#send(requestOf(input, init), settle);
      });
  }

  #send(request: DirectRequest, settle: Settle): void {
    const { clock, chance, pass } = this.#options;
    const path = request.path.split('?')[0] ?? '';
    const channel = /^\/v1\/(?:journal|heartbeat|terminals)/.test(path) ? 'uplink' : 'money';
    const faults = pass(channel, path);
    const struck = (how: string): boolean => faults.some((kind) => kind === `${channel}.${how}`);
    if (struck('down')) this.#downUntil = clock.monotonic() + chance.between(DOWN.least, DOWN.most);
    const there = this.#travel(struck('slow') ? SLOW : LATENCY);
    if (struck('lostBefore')) return; // nobody ever answers: the one who asked gives up
    clock.setTimeout(() => {
      if (this.isDown) return settle.reject(new TypeError('fetch failed: network is unreachable'));
      if (struck('refusedBefore')) return this.#back(badGateway, settle);
      return void this.#work(request, path, { settle, twice: struck('twice') || struck('twiceSecond'), struck });
    }, there);
  }

  async #work(
    request: DirectRequest,
    path: string,
    { settle, twice, struck }: { readonly settle: Settle; readonly twice: boolean; readonly struck: (how: string) => boolean },
  ): Promise<void> {
    this.#working += 1;
    const first = await this.#answer(request, path);
    const second = twice ? await this.#answer(request, path) : first;
    this.#working -= 1;
    if (struck('lostAfter')) return;
    if (struck('refusedAfter')) this.#back(badGateway, settle);
    else this.#back(struck('twiceSecond') ? second : first, settle);
  }

  async #answer(request: DirectRequest, path: string): Promise<DirectAnswer> {
    const answer = await this.#options.server.answer(request);
    this.#options.onAnswer(path, answer.status);
    return answer;
  }

  #back({ status, body }: DirectAnswer, settle: Settle): void {
    this.#options.clock.setTimeout(() => {
      if (this.isDown) settle.reject(new TypeError('fetch failed: connection reset'));
      else settle.resolve(new Response(body, { status }));
    }, this.#travel(LATENCY));
  }

  #travel({ least, most }: { readonly least: number; readonly most: number }): number {
    return this.#options.chance.between(least, most);
  }
}

const badGateway: DirectAnswer = { status: 502, body: '<html>502 Bad Gateway</html>' };

function requestOf(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): DirectRequest {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = Object.fromEntries(new Headers(init?.headers).entries());
  return {
    method: init?.method === 'POST' ? 'POST' : 'GET',
    path: url.pathname + url.search,
    headers,
    ...bodyOf(init?.body),
  };
}

function bodyOf(body: RequestInit['body']): Pick<DirectRequest, 'body'> {
  if (typeof body === 'string') return { body };
  return body instanceof Uint8Array ? { body: Buffer.from(body) } : {};
}
