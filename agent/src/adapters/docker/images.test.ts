import { expect, it } from 'vitest';
import { codeOf } from '../../contract/code-of.ts';
import { virtualClock } from '../../fake/virtual-clock.ts';
import type { PullProgress } from '../../images.ts';
import { dockerImages } from './images.ts';
import { startStubDaemon } from './stub-daemon.ts';

const noSettings = {
  config: { directory: '/nowhere', currentContext: null, auths: {}, credHelpers: {}, credsStore: null },
  environment: {},
};

it('gives up a pull that makes no progress', async () => {
  const daemon = await startStubDaemon(virtualClock(), (_, response) => void response.write('{"status":"Pu'));
  expect(await codeOf(dockerImages(daemon.api, noSettings).pull('x:1', () => {}))).toBe('timed_out');
  await daemon.close();
});

it('adds up the progress of layers, and asks for one tag only', async () => {
  const lines = [
    { status: 'Pulling from x', id: 'latest' },
    { status: 'Pulling fs layer', id: 'a' },
    { status: 'Already exists', id: 'b' },
    { status: 'Downloading', id: 'a', progressDetail: { current: 3, total: 10 } },
    { status: 'Extracting', id: 'a', progressDetail: { current: 1, total: 99 } },
    { status: 'Pull complete', id: 'a' },
    { status: 'Status: Downloaded newer image for x' },
  ];
  let asked = '';
  const never = { nowMs: () => 0, monotonicMs: () => 0, after: () => () => {} };
  const daemon = await startStubDaemon(never, (request, response) => {
    asked = request.url ?? '';
    response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''));
  });
  const told: PullProgress[] = [];
  await dockerImages(daemon.api, noSettings).pull('x', (progress) => told.push(progress));
  await daemon.close();
  expect(asked).toBe('/images/create?fromImage=x&tag=latest');
  expect(told[3]).toEqual({ layersDone: 1, layersTotal: 2, bytesDone: 3, bytesTotal: 10 });
  expect(told.at(-1)).toEqual({ layersDone: 2, layersTotal: 2, bytesDone: 10, bytesTotal: 10 });
});
