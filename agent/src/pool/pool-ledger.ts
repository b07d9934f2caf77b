/** The port to what an agent's state directory knows of its containers. Written before the deed: whoever comes after a crash finds more than there is, never less. */

/** `making`: being created, started or prepared. `clean`: ready for a lease. */
export type RecordState = 'making' | 'clean' | 'leased' | 'dirty';

export interface PoolRecord {
  /** The container's name, chosen before it is made. */
  container: string;
  kind: 'service' | 'workspace' | 'lease';
  /** For people: the service's name, or the image. */
  label: string;
  /** What makes it interchangeable with others. */
  digest: string;
  /** The life that is responsible for it. */
  boot: number;
  state: RecordState;
  /** Who holds it, for people; null unless leased. */
  holder: string | null;
  /** Milliseconds since the epoch. When a lease ends that nobody renews. */
  deadlineMs: number | null;
  createdAtMs: number;
  usedAtMs: number;
  /** A clean one that nobody wants is removed then. */
  idleUntilMs: number;
  /** It is removed then at the latest. */
  expiresAtMs: number;
  uses: number;
  /** Names of what is removed with the last container that names it. */
  networks: string[];
  /** What an adopter needs to know, as JSON. */
  detail: string;
}

export interface ListedRecord extends PoolRecord {
  /** The lives of people who went in: as long as one of them lives it stays, and it is never lent again. */
  visitors: readonly number[];
}

/** Every method throws `store_failed` and `disk_full`. */
export interface PoolLedger {
  put(record: PoolRecord): void;
  /** As `put`, unless a person went in: then nothing is written, and false. */
  lend(record: PoolRecord): boolean;
  /** One that is not there is a success. */
  remove(container: string): void;
  list(): ListedRecord[];
  /** Makes `boot` responsible for a clean container of a dead life, as `leased`. False: somebody else was faster, or it is not clean, or a person went in. */
  claim(container: string, boot: number): boolean;
  /** A person goes in. Null: there is no such container. */
  visit(container: string, boot: number): PoolRecord | null;
  /** Containers that a person went into. */
  visited(): ReadonlySet<string>;
  /** Makes a visitor that lives responsible for what its life gives up. False: there is none. */
  handOver(container: string): boolean;
}
