/** Contract of `ContainerRuntime`: events, networks, images, the host itself. */

import { expect, it } from 'vitest';
import type { Containers, RuntimeEvent } from '../container-runtime.ts';
import { codeOf } from './code-of.ts';
import type { ContainerStand } from './container-stand.ts';
import { contractCommands as commands } from './contract-commands.ts';

export function hostContract(stand: () => ContainerStand): void {
  const containers = (): Containers => stand().runtime.containers;

  it('tells what happens to containers of a label, and to no others', async () => {
    const stop = new AbortController();
    const watched = { ...stand().label, watched: 'yes' };
    const events: RuntimeEvent[] = [];
    let id = '';
    for await (const event of stand().runtime.events(watched, stop.signal)) {
      events.push(event);
      if (event.kind === 'connected') {
        await stand().start({ command: commands.succeed.argv });
        id = await stand().start({ command: commands.logTwoStreams.argv, labels: watched });
      } else if (event.action === 'die') await containers().remove(id);
      else if (event.action === 'destroy') stop.abort();
    }
    expect(events.slice(1).every((event) => event.kind === 'container' && event.id === id)).toBe(true);
    expect(events.map((event) => (event.kind === 'container' ? event.action : event.kind))).toEqual([
      'connected',
      'create',
      'start',
      'die',
      'destroy',
    ]);
    expect(events).toContainEqual(expect.objectContaining({ action: 'die', exitCode: 6 }));
  });

  it('connects containers to networks of the asked subnets', async () => {
    const { networks } = stand().runtime;
    const [first, second] = [stand().newName(), stand().newName()];
    const id = await networks.create({ name: first, labels: stand().label, subnet: stand().subnet(0) });
    await networks.create({ name: second, labels: stand().label, subnet: stand().subnet(1) });
    expect(
      await codeOf(networks.create({ name: first, labels: stand().label, subnet: stand().subnet(2) })),
    ).toBe('already_exists');
    expect(
      await codeOf(
        networks.create({ name: stand().newName(), labels: stand().label, subnet: stand().subnet(0) }),
      ),
    ).toBe('already_exists');
    expect(await networks.list(stand().label)).toContainEqual({
      id,
      name: first,
      labels: stand().label,
      subnets: [stand().subnet(0)],
    });
    const container = await stand().start({
      command: commands.idle.argv,
      network: { name: first, aliases: ['db'] },
    });
    await networks.connect(second, container, ['db']);
    await networks.connect(second, container, ['db']);
    const { addresses } = await containers().get(container);
    const prefixOf = (subnet: string): string => subnet.replace(/\d+\/\d+$/, '');
    expect(addresses[first]).toContain(prefixOf(stand().subnet(0)));
    expect(addresses[second]).toContain(prefixOf(stand().subnet(1)));
    expect(await codeOf(networks.connect(stand().newName(), container, []))).toBe('not_found');
    await networks.remove(first);
    expect((await containers().get(container)).addresses).not.toHaveProperty(first);
    await containers().remove(container);
    for (const network of [first, first, second]) await networks.remove(network);
    expect(await networks.list(stand().label)).toEqual([]);
  });

  it('knows the images of the host, and itself', async () => {
    expect(await stand().runtime.images.get(stand().image)).toMatchObject({
      id: expect.stringMatching(/^sha256:/),
      hasHealthCheck: false,
    });
    expect(await codeOf(stand().runtime.images.get('cleangrid-test/no-such-image:1'))).toBe('image_missing');
    const info = await stand().runtime.info();
    expect(['amd64', 'arm64']).toContain(info.architecture);
    expect(info.cpuCount).toBeGreaterThan(0);
  });
}
