import { expect, it } from 'vitest';
import { containerOptions } from './container-options.ts';

it('asks Docker for everything that a container was specified with', () => {
  const options = containerOptions({
    name: 'c',
    image: 'i',
    labels: { a: 'b' },
    entrypoint: ['e'],
    command: ['x', 'y'],
    env: { A: '1=2' },
    user: 'u',
    workdir: '/w',
    tmpfs: ['/t'],
    mounts: [{ kind: 'volume', source: 'v', target: '/v', readOnly: true }],
    limits: { memoryBytes: 1000, cpus: 0.5, pids: 10 },
    network: { name: 'n', aliases: ['db'] },
    init: true,
    readOnly: true,
    capDrop: ['ALL'],
    noNewPrivileges: true,
  });
  expect(options).toEqual({
    name: 'c',
    Image: 'i',
    Labels: { a: 'b' },
    Entrypoint: ['e'],
    Cmd: ['x', 'y'],
    Env: ['A=1=2'],
    User: 'u',
    WorkingDir: '/w',
    HostConfig: {
      NetworkMode: 'n',
      Mounts: [{ Type: 'volume', Source: 'v', Target: '/v', ReadOnly: true }],
      Tmpfs: { '/t': 'exec' },
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '16m', 'max-file': '2' } },
      Memory: 1000,
      MemorySwap: 1000,
      NanoCpus: 500_000_000,
      PidsLimit: 10,
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
    },
    NetworkingConfig: { EndpointsConfig: { n: { Aliases: ['db'] } } },
  });
});

it('leaves to the image what was not specified, and gives no network', () => {
  const options = containerOptions({ name: 'c', image: 'i', labels: {} });
  expect(options).not.toHaveProperty('Cmd');
  expect(options).not.toHaveProperty('Entrypoint');
  expect(options).not.toHaveProperty('User');
  expect(options.HostConfig).toMatchObject({ NetworkMode: 'none' });
  expect(options.HostConfig).not.toHaveProperty('Memory');
});
