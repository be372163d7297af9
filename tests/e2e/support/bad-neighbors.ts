/** What may stand at the far ends of the terminal's lines when things are wired or configured wrongly: noise, and an upstream that answers rubbish. */
import { once } from 'node:events';
import { createServer as createHttpServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Between two bursts of noise. */
const BURST_MS = 10;
const BURST_BYTES = 256;

/** A line on `tcp:` that leads to a good device, or to nothing but noise. */
export class NoisyLine {
  readonly #server: Server;
  readonly #device: string;
  readonly #clients = new Set<Socket>();
  #noisy = true;
  #seed: number;

  /** @param device path of the good device's socket */
  constructor(device: string, seed: number) {
    this.#device = device;
    this.#seed = seed;
    this.#server = createServer({ noDelay: true }, (client) => this.#serve(client));
  }

  /** @returns the address to configure */
  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `tcp:127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Everybody is cut off and finds the other thing when they come back. */
  set(noisy: boolean): void {
    this.#noisy = noisy;
    for (const client of this.#clients) client.destroy();
  }

  close(): void {
    this.set(true);
    this.#server.close();
  }

  #serve(client: Socket): void {
    this.#clients.add(client);
    client.on('error', () => {});
    const noise = this.#noisy ? setInterval(() => client.write(this.#burst()), BURST_MS) : undefined;
    const device = this.#noisy ? undefined : connect(this.#device);
    device?.on('error', () => client.destroy());
    device?.on('close', () => client.destroy());
    if (device !== undefined) client.pipe(device).pipe(client);
    else client.resume();
    client.on('close', () => {
      clearInterval(noise);
      device?.destroy();
      this.#clients.delete(client);
    });
  }

  /** The same noise in every run: a linear congruential generator, its upper byte. */
  #burst(): Uint8Array {
    return Uint8Array.from({ length: BURST_BYTES }, () => {
      this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
      return this.#seed >>> 24;
    });
  }
}

/** How an upstream can be wrong. */
export const wrongAnswers = {
  'a web page instead of an answer': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to the airport</h1>'),
  'JSON of another shape': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"allowed":"certainly","result":[],"state":7}'),
  'an answer without end': (response) => {
    const more = setInterval(() => response.write(' '.repeat(65_536)), 5);
    response.on('close', () => clearInterval(more));
    response.writeHead(200, { 'content-type': 'application/json' });
  },
  'no answer at all': () => {},
  'half an answer': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '400' });
    response.write('{"allowed":');
    setImmediate(() => response.destroy());
  },
  'an error page': (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
  'another address': (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
} as const satisfies Readonly<Record<string, (response: ServerResponse) => unknown>>;
export type WrongAnswer = keyof typeof wrongAnswers;

/** Stands between the terminal and upstream: passes everything on, until it is told to be wrong. */
export class FalseUpstream {
  readonly #server: HttpServer;
  readonly #target: URL;
  #wrong: WrongAnswer | undefined;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createHttpServer((incoming, response) => this.#serve(incoming, response));
  }

  /** @returns its own address */
  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `undefined`: right again. What is being asked now is cut off. */
  be(wrong: WrongAnswer | undefined): void {
    this.#wrong = wrong;
    this.#server.closeAllConnections();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #serve(incoming: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {});
    if (this.#wrong !== undefined) {
      incoming.resume();
      wrongAnswers[this.#wrong](response);
      return;
    }
    const { hostname, port } = this.#target;
    const { method, url: path, headers } = incoming;
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}
