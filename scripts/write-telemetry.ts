/** Writes `docs/telemetry.md` from the table of spans. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderTelemetry } from '../core/src/trace/render-telemetry.ts';
import { root } from './run-tool.ts';

await writeFile(join(root, 'docs/telemetry.md'), renderTelemetry());
