/** A terminal's journal in the console: entries, proof, stories, and what is sealed in them. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactEncrypt } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seal } from '../../common/sealing.ts';
import { cardKeyOf } from '../../common/upstream-api/support.ts';
import { topUpRows } from '../../fleet/load/top-up-rows.ts';
import { createSealingKey } from '../../fleet/server/support/sealing-key.ts';
import { staffMember } from './console-browser.ts';
import { writerOf, type Line } from './console-entries.ts';
import { execute } from './database.ts';
import { registeredTerminal, startWorld } from './support.ts';

const T1 = { terminalId: 'T-0001' };
const REFERENCE = 'A01-0315-7K4M-9';
const SERIAL = '03105170010170906688';

function topUp(transactionId: string, reference = REFERENCE): Line[] {
  return topUpRows(reference, { noteId: `note-${transactionId}`, loadId: `load-${transactionId}` }).map((row) => ({ ...row, transactionId }));
}

const idle: Line = { kind: 'terminal.stopped', body: { reason: 'stop' } };

describe('a transaction’s story', () => {
  test('is its entries in order, with what was held after each, whatever lies between them and in whatever batches they came', async () => {
    const world = await startWorld();
    const support = await staffMember(world, 'support');
    const terminal = await registeredTerminal(world);
    const writer = writerOf('T-0001', world.clock);
    const [first, second] = [topUp('tx-1'), topUp('tx-2', 'A01-0315-QQQQ-4')];
    // the two interleaved, the last slip of the first a hundred entries later
    const lines = [
      idle,
      ...first.slice(0, 4),
      ...second.slice(0, 3),
      ...first.slice(4, 11),
      ...second.slice(3),
      ...Array.from({ length: 100 }, () => idle),
      ...first.slice(11),
    ];
    const entries = writer.write(lines);
    for (const [from, to] of [
      [0, 3],
      [3, 9],
      [9, 120],
      [120, 200],
    ] as const) {
      if (from < entries.length) await terminal.post('/v1/journal', { entries: entries.slice(from, to) });
      await support.call('transactions', { params: T1, query: {} });
    }
    const story = await support.call('story', { params: { ...T1, transactionId: 'tx-1' } });
    expect(story.steps.map(({ kind }) => kind)).toEqual(first.map(({ kind }) => kind));
    expect(story.steps.map(({ heldFen }) => heldFen)).toEqual([0, 0, 0, 5000, 5000, 5000, 5000, 0, 0, 0, 0, 0]);
    expect(story.steps.map(({ tone }) => tone)).toEqual([
      'info',
      'announced',
      'announced',
      'money',
      'announced',
      'announced',
      'announced',
      'good',
      'good',
      'end',
      'announced',
      'good',
    ]);
    expect(story.steps[1]).toMatchObject({ amountFen: 5000, afterMs: 1000 });
    expect(story.transaction).toMatchObject({
      reference: REFERENCE,
      tender: 'cash',
      cardTail: '6688',
      state: 'closed',
      outcome: 'delivered',
      loadedFen: 5000,
      owedFen: 0,
    });
    expect(story.proof).toEqual({ epoch: 1, receiptedUpToSeq: entries.length, checkpointSeq: null, frozen: false });
    expect(JSON.stringify(story)).not.toContain('03105170010170906688');
    expect((await support.call('story', { params: { ...T1, transactionId: 'tx-2' } })).steps).toHaveLength(12);
  });

  test('of one that is still open says so, and one that nobody knows is refused', async () => {
    const world = await startWorld();
    const support = await staffMember(world, 'support');
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: writerOf('T-0001', world.clock).write(topUp('tx-1').slice(0, 5)) });
    expect((await support.call('story', { params: { ...T1, transactionId: 'tx-1' } })).transaction).toMatchObject({
      state: 'open',
      outcome: null,
      closedAt: null,
    });
    expect(await support.refusal('story', { params: { ...T1, transactionId: 'tx-9' } })).toBe('unknownTransaction');
  });

  test('is found by the reference as a person reads it out, at whichever terminal it was', async () => {
    const world = await startWorld();
    const support = await staffMember(world, 'support');
    const terminal = await registeredTerminal(world, 'T-0002');
    await terminal.post('/v1/journal', { entries: writerOf('T-0002', world.clock).write(topUp('tx-1')) });
    await support.call('transactions', { params: { terminalId: 'T-0002' }, query: {} });
    const { transactions } = await support.call('findTransactions', { query: { reference: ' a0l-o315-7k4m-9' } });
    expect(transactions).toMatchObject([{ terminalId: 'T-0002', transactionId: 'tx-1', reference: REFERENCE }]);
    expect((await support.call('findTransactions', { query: { reference: 'A01-0315-0000-0' } })).transactions).toEqual([]);
  });
});

test('entries and transactions are paged, the latest first, each once, with card numbers masked', async () => {
  const world = await startWorld();
  const support = await staffMember(world, 'support');
  const terminal = await registeredTerminal(world);
  const writer = writerOf('T-0001', world.clock);
  await terminal.post('/v1/journal', { entries: writer.write([...topUp('tx-1'), ...topUp('tx-2', 'A01-0315-QQQQ-4'), ...topUp('tx-3', 'A01-0315-ZZZZ-4')]) });
  const seqs: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await support.call('entries', { params: T1, query: { limit: 7, ...(cursor === undefined ? {} : { cursor }) } });
    seqs.push(...page.items.map(({ seq }) => seq));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(seqs).toEqual(Array.from({ length: 36 }, (_, index) => 36 - index));
  const { items } = await support.call('entries', { params: T1, query: { limit: 1, cursor: '1:2' } });
  expect(items).toMatchObject([{ seq: 1, kind: 'transaction.opened', body: { card: { serial: '•••• 6688', tail: '6688' } }, sealed: false }]);
  const one = await support.call('transactions', { params: T1, query: { limit: 2 } });
  const two = await support.call('transactions', { params: T1, query: { limit: 2, cursor: one.next ?? '' } });
  expect([...one.items, ...two.items].map(({ transactionId }) => transactionId)).toEqual(['tx-3', 'tx-2', 'tx-1']);
  expect((await support.call('terminal', { params: T1 })).today).toEqual({ date: '2026-03-15', transactions: 3, loadedFen: 15_000, cashFen: 15_000 });
});

describe('the proof', () => {
  test('of a whole journal says how far it is receipted, and that the terminal’s own checkpoint agrees', async () => {
    const world = await startWorld();
    const auditor = await staffMember(world, 'auditor');
    const terminal = await registeredTerminal(world);
    const entries = writerOf('T-0001', world.clock).write(topUp('tx-1'));
    const tenth = entries[9];
    const checkpoint = terminal.key.signJws('kiosk-checkpoint+jwt', {
      terminalId: 'T-0001',
      epoch: 1,
      seq: 10,
      hash: tenth?.hash,
      at: '2026-03-15T00:15:40.000Z',
    });
    await terminal.post('/v1/journal', { entries, checkpoints: [checkpoint] });
    const { epochs } = await auditor.call('proof', { params: T1 });
    expect(epochs).toEqual([
      {
        epoch: 1,
        headSeq: 12,
        headHash: entries[11]?.hash,
        receiptedAt: world.clock.now(),
        frozen: false,
        checkpoints: 1,
        checkpoint: { seq: 10, at: '2026-03-15T00:15:40.000Z', agrees: true },
        anomalies: [],
        anomalyCount: 0,
      },
    ]);
    expect(await auditor.call('verify', { params: T1, query: { epoch: 1 } })).toEqual({
      epoch: 1,
      fromSeq: 1,
      upToSeq: 12,
      brokenAt: null,
      checkpointsAgreed: 1,
    });
    expect(await auditor.call('verify', { params: T1, query: { epoch: 1, entries: 5 } })).toEqual({
      epoch: 1,
      fromSeq: 8,
      upToSeq: 12,
      brokenAt: null,
      checkpointsAgreed: 1,
    });
    expect(await auditor.refusal('verify', { params: T1, query: { epoch: 2 } })).toBe('unknownEntry');
  });

  test('of a journal that forked names the entries that came instead, and the frozen epoch', async () => {
    const world = await startWorld();
    const auditor = await staffMember(world, 'auditor');
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: writerOf('T-0001', world.clock).write([idle, idle]) });
    const others = writerOf('T-0001', world.clock).write([{ ...idle, body: { reason: 'rewritten' } }]);
    await terminal.post('/v1/journal', { entries: others });
    const { epochs } = await auditor.call('proof', { params: T1 });
    expect(epochs).toMatchObject([{ headSeq: 2, frozen: true, anomalyCount: 1, anomalies: [{ seq: 1, kind: 'fork', claimedHash: others[0]?.hash }] }]);
  });

  test('finds a row that somebody changed in the database itself', async () => {
    const world = await startWorld();
    const auditor = await staffMember(world, 'auditor');
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: writerOf('T-0001', world.clock).write(topUp('tx-1')) });
    const drop = world.database.startsWith('postgres:') ? 'DROP TRIGGER journal_entries_stay ON journal_entries' : 'DROP TRIGGER journal_entries_stay';
    await execute(world.database, drop, `UPDATE journal_entries SET entry = replace(entry, '"vendValid"', '"stacked"') WHERE seq = 4`);
    expect(await auditor.call('verify', { params: T1, query: { epoch: 1 } })).toMatchObject({ upToSeq: 3, brokenAt: 4 });
  });
});

describe('what is sealed in an entry', () => {
  const sealed = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-seal-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const sealedKey = join(folder, 'sealed.pem');
    writeFileSync(sealedKey, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const world = await startWorld({ settings: { console: { name: 'fleet', signInsPerMinute: 30, requestsPerMinute: 600, sealedKey } } });
    const jwe = await new CompactEncrypt(new TextEncoder().encode('王芳 13800138000'))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .encrypt(publicKey);
    const terminal = await registeredTerminal(world);
    const other = await new CompactEncrypt(new TextEncoder().encode('x'))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .encrypt(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    await terminal.post('/v1/journal', {
      entries: writerOf('T-0001', world.clock).write([
        { kind: 'terminal.stopped', body: { reason: 'x', contact: { phone: jwe } } },
        idle,
        { ...idle, body: { reason: other } },
      ]),
    });
    return { world, jwe };
  };
  const reason = 'case A01-0315-7K4M-9: the holder asks for a call';

  test('is shown to nobody, and opened by an auditor who says why; that is on record first', async () => {
    const { world, jwe } = await sealed();
    const auditor = await staffMember(world, 'auditor', 'Li Auditor');
    const page = await auditor.call('entries', { params: T1, query: {} });
    expect(page.items.at(-1)).toMatchObject({ sealed: true, body: { contact: { phone: { sealed: true } } } });
    expect(JSON.stringify(page)).not.toContain(jwe);
    const place = { ...T1, epoch: 1, seq: 1 };
    expect(await auditor.refusal('openSealed', { params: place, body: { reason: '    ' } })).toBe('invalidRequest');
    expect(await auditor.call('openSealed', { params: place, body: { reason } })).toEqual({ fields: [{ path: 'contact.phone', text: '王芳 13800138000' }] });
    const { items } = await auditor.call('audit', { query: { kind: 'sealedOpened' } });
    expect(items).toMatchObject([{ actor: 'Li Auditor', about: 'T-0001 1/1', detail: reason, address: '127.0.0.1' }]);
  });

  test('by another key, or not at all, is said to be so', async () => {
    const { world } = await sealed();
    const auditor = await staffMember(world, 'auditor');
    expect(await auditor.refusal('openSealed', { params: { ...T1, epoch: 1, seq: 2 }, body: { reason } })).toBe('nothingSealed');
    expect(await auditor.refusal('openSealed', { params: { ...T1, epoch: 1, seq: 3 }, body: { reason } })).toBe('sealedUnreadable');
    expect(await auditor.refusal('openSealed', { params: { ...T1, epoch: 1, seq: 4 }, body: { reason } })).toBe('unknownEntry');
  });

  test('stays shut for an operator, who leaves a trace by trying', async () => {
    const { world } = await sealed();
    const operator = await staffMember(world, 'operator', 'Wang Fang');
    expect(await operator.refusal('openSealed', { params: { ...T1, epoch: 1, seq: 1 }, body: { reason } })).toBe('notAllowed');
    const auditor = await staffMember(world, 'auditor');
    expect((await auditor.call('audit', { query: { kind: 'notAllowed' } })).items).toMatchObject([{ actor: 'Wang Fang' }]);
  });
});

describe('what somebody told the support desk, as a terminal writes it down', () => {
  const telephone = '13800138000';
  const reason = 'complaint A01-0315-7K4M-9: who asked for the call';
  const told = async () => {
    const world = await startWorld();
    const { publicKey } = world.sealingKey;
    const ticket = {
      ticketId: '8f14e45f-ceea-467f-a9d5-2f3b1c5d7e90',
      kind: 'topUpMissing',
      card: { tail: '6688', sealed: await seal(publicKey, SERIAL), key: cardKeyOf(SERIAL) },
      contact: { masked: '138****8000', sealed: await seal(publicKey, telephone) },
      text: '我是王芳，充值没有到账',
    };
    const terminal = await registeredTerminal(world);
    const submission = { submissionId: 'S1', envelope: 'ticket.created', reference: REFERENCE, body: JSON.stringify(ticket) };
    await terminal.post('/v1/journal', {
      entries: writerOf('T-0001', world.clock).write([{ kind: 'terminal.stopped', transactionId: 'S1', body: submission }]),
    });
    return { world, place: { ...T1, epoch: 1, seq: 1 } };
  };

  test('nobody reads the person there: not in the list and not in the store', async () => {
    const { world } = await told();
    for (const role of ['operator', 'support', 'auditor'] as const) {
      const member = await staffMember(world, role);
      const page = await member.call('entries', { params: T1, query: {} });
      expect(page.items).toMatchObject([
        { sealed: true, body: { envelope: 'ticket.created', body: { kind: 'topUpMissing', card: { tail: '6688', sealed: { sealed: true } }, text: '••••' } } },
      ]);
      for (const person of [telephone, '138****8000', SERIAL, cardKeyOf(SERIAL), '王芳']) expect(JSON.stringify(page)).not.toContain(person);
    }
    const rows = await execute(world.database, 'SELECT entry FROM journal_entries');
    for (const person of [telephone, SERIAL]) expect(JSON.stringify(rows)).not.toContain(person);
  });

  test('an auditor opens it with a reason, which is on record; operator and support are turned away, and leave a trace', async () => {
    const { world, place } = await told();
    for (const [role, name] of [
      ['operator', 'Wang Fang'],
      ['support', 'Zhao Min'],
    ] as const) {
      expect(await (await staffMember(world, role, name)).refusal('openSealed', { params: place, body: { reason } })).toBe('notAllowed');
    }
    const auditor = await staffMember(world, 'auditor', 'Li Auditor');
    expect(await auditor.call('openSealed', { params: place, body: { reason } })).toEqual({
      fields: [
        { path: 'body.card.sealed', text: SERIAL },
        { path: 'body.contact.sealed', text: telephone },
      ],
    });
    expect((await auditor.call('audit', { query: { kind: 'sealedOpened' } })).items).toMatchObject([
      { actor: 'Li Auditor', about: 'T-0001 1/1', detail: reason },
    ]);
    const refused = (await auditor.call('audit', { query: { kind: 'notAllowed' } })).items.map(({ actor }) => actor);
    expect(refused.toSorted()).toEqual(['Wang Fang', 'Zhao Min']);
  });

  test('a server without the key says so, and opens nothing', async () => {
    const world = await startWorld({ sealing: false });
    const terminal = await registeredTerminal(world);
    const sealed = await seal((await createSealingKey()).publicKey, telephone);
    await terminal.post('/v1/journal', {
      entries: writerOf('T-0001', world.clock).write([{ kind: 'terminal.stopped', body: { body: JSON.stringify({ contact: { sealed } }) } }]),
    });
    const auditor = await staffMember(world, 'auditor');
    expect(await auditor.refusal('openSealed', { params: { ...T1, epoch: 1, seq: 1 }, body: { reason } })).toBe('sealedUnreadable');
    expect((await auditor.call('audit', { query: { kind: 'sealedOpened' } })).items).toEqual([]);
  });

  test.each([
    ['not JSON', '{"text":'],
    ['deeper than anything a terminal tells', `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`],
  ])('a text that is %s stays the text that it is', async (_, body) => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/journal', { entries: writerOf('T-0001', world.clock).write([{ kind: 'terminal.stopped', body: { body } }]) });
    const support = await staffMember(world, 'support');
    expect((await support.call('entries', { params: T1, query: {} })).items).toMatchObject([{ sealed: false, body: { body } }]);
  });
});
