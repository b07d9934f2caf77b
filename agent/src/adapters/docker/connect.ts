/** Makes dockerode's client for an endpoint. Nothing is sent yet. */

import { GridError } from '@cleangrid/core/errors.ts';
import Docker from 'dockerode';
import type { DockerEndpoint } from './find-endpoint.ts';

const plainPort = 2375;
const tlsPort = 2376;

/** Throws `bad_usage` for addresses that cannot be used. */
export function connect({ url, tls }: DockerEndpoint): Docker {
  const parsed = parse(url);
  switch (parsed.protocol) {
    case 'unix:':
      // `host: undefined` keeps docker-modem from reading DOCKER_HOST on its own
      return new Docker({ ...noHost, socketPath: parsed.pathname });
    case 'tcp:':
    case 'http:':
    case 'https:':
      return new Docker({
        host: parsed.hostname,
        port: parsed.port || (tls ? tlsPort : plainPort),
        protocol: tls || parsed.protocol === 'https:' ? 'https' : 'http',
        ...(tls?.ca && { ca: tls.ca }),
        ...(tls?.cert && { cert: tls.cert }),
        ...(tls?.key && { key: tls.key }),
      });
    default:
      throw new GridError('bad_usage', `cannot use the Docker host ${url}`, {
        hint: 'use unix:// or tcp://; for ssh, forward the socket: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST',
      });
  }
}

const noHost = { host: undefined } as unknown as Docker.DockerOptions;

function parse(url: string): URL {
  try {
    return new URL(url.includes('://') ? url : `tcp://${url}`);
  } catch (error) {
    throw new GridError('bad_usage', `cannot use the Docker host ${url}`, { cause: error });
  }
}
