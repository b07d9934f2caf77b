/** Something that a scenario plants in its service, and how the next one could see it. Scripts are for `sh` in the container. */

export interface Canary<Strategy extends string> {
  /** For the table in `docs/pool.md`. */
  what: string;
  plant: string;
  /** Prints something while it is there. */
  look: string;
  /** `gone`: the reset removes it. `replaced`: the reset notices it. `stays`: neither, and not promised. */
  outcome: Record<Strategy, 'gone' | 'replaced' | 'stays'>;
  /** Where it is not gone: lets the test go on with the same container. */
  undo?: string;
}
