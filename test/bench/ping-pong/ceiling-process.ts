/** Measures one ceiling in a process that is as new as the coordinator it is compared with. */

import { measureCeiling } from './measure-ceiling.ts';

const [stepCount = 0, stepsPerShard = 0] = process.argv.slice(2).map(Number);
process.send?.(await measureCeiling({ stepCount, stepsPerShard }));
