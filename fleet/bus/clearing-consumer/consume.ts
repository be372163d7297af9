/**
 * Takes entries from the bus into the clearing's books: a durable pull consumer that acknowledges a message only after the commit that it is
 * in. Whatever is killed between the two, the message comes again and is known by its id. Used by main.ts.
 */
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type Consumer, type JsMsg } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { readMessage, type ReceivedEntry } from '../message.ts';
import type { ClearingStore, Refused } from './clearing-store.ts';

export interface ConsumerSettings {
  readonly stream: string;
  /** Its name on the bus: all processes with the same share the work. */
  readonly durable: string;
  /** Subjects that it wants. */
  readonly filter: string;
}

/** Messages of one commit. */
const BATCH = 200;
/** ms. What is not acknowledged by then comes again. */
const ACK_WAIT = 10_000;
/** ms. How long the server holds the question when there is nothing. */
const HELD = 1000;

/** @throws {Error} no such stream, or no server */
export async function attach(connection: NatsConnection, { stream, durable, filter }: ConsumerSettings): Promise<Consumer> {
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ACK_WAIT),
    max_deliver: -1,
    filter_subject: filter,
  });
  return jetstream(connection).consumers.get(stream, durable);
}

/** One batch: into the books, then acknowledged. @returns how many came, and how many of them were new */
export async function takeBatch(consumer: Consumer, store: ClearingStore): Promise<{ readonly came: number; readonly fresh: number }> {
  const messages: JsMsg[] = [];
  for await (const message of await consumer.fetch({ max_messages: BATCH, expires: HELD })) messages.push(message);
  if (messages.length === 0) return { came: 0, fresh: 0 };
  const read = messages.map(readOrRefuse);
  const fresh = await store.take(
    read.filter((each) => 'entry' in each),
    read.filter((each) => 'why' in each),
  );
  for (const message of messages) message.ack();
  return { came: messages.length, fresh };
}

function readOrRefuse(message: JsMsg): ReceivedEntry | Refused {
  const data = message.string();
  try {
    return readMessage(data);
  } catch (error) {
    return { subject: message.subject, data, why: error instanceof Error ? error.message : String(error) };
  }
}
