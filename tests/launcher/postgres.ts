/** PostgreSQL for the tests of the upstream server: installed where that is ours to do (root on Debian); elsewhere those tests say that they were not run. Used by `test.ts`. */
import { noPostgres } from '../../fleet/load/postgres-cluster.ts';
import { aptInstall, mayInstall } from './needs.ts';

/** Never fails: the tests say what is missing. */
export async function bringPostgres(): Promise<void> {
  if (noPostgres() !== undefined && mayInstall()) await aptInstall(['postgresql']);
}
