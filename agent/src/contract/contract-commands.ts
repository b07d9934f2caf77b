/** Commands of the contract suites: what a real container runs, and beside it what a fake one does instead. */

import type { FakePrograms } from '../fake/fake-container.ts';
import type { FakeProcess, FakeProgram } from '../fake/fake-process.ts';

export interface ContractCommand {
  argv: string[];
  program: FakeProgram;
}

/** Until it is ended from outside. */
const forever: FakeProgram = async (self) => {
  for (;;) await self.sleep(1000);
};

function shell(script: string, program: FakeProgram): ContractCommand {
  return { argv: ['sh', '-c', script], program };
}

async function drain(self: FakeProcess): Promise<number> {
  let byteCount = 0;
  for (let chunk = await self.read(); chunk; chunk = await self.read()) byteCount += chunk.length;
  return byteCount;
}

export const largeOutputBytes = 3_000_000;
const longLine = 'x'.repeat(200_000);

type CommandName =
  | 'idle'
  | 'succeed'
  | 'bothStreams'
  | 'exitCode'
  | 'killItself'
  | 'oneThenTwo'
  | 'tee'
  | 'countInput'
  | 'quitReading'
  | 'largeOutput'
  | 'closeStreams'
  | 'printEnvironment'
  | 'whereAndWho'
  | 'printArguments'
  | 'terminalSize'
  | 'readFile'
  | 'touchVolume'
  | 'touchGo'
  | 'logTwoStreams'
  | 'logAfterGo'
  | 'logLongLine'
  | 'endOnTerm'
  | 'ignoreTerm'
  | 'family'
  | 'leaveBehind'
  | 'countSleepers';

