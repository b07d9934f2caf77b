/** `cleangrid status`: the agents of a grid, and its unfinished runs. */

import { runsListedDefault } from '@cleangrid/core/limits.ts';
import type { AgentRecord } from '@cleangrid/core/run-service.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { fitLine, oneLine } from '../one-line.ts';
import type { Paint } from '../paint.ts';
import { counted } from '../scenario-words.ts';
import type { SettingFlags } from '../settings.ts';
import { writeLines } from '../terminal.ts';
import { useGrid } from '../use-grid.ts';
import { runLine } from './runs.ts';

export async function statusCommand(flags: SettingFlags, context: CommandContext): Promise<number> {
  const { out } = context.terminal;
  return useGrid(flags, context, async ({ runs, address }) => {
    const agents = await runs.agents();
    const unfinished = (await runs.list(runsListedDefault)).filter(({ state }) => state !== 'finished');
    const lines = [
      `${out.paint.title(`grid ${address}`)}  ${totals(agents)}`,
      ...agents.flatMap((agent) => [agentLine(agent, out.paint), ...poolLines(agent, out.paint)]),
      ...(agents.length === 0 ? ['  Start one with cleangrid agent.'] : []),
      out.paint.title(counted(unfinished.length, 'unfinished run')),
      ...unfinished.map((record) => `  ${runLine(record, out.paint)}`),
    ];
    writeLines(out, out.isLive ? lines.map((line) => fitLine(line, out.columns())) : lines);
    return exitCodes.passed;
  });
}

function totals(agents: readonly AgentRecord[]): string {
  const ready = agents.filter(({ state }) => state === 'ready');
  const slots = ready.reduce((sum, agent) => sum + agent.slots, 0);
  const busy = ready.reduce((sum, agent) => sum + agent.running, 0);
  return `${counted(agents.length, 'agent')}, ${ready.length} ready, ${busy} of ${counted(slots, 'slot')} busy`;
}

function agentLine(agent: AgentRecord, paint: Paint): string {
  const { state, slots, held, running, host, executor, version, runs } = agent;
  const waiting = held > running ? `, ${held - running} waiting` : '';
  return [
    `  ${oneLine(agent.agent)}`,
    state === 'ready' ? paint.passed(state) : paint.skipped(stateWords[state]),
    `${running} of ${slots} busy${waiting}`,
    `${paint.faint('host')} ${oneLine(host)}`,
    `${paint.faint('executor')} ${executor ?? 'unknown'}`,
    `${paint.faint('version')} ${oneLine(version ?? 'unknown')}`,
    ...(runs.length > 0 ? [`${paint.faint('runs')} ${runs.join(', ')}`] : []),
  ].join('  ');
}

function poolLines({ pool }: AgentRecord, paint: Paint): string[] {
  return pool.map(({ label, ready, leased, changing }) => {
    const counts = [`${ready} ready`, `${leased} leased`, ...(changing > 0 ? [`${changing} changing`] : [])];
    return `    ${paint.faint('pool')} ${oneLine(label)}  ${counts.join(', ')}`;
  });
}

const stateWords: Record<Exclude<AgentRecord['state'], 'ready'>, string> = {
  connecting: 'connecting',
  absent: 'absent, may come back',
  unproven: 'gets no work: it must prove that what was cancelled is dead',
  troubled: 'troubled: Docker did not answer there, or the disk was full',
};
