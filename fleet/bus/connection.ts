/** A connection to the bus that ends when it breaks: who uses it begins anew, so that nothing is believed of the time between. Used by the relay's stream and by consumers. */
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { BusAddress } from './settings.ts';

/** ms */
const CONNECT_LIMIT = 5000;
const PING_EVERY = 5000;
const PINGS_UNANSWERED = 2;

/** @param name as operators of the bus see it @throws {Error} no server takes us */
export async function connectBus({ servers, user, password, credentials, tls, ca }: BusAddress, name: string): Promise<NatsConnection> {
  return connect({
    servers: [...servers],
    name,
    reconnect: false,
    timeout: CONNECT_LIMIT,
    pingInterval: PING_EVERY,
    maxPingOut: PINGS_UNANSWERED,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(credentials) }),
    ...(tls ? { tls: ca === undefined ? {} : { caFile: ca } } : {}),
  });
}
