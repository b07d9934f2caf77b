/** A rule of the protocol, taken out of the sources by the smallest patch that does it. `mutate.ts` shows that a history notices. */

export interface Edit {
  file: string;
  /** Occurs exactly once. */
  find: string;
  replace: string;
}

export interface Mutation {
  /** Of `docs/protocol.md`. */
  rule: number;
  /** What the sources do then. */
  what: string;
  edits: Edit[];
  /** No history of real parties can show it, or another rule makes up for it: these unit tests do. */
  unitTests?: string[];
}
