/** A service as a plan has it, with little beside its reset. */

import type { ServiceName } from '@cleangrid/core/ids.ts';
import type { Isolation, PlannedService, ServiceReset } from '@cleangrid/core/plan.ts';

export interface PlannedSetting {
  image: string;
  reset: ServiceReset;
  isolation?: Isolation;
  port?: number;
  command?: readonly string[];
  env?: Record<string, string>;
}

export function plannedService(setting: PlannedSetting): PlannedService {
  const { image, reset, isolation = 'reset', env = {}, command, port } = setting;
  return {
    name: 'db' as ServiceName,
    image,
    env,
    command: command ? [...command] : null,
    tmpfs: [],
    mounts: [],
    ready: [],
    readyTimeoutMs: 60_000,
    limits: { memoryBytes: null, cpus: null, pids: null },
    isolation,
    reset,
    port: port ?? null,
    maxUses: null,
    maxAgeMs: 3_600_000,
    maxContainers: null,
    prewarm: 0,
    healthIntervalMs: 10_000,
    source: { file: 'test.toml', line: 1, column: 1 },
  };
}
