/** What a scenario needs of the pool: its images made present, the digest of each service. */

import type { Sha256 } from '@cleangrid/core/ids.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import type { ServiceLog } from '@cleangrid/core/result.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { BlobStore, WorkspaceFile } from '@cleangrid/core/workspace.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import type { Need } from './choose-instances.ts';
import { cannotBeReset, describeFailedResets, type FailedResets } from './failed-resets.ts';
import type { ImageAnswer, ImageStore } from './ensure-image.ts';
import { serviceDigest, workspaceDigest } from './service-digest.ts';
import type { LeaseRequest, PoolLimits } from './pool.ts';
import { workspaceFiles } from './workspace-volume.ts';

export interface AskParts {
  images: ImageStore;
  blobs: BlobStore;
  limits: PoolLimits;
  trustDomain: string;
}

export interface WorkspaceNeed {
  /** The image's name on this host. */
  image: string;
  digest: string;
}

export type Asked =
  | { kind: 'needs'; needs: Need[]; workspace: WorkspaceNeed | null }
  | { kind: 'refused'; verdict: Verdict; serviceLogs: ServiceLog[] };

/** In the order of the scenario's services. */
export async function askNeeds(
  parts: AskParts,
  request: LeaseRequest & { failedResets: ReadonlyMap<string, FailedResets> },
  signal: AbortSignal,
): Promise<Asked> {
  const { suite, scenario } = request;
  const files = await workspaceFiles(parts.blobs, suite.workspace);
  const needs: Need[] = [];
  for (const name of scenario.services) {
    const service = suite.services[name];
    invariant(service, `the plan has the service ${name} of every scenario`);
    const image = await ensure(parts, { request, image: service.image }, signal);
    if (image.kind === 'refused') return { kind: 'refused', verdict: image.verdict, serviceLogs: [] };
    needs.push(needOf(parts, request, { service, files, image: image.name, imageId: image.image.id }));
  }
  if (scenario.image === null) return { kind: 'needs', needs, workspace: null };
  const image = await ensure(parts, { request, image: scenario.image }, signal);
  if (image.kind === 'refused') return { kind: 'refused', verdict: image.verdict, serviceLogs: [] };
  const digest = workspaceDigest(image.image.id, parts.trustDomain);
  return { kind: 'needs', needs, workspace: { image: image.name, digest } };
}

async function ensure(
  { images }: AskParts,
  { request, image }: { request: LeaseRequest; image: string },
  signal: AbortSignal,
): Promise<ImageAnswer> {
  let endPull: (() => void) | undefined;
  const progress = (message: string): void => {
    endPull ??= request.timeline?.began('pull', image);
    request.progress(message);
  };
  try {
    return await images.ensure(image, progress, signal);
  } finally {
    endPull?.();
  }
}

interface Wanted {
  service: PlannedService;
  files: readonly WorkspaceFile[];
  image: string;
  imageId: string;
}

function needOf(
  { trustDomain, limits }: AskParts,
  { fresh, failedResets }: { fresh: boolean; failedResets: ReadonlyMap<string, FailedResets> },
  { service, files, image, imageId }: Wanted,
): Need {
  const digest: Sha256 = serviceDigest({ imageId, service, files, trustDomain });
  const failed = failedResets.get(digest);
  return {
    service,
    image,
    digest,
    fresh: fresh || cannotBeReset(failed) || service.isolation === 'fresh',
    note: describeFailedResets(failed),
    maxContainers: service.maxContainers ?? limits.slots,
  };
}
