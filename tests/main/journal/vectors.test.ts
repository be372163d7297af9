/** Our code against the test vectors of FORMAT.md: what others published, and what the Python verifier computed from the document alone. */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import canonicalize from 'canonicalize';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { canonicalEntry, entrySchema, hashCanonicalEntry } from '../../../common/journal-entry.ts';
import { journalKinds, type JournalKind, type NewEntry } from '../../../common/journal-kinds.ts';
import { publicKeySchema } from '../../../common/upstream-api/fields.ts';
import { CHECKPOINT_TYPE, RECEIPT_TYPE } from '../../../common/upstream-api/journal.ts';
import { thumbprint } from '../../../main/identity/terminal-key.ts';
import { jwsVerifier } from '../../../main/journal/jws.ts';
import { verifyExport } from '../../../main/journal/verify-export.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import { postingsFor } from '../../../common/money/postings.ts';
import { foldCash } from '../../../common/money/settlement-fold.ts';
import { keyOfSeed } from '../../verifier/keys.ts';

const folder = path.join(import.meta.dirname, 'vectors');
const text = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

const knownAnswers = z
  .object({
    jcs: z.array(z.object({ source: z.string(), input: z.string(), canonical: z.string() })),
    ed25519: z.object({ d: z.string(), publicKey: publicKeySchema, thumbprint: z.string(), header: z.string(), payload: z.string(), jws: z.string() }),
  })
  .parse(JSON.parse(text('known-answers.json')));

const signedSchema = z.object({ payload: z.string(), jws: z.string() });
const keySchema = z.object({ seed: z.string(), publicKey: publicKeySchema, kid: z.string() });
const journal = z
  .object({
    keys: z.object({ terminal: keySchema, upstream: keySchema }),
    entries: z.array(z.object({ canonical: z.string(), prevHash: z.string(), hash: z.string() })),
    checkpoint: signedSchema,
    receipt: signedSchema,
    exports: z.record(z.string(), z.record(z.string(), z.unknown())),
  })
  .parse(JSON.parse(text('journal.json')));

const breaks = z
  .array(
    z.object({
      name: z.string(),
      key: publicKeySchema,
      receipts: z.array(z.string()),
      lines: z.array(z.string()),
      training: z.literal(true).optional(),
      break: z.object({ check: z.string(), seq: z.int().nullable() }),
    }),
  )
  .parse(JSON.parse(text('breaks.json')));

const entriesSchema = z.array(
  z.object({
    kind: z.string(),
    body: z.record(z.string(), z.unknown()),
    postings: z.array(z.object({ account: z.string(), amount: z.int() })),
  }),
);

const cash = z
  .array(
    z.object({
      name: z.string(),
      entries: entriesSchema,
      fold: z.object({
        anomaly: z.string().nullable(),
        at: z.int().optional(),
        box: z.string().nullish(),
        content: z.unknown().optional(),
        differences: z.record(z.string(), z.int()).optional(),
      }),
    }),
  )
  .parse(JSON.parse(text('cash.json')));

const folds = z
  .array(
    z.object({
      name: z.string(),
      entries: entriesSchema,
      fold: z.object({
        anomaly: z.string().nullable(),
        at: z.int().optional(),
        open: z.boolean().optional(),
        taken: z.int().optional(),
        held: z.int().optional(),
        loaded: z.int().optional(),
        refunded: z.int().optional(),
        owed: z.int().optional(),
        settledElsewhere: z.int().optional(),
      }),
    }),
  )
  .parse(JSON.parse(text('folds.json')));

describe('published answers', () => {
  test.each(knownAnswers.jcs)('canonical form of $source', ({ input, canonical }) => {
    expect(canonicalize(JSON.parse(input))).toBe(canonical);
  });

  test('Ed25519 key, thumbprint and JWS of RFC 8037', () => {
    const { d, publicKey, thumbprint: kid, header, payload, jws } = knownAnswers.ed25519;
    const key = createPrivateKey({ key: { ...publicKey, d }, format: 'jwk' });
    const signed = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
    expect(thumbprint(publicKey)).toBe(kid);
    expect(`${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`).toBe(jws);
    expect(jwsVerifier(publicKey)(jws, CHECKPOINT_TYPE)).toEqual({ ok: false, problem: 'wrongType' });
  });
});

