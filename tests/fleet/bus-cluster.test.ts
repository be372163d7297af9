/** Three nats-servers that each hold the stream (R3): one of them may be killed at any time, two hold up the bus and lose nothing. */
import { expect, onTestFinished, test } from 'vitest';
import { busSettingsSchema } from '../../fleet/bus/settings.ts';
import { freePort, NatsProcess } from '../../fleet/load/nats-process.ts';
import { figure, manage, needNats, published, temporaryFolder, until } from './bus-support.ts';
import { chain, registeredTerminal, startWorld } from './support.ts';

needNats();

async function startCluster(): Promise<readonly NatsProcess[]> {
  const ports = [await freePort(), await freePort(), await freePort()];
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  const nodes: NatsProcess[] = [];
  for (const [index, port] of ports.entries()) {
    const cluster = `cluster { name: fleet, listen: "127.0.0.1:${port}", routes: [${routes}] }`;
    nodes.push(await NatsProcess.prepare(temporaryFolder(), `server_name: node-${index}\n${cluster}`));
  }
  onTestFinished(async () => {
    for (const node of nodes) await node.kill();
  });
  await Promise.all(nodes.map((node) => node.start()));
  return nodes;
}

test('with three replicas: the leader is killed and nothing waits; two are killed and nothing is lost', { timeout: 120_000 }, async () => {
  const nodes = await startCluster();
  const world = await startWorld({ bus: nodes.map(({ url }) => url).join(','), settings: { bus: busSettingsSchema.parse({ replicas: 3 }) } });
  const terminal = await registeredTerminal(world);
  const entries = chain('T-0001', 40);
  const send = async (to: number): Promise<void> => {
    expect((await terminal.post('/v1/journal', { entries: entries.slice(0, to) })).status).toBe(200);
  };
  const drained = (): Promise<unknown> =>
    until(
      () => figure(world, 'fleet_bus_lag_entries'),
      (lag) => lag === 0,
    );
  await send(10);
  await drained();

  const [first] = nodes;
  if (first === undefined) throw new Error('no node');
  const { config, cluster } = await manage(first, (manager) => manager.streams.info('JOURNAL'));
  expect(config.num_replicas).toBe(3);
  const leader = nodes[Number(cluster?.leader?.slice('node-'.length))];
  if (leader === undefined) throw new Error('no leader');
  await leader.kill();
  await send(20);
  await drained();

  const [second, third] = nodes.filter((node) => node !== leader);
  await second?.kill();
  await send(30);
  await until(
    () => figure(world, 'fleet_bus_publishing'),
    (publishing) => publishing === 0,
  );
  expect(await figure(world, 'fleet_bus_lag_entries')).toBe(10);
  await Promise.all([leader.start(), second?.start()]);
  await send(40);
  await drained();
  if (third === undefined) throw new Error('no third node');
  const ids = new Set((await published(third)).map(({ id }) => id));
  expect(ids).toEqual(new Set(Array.from({ length: 40 }, (_, index) => `T-0001:1:${index + 1}`)));
});
