/** The command `cleangrid`: reads the command line, gives the command its ports, and ends with its exit code. */

import { CommanderError } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { Handlers } from './handlers.ts';
import { buildProgram } from './program.ts';

const usageExitCode = 2;

/** Each is loaded by the command that needs it: `--help` loads the parser alone. */
const handlers: Handlers = {
  run: async (paths, options) =>
    (await import('./commands/run.ts')).runCommand(paths, options, await openContext()),
  validate: async (paths, options) =>
    (await import('./commands/validate.ts')).validateCommand(paths, options, await openContext()),
  plan: async (paths, options) =>
    (await import('./commands/plan.ts')).planCommand(paths, options, await openContext()),
  runs: async (options) => (await import('./commands/runs.ts')).runsCommand(options, await openContext()),
  show: async (run, step, flags) =>
    (await import('./commands/show.ts')).showCommand({ run, step }, flags, await openContext()),
  logs: async (wanted, options) =>
    (await import('./commands/logs.ts')).logsCommand(wanted, options, await openContext()),
  trace: async (run, options) =>
    (await import('./commands/trace.ts')).traceCommand(run, options, await openContext()),
  spans: async (run, options) =>
    (await import('./commands/spans.ts')).spansCommand(run, options, await openContext()),
  diff: async (before, after, options) =>
    (await import('./commands/diff.ts')).diffCommand({ before, after }, options, await openContext()),
  redGreen: async (red, green, options) =>
    (await import('./commands/red-green.ts')).redGreenCommand({ red, green }, options, await openContext()),
  shell: async (container, command) =>
    (await import('./commands/shell.ts')).shellCommand(container, command, await openContext()),
  record: async (paths, options) =>
    (await import('./commands/record.ts')).recordCommand(paths, options, await openContext()),
  repro: async (file, options) =>
    (await import('./commands/repro.ts')).reproCommand(file, options, await openContext()),
  watch: async (run, options) =>
    (await import('./commands/watch.ts')).watchCommand(run, options, await openContext()),
  cancel: async (run, flags) =>
    (await import('./commands/cancel.ts')).cancelCommand(run, flags, await openContext()),
  status: async (flags) => (await import('./commands/status.ts')).statusCommand(flags, await openContext()),
  coordinator: async (flags) =>
    (await import('./commands/coordinator.ts')).coordinatorCommand(flags, await openContext()),
  agent: async (flags) => (await import('./commands/agent.ts')).agentCommand(flags, await openContext()),
  pool: async (options) => (await import('./commands/pool.ts')).poolCommand(options, await openContext()),
  poolRemove: async (names, options) =>
    (await import('./commands/pool.ts')).poolRemoveCommand(names, options, await openContext()),
  lease: async (image, command, options) =>
    (await import('./commands/lease.ts')).leaseCommand({ image, command }, options, await openContext()),
  leaseList: async (options) =>
    (await import('./commands/lease.ts')).leaseListCommand(options, await openContext()),
  leaseRenew: async (name, ttl) =>
    (await import('./commands/lease.ts')).leaseRenewCommand(name, ttl, await openContext()),
  leaseRemove: async (name) =>
    (await import('./commands/lease.ts')).leaseRemoveCommand(name, await openContext()),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(await openContext()),
};

async function openContext(): Promise<CommandContext> {
  const { composeContext } = await import('./compose-context.ts');
  return composeContext();
}

// A reader that has gone away (`| head`) is no reason to fail.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const program = buildProgram(
  handlers,
  { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
  (code) => {
    process.exitCode = code;
  },
);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
  else {
    const { describeError } = await import('./describe-error.ts');
    const { err } = (await openContext()).terminal;
    const { lines, exitCode } = describeError(error, err.paint);
    err.write(`${lines.join('\n')}\n`);
    process.exitCode = exitCode;
  }
}