describe('entries, checkpoint and receipt', () => {
  test.each(journal.entries)('entry with the hash $hash', ({ canonical, prevHash, hash }) => {
    const entry = entrySchema.parse(JSON.parse(canonical));
    expect(canonicalEntry(entry)).toBe(canonical);
    expect(Buffer.from(hashCanonicalEntry(Buffer.from(prevHash, 'hex'), canonical)).toString('hex')).toBe(hash);
    expect(postingsFor({ kind: entry.kind, body: entry.body } as unknown as NewEntry)).toEqual(entry.postings);
  });

  test.each([
    ['checkpoint', journal.checkpoint, CHECKPOINT_TYPE, journal.keys.terminal],
    ['receipt', journal.receipt, RECEIPT_TYPE, journal.keys.upstream],
  ] as const)('the %s is signed as our keys sign', (_what, { payload, jws }, type, { seed, publicKey, kid }) => {
    const key = keyOfSeed(Buffer.from(seed, 'hex'));
    expect({ publicKey: key.publicKey, kid: key.kid }).toEqual({ publicKey, kid });
    expect(key.signJws(type, Object(JSON.parse(payload)))).toBe(jws);
    expect(jwsVerifier(publicKey)(jws, type)).toEqual({ ok: true, claims: JSON.parse(payload) });
  });
});

test.each(['epoch-1.jsonl', 'epoch-2.jsonl', 'training.jsonl'])('the export %s is good, and says the same', (name) => {
  const { terminal, upstream } = journal.keys;
  const flavor = name === 'training.jsonl' ? 'training' : 'production';
  const verification = verifyExport(readFileSync(path.join(folder, name)), { flavor, publicKey: terminal.publicKey, upstreamKey: upstream.publicKey });
  expect(verification.break).toBeUndefined();
  expect(verification).toMatchObject(journal.exports[name] ?? {});
});

test.each(breaks)('an export breaks where the document says: $name', ({ key, receipts, lines, training, break: { check, seq } }) => {
  const flavor = training === true ? 'training' : 'production';
  const found = verifyExport(Buffer.from(lines.join('\n')), { flavor, publicKey: key, upstreamKey: journal.keys.upstream.publicKey, receipts }).break;
  expect({ check: found?.check, seq: found?.seq ?? null }).toEqual({ check, seq });
});

test.each(folds)('the fold of $name', ({ entries, fold: { anomaly, at, open, ...sums } }) => {
  const state = foldTransaction(entries.map(({ kind, body }, index) => ({ seq: index + 1, at: '2026-11-22T05:33:00.000Z', kind: kind as JournalKind, body })));
  const [first] = state.anomalies;
  expect({ anomaly: first?.code ?? null, at: first?.seq }).toEqual({ anomaly, at });
  if (open !== undefined) expect(state.closed === undefined).toBe(open);
  if (anomaly === null) expect(state).toMatchObject(sums);
});

test.each(cash)('the cash of $name', ({ entries, fold: { anomaly, at, ...rest } }) => {
  const when = { epoch: 1, at: '2026-11-22T05:33:00.000Z', businessDate: '2026-11-22' };
  const state = foldCash(entries.map(({ kind, body }, index) => ({ ...when, seq: index + 1, kind: kind as JournalKind, body })));
  const [first] = state.anomalies;
  expect({ anomaly: first?.code ?? null, at: first?.seq }).toEqual({ anomaly, at });
  if (anomaly !== null) return;
  const differences = Object.fromEntries(state.differences.map(({ of, amount }) => [of, amount]));
  expect({ box: state.boxId ?? null, content: state.content, differences }).toEqual(rest);
});

test.each([...folds, ...cash])('what is posted in $name', ({ entries }) => {
  for (const { kind, body, postings } of entries) {
    expect(journalKinds[kind as JournalKind].safeParse(body).error).toBeUndefined();
    expect(postingsFor({ kind, body } as unknown as NewEntry)).toEqual(postings);
  }
});
