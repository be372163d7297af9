/** A real nats-server for a test, and what is on its streams, read behind the relay's back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { beforeEach, onTestFinished } from 'vitest';
import { NatsProcess, noNats } from '../../fleet/load/nats-process.ts';
import type { World } from './support.ts';

/** Without a nats-server the tests of a file are not run, and say so. */
export function needNats(): void {
  beforeEach(({ skip }) => skip(noNats() !== undefined, `not run: ${noNats()}`));
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'fleet-bus-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param how `prepared` is not started yet */
export async function ownNats(how: 'started' | 'prepared' = 'started', settings = ''): Promise<NatsProcess> {
  const nats = await NatsProcess.prepare(temporaryFolder(), settings);
  onTestFinished(() => nats.kill());
  if (how === 'started') await nats.start();
  return nats;
}

export interface Published {
  /** `Nats-Msg-Id` */
  readonly id: string;
  readonly subject: string;
  readonly data: string;
}

export async function manage<T>(nats: NatsProcess, work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: nats.url, reconnect: false });
  try {
    return await work(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}

/** Everything that the stream holds, in its order; nothing while there is no stream. */
export function published(nats: NatsProcess, stream = 'JOURNAL'): Promise<readonly Published[]> {
  return manage(nats, async (manager) => {
    const names = await manager.streams.names().next();
    if (!names.includes(stream)) return [];
    const { state } = await manager.streams.info(stream);
    if (state.messages === 0) return [];
    const found: Published[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const message = await manager.streams.getMessage(stream, { seq });
      if (message !== null) found.push({ id: message.header.get('Nats-Msg-Id'), subject: message.subject, data: message.string() });
    }
    return found;
  });
}

/** One of the server's figures. */
export async function figure(world: Pick<World, 'url'>, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** Asks until it is so; each question is a round trip to a process. */
export async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
  }
}
