/** Networks: bridges with subnets that the caller chose, because Docker's own address pools end at about 31. */

import { isGridError } from '@cleangrid/core/errors.ts';
import type Docker from 'dockerode';
import type { Networks, NetworkSpec, NetworkSummary } from '../../container-runtime.ts';
import { call, type DockerApi } from './docker-api.ts';
import { labelFilters } from './label-filters.ts';

export function dockerNetworks(api: DockerApi): Networks {
  return {
    async create(spec, signal) {
      const created = await call(api, {
        doing: `create the network ${spec.name} (${spec.subnet})`,
        send: (abortSignal) => api.docker.createNetwork({ ...createOptions(spec), abortSignal }),
        signal,
      });
      return created.id;
    },
    async connect(network, container, aliases) {
      const endpoint = { Container: container, EndpointConfig: { Aliases: [...aliases] } };
      const connected = call(api, {
        doing: `connect the container ${container} to the network ${network}`,
        // dockerode takes the signal, its types leave it out
        send: (abortSignal) =>
          api.docker.getNetwork(network).connect({ ...endpoint, ...({ abortSignal } as object) }),
      });
      await connected.catch((error: unknown) => {
        if (!isGridError(error, 'already_exists')) throw error;
      });
    },
    async remove(network) {
      try {
        for (const container of await connectedTo(api, network)) await disconnect(api, network, container);
        await call(api, {
          doing: `remove the network ${network}`,
          send: (abortSignal) => api.docker.getNetwork(network).remove({ abortSignal }),
        });
      } catch (error) {
        if (!isGridError(error, 'not_found')) throw error;
      }
    },
    async list(labels, signal) {
      const found = await call(api, {
        doing: 'list networks',
        send: (abortSignal) => api.docker.listNetworks({ filters: labelFilters(labels), abortSignal }),
        signal,
      });
      return found.map(summary);
    },
  };
}

async function connectedTo(api: DockerApi, network: string): Promise<string[]> {
  const details = await call(api, {
    doing: `look at the network ${network}`,
    // dockerode takes the options, its types leave them out
    send: (abortSignal) =>
      (api.docker.getNetwork(network).inspect as (options: object) => Promise<Docker.NetworkInspectInfo>)({
        abortSignal,
      }),
  });
  return Object.keys(details.Containers ?? {});
}

/** One that is gone, or not connected any more, is a success. */
async function disconnect(api: DockerApi, network: string, container: string): Promise<void> {
  const request = { Container: container, Force: true };
  const disconnected = call(api, {
    doing: `disconnect the container ${container} from the network ${network}`,
    send: (abortSignal) =>
      api.docker.getNetwork(network).disconnect({ ...request, ...({ abortSignal } as object) }),
  });
  await disconnected.catch((error: unknown) => {
    if (!isGridError(error, 'not_found', 'runtime_error')) throw error;
  });
}

function createOptions(spec: NetworkSpec): Docker.NetworkCreateOptions {
  return {
    Name: spec.name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Internal: spec.internal ?? false,
    IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet }] },
    Labels: { ...spec.labels },
  };
}

function summary(network: Docker.NetworkInspectInfo): NetworkSummary {
  return {
    id: network.Id,
    name: network.Name,
    labels: network.Labels ?? {},
    subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
  };
}
