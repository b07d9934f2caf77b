/** `GridError` ↔ gRPC status: the code of ours travels beside gRPC's own, so that both ends mean the same. */

import { type ErrorCode, GridError, isGridError, messageOf } from '@cleangrid/core/errors.ts';
import { wireErrorTextMax } from '@cleangrid/core/limits.ts';
import { explainNoConnection } from './no-connection.ts';
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';

const codeKey = 'cleangrid-code';
const hintKey = 'cleangrid-hint-bin';

const statusOfCode: Partial<Record<ErrorCode, status>> = {
  not_found: status.NOT_FOUND,
  bad_usage: status.INVALID_ARGUMENT,
  bad_suite: status.INVALID_ARGUMENT,
  already_exists: status.ALREADY_EXISTS,
  cancelled: status.CANCELLED,
  disk_full: status.RESOURCE_EXHAUSTED,
  timed_out: status.DEADLINE_EXCEEDED,
  unavailable: status.UNAVAILABLE,
  version_mismatch: status.FAILED_PRECONDITION,
};

/** Without a code of ours: what grpc-js says itself, and servers' bugs (UNKNOWN). All others are a connection that broke. */
const codeOfStatus: Partial<Record<status, ErrorCode>> = {
  [status.FAILED_PRECONDITION]: 'version_mismatch',
  [status.INVALID_ARGUMENT]: 'bad_usage',
  [status.NOT_FOUND]: 'not_found',
  [status.UNAUTHENTICATED]: 'bad_usage',
  [status.RESOURCE_EXHAUSTED]: 'bad_usage',
  [status.UNIMPLEMENTED]: 'version_mismatch',
  [status.UNKNOWN]: 'runtime_error',
};

/** What a server ends a call with. */
export function statusOf(error: unknown): StatusObject {
  const metadata = new Metadata();
  const details = messageOf(error).slice(0, wireErrorTextMax);
  if (!isGridError(error)) return { code: status.UNKNOWN, details, metadata };
  metadata.set(codeKey, error.code);
  if (error.hint !== undefined) metadata.set(hintKey, Buffer.from(error.hint.slice(0, wireErrorTextMax)));
  return { code: statusOfCode[error.code] ?? status.UNKNOWN, details, metadata };
}

/** What a client makes of a call that failed. `peer` is who was called, for errors that come from no server. */
export function gridErrorOf(error: unknown, peer: string): GridError {
  if (isGridError(error)) return error;
  if (!isServiceError(error)) return new GridError('unavailable', messageOf(error), { cause: error });
  const { code, details, metadata } = error;
  const own = metadata.get(codeKey)[0];
  if (own === undefined && code === status.UNAVAILABLE) {
    const { reason, hint } = explainNoConnection(details);
    return new GridError('unavailable', `${peer}: ${reason}`, hint === undefined ? {} : { hint });
  }
  const hint = metadata.get(hintKey)[0]?.toString();
  const message = own === undefined ? `${peer}: ${inTime(code, details)}` : details;
  return new GridError(own === undefined ? (codeOfStatus[code] ?? 'unavailable') : codeNamed(own), message, {
    // With a code of ours it says nothing that is not said.
    ...(own === undefined && { cause: error }),
    ...(hint !== undefined && { hint }),
  });
}

/** grpc-js lists where the time went, which helps nobody here. */
function inTime(code: status, details: string): string {
  return code === status.DEADLINE_EXCEEDED ? 'no answer in time' : details;
}

function isServiceError(error: unknown): error is ServiceError {
  return (
    error instanceof Error && 'code' in error && 'metadata' in error && error.metadata instanceof Metadata
  );
}

/** Every code is known here: the gate lets in no version with others. */
function codeNamed(text: string | Buffer): ErrorCode {
  return text.toString() as ErrorCode;
}
