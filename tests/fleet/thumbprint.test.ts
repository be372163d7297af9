/** The name of a key: RFC 8037's own example, and whatever the library says of others. */
import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { expect, test } from 'vitest';
import { publicKeySchema } from '../../common/upstream-api/fields.ts';
import { thumbprintOf } from '../../fleet/server/identity/thumbprint.ts';

test('the key of RFC 8037, A.3 has the thumbprint that stands there', () => {
  const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } as const;
  expect(thumbprintOf(key)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

test('other keys have the thumbprints that the library makes', async () => {
  for (let count = 0; count < 20; count += 1) {
    const { kty, crv, x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    const key = publicKeySchema.parse({ kty, crv, x });
    expect(thumbprintOf(key)).toBe(await calculateJwkThumbprint(key));
  }
});
