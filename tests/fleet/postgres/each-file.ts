/** Before the tests of the project `fleet on PostgreSQL`: without PostgreSQL they are not run, and say so. */
import { beforeEach, inject } from 'vitest';

const postgres = inject('postgres');

beforeEach((context) => {
  if ('missing' in postgres) context.skip(`not run: ${postgres.missing}`);
});
