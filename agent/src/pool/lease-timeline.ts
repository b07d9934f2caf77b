/** What the time of a lease goes into, told as it happens to whoever wants spans of it. */

import type { ServiceName } from '@cleangrid/core/ids.ts';

/** `wait`: for containers that others use. `ready`: its probes. `prepare`: what its resets need. */
export type LeaseWork = 'pull' | 'wait' | 'start' | 'ready' | 'prepare';

export interface LeaseTimeline {
  /** `of`: the image of a pull, the label of a container, the services that are waited for. Returns what ends it. */
  began(work: LeaseWork, of: string): () => void;
  /** It can be used. */
  provided(container: ProvidedContainer): void;
}

export interface ProvidedContainer {
  id: string;
  /** Null: the workspace container. */
  service: ServiceName | null;
  label: string;
  image: string;
  /** `cold`: made for this lease. */
  origin: 'warm' | 'cold';
  /** Leases that it served before. */
  uses: number;
  /** Milliseconds that its last reset took; null: it had none. */
  resetMs: number | null;
}
