/** The records of pooled containers in the agent's ledger file. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { ListedRecord, PoolLedger, PoolRecord } from '../pool/pool-ledger.ts';

export const poolSchema = `
  create table if not exists pooled (
    container text primary key,
    kind text not null,
    label text not null,
    digest text not null,
    boot integer not null,
    state text not null,
    holder text,
    deadline_ms integer,
    created_at_ms integer not null,
    used_at_ms integer not null,
    idle_until_ms integer not null,
    expires_at_ms integer not null,
    uses integer not null,
    networks text not null,
    detail text not null
  ) strict, without rowid;
  create table if not exists visits (
    container text not null,
    boot integer not null,
    primary key (container, boot)
  ) strict, without rowid;
`;

export interface PoolLedgerParts {
  isAlive(boot: number): boolean;
  /** Turns what SQLite throws into `store_failed` or `disk_full`. */
  guarded<T>(work: () => T): T;
}

export function sqlitePoolLedger(database: DatabaseSync, { isAlive, guarded }: PoolLedgerParts): PoolLedger {
  const columns = Array.from({ length: 15 }, () => '?').join(', ');
  const isVisited = 'exists (select 1 from visits where visits.container = ?)';
  const put = database.prepare(`insert or replace into pooled values (${columns})`);
  const lend = database.prepare(`insert or replace into pooled select ${columns} where not ${isVisited}`);
  const remove = database.prepare('delete from pooled where container = ?');
  const removeVisits = database.prepare('delete from visits where container = ?');
  const list = database.prepare(
    `select *, (select json_group_array(boot) from visits where visits.container = pooled.container) as visitors
     from pooled order by created_at_ms, container`,
  );
  const one = database.prepare('select * from pooled where container = ?');
  const bootOf = database.prepare('select boot from pooled where container = ?');
  const claim = database.prepare(
    `update pooled set boot = ?, state = 'leased' where container = ? and boot = ? and state = 'clean' and not ${isVisited}`,
  );
  const visit = database.prepare('insert or ignore into visits values (?, ?)');
  const visited = database.prepare('select distinct container from visits');
  const visitors = database.prepare('select boot from visits where container = ?');
  const handOver = database.prepare('update pooled set boot = ? where container = ?');
  return {
    put: (record) => guarded(() => void put.run(...columnsOf(record))),
    lend: (record) => guarded(() => lend.run(...columnsOf(record), record.container).changes === 1),
    remove: (container) =>
      guarded(() => {
        remove.run(container);
        removeVisits.run(container);
      }),
    list: () => guarded(() => list.all().map(listedRecordOf)),
    claim: (container, boot) =>
      guarded(() => {
        const owner = Number(bootOf.get(container)?.['boot'] ?? boot);
        if (owner === boot || isAlive(owner)) return false;
        return claim.run(boot, container, owner, container).changes === 1;
      }),
    visit: (container, boot) =>
      guarded(() => {
        visit.run(container, boot);
        const row = one.get(container);
        if (row) return recordOf(row);
        removeVisits.run(container);
        return null;
      }),
    visited: () => guarded(() => new Set(visited.all().map((row) => String(row['container'])))),
    handOver: (container) =>
      guarded(() => {
        const boots = visitors.all(container).map((row) => Number(row['boot']));
        const visitor = boots.find(isAlive);
        return visitor !== undefined && handOver.run(visitor, container).changes === 1;
      }),
  };
}

function columnsOf(record: PoolRecord): (string | number | null)[] {
  return [
    record.container,
    record.kind,
    record.label,
    record.digest,
    record.boot,
    record.state,
    record.holder,
    record.deadlineMs,
    record.createdAtMs,
    record.usedAtMs,
    record.idleUntilMs,
    record.expiresAtMs,
    record.uses,
    JSON.stringify(record.networks),
    record.detail,
  ];
}

function listedRecordOf(row: Record<string, SQLOutputValue>): ListedRecord {
  return { ...recordOf(row), visitors: JSON.parse(String(row['visitors'])) as number[] };
}

function recordOf(row: Record<string, SQLOutputValue>): PoolRecord {
  const text = (column: string): string => String(row[column]);
  const integer = (column: string): number => Number(row[column]);
  const deadline = row['deadline_ms'];
  const holder = row['holder'];
  return {
    container: text('container'),
    kind: text('kind') as PoolRecord['kind'],
    label: text('label'),
    digest: text('digest'),
    boot: integer('boot'),
    state: text('state') as PoolRecord['state'],
    holder: typeof holder === 'string' ? holder : null,
    deadlineMs: typeof deadline === 'number' ? deadline : null,
    createdAtMs: integer('created_at_ms'),
    usedAtMs: integer('used_at_ms'),
    idleUntilMs: integer('idle_until_ms'),
    expiresAtMs: integer('expires_at_ms'),
    uses: integer('uses'),
    networks: JSON.parse(text('networks')) as string[],
    detail: text('detail'),
  };
}
