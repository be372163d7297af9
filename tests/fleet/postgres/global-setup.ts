/** Starts one cluster for all test files of the project `fleet on PostgreSQL`, which `vitest.config.ts` describes. */
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { noPostgres, startCluster, type Cluster } from '../../../fleet/load/postgres-cluster.ts';
import { openStore } from '../../../fleet/server/store/database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Given in the project that runs on PostgreSQL: where it is, or why it is not there. */
    readonly postgres: { readonly url: string; readonly template: string } | { readonly missing: string };
  }
}

/** Has this version's tables and no rows: a copy of it costs a fifth of making them. */
const TEMPLATE = 'template_fleet';

let cluster: Cluster | undefined;

export async function setup(project: TestProject): Promise<void> {
  const missing = noPostgres();
  if (missing !== undefined) return project.provide('postgres', { missing });
  cluster = startCluster();
  const url = cluster.url('postgres');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  await (await openStore(cluster.url(TEMPLATE))).destroy();
  project.provide('postgres', { url, template: TEMPLATE });
}

export function teardown(): void {
  cluster?.remove();
}
