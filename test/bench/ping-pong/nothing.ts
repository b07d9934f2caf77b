/** Ports that the ping-pong does not use. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';

export const noBlobs: BlobStore = { has: refuse, get: refuse, put: refuse };

export const noRuns: RunService = {
  submit: refuse,
  watch: refuse,
  cancel: refuse,
  list: refuse,
  get: refuse,
  scenarios: refuse,
  spans: refuse,
  agents: refuse,
};

function refuse(): never {
  throw new GridError('bad_usage', 'the ping-pong has no such thing');
}
