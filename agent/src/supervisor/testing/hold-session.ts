/** An agent that can be killed: runs `sh -c SCRIPT` through a supervisor in CONTAINER and passes its output on. */

import { systemClock } from '@cleangrid/core/system-clock.ts';
import { deliveredProgram } from '../delivery.ts';
import { openSupervisedContainer } from '../supervised-container.ts';
import { neverAborted, openRuntime } from './supervised-stand.ts';

const [container = '', script = ''] = process.argv.slice(2);
const { containers } = await openRuntime();
const parts = { containers, clock: systemClock, program: deliveredProgram };
const session = await openSupervisedContainer(parts, container, neverAborted);
const command = { argv: ['sh', '-c', script], env: {}, workdir: null, user: null, stdin: null };
await session.run(
  { ...command, timeoutMs: 60_000 },
  (_stream, chunk) => void process.stdout.write(chunk),
  neverAborted,
);
