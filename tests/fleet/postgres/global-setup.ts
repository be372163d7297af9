/** Starts one cluster for all test files of the project `fleet on PostgreSQL`, which `vitest.config.ts` describes. */
import type { TestProject } from 'vitest/node';
import { noPostgres, startCluster, type Cluster } from '../../../fleet/load/postgres-cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Given in the project that runs on PostgreSQL: where it is, or why it is not there. */
    readonly postgres: { readonly url: string } | { readonly missing: string };
  }
}

let cluster: Cluster | undefined;

export function setup(project: TestProject): void {
  const missing = noPostgres();
  if (missing === undefined) cluster = startCluster();
  project.provide('postgres', cluster === undefined ? { missing: missing ?? '' } : { url: cluster.url('postgres') });
}

export function teardown(): void {
  cluster?.remove();
}
