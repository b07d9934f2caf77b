import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { postgresCanaries } from './testing/postgres-canaries.ts';
import { promiseTable } from './testing/promise-table.ts';
import { redisCanaries } from './testing/redis-canaries.ts';

const document = readFileSync(new URL('../../../docs/pool.md', import.meta.url), 'utf8');

test('the documentation promises of each reset what the canaries prove', () => {
  const postgres = ['postgres.template', 'postgres.truncate', 'postgres.schema'] as const;
  expect(document).toContain(promiseTable(postgres, postgresCanaries));
  expect(document).toContain(promiseTable(['redis.flush', 'redis.database'], redisCanaries));
});
