/**
 * The `StepSession` of one container: one supervisor as root that runs steps as any user, or, where the container's capabilities do not
 * allow that, one for each user.
 */

import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import {
  killMsMax,
  sessionsPerContainerMax,
  stepOutputWindowBytes,
  stopGraceMs,
  supervisorLeaseMs,
} from '@cleangrid/core/limits.ts';
import { type ContainerLife, proveAlive } from '../container-life.ts';
import type { Containers } from '../container-runtime.ts';
import type {
  ContainerTunnels,
  ExecCommand,
  ExecOutcome,
  KeptProcesses,
  OutputSink,
  StepSession,
} from '../step-executor.ts';
import { execOutcome, notStarted } from './exec-outcome.ts';
import { type RunFrame, supervisorEnds } from './frames.ts';
import { openSession, type SessionEnd, type SupervisorSession } from './session.ts';
import { Slots } from './slots.ts';
import { runStep, type StepRun } from './step-run.ts';
import { createTunnels } from './tunnels.ts';

export interface SupervisedParts {
  containers: Containers;
  clock: Clock;
  /** Where the supervisor is in every container. */
  program: string;
}

interface ContainerFacts extends ContainerLife {
  /** Null: root. */
  user: string | null;
  /** Its configured HOME, which then holds for every user. */
  home: string | undefined;
}

/** Rejects with `exec_failed` when the supervisor cannot be started or does not work in this container. */
export async function openSupervisedContainer(
  parts: SupervisedParts,
  container: string,
  signal: AbortSignal,
): Promise<StepSession> {
  const details = await parts.containers.get(container, signal);
  const facts = {
    container,
    startedAtMs: details.startedAtMs,
    user: details.user,
    home: details.env['HOME'],
  };
  const root = await openAs(parts, { facts, user: rootUser }, signal);
  if (root.hello.adoptsOrphans) return new SupervisedContainer(parts, facts, root);
  await root.close();
  throw new GridError('exec_failed', 'orphaned processes are not given to the supervisor by this kernel');
}

const rootUser = '0';

interface SessionTarget {
  facts: ContainerFacts;
  user: string;
}

function openAs(
  parts: SupervisedParts,
  { facts, user }: SessionTarget,
  signal: AbortSignal,
): Promise<SupervisorSession> {
  const argv = [parts.program, 'serve', String(supervisorLeaseMs), String(killMsMax)];
  return openSession(
    {
      clock: parts.clock,
      start: (options) => parts.containers.exec(facts.container, { argv, user, stdin: true }, options),
      explain: (end) => explain(parts, facts, end),
    },
    signal,
  );
}

async function explain(parts: SupervisedParts, life: ContainerLife, end: SessionEnd): Promise<GridError> {
  switch (end.kind) {
    case 'broken':
      return end.error;
    case 'silent':
      await proveAlive(parts, life);
      return new GridError('timed_out', `the supervisor in the container ${life.container} does not answer`);
    case 'ended':
      if (end.exit.kind === 'refused') return new GridError('exec_failed', end.exit.message);
      return explainExit(parts, life, { code: end.exit.code, diagnostics: end.diagnostics });
  }
}

const killedExitCode = 137;

async function explainExit(
  parts: SupervisedParts,
  life: ContainerLife,
  { code, diagnostics }: { code: number; diagnostics: string },
): Promise<GridError> {
  const where = `the supervisor in the container ${life.container}`;
  switch (code) {
    case supervisorEnds.orderly:
      return new GridError('daemon_unreachable', `${where} lost its connection to the agent`);
    case supervisorEnds.lease:
      return new GridError('timed_out', `${where} heard nothing of the agent and ended what it ran`);
    case killedExitCode:
      await proveAlive(parts, life);
      return new GridError('executor_killed', `a process in the container killed ${where}`);
    default:
      await proveAlive(parts, life);
      return new GridError('runtime_error', `${where} ended with code ${code}: ${diagnostics}`);
  }
}

class SupervisedContainer implements StepSession {
  readonly kind = 'supervisor';
  readonly tunnels: ContainerTunnels;
  readonly #parts: SupervisedParts;
  readonly #facts: ContainerFacts;
  readonly #root: SupervisorSession;
  readonly #slots: Slots;
  /** By user; only where root may not run steps as others. */
  readonly #others = new Map<string, Promise<SupervisorSession>>();
  readonly #closed = new AbortController();

