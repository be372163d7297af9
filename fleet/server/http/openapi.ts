/** The API's description (OpenAPI 3.1), made from the very schemas that validate requests and shape answers. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PROBLEM_CONTENT_TYPE, problemSchema } from '../../../common/upstream-api/problem.ts';
import { TOKEN_SCHEME } from '../../../common/upstream-api/request-token.ts';

const SIGNED = 'signed';

/** Describes everything that is registered in `app` afterwards. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Upstream of the kiosk terminals',
        version,
        description: 'Refusals are problem details (RFC 9457) with a stable `code`. Amounts are fen, times ms since 1970 unless they are ISO 8601.',
      },
      tags: [{ name: 'console', description: 'The operators’ console: for its own page, by cookie.' }],
      components: {
        securitySchemes: {
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Secure-console',
            description: 'Of whoever signed in; ends after 30 idle minutes and after 12 hours.',
          },
          [SIGNED]: {
            type: 'http',
            scheme: TOKEN_SCHEME,
            description: 'Compact JWS (EdDSA) by the terminal’s key over method, path, SHA-256 of the body, time and a nonce; 60 s old at most, used once.',
          },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route);
      const security = url.startsWith('/v1/') ? { security: [{ [SIGNED]: [] }] } : {};
      const response: object = schema.response ?? { 200: { description: 'Done' } };
      return { url, schema: { ...schema, ...security, response: { ...response, default: refusal } } };
    },
  });
}

const refusal = {
  description: 'Refused',
  content: { [PROBLEM_CONTENT_TYPE]: { schema: z.toJSONSchema(problemSchema, { target: 'draft-2020-12' }) } },
};
