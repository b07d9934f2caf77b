/** What a scenario may leave in a Redis, and what becomes of it. `docs/pool.md` shows the same as a table. */

import type { Canary } from './canary.ts';

type Strategy = 'redis.flush' | 'redis.database';

/** Connections that stay open, each until it is at work. */
const connection = (command: string, isThere: string): string =>
  `redis-cli ${command} >/dev/null 2>&1 & until [ -n "$(${isThere})" ]; do :; done`;

const clientWith = (text: string): string =>
  `redis-cli client list | grep -v cmd=client | grep '${text}' || true`;
const exists = (database: number): string => `redis-cli -n ${database} exists planted | grep 1 || true`;

const flushOnly = { 'redis.flush': 'gone', 'redis.database': 'stays' } as const;
const noticedByFlush = { 'redis.flush': 'replaced', 'redis.database': 'stays' } as const;

export const redisCanaries: readonly Canary<Strategy>[] = [
  {
    what: "a key in the scenario's database",
    plant: 'redis-cli set planted 1',
    look: exists(0),
    outcome: { 'redis.flush': 'gone', 'redis.database': 'gone' },
  },
  {
    what: "a client that waits in the scenario's database",
    plant: connection('blpop queue 0', clientWith('cmd=blpop')),
    look: clientWith('cmd=blpop'),
    outcome: { 'redis.flush': 'gone', 'redis.database': 'gone' },
  },
  {
    what: 'a key in another database',
    plant: 'redis-cli -n 3 set planted 1',
    look: exists(3),
    outcome: flushOnly,
    undo: 'redis-cli -n 3 flushdb',
  },
  {
    what: 'a client that watches or subscribes, with another database selected',
    plant: connection('-n 3 subscribe news', clientWith('cmd=subscribe')),
    look: clientWith('cmd=subscribe'),
    outcome: flushOnly,
    undo: 'redis-cli client kill type pubsub',
  },
  {
    what: 'a cached script',
    plant: "redis-cli script load 'return 4711' >/tmp/script",
    look: 'redis-cli script exists $(cat /tmp/script) | grep 1 || true',
    outcome: flushOnly,
    undo: 'redis-cli script flush',
  },
  {
    what: 'a function',
    plant:
      'printf \'#!lua name=planted\\nredis.register_function("planted", function() return 1 end)\' | redis-cli -x function load',
    look: 'redis-cli function list | grep planted || true',
    outcome: flushOnly,
    undo: 'redis-cli function flush',
  },
  {
    what: 'paused clients',
    plant: 'redis-cli client pause 1000000 write',
    look: `redis-cli set probe 1 >/dev/null & until ! kill -0 $! 2>/dev/null || [ -n "$(${clientWith('flags=b')})" ]; do :; done
      ${clientWith('flags=b')}`,
    outcome: { 'redis.flush': 'gone', 'redis.database': 'gone' },
  },
  {
    what: 'an entry of the slow log',
    plant:
      'redis-cli config set slowlog-log-slower-than 0; redis-cli set a 1; redis-cli config set slowlog-log-slower-than 10000',
    look: 'redis-cli slowlog len | grep -v "^0$" || true',
    outcome: flushOnly,
    undo: 'redis-cli slowlog reset',
  },
  {
    what: 'a changed setting',
    plant: 'redis-cli config set maxmemory-policy allkeys-lru',
    look: 'redis-cli config get maxmemory-policy | grep lru || true',
    outcome: noticedByFlush,
    undo: 'redis-cli config set maxmemory-policy noeviction',
  },
  {
    what: 'a user',
    plant: 'redis-cli acl setuser mallory on nopass +@all',
    look: 'redis-cli acl list | grep mallory || true',
    outcome: noticedByFlush,
    undo: 'redis-cli acl deluser mallory',
  },
  {
    what: 'a server that replicates another one',
    plant: 'redis-cli replicaof 127.0.0.1 1',
    look: 'redis-cli info replication | grep role:slave || true',
    outcome: noticedByFlush,
    undo: 'redis-cli replicaof no one',
  },
  {
    what: 'a file in `/tmp` or in the data directory',
    plant: 'touch /tmp/planted /data/planted',
    look: 'ls /tmp/planted /data/planted 2>/dev/null || true',
    outcome: { 'redis.flush': 'stays', 'redis.database': 'stays' },
    undo: 'rm /tmp/planted /data/planted',
  },
];
