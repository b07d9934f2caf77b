/** The lease as its holder sees it. */

import { invariant } from '@cleangrid/core/errors.ts';
import type { ServiceName } from '@cleangrid/core/ids.ts';
import type { ServiceLog } from '@cleangrid/core/result.ts';
import { serviceFacts } from '@cleangrid/core/service-facts.ts';
import type { Need } from './choose-instances.ts';
import type { Instance, MadeInstance } from './instance.ts';
import type { Lease } from './lease.ts';
import type { LeaseRequest } from './pool.ts';
import { lastLogLines } from './service-logs.ts';
import type { StartParts } from './start-container.ts';
import { workspaceFile, workspaceFiles } from './workspace-volume.ts';

export interface LeaseOf {
  request: LeaseRequest;
  members: ReadonlyMap<ServiceName, Instance>;
  workspace: Instance | null;
  needs: readonly Need[];
  /** The lease's key among their holders. */
  key: string;
  renew(): void;
  release(taint: string | null): void;
}

export function createLease({ runtime, blobs, agent }: StartParts, leased: LeaseOf): Lease {
  const { request, members, workspace, key, renew, release } = leased;
  const instances = [...members.values(), ...(workspace ? [workspace] : [])];
  const containers = instances.map((instance) => madeOf(instance).container);
  return {
    agent,
    containers,
    reused: instances.some(({ uses }) => uses > 0),
    container(service) {
      const instance = service === null ? workspace : members.get(service);
      invariant(instance, `the lease has a container for ${service ?? 'the workspace'}`);
      return madeOf(instance).container;
    },
    facts: new Map(
      [...members].map(([name, instance]) => {
        invariant(instance.service, 'a member is a service');
        const database = instance.holders.get(key)?.namespace?.database;
        const place = { host: name, ...(database === undefined ? {} : { database }) };
        return [name, serviceFacts(instance.service, place)];
      }),
    ),
    async workspaceFile(path) {
      return workspaceFile(blobs, await workspaceFiles(blobs, request.suite.workspace), path);
    },
    async serviceLogs({ lines: withLines, taint }) {
      const logs: ServiceLog[] = [];
      for (const [service, instance] of members) {
        const { id } = madeOf(instance).container;
        const lines = withLines ? await lastLogLines(runtime, id) : [];
        lines.push(...notesOn(leased, { service, taint }));
        if (withLines || lines.length > 0) logs.push({ service, lines });
      }
      return logs;
    },
    renew,
    release,
  };
}

/** Written like log lines, after them: whoever looks at a service sees them. */
function notesOn(
  { needs }: LeaseOf,
  { service, taint }: { service: ServiceName; taint: string | null },
): string[] {
  const note = needs.find((need) => need.service.name === service)?.note ?? null;
  const replaced = taint === null ? null : `replaced by a new container: ${taint}`;
  return [note, replaced].flatMap((text) => (text === null ? [] : [`cleangrid: ${text}`]));
}

function madeOf({ made, label }: Instance): MadeInstance {
  invariant(made, `${label} was made before it was lent`);
  return made;
}
