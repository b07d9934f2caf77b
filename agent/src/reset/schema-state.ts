/** SQL that notices what a scenario changed in the schema of its PostgreSQL database: a query for (what, detail) of every kind of object. */

interface Catalog {
  name: string;
  /** SQL for how people call an object `c` of it. */
  what: string;
  /** The column that says to which namespace, or to which relation, an object belongs. */
  namespace?: string;
  relation?: string;
  /** Also objects that come with PostgreSQL, or whose numbers people choose. */
  anyOid?: boolean;
  /** Columns that change without anybody's doing. */
  volatile?: readonly string[];
}

const firstUserOid = 16_384;

const catalogs: readonly Catalog[] = [
  {
    name: 'pg_class',
    what: `'relation ' || c.oid::regclass`,
    namespace: 'relnamespace',
    volatile: [
      'relfilenode',
      'reltoastrelid',
      'relpages',
      'reltuples',
      'relallvisible',
      'relallfrozen',
      'relfrozenxid',
      'relminmxid',
    ],
  },
  {
    name: 'pg_attribute',
    what: `'column ' || attname || ' of ' || attrelid::regclass`,
    relation: 'attrelid',
    volatile: ['attmissingval'],
  },
  { name: 'pg_attrdef', what: `'default ' || c.oid`, relation: 'adrelid' },
  { name: 'pg_index', what: `'index ' || indexrelid::regclass`, relation: 'indrelid' },
  { name: 'pg_rewrite', what: `'rule ' || rulename || ' of ' || ev_class::regclass`, relation: 'ev_class' },
  { name: 'pg_trigger', what: `'trigger ' || tgname || ' of ' || tgrelid::regclass`, relation: 'tgrelid' },
  { name: 'pg_policy', what: `'policy ' || polname || ' of ' || polrelid::regclass`, relation: 'polrelid' },
  { name: 'pg_sequence', what: `'sequence ' || seqrelid::regclass`, relation: 'seqrelid' },
  { name: 'pg_constraint', what: `'constraint ' || conname || ' ' || c.oid`, namespace: 'connamespace' },
  { name: 'pg_proc', what: `'function ' || c.oid::regprocedure`, namespace: 'pronamespace' },
  { name: 'pg_type', what: `'type ' || c.oid::regtype`, namespace: 'typnamespace' },
  { name: 'pg_operator', what: `'operator ' || c.oid::regoperator`, namespace: 'oprnamespace' },
  { name: 'pg_statistic_ext', what: `'statistics ' || stxname`, namespace: 'stxnamespace' },
  { name: 'pg_namespace', what: `'schema ' || nspname`, namespace: 'oid', anyOid: true },
  { name: 'pg_extension', what: `'extension ' || extname` },
  { name: 'pg_event_trigger', what: `'event trigger ' || evtname` },
  { name: 'pg_default_acl', what: `'default rights ' || c.oid` },
  { name: 'pg_cast', what: `'cast ' || castsource::regtype || ' to ' || casttarget::regtype` },
  { name: 'pg_language', what: `'language ' || lanname` },
  { name: 'pg_publication', what: `'publication ' || pubname` },
  { name: 'pg_foreign_data_wrapper', what: `'foreign data wrapper ' || fdwname` },
  { name: 'pg_foreign_server', what: `'foreign server ' || srvname` },
  { name: 'pg_largeobject_metadata', what: `'large object ' || c.oid`, anyOid: true },
];

/** Temporary schemas belong to connections, and stay when those end; toast tables belong to others. */
const unseen = `SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast|temp)'`;

export const schemaLines: readonly string[] = catalogs.map(
  ({ name, what, namespace, relation, anyOid = false, volatile = [] }) => {
    const conditions = ['true'];
    if (namespace !== undefined) conditions.push(`${namespace} NOT IN (${unseen})`);
    if (relation !== undefined)
      conditions.push(
        `${relation} >= ${firstUserOid}`,
        `${relation} NOT IN (SELECT oid FROM pg_class WHERE relnamespace IN (${unseen}))`,
      );
    else if (!anyOid) conditions.push(`c.oid >= ${firstUserOid}`);
    const stable = ['to_jsonb(c)', ...volatile.map((column) => `'${column}'`)].join(' - ');
    return `SELECT ${what}, (${stable})::text FROM ${name} c WHERE ${conditions.join(' AND ')}`;
  },
);
