/** The kinds of containers that every case is tried in. */

import type { StandSetting } from './supervised-stand.ts';

const busybox = 'cleangrid-test/busybox:latest';

export const glibc: StandSetting = { image: 'cleangrid-test/base:latest' };
export const musl: StandSetting = { image: busybox };

export const settings: Record<string, StandSetting> = {
  'a glibc image': glibc,
  'a busybox image': musl,
  'a scratch image': { image: 'cleangrid-test/scratch:latest', shell: ['/busybox', 'sh', '-c'] },
  'a read-only root': { image: busybox, spec: { readOnly: true } },
  'a container of another user': { image: busybox, spec: { user: '1000' }, stepUser: '1000' },
  'a container without capabilities': {
    image: busybox,
    spec: { capDrop: ['ALL'], noNewPrivileges: true },
  },
  'a container of another user without capabilities': {
    image: busybox,
    spec: { user: '1000', capDrop: ['ALL'], noNewPrivileges: true },
    sessionUser: '1000',
  },
};
