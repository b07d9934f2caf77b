import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import type { WorkspaceFile } from '@cleangrid/core/workspace.ts';
import { expect, test } from 'vitest';
import { plannedService } from './pool-stand.ts';
import { filesInWorkspace } from './workspace-volume.ts';

const file = (path: string, content = path): WorkspaceFile => ({
  path,
  sha256: id<Sha256>(content),
  byteCount: 1,
  executable: false,
});
const files = [file('a'), file('b')];

test('a file that a service has at another place of /workspace is there for its steps too', () => {
  const mounts = [
    { source: 'a', target: '/workspace/etc/conf', readOnly: false },
    { source: 'a', target: '/etc/conf', readOnly: false },
    { source: 'b', target: '/workspace/a', readOnly: false },
  ];
  const inService = filesInWorkspace(files, plannedService('db', { mounts }));
  expect(inService).toEqual([file('b'), file('etc/conf', 'a'), file('a', 'b')]);
  expect(filesInWorkspace(files, null)).toEqual(files);
});