  constructor(parts: SupervisedParts, facts: ContainerFacts, root: SupervisorSession) {
    this.#parts = parts;
    this.#facts = facts;
    this.#root = root;
    this.#slots = new Slots(root.hello.stepsMax);
    this.tunnels = createTunnels(root);
  }

  async run(command: ExecCommand, output: OutputSink, signal: AbortSignal): Promise<ExecOutcome> {
    const refusal = refusalOf(command);
    if (refusal !== null) return notStarted(refusal);
    if (!(await this.#slots.take(signal))) return cancelled;
    let isKept = false;
    try {
      const user = command.user ?? this.#facts.user;
      const session = await this.#sessionFor(user);
      if (signal.aborted) return cancelled;
      const frame = this.#frameOf(command, session === this.#root ? user : null);
      const run = runStep(session, { run: frame, stdin: command.stdin, output }, signal);
      if (run === null) return notStarted('argument list too long');
      const outcome = execOutcome(command, await run.ended);
      if (outcome.kind !== 'exited' || outcome.evidence?.processesLeft !== 'kept') return outcome;
      isKept = true;
      return { ...outcome, kept: this.#keptBy(run) };
    } catch (error) {
      if (isGridError(error, 'exec_failed')) return notStarted(error.message);
      throw error;
    } finally {
      if (!isKept) this.#slots.giveBack();
    }
  }

  /** They hold their place in the supervisor's table. */
  #keptBy(run: StepRun): KeptProcesses {
    return { end: () => run.endKept().finally(() => this.#slots.giveBack()) };
  }

  async close(): Promise<void> {
    this.#closed.abort(new GridError('cancelled', 'the session was closed'));
    const others = await Promise.allSettled(this.#others.values());
    const opened = others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []));
    await Promise.all([this.#root, ...opened].map((session) => session.close()));
  }

  async #sessionFor(user: string | null): Promise<SupervisorSession> {
    if (user === null || this.#root.hello.runsAnyUser) return this.#root;
    const open = this.#others.get(user);
    if (open) return open;
    if (this.#others.size === sessionsPerContainerMax)
      throw new GridError(
        'exec_failed',
        `a container can run steps as at most ${sessionsPerContainerMax} users`,
      );
    const opening = openAs(this.#parts, { facts: this.#facts, user }, this.#closed.signal);
    this.#others.set(user, opening);
    opening.catch(() => this.#others.delete(user));
    return opening;
  }

  #frameOf(command: ExecCommand, user: string | null): RunFrame {
    const env = Object.entries(command.env).map(([name, value]) => `${name}=${value}`);
    const { home } = this.#facts;
    // else the supervisor sets it to the user's, as Docker does
    if (home !== undefined && command.env['HOME'] === undefined) env.push(`HOME=${home}`);
    return {
      hasStdin: command.stdin !== null,
      mergeOutput: command.mergeOutput === true,
      keepProcesses: command.processes === 'keep',
      timeoutMs: Math.max(1, Math.round(command.timeoutMs)),
      graceMs: stopGraceMs,
      outputCredit: stepOutputWindowBytes,
      user: user ?? '',
      workdir: command.workdir ?? '',
      argv: command.argv,
      env,
    };
  }
}

const cancelled: ExecOutcome = { kind: 'cancelled', exit: null, durationMs: 0, evidence: null };

/** What no process can be started with; null: nothing of that kind. */
function refusalOf({ argv, env, workdir, user }: ExecCommand): string | null {
  if (argv.length === 0) return 'the command is empty';
  const hasNul = (text: string): boolean => text.includes('\0');
  if (argv.some(hasNul) || Object.keys(env).some(hasNul) || Object.values(env).some(hasNul))
    return 'an argument or variable contains a NUL byte';
  if (workdir !== null && (!workdir.startsWith('/') || hasNul(workdir)))
    return `the working directory must be an absolute path: ${workdir}`;
  return user !== null && hasNul(user) ? 'the user contains a NUL byte' : null;
}
