/** `cleangrid coordinator`: serves a grid until it is told to stop. */

import { exitCodes } from '@cleangrid/core/verdict.ts';
import { withoutUser } from '@cleangrid/proto/nats-servers.ts';
import type { CommandContext } from '../command-context.ts';
import { type AgentName, agentSettings } from '../grid-settings.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { readCoordinatorOptions } from '../read-process-options.ts';
import type { SettingFlags } from '../settings.ts';
import { writeLines } from '../terminal.ts';

export async function coordinatorCommand(flags: SettingFlags, context: CommandContext): Promise<number> {
  const { terminal, config, cwd, signals, exit } = context;
  const say = (...lines: string[]): void => writeLines(terminal.out, lines);
  const options = await readCoordinatorOptions({ flags, config, cwd });
  const told = Promise.withResolvers<void>();
  const release = listenForInterrupts(signals, {
    first(signal) {
      say(`${signal}: stopping. Runs go on when a coordinator is started again on the same state directory.`);
      told.resolve();
    },
    again: () => exit(exitCodes.cancelled),
  });
  try {
    const running = await context.openCoordinator({ ...options, say });
    const { address, transport, nats, stateDirectory, health } = options;
    say(
      `Coordinator listening on ${address.host}:${running.port} (${transport.words}).`,
      `NATS at ${nats.address} (${nats.words}). State in ${stateDirectory}.`,
      ...(health ? [`Health at http://${health.text}/healthz and /readyz, metrics at /metrics.`] : []),
      `Next: cleangrid agent${agentFlags(`${address.host}:${running.port}`, nats.servers)}, then cleangrid run --grid ${address.host}:${running.port}`,
    );
    await told.promise;
    await running.close();
    return exitCodes.passed;
  } finally {
    release();
  }
}

/** What an agent is to be told, on this machine and with the same environment. A URL may hold a password, which is not shown. */
function agentFlags(address: string, servers: readonly string[]): string {
  const usual = (name: AgentName) => agentSettings.find((one) => one.name === name)?.fallback;
  const urls = servers.map(withoutUser).join(',');
  return [
    address !== usual('coordinator') && ` --coordinator ${address}`,
    urls !== usual('nats') && ` --nats ${urls}`,
  ]
    .filter(Boolean)
    .join('');
}
