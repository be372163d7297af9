/** Serves the simulated cabinet on loopback to the bench window and to tests: state, a stream of states, hands, knobs, slips as pictures. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { handActSchema, type CabinetState, type HandAct, type HandAnswer, type KnobList } from './protocol.ts';

export interface BenchSubject {
  state(): Promise<CabinetState>;
  hand(act: HandAct): Promise<HandAnswer>;
  /** What can go wrong, and where each knob stands. */
  knobs(): Promise<KnobList>;
  /** SVG of a slip, or undefined when there is none of that number. */
  slip(number: number): string | undefined;
  onChange(listener: () => void): () => void;
}

const MAX_BODY = 4096;

export class BenchServer {
  readonly #subject: BenchSubject;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #telling: Promise<void> | undefined;
  #again = false;

  constructor(subject: BenchSubject) {
    this.#subject = subject;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    subject.onChange(() => this.#tell());
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the bench has no port');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): void {
    for (const stream of this.#streams) stream.end();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The bench window's page has another origin (kiosk:); both are on this machine only.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    try {
      await this.#route(request, response);
    } catch (error) {
      send(response, 500, { done: false, why: error instanceof Error ? error.message : String(error) });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://bench').pathname;
    const slip = /^\/slips\/(\d{1,6})\.svg$/.exec(path)?.[1];
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else if (request.method === 'GET' && path === '/state') send(response, 200, await this.#subject.state());
    else if (request.method === 'GET' && path === '/knobs') send(response, 200, await this.#subject.knobs());
    else if (request.method === 'GET' && path === '/events') await this.#stream(response);
    else if (request.method === 'POST' && path === '/hands') await this.#hand(request, response);
    else if (request.method === 'GET' && slip !== undefined) sendSvg(response, this.#subject.slip(Number(slip)));
    else send(response, 404, { done: false, why: `${request.method} ${path} is not part of the bench` });
  }

  async #hand(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parsed = handActSchema.safeParse(await bodyOf(request));
    if (parsed.success) send(response, 200, await this.#subject.hand(parsed.data));
    else send(response, 400, { done: false, why: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') });
  }

  async #stream(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`data: ${JSON.stringify(await this.#subject.state())}\n\n`);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  /** At most one state is being gathered; what changes meanwhile is told by one more. */
  #tell(): void {
    if (this.#telling !== undefined) {
      this.#again = true;
      return;
    }
    this.#telling = this.#subject.state().then((state) => {
      for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(state)}\n\n`);
      this.#telling = undefined;
      if (this.#again) {
        this.#again = false;
        this.#tell();
      }
    });
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

function sendSvg(response: ServerResponse, svg: string | undefined): void {
  if (svg === undefined) send(response, 404, { done: false, why: 'no such slip' });
  else response.writeHead(200, { 'content-type': 'image/svg+xml; charset=utf-8', 'cache-control': 'no-store' }).end(svg);
}
