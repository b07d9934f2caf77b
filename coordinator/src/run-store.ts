/** The port `RunStore`: the truth about runs. Synchronous, so that a decision and its storing cannot be interleaved. Adapter: SQLite. */

export interface RunStore {
  close(): void;
}
