/** A recording: all that a run was made from, and what came of it, in one file from which it can be repeated anywhere. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { formatBytes } from '@cleangrid/core/bytes.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { recordingBlobBytesMax } from '@cleangrid/core/limits.ts';
import type { Plan } from '@cleangrid/core/plan.ts';
import type { SuiteFile } from '@cleangrid/core/suite/read-suites.ts';
import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import { version } from '@cleangrid/core/version.ts';
import type { RunDigest } from './digest.ts';
import type { SubmissionRead } from './read-submission.ts';

export interface Recording {
  format: 'cleangrid-recording';
  version: 1;
  /** That made it. */
  cleangrid: string;
  plan: Plan;
  traceMode: TraceMode;
  /** The suites as they were, to show their lines. */
  files: SuiteFile[];
  /** Manifests and files of the workspaces, base64 by their SHA-256. */
  blobs: Record<string, string>;
  digest: RunDigest;
}

export interface RecordedRun {
  plan: Plan;
  read: Pick<SubmissionRead, 'files' | 'blobs'>;
  traceMode: TraceMode;
  digest: RunDigest;
}

/** Throws `bad_usage` where the workspaces are too large for one. */
export async function makeRecording({ plan, read, traceMode, digest }: RecordedRun): Promise<Recording> {
  const blobs: Record<string, string> = {};
  let byteCount = 0;
  for (const [sha256, load] of read.blobs) {
    const bytes = await load();
    byteCount += bytes.length;
    if (byteCount > recordingBlobBytesMax)
      throw new GridError(
        'bad_usage',
        `the workspaces have more than the ${formatBytes(recordingBlobBytesMax)} that a recording may hold`,
        { hint: 'Say with [workspace] include or exclude which files the suites need.' },
      );
    blobs[sha256] = Buffer.from(bytes).toString('base64');
  }
  const { files } = read;
  return {
    format: 'cleangrid-recording',
    version: 1,
    cleangrid: version,
    plan,
    traceMode,
    files,
    blobs,
    digest,
  };
}

/** Throws `bad_usage` for what is no recording, and for one that was damaged. */
export async function readRecording(path: string): Promise<RecordedRun> {
  const { plan, files, traceMode, digest, blobs } = await parseRecording(path);
  const loads = Object.entries(blobs).map(([sha256, base64]): [Sha256, () => Promise<Uint8Array>] => {
    const bytes = Buffer.from(base64, 'base64');
    if (sha256Of(bytes) !== sha256) throw unreadable(path, 'a file in it is damaged');
    return [id<Sha256>(sha256), async () => bytes];
  });
  if (sha256Of(Buffer.from(digest.text)) !== digest.sha256) throw unreadable(path, 'its digest is damaged');
  return { plan, read: { files, blobs: new Map(loads) }, traceMode, digest };
}

async function parseRecording(path: string): Promise<Recording> {
  let recording: Recording;
  try {
    recording = JSON.parse(await readFile(path, 'utf8')) as Recording;
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
  if (recording?.format !== 'cleangrid-recording') throw unreadable(path, 'it is something else');
  if (recording.version !== 1) throw unreadable(path, `its version ${String(recording.version)} is unknown`);
  return recording;
}

function unreadable(path: string, why: string, cause?: unknown): GridError {
  return new GridError('bad_usage', `cannot read the recording ${path}: ${why}`, {
    cause,
    hint: 'Recordings are made by cleangrid record.',
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
