/** What PostgreSQL's own means promise about receipts: a synchronous standby keeps them all; a base backup and a dump keep what was there when they were taken. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCluster, startFrom, type Cluster } from '../../../fleet/load/postgres-cluster.ts';
import { execute } from '../database.ts';
import { chain, handMadeTerminal, problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type World } from '../support.ts';

function kept(cluster: Cluster): Cluster {
  onTestFinished(() => cluster.remove());
  return cluster;
}

interface Sent {
  /** Of the last receipt. */
  readonly upTo: number;
}

/** Sends entries one after the other until `work` is done. */
async function sendWhile(terminal: HandMadeTerminal, from: number, work: () => void): Promise<Sent> {
  const entries = chain(terminal.terminalId, from + 20);
  let upTo = from;
  const send = async (): Promise<void> => {
    const { status } = await terminal.post('/v1/journal', { entries: entries.slice(upTo, upTo + 1) });
    if (status === 200) upTo += 1;
  };
  for (let round = 0; round < 10; round += 1) await send();
  work();
  for (let round = 0; round < 10; round += 1) await send();
  return { upTo };
}

const headOf = async (cluster: Cluster): Promise<number> =>
  Number(((await execute(cluster.url('postgres'), 'select head_seq from journal_epochs')) as { head_seq: string }[])[0]?.head_seq ?? 0);

/** The terminal asks the restored server as it would the old one. */
async function goOn(before: World, terminal: HandMadeTerminal, cluster: Cluster, { upTo }: Sent, head: number): Promise<void> {
  await before.stop();
  const world = await startWorld({ database: cluster.url('postgres') });
  const again = handMadeTerminal(world, terminal.terminalId, terminal.key);
  const entries = chain(terminal.terminalId, upTo + 1);
  const next = await again.post('/v1/journal', { entries: entries.slice(upTo) });
  if (head < upTo) expect(problemOf(next)).toMatchObject({ status: 409, code: 'journalGap', headSeq: head });
  else expect(next.status).toBe(200);
  expect(await again.post('/v1/journal', { entries: entries.slice(head) })).toMatchObject({ status: 200, body: { receipt: { upToSeq: upTo + 1 } } });
}

test('a synchronous standby that is promoted has every entry with a receipt, whenever the primary was killed', { timeout: 120_000 }, async () => {
  const primary = kept(startCluster());
  const standby = kept(startFrom(primary, 'standby'));
  await execute(primary.url('postgres'), `alter system set synchronous_standby_names = '*'`, 'select pg_reload_conf()');
  const world = await startWorld({ database: primary.url('postgres') });
  const terminal = await registeredTerminal(world);
  const sent = await sendWhile(terminal, 0, () => primary.kill());
  expect(sent.upTo).toBeGreaterThanOrEqual(10);
  standby.promote();
  await execute(standby.url('postgres'), `alter system reset synchronous_standby_names`, 'select pg_reload_conf()');
  const head = await headOf(standby);
  expect(head).toBeGreaterThanOrEqual(sent.upTo);
  await goOn(world, terminal, standby, sent, Math.min(head, sent.upTo));
});

test('a base backup taken while entries come has what was there when it was taken; terminals fill the rest', { timeout: 120_000 }, async () => {
  const primary = kept(startCluster());
  const world = await startWorld({ database: primary.url('postgres') });
  const terminal = await registeredTerminal(world);
  let copy: Cluster | undefined;
  const sent = await sendWhile(terminal, 0, () => {
    copy = kept(startFrom(primary, 'copy'));
  });
  if (copy === undefined) throw new Error('no copy');
  const head = await headOf(copy);
  expect(head).toBeGreaterThanOrEqual(10);
  await goOn(world, terminal, copy, sent, head);
});

test('a dump has what was there when it began; terminals fill the rest', { timeout: 120_000 }, async () => {
  const primary = kept(startCluster());
  const world = await startWorld({ database: primary.url('postgres') });
  const terminal = await registeredTerminal(world);
  const file = join(primary.folder, 'fleet.dump');
  const sent = await sendWhile(terminal, 0, () => primary.tool('pg_dump', '-h', primary.folder, '-U', 'fleet', '-Fc', '-f', file, 'postgres'));
  const other = kept(startCluster());
  primary.tool('pg_restore', '-h', other.folder, '-U', 'fleet', '-d', 'postgres', '--exit-on-error', file);
  const head = await headOf(other);
  expect(head).toBeGreaterThanOrEqual(10);
  await goOn(world, terminal, other, sent, head);
});
