/** `/v1/terminals` (registration of a key) and `/v1/heartbeat`. */
import { heartbeatAnswerSchema, heartbeatRequestSchema, registerAnswerSchema, registerRequestSchema } from '../../../common/upstream-api/terminals.ts';
import type { App, Context } from '../context.ts';
import { ProblemError } from '../problems.ts';

/**
 * In a sandbox the configured code enrols any number of terminals, and a terminal that lost its key may show a new one. Live enrolment by
 * one-time codes does not exist yet, so no code is valid there.
 */
export function registrationRoutes(app: App, { mode, settings, store, clock, publicKey, authentication }: Context): void {
  const limit = { rateLimit: { max: settings.registrationsPerMinute, timeWindow: 60_000 } };
  app.post('/terminals', { config: limit, schema: { body: registerRequestSchema, response: { 200: registerAnswerSchema } } }, async (request) => {
    const { terminalId, publicKey: key, enrolmentCode } = request.body;
    await authentication.verifyWithKey(request, terminalId, key);
    if (mode !== 'sandbox' || enrolmentCode !== settings.enrolmentCode) throw new ProblemError('badEnrolmentCode', 'this code enrols no terminal');
    const public_key = JSON.stringify(key);
    await store.serially([`terminal:${terminalId}`], async (trx) => {
      await trx
        .insertInto('terminals')
        .values({ terminal_id: terminalId, public_key, registered_at: clock.now(), last_seen_at: null, uplink_lag: null })
        .onConflict((conflict) => conflict.column('terminal_id').doUpdateSet({ public_key }))
        .execute();
      await trx
        .insertInto('terminal_keys')
        .values({ terminal_id: terminalId, public_key, since: clock.now() })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
    return { terminalId, serverKey: publicKey };
  });
}

export function heartbeatRoutes(app: App, { store, clock, acquirer, faults }: Context): void {
  app.post('/heartbeat', { schema: { body: heartbeatRequestSchema, response: { 200: heartbeatAnswerSchema } } }, async (request) => {
    const now = clock.now();
    await store
      .updateTable('terminals')
      .set({ last_seen_at: now, uplink_lag: request.body.uplinkLag ?? null })
      .where('terminal_id', '=', request.terminalId)
      .execute();
    return {
      serverTime: now,
      issuer: faults.current.issuerOffline ? ('down' as const) : ('up' as const),
      payments: acquirer === undefined || faults.current.paymentOffline ? ('down' as const) : ('up' as const),
    };
  });
}
