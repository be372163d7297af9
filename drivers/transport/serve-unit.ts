/**
 * Puts a simulator on a socket, so that another process reaches it: directly (`sim:/path.sock`, `tcp:`) or, through socat, behind a
 * pseudo-terminal (`serial:`). One client at a time, as on a cable. Used by the bench cabinet and by tests.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { SimulatedUnit } from './simulated-unit.ts';

export type ServeWhere = { readonly path: string } | { readonly host: string; readonly port: number };

export interface ServedUnit {
  /** Where to reach it: `sim:/path.sock` or `tcp:HOST:PORT` (the port chosen by the system when 0 was asked for). */
  readonly address: string;
  /** Pulls the cable: drops the client and refuses new ones until `plug`. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  /** Ends for good; a socket file is removed. */
  close(): Promise<void>;
}

/** A client that comes right after another has left may be told of before the leaving is: it waits this long before it is turned away. */
const LEAVING_MS = 100;

/** A socket file left over by a killed process is replaced. */
export async function serveUnit(unit: SimulatedUnit, where: ServeWhere): Promise<ServedUnit> {
  let client: Socket | undefined;
  const admit = (socket: Socket): void => {
    client = socket;
    socket.on('data', (bytes) => unit.receive(Uint8Array.from(bytes)));
    socket.on('close', () => {
      if (client === socket) client = undefined;
    });
  };
  const server = createServer({ noDelay: true }, (socket) => {
    // What happened to the connection doesn't matter to a unit; `close` follows.
    socket.on('error', () => {});
    if (client === undefined) admit(socket);
    else setTimeout(() => (client === undefined ? admit(socket) : socket.destroy()), LEAVING_MS);
  });
  const unsubscribe = unit.onSend((bytes) => void client?.write(Uint8Array.from(bytes)));

  const place = await listen(server, where);
  const unplug = async (): Promise<void> => {
    client?.destroy();
    client = undefined;
    if (server.listening) await closeServer(server);
  };
  return {
    address: 'path' in place ? `sim:${place.path}` : `tcp:${place.host}:${place.port}`,
    unplug,
    plug: async () => {
      if (!server.listening) await listen(server, place);
    },
    close: async () => {
      unsubscribe();
      await unplug();
    },
  };
}

async function listen(server: Server, where: ServeWhere): Promise<ServeWhere> {
  if ('path' in where) await rm(where.path, { force: true });
  server.listen(where);
  await once(server, 'listening');
  const bound = server.address();
  return 'path' in where || bound === null || typeof bound === 'string' ? where : { host: where.host, port: bound.port };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