export const contractCommands: Record<CommandName, ContractCommand> = {
  idle: { argv: ['sleep', '2147483647'], program: forever },
  succeed: { argv: ['true'], program: async () => 0 },
  bothStreams: shell('echo out; echo err >&2; exit 3', async (self) => {
    await self.write('stdout', 'out\n');
    await self.write('stderr', 'err\n');
    return 3;
  }),
  exitCode: shell('exit "$CODE"', async (self) => Number(self.options.env['CODE'])),
  killItself: shell('kill -KILL $$', async () => 137),
  oneThenTwo: shell('echo one; cat >/dev/null; echo two', async (self) => {
    await self.write('stdout', 'one\n');
    await drain(self);
    await self.write('stdout', 'two\n');
    return 0;
  }),
  /** Its input, on both streams. */
  tee: {
    argv: ['tee', '/dev/stderr'],
    program: async (self) => {
      for (let chunk = await self.read(); chunk; chunk = await self.read()) {
        await self.write('stdout', chunk);
        await self.write('stderr', chunk);
      }
      return 0;
    },
  },
  countInput: shell('wc -c', async (self) => {
    await self.write('stdout', `${await drain(self)}\n`);
    return 0;
  }),
  /** Reads ten bytes of its input, then writes much. */
  quitReading: shell(`head -c 10 >/dev/null; head -c ${largeOutputBytes} /dev/zero`, async (self) => {
    await self.read();
    await self.write('stdout', new Uint8Array(largeOutputBytes));
    return 0;
  }),
  largeOutput: shell(`head -c ${largeOutputBytes} /dev/zero`, async (self) => {
    for (let sent = 0; sent < largeOutputBytes; sent += 100_000)
      await self.write('stdout', new Uint8Array(100_000));
    return 0;
  }),
  /** Closes its streams long before it ends. */
  closeStreams: shell('exec >&- 2>&-; sleep 0.3; exit 4', async (self) => {
    await self.sleep(300);
    return 4;
  }),
  printEnvironment: {
    argv: ['env'],
    program: async (self) => {
      for (const [name, value] of Object.entries(self.options.env))
        await self.write('stdout', `${name}=${value}\n`);
      return 0;
    },
  },
  whereAndWho: shell('pwd; id -u', async (self) => {
    await self.write('stdout', `${self.options.workdir}\n${self.options.user}\n`);
    return 0;
  }),
  printArguments: {
    argv: ['printf', '[%s]', 'a b', '"', "'", '*', '', '-n', 'x\ny', '$HOME'],
    program: async (self) => {
      for (const argument of self.options.argv.slice(2)) await self.write('stdout', `[${argument}]`);
      return 0;
    },
  },
  terminalSize: shell('stty size; read line; stty size; exit 5', async (self) => {
    const tell = (): Promise<void> => self.write('stdout', `${self.size?.rows} ${self.size?.columns}\r\n`);
    await tell();
    await self.read();
    await tell();
    return 5;
  }),
  readFile: {
    argv: ['cat', '/tmp/copied/file'],
    program: async (self) => {
      await self.write('stdout', self.options.files.read('/tmp/copied/file') ?? '');
      return 0;
    },
  },
  touchVolume: {
    argv: ['touch', '/data/made'],
    program: async (self) => {
      self.options.files.write('/data/made', new Uint8Array());
      return 0;
    },
  },
  touchGo: {
    argv: ['touch', '/tmp/go'],
    program: async (self) => {
      self.options.files.write('/tmp/go', new Uint8Array());
      return 0;
    },
  },
  logTwoStreams: shell('echo one; echo two >&2; echo three; exit 6', async (self) => {
    await self.write('stdout', 'one\n');
    await self.write('stderr', 'two\n');
    await self.write('stdout', 'three\n');
    return 6;
  }),
  logAfterGo: shell('echo before; until [ -e /tmp/go ]; do sleep 0.05; done; echo after', async (self) => {
    await self.write('stdout', 'before\n');
    while (!self.options.files.has('/tmp/go')) await self.sleep(50);
    await self.write('stdout', 'after\n');
    return 0;
  }),
  logLongLine: shell(`head -c ${longLine.length} /dev/zero | tr '\\0' x; echo; echo short`, async (self) => {
    await self.write('stdout', `${longLine}\nshort\n`);
    return 0;
  }),
  /** Ends in its own way when asked to. */
  endOnTerm: shell('trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done', async (self) => {
    self.onTerm = { exitCode: 7 };
    await self.write('stdout', 'ready\n');
    return forever(self);
  }),
  ignoreTerm: shell('trap "" TERM; echo ready; while :; do sleep 0.05; done', async (self) => {
    self.onTerm = 'ignore';
    await self.write('stdout', 'ready\n');
    return forever(self);
  }),
  /** One child that dropped its environment, and one its session; `countSleepers` counts them. */
  family: shell('env -i sleep 54321 & setsid sleep 54321 & echo ready; wait', async (self) => {
    const sleeper: FakeProgram = (child) => forever(child);
    self.options.spawn(sleeper, self);
    self.options.spawn(sleeper, self);
    await self.write('stdout', 'ready\n');
    return forever(self);
  }),
  /** Ends at once, its child does not. */
  leaveBehind: shell('sleep 54321 >/dev/null 2>&1 & exit 0', async (self) => {
    self.options.spawn(forever, self);
    return 0;
  }),
  countSleepers: shell(
    'n=0; for p in /proc/[0-9]*; do read -r c <$p/cmdline; case $c in sleep54321) n=$((n+1));; esac; done 2>/dev/null; echo $n',
    async (self) => {
      const sleepers = self.options
        .processes()
        .filter(({ options }) => options.argv.join(' ').includes('sleep 54321'));
      await self.write('stdout', `${sleepers.length}\n`);
      return 0;
    },
  ),
};

/** A program that no image has. */
export const missingProgram: readonly string[] = ['/no/such/program'];

const programs = new Map(
  Object.values(contractCommands).map(({ argv, program }) => [JSON.stringify(argv), program]),
);

export const contractPrograms: FakePrograms = (argv) => programs.get(JSON.stringify(argv)) ?? null;
