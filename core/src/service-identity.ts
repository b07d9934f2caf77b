/** What makes two containers of services interchangeable, whatever suite asks for them. Its SHA-256 is the service digest. */

import type { PlannedService } from './plan.ts';
import type { WorkspaceFile } from './workspace.ts';

export interface ServiceSubject {
  /** Of the image itself: a tag may name another one tomorrow. */
  imageId: string;
  service: PlannedService;
  /** Of the suite's workspace. Those that the service neither mounts nor is set up by do not matter. */
  files: readonly WorkspaceFile[];
  /** Who may share a container: the identity behind the submission. */
  trustDomain: string;
}

/** The bytes whose SHA-256 is the digest: canonical JSON. */
export function encodeServiceIdentity({ imageId, service, files, trustDomain }: ServiceSubject): Uint8Array {
  const matters = Object.entries(identityOf(service)).filter(([, value]) => value !== irrelevant);
  const used = files.filter((file) => isUsed(file.path, service));
  const identity = {
    version: 1,
    imageId,
    trustDomain,
    service: Object.fromEntries(matters),
    files: Object.fromEntries(used.map(({ path, sha256, executable }) => [path, { sha256, executable }])),
  };
  return new TextEncoder().encode(JSON.stringify(identity, sortedKeys));
}

const irrelevant = Symbol('irrelevant');

/** Every field is named, so that one that is added must be judged here. */
function identityOf(service: PlannedService): Record<keyof PlannedService, unknown> {
  return {
    // What it is called, and where.
    name: irrelevant,
    source: irrelevant,
    image: irrelevant,
    // How many there are, and how often they are looked after.
    maxContainers: irrelevant,
    prewarm: irrelevant,
    healthIntervalMs: irrelevant,

    env: service.env,
    command: service.command,
    tmpfs: service.tmpfs.toSorted(),
    mounts: service.mounts,
    ready: service.ready,
    readyTimeoutMs: service.readyTimeoutMs,
    limits: service.limits,
    isolation: service.isolation,
    reset: service.reset,
    port: service.port,
    maxUses: service.maxUses,
    maxAgeMs: service.maxAgeMs,
  };
}

function isUsed(path: string, { mounts, reset }: PlannedService): boolean {
  const isMounted = ({ source }: { source: string }): boolean =>
    source === '.' || path === source || path.startsWith(`${source}/`);
  return mounts.some(isMounted) || ('setup' in reset && reset.setup.includes(path));
}

/** Tables have no order of their own. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
