/** `/v1/terminals` (registration of a key) and `/v1/heartbeat`. */
import { heartbeatAnswerSchema, heartbeatRequestSchema, registerAnswerSchema, registerRequestSchema } from '../../../common/upstream-api/terminals.ts';
import { useNonce } from '../identity/authentication.ts';
import { hear } from '../console/heartbeat-state.ts';
import type { App, Context } from '../context.ts';

export function registrationRoutes(app: App, { settings, clock, publicKey, authentication, enrolment }: Context): void {
  const limit = { rateLimit: { max: settings.registrationsPerMinute, timeWindow: 60_000 } };
  app.post('/terminals', { config: limit, schema: { body: registerRequestSchema, response: { 200: registerAnswerSchema } } }, async (request) => {
    const { terminalId, publicKey: key, enrolmentCode: code } = request.body;
    const claims = authentication.verifyWithKey(request, terminalId, key);
    await enrolment.enrol({ terminalId, key, code, address: request.ip, once: (trx) => useNonce(trx, claims, clock.now()) });
    request.terminalId = terminalId;
    return { terminalId, serverKey: publicKey };
  });
}

export function heartbeatRoutes(app: App, { store, clock, settings, acquirer, faults }: Context): void {
  app.post('/heartbeat', { schema: { body: heartbeatRequestSchema, response: { 200: heartbeatAnswerSchema } } }, async (request) => {
    const now = clock.now();
    await hear(store, { terminalId: request.terminalId, beat: request.body, now, utcOffsetMinutes: settings.issuer.utcOffsetMinutes });
    return {
      serverTime: now,
      issuer: faults.current.issuerOffline ? ('down' as const) : ('up' as const),
      payments: acquirer === undefined || faults.current.paymentOffline ? ('down' as const) : ('up' as const),
    };
  });
}
