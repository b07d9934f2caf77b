/** Where the built supervisor is: beside the bundle in the published package, where its build puts it in a checkout. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with one per architecture; it need not be there. */
export function supervisorPrograms(): string {
  const packaged = join(import.meta.dirname, 'supervisor');
  return existsSync(packaged) ? packaged : join(import.meta.dirname, '../../agent/supervisor/dist');
}
