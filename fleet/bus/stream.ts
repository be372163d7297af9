/**
 * The stream that the journal goes to. It is made when it isn't there; one that would lose messages without saying so is refused. Used by the
 * relay.
 */
import { DiscardPolicy, jetstream, jetstreamManager, JetStreamApiCodes, JetStreamApiError, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { connectBus } from './connection.ts';
import type { BusMessage } from './message.ts';
import type { BusAddress, BusSettings } from './settings.ts';

export type BusErrorCode =
  /** The stream there is not one that keeps what it acknowledged. */
  | 'unsafeStream'
  /** The stream is another one than before, or has forgotten what it acknowledged. */
  | 'streamChanged';

export class BusError extends Error {
  readonly code: BusErrorCode;
  constructor(code: BusErrorCode, message: string) {
    super(message);
    this.name = 'BusError';
    this.code = code;
  }
}

export interface StreamState {
  /** ISO 8601, as the server says it: a stream that was made anew has another. */
  readonly createdAt: string;
  /** Of the last message that it ever took. */
  readonly lastSeq: number;
}

/** ms. In production a majority of replicas has the message on disk by then. */
const ACK_LIMIT = 5000;
const DAY = 86_400_000;
const MINUTE = 60_000;

export class JournalStream {
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #name: string;

  private constructor(connection: NatsConnection, client: JetStreamClient, manager: JetStreamManager, name: string) {
    this.#connection = connection;
    this.#client = client;
    this.#manager = manager;
    this.#name = name;
  }

  /** @throws {BusError} `unsafeStream` @throws {Error} no server, or none with JetStream */
  static async open(address: BusAddress, settings: BusSettings): Promise<JournalStream> {
    const connection = await connectBus(address, 'fleet-relay');
    try {
      const manager = await jetstreamManager(connection, { timeout: ACK_LIMIT });
      const { config } = await findOrMake(manager, settings);
      requireSafe(config, settings);
      return new JournalStream(connection, jetstream(connection, { timeout: ACK_LIMIT }), manager, settings.stream);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Resolves when the stream has the message, now or from before. @returns its place in the stream @throws {Error} not taken, or not known whether */
  async publish({ subject, id, data }: BusMessage): Promise<number> {
    const { seq } = await this.#client.publish(subject, data, { msgID: id, expect: { streamName: this.#name } });
    return seq;
  }

  async state(): Promise<StreamState> {
    const { created, state } = await this.#manager.streams.info(this.#name);
    return { createdAt: created, lastSeq: state.last_seq };
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}

async function findOrMake(manager: JetStreamManager, settings: BusSettings): Promise<StreamInfo> {
  try {
    return await manager.streams.info(settings.stream);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
    return manager.streams.add({
      name: settings.stream,
      subjects: [`${settings.subjectPrefix}.>`],
      description: 'Journal entries of all terminals, after the commit that their receipts stand for',
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      num_replicas: settings.replicas,
      max_age: nanos(settings.keepDays * DAY),
      duplicate_window: nanos(settings.duplicateWindowMinutes * MINUTE),
      ...(settings.maxBytes === undefined ? {} : { max_bytes: settings.maxBytes }),
    });
  }
}

/** @throws {BusError} `unsafeStream` */
function requireSafe(config: StreamConfig, { stream, subjectPrefix }: BusSettings): void {
  const refuse = (why: string): never => {
    throw new BusError('unsafeStream', `stream ${stream}: ${why}`);
  };
  if (!config.subjects.includes(`${subjectPrefix}.>`)) refuse(`it does not take ${subjectPrefix}.>`);
  if (config.storage !== StorageType.File) refuse('it is in memory only');
  if (config.retention !== RetentionPolicy.Limits) refuse(`its retention is ${config.retention}, which drops messages that another consumer has not seen`);
  const limited = config.max_bytes > 0 || config.max_msgs > 0 || config.max_msgs_per_subject > 0;
  if (limited && config.discard !== DiscardPolicy.New) refuse('when it is full it drops old messages; expected discard: new');
  if (config.no_ack === true) refuse('it acknowledges nothing');
}
