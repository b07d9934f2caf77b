/** Whose fault it is that a container no longer runs. */

import { messageOf, unreachable } from '@cleangrid/core/errors.ts';
import { broken, failed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { ContainerFate } from './container-watch.ts';
import type { LeasedContainer } from './lease.ts';

/** Null while it runs. */
export function exitVerdict(
  container: Pick<LeasedContainer, 'service'>,
  fate: ContainerFate,
): Verdict | null {
  const name =
    container.service === null ? "the scenario's workspace container" : `service ${container.service}`;
  switch (fate.kind) {
    case 'running':
      return null;
    case 'exited':
      return failed('service_exited', `${name} ended by itself with exit code ${fate.exitCode}`);
    case 'oom':
      return failed('service_oom', `${name} met its memory limit and was killed`);
    case 'killed':
      return broken('container_lost', `${name} was ${fate.how} from outside`);
    case 'unknown':
      return broken('daemon_unavailable', `the Docker daemon does not answer: ${messageOf(fate.error)}`);
    default:
      return unreachable(fate);
  }
}
