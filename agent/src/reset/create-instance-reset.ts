/** Gives a container the reset that its suite asks for, followed by the suite's own probe. */

import { unreachable } from '@cleangrid/core/errors.ts';
import { resetToolMsMax } from '@cleangrid/core/limits.ts';
import {
  clean,
  type InstanceReset,
  type NamespaceAnswer,
  type ResetAnswer,
  type ResetParts,
  type Strategy,
} from './instance-reset.ts';
import { createSchemaReset } from './postgres-schema.ts';
import { postgresParts } from './postgres-server.ts';
import { TemplateReset } from './postgres-template.ts';
import { createTruncateReset } from './postgres-truncate.ts';
import { createDatabaseReset } from './redis-database.ts';
import { createFlushReset } from './redis-flush.ts';
import { runTool } from './run-tool.ts';

export function createInstanceReset(parts: ResetParts): InstanceReset {
  const strategy = strategyOf(parts);
  const { probe } = parts.service.reset;
  return {
    prepare: (signal) => strategy.prepare(signal),
    resume: (signal) => strategy.resume?.(signal) ?? strategy.prepare(signal),
    async reset(signal) {
      const answer = await strategy.reset(signal);
      return answer.kind === 'clean' && probe ? runCommand(parts, probe, signal) : answer;
    },
    openNamespace: async (signal) => strategy.openNamespace?.(signal) ?? notShared,
  };
}

function strategyOf(parts: ResetParts): Strategy {
  const { reset } = parts.service;
  switch (reset.strategy) {
    case 'postgres.template':
      return new TemplateReset(postgresParts(parts, reset));
    case 'postgres.truncate':
      return createTruncateReset(postgresParts(parts, reset));
    case 'postgres.schema':
      return createSchemaReset(postgresParts(parts, reset));
    case 'redis.flush':
      return createFlushReset(parts);
    case 'redis.database':
      return createDatabaseReset(parts);
    case 'exec':
      return { ...nothing, reset: (signal) => runCommand(parts, reset.command, signal) };
    // The pool restarts the container before it asks for the reset.
    case 'restart':
    case 'none':
      return nothing;
    case 'recreate':
      // no command in a container can do that
      return {
        ...nothing,
        reset: async () => ({ kind: 'replace', reason: `its reset is ${reset.strategy}` }),
      };
    default:
      return unreachable(reset);
  }
}

const nothing: Strategy = {
  prepare: async () => clean,
  reset: async () => clean,
};

/** The suite's compiler refuses to share what has no namespaces. */
const notShared: NamespaceAnswer = { kind: 'replace', reason: 'its reset has no namespaces' };

/** Exits with 0, or the container is replaced. */
async function runCommand(
  { session }: ResetParts,
  argv: string[],
  signal: AbortSignal,
): Promise<ResetAnswer> {
  const { problem } = await runTool(session, { argv, timeoutMs: resetToolMsMax }, signal);
  return problem === null ? clean : { kind: 'replace', reason: `${argv.join(' ')}: ${problem}` };
}
