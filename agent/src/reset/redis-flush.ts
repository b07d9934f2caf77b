/** `redis.flush`: everything that is in the server is removed, every client is cut off, and all that then describes the server is as it was at first. */

import { clean, type ResetAnswer, type ResetParts, type Strategy } from './instance-reset.ts';
import { createRedisCli, redisAnswers } from './redis-cli.ts';

const marker = 'cleangrid-state';

/** Clients first: what they wrote later would stay. Older servers do not know all of these commands, nor what they remove. */
const flush = [
  'CLIENT UNPAUSE',
  ...['normal', 'pubsub', 'replica', 'master'].map((type) => `CLIENT KILL TYPE ${type}`),
  'FLUSHALL ASYNC',
  'FUNCTION FLUSH',
  'SCRIPT FLUSH',
  'SLOWLOG RESET',
  'LATENCY RESET',
  'ACL LOG RESET',
];

/** Each with a line before it that says what it tells. */
const describe = [
  'INFO keyspace',
  'FUNCTION LIST',
  'CONFIG GET *',
  'ACL LIST',
  'MODULE LIST',
  'CLIENT LIST',
  'INFO server',
  'INFO replication',
];

const commands = [...flush, ...describe.flatMap((command) => [`ECHO "${marker} ${command}"`, command])];

export function createFlushReset({ session, service, clock }: ResetParts): Strategy {
  const redis = createRedisCli(session, service);
  let before: ReadonlyMap<string, string> | null = null;

  async function reset(signal: AbortSignal): Promise<ResetAnswer> {
    const { stdout, problem } = await redis(commands, signal);
    if (problem !== null) return { kind: 'replace', reason: problem };
    const now = describedBy(stdout);
    before ??= now;
    const difference = differenceOf(before, now);
    return difference === null ? clean : { kind: 'replace', reason: difference };
  }

  const prepare = async (signal: AbortSignal): Promise<ResetAnswer> =>
    (await redisAnswers(redis, clock, signal)) ?? (await reset(signal));

  return { prepare, reset };
}

/** What the answers tell, by command. */
function describedBy(stdout: string): Map<string, string> {
  const sections = stdout.split(`${marker} `).slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      const command = section.slice(0, end);
      return [command, steady(command, section.slice(end + 1).trim())];
    }),
  );
}

/** Without what differs although nobody changed anything. */
function steady(command: string, text: string): string {
  const lines = text.split(/\r?\n/u);
  switch (command) {
    case 'CLIENT LIST':
      return `${lines.length} clients`;
    case 'INFO server':
      return lines.find((line) => line.startsWith('run_id:')) ?? '';
    case 'INFO replication':
      return lines.find((line) => line.startsWith('role:')) ?? '';
    default:
      return lines.join('\n');
  }
}

function differenceOf(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string | null {
  if (!describe.every((command) => now.has(command))) return 'redis-cli did not answer every question';
  if (now.get('INFO keyspace') !== '# Keyspace') return 'keys came back after they were removed';
  for (const [command, text] of now) {
    const earlier = before.get(command);
    if (text === earlier) continue;
    return `${command} does not answer as before: ${changedLine(earlier ?? '', text)}`;
  }
  return null;
}

/** The first line that is new, else the first one that is gone. `CONFIG GET` answers name and value in two lines. */
function changedLine(before: string, now: string): string {
  const [earlier, later] = [before.split('\n'), now.split('\n')];
  const at = later.findIndex((line, index) => line !== earlier[index]);
  return at === -1
    ? `${earlier[later.length] ?? ''} is gone`
    : [later[at - 1], later[at]].filter(Boolean).join(' ');
}
