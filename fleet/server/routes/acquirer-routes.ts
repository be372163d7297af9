/** `/acquirer/notifications`: what the acquirer says by itself, signed with its own key. */
import { compactVerify, importJWK } from 'jose';
import { z } from 'zod';
import { hashSchema, jwsSchema, type PublicKey } from '../../../common/upstream-api/fields.ts';
import { NOTIFICATION_HEADER, NOTIFICATION_TYPE, notificationAnswerSchema, notificationSchema } from '../../../common/upstream-api/payments.ts';
import { reachAcquirer, type App, type Context } from '../context.ts';
import { ProblemError } from '../http/problems.ts';

const payloadSchema = z.strictObject({ bodySha256: hashSchema });

export function acquirerRoutes(app: App, context: Context): void {
  const { notificationKey } = context.settings.payments;
  app.post(
    '/acquirer/notifications',
    {
      schema: { body: notificationSchema, response: { 200: notificationAnswerSchema } },
      // before what it says is even looked at
      preValidation: (request) => requireSignature(request.headers[NOTIFICATION_HEADER], request.bodySha256, notificationKey),
    },
    async (request) => ({ outcome: await reachAcquirer(context).notified(request.body) }),
  );
}

/** @throws {ProblemError} `missingToken`, `badToken`, `wrongBody` */
async function requireSignature(header: string | readonly string[] | undefined, bodySha256: string, key: PublicKey | undefined): Promise<void> {
  if (header === undefined) throw new ProblemError('missingToken', `a notification is signed in the header ${NOTIFICATION_HEADER}`);
  if (key === undefined) throw new ProblemError('badToken', 'no key of an acquirer is set (payments.notificationKey)');
  const jws = jwsSchema.safeParse(header);
  if (!jws.success) throw new ProblemError('badToken', `${NOTIFICATION_HEADER} holds no compact JWS`);
  const verified = await compactVerify(jws.data, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] }).catch(() => undefined);
  if (verified?.protectedHeader.typ !== NOTIFICATION_TYPE) throw new ProblemError('badToken', 'the signature is not the acquirer’s');
  const payload = payloadSchema.safeParse(parsedJson(verified.payload));
  if (!payload.success || payload.data.bodySha256.toUpperCase() !== bodySha256) throw new ProblemError('wrongBody', 'the signature is over another body');
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
