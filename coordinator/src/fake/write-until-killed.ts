/** A process for tests: writes frames into the run store of a directory, and says of each that it is stored, until it is killed or fails. */

import { writeSync } from 'node:fs';
import { isGridError } from '@cleangrid/core/errors.ts';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import { openSqliteRunStore } from '../adapters/sqlite-run-store.ts';
import { stepId, stepResult } from './plans.ts';
import { storedRun } from './stored.ts';

const [directory = '', name = '', survives = ''] = process.argv.slice(2);
const store = openSqliteRunStore({ directory, survives: survives === 'kill' ? 'kill' : 'power_loss' });
const run =
  store.run(id<RunId>(name))?.ordinal ?? store.transaction((writes) => writes.addRun(storedRun(name)));
const place = { scenario: 0, slice: 0 };
const results = Array.from({ length: 50 }, (_, index) => stepResult(stepId(index), passed));

try {
  for (let seq = store.frameSeqs(run, place, 1).length + 1; ; seq += 1) {
    store.transaction((writes) => writes.addFrame({ run, place, attempt: 1, seq, results }));
    writeSync(1, `${seq}\n`);
  }
} catch (error) {
  if (!isGridError(error)) throw error;
  writeSync(1, `${error.code}\n`);
}
