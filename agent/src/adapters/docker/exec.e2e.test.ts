import { randomBytes, randomInt } from 'node:crypto';
import { homedir } from 'node:os';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../contract/code-of.ts';
import { type ContainerStand, openStand } from '../../contract/container-stand.ts';
import { connect } from './connect.ts';
import { readDockerConfig } from './docker-config.ts';
import { openDocker } from './docker-runtime.ts';
import { findEndpoint } from './find-endpoint.ts';

const mib = 2 ** 20;

describe('on a real daemon', () => {
  let stand: ContainerStand;
  beforeAll(async () => {
    stand = await openStand({
      runtime: await openDocker({
        environment: process.env,
        homeDirectory: homedir(),
        clock: systemClock,
      }),
      image: 'cleangrid-test/busybox:latest',
      prefix: `cleangrid-test-${randomBytes(4).toString('hex')}`,
      subnet: (index) => `10.197.${index}.0/24`,
    });
  });
  afterAll(() => stand.close());

  function shell(script: string, container = stand.shared): ReturnType<ContainerStand['run']> {
    return stand.run({ container, argv: ['sh', '-c', script] });
  }

  it('carries 200 MB of output that is taken slowly in bounded memory', async () => {
    let byteCount = 0;
    let peakBytes = 0;
    const before = process.memoryUsage.rss();
    const execution = await stand.runtime.containers.exec(
      stand.shared,
      { argv: ['head', '-c', String(200 * mib), '/dev/zero'], stdin: false },
      {
        output: (_stream, chunk) => {
          byteCount += chunk.length;
          peakBytes = Math.max(peakBytes, process.memoryUsage.rss() - before);
          return new Promise((resolve) => setImmediate(resolve));
        },
      },
    );
    expect(await execution.exited).toEqual({ kind: 'exited', code: 0 });
    expect(byteCount).toBe(200 * mib);
    expect(peakBytes).toBeLessThan(120 * mib);
  });

  it.each([
    ['no format that the kernel knows', 'echo nothing >/tmp/program', /exec format error/],
    ['an interpreter that is missing', 'echo "#!/no/such" >/tmp/program', /no such file/],
  ])('takes a program with %s for one that never started', async (_, make, message) => {
    await shell(`${make}; chmod +x /tmp/program`);
    expect(await stand.run({ argv: ['/tmp/program'] })).toEqual({
      exit: { kind: 'refused', message: expect.stringMatching(message) },
      stdout: '',
      stderr: '',
    });
  });

  it('leaves a command its words, also those that sound like a refusal', async () => {
    const said = await shell('echo "exec /x: no such file or directory" >&2; echo more >&2; exit 1');
    expect(said).toMatchObject({
      exit: { kind: 'exited', code: 1 },
      stderr: 'exec /x: no such file or directory\nmore\n',
    });
    const alone = await shell('echo "exec /x: fine" >&2');
    expect(alone).toMatchObject({ exit: { kind: 'exited', code: 0 }, stderr: 'exec /x: fine\n' });
  });

  it('refuses a paused container', async () => {
    const docker = connect(await findEndpoint(process.env, await readDockerConfig(process.env, homedir())));
    const id = await stand.start({ command: ['sleep', '1000'] });
    await docker.getContainer(id).pause();
    expect(await codeOf(stand.run({ container: id, argv: ['true'] }))).toBe('not_running');
    expect(await stand.runtime.containers.get(id)).toMatchObject({ state: 'paused' });
    await docker.getContainer(id).unpause();
  });

  it('resolves aliases within a network, and elsewhere not', async () => {
    const name = stand.newName();
    const subnet = `10.196.${randomInt(0, 256)}.0/24`;
    await stand.runtime.networks.create({ name, labels: stand.label, subnet });
    const network = { name, aliases: ['database'] };
    await stand.start({ command: ['sleep', '1000'], network });
    const other = await stand.start({ command: ['sleep', '1000'], network: { name, aliases: [] } });
    expect((await shell('nslookup database', other)).exit).toEqual({ kind: 'exited', code: 0 });
    expect((await shell('nslookup database')).exit).toEqual({ kind: 'exited', code: 1 });
  });

  it('enforces what a container was limited to', async () => {
    const limits = { memoryBytes: 20 * mib, cpus: 0.5, pids: 40 };
    const id = await stand.start({
      command: ['sleep', '1000'],
      limits,
      tmpfs: ['/scratch'],
      readOnly: true,
      capDrop: ['ALL'],
      noNewPrivileges: true,
    });
    const facts = await shell('cat /proc/self/status /proc/mounts; touch /file', id);
    expect(facts.stdout).toMatch(/CapEff:\s+0000000000000000/);
    expect(facts.stdout).toMatch(/NoNewPrivs:\s+1/);
    expect(facts.stdout).toMatch(/tmpfs \/scratch tmpfs/);
    expect(facts.stderr).toMatch(/Read-only file system/);
    const stop = new AbortController();
    const actions: string[] = [];
    let exit: unknown;
    for await (const event of stand.runtime.events(stand.label, stop.signal)) {
      if (event.kind === 'connected') ({ exit } = await shell('head -c 100m /dev/zero | tail', id));
      else if (event.id === id) actions.push(event.action);
      if (actions.includes('oom')) stop.abort();
    }
    expect(exit).toEqual({ kind: 'exited', code: 137 });
    const threads = await shell('for i in $(seq 60); do sleep 5 & done', id);
    expect(threads.stderr).toMatch(/can't fork/);
  });
});
