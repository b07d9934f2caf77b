/** The one place where what dockerode, the daemon, the socket or a registry says becomes a `GridError`. */

import { type ErrorCode, GridError, type GridErrorOptions, messageOf } from '@cleangrid/core/errors.ts';

/** `doing` completes "could not …". A `GridError` stays what it is. */
export function toGridError(error: unknown, doing: string): GridError {
  if (error instanceof GridError) return error;
  const { statusCode, errno } = partsOf(error);
  const said = daemonMessage(error);
  const [code, hint] =
    statusCode === undefined ? fromSocket(errno, said) : [fromAnswer(statusCode, said), undefined];
  return wrap(code, `could not ${doing}: ${said}`, { cause: error, hint });
}

/** For errors of a pull, whether the daemon sent them as a status or inside the stream. */
export function toPullError(error: unknown, image: string): GridError {
  const { statusCode, errno } = partsOf(error);
  if (error instanceof GridError || (statusCode === undefined && errno !== undefined))
    return toGridError(error, `pull ${image}`);
  const said = daemonMessage(error);
  const [code, hint] = fromRegistry(said);
  return wrap(code, `could not pull ${image}: ${said}`, { cause: error, hint });
}

interface ErrorParts {
  statusCode?: number;
  errno?: string;
}

function partsOf(error: unknown): ErrorParts {
  if (typeof error !== 'object' || error === null) return {};
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  return {
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
    ...(typeof code === 'string' ? { errno: code } : {}),
  };
}

/** The daemon's own words, without dockerode's `(HTTP code …)`. */
function daemonMessage(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | null)?.json;
  const said = typeof json?.message === 'string' ? json.message : messageOf(error);
  return said.replace(/^\(HTTP code \d+\) [^-]* - /u, '').trim();
}

type Meaning = [code: ErrorCode, hint: string | undefined];

const socketErrors: Record<string, string> = {
  ENOENT: 'there is no such socket: is Docker installed and started? `cleangrid doctor` looks further',
  ECONNREFUSED: 'nothing listens there: start the Docker daemon',
  EACCES: 'you may not use the socket: add yourself to the group `docker` and log in again, or run as root',
  EPERM: 'you may not use the socket: add yourself to the group `docker` and log in again, or run as root',
  ENOTFOUND: 'the host of DOCKER_HOST or of the Docker context is unknown',
  EHOSTUNREACH: 'the host of DOCKER_HOST or of the Docker context cannot be reached',
  ETIMEDOUT: 'the host of DOCKER_HOST or of the Docker context does not answer',
  ECONNRESET: 'the daemon closed the connection: it may be restarting',
  EPIPE: 'the daemon closed the connection: it may be restarting',
};

function fromSocket(errno: string | undefined, said: string): Meaning {
  const hint = errno === undefined ? undefined : socketErrors[errno];
  if (hint !== undefined) return ['daemon_unreachable', hint];
  return [isDiskFull(said) ? 'disk_full' : 'runtime_error', undefined];
}

/** The engine has no machine-readable codes beyond the status, so that its messages, stable since 1.12, decide the rest. */
function fromAnswer(status: number, said: string): ErrorCode {
  if (isDiskFull(said)) return 'disk_full';
  if (/is not running|is paused|container stopped\/paused/i.test(said)) return 'not_running';
  if (/already (exists|in use)|overlaps with other one/i.test(said)) return 'already_exists';
  if (/unable to start container process|OCI runtime create failed|unable to find (user|group)/i.test(said))
    return 'exec_failed';
  if (status === 404) return /no such image/i.test(said) ? 'image_missing' : 'not_found';
  return 'runtime_error';
}

function fromRegistry(said: string): Meaning {
  if (isDiskFull(said)) return ['disk_full', undefined];
  if (
    /manifest.*unknown|manifest for .* not found|name unknown|repository .* not found|no matching manifest/i.test(
      said,
    )
  )
    return ['image_missing', 'look for a typing error in its name or tag'];
  if (
    /denied|unauthorized|authentication required|no basic auth|incorrect username or password|40[13] /i.test(
      said,
    )
  )
    return ['pull_refused', 'it does not exist, or needs credentials: `docker login`'];
  if (/invalid reference format/i.test(said)) return ['image_missing', 'that is no image name'];
  return ['unavailable', 'the registry could not be reached or answered with an error'];
}

function isDiskFull(said: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(said);
}

function wrap(
  code: ErrorCode,
  message: string,
  options: { cause: unknown; hint: string | undefined },
): GridError {
  const gridOptions: GridErrorOptions = { cause: options.cause };
  if (options.hint !== undefined) gridOptions.hint = options.hint;
  return new GridError(code, message, gridOptions);
}
