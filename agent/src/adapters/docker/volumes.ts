/** Named volumes of the local driver. */

import { isGridError } from '@cleangrid/core/errors.ts';
import type { Volumes } from '../../container-runtime.ts';
import { call, type DockerApi } from './docker-api.ts';
import { labelFilters } from './label-filters.ts';

export function dockerVolumes(api: DockerApi): Volumes {
  return {
    async create(name, labels, signal) {
      await call(api, {
        doing: `create the volume ${name}`,
        send: (abortSignal) => api.docker.createVolume({ Name: name, Labels: { ...labels }, abortSignal }),
        signal,
      });
    },
    async remove(name) {
      try {
        await call(api, {
          doing: `remove the volume ${name}`,
          send: (abortSignal) => api.docker.getVolume(name).remove({ abortSignal }),
        });
      } catch (error) {
        if (!isGridError(error, 'not_found')) throw error;
      }
    },
    async list(labels, signal) {
      const found = await call(api, {
        doing: 'list volumes',
        send: (abortSignal) => api.docker.listVolumes({ filters: labelFilters(labels), abortSignal }),
        signal,
      });
      return (found.Volumes ?? []).map((volume) => ({ name: volume.Name, labels: volume.Labels ?? {} }));
    },
  };
}
