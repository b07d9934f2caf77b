/** The last log lines of a service, kept beside a failure. */

import { isGridError } from '@cleangrid/core/errors.ts';
import { serviceLogLinesMax } from '@cleangrid/core/limits.ts';
import type { ContainerRuntime } from '../container-runtime.ts';

/** A container that is gone has none. */
export async function lastLogLines(runtime: ContainerRuntime, container: string): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const line of runtime.containers.logs(container, {
      tail: serviceLogLinesMax,
      follow: false,
    })) {
      lines.push(line.text);
    }
  } catch (error) {
    if (!isGridError(error)) throw error;
    lines.push(`(the log cannot be read: ${error.message})`);
  }
  return lines;
}
