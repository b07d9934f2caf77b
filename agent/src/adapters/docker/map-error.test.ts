import { GridError } from '@cleangrid/core/errors.ts';
import { describe, expect, it } from 'vitest';
import { toGridError, toPullError } from './map-error.ts';

function answered(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) …`), { statusCode, json: { message } });
}

function system(code: string): Error {
  return Object.assign(new Error(`connect ${code} /var/run/docker.sock`), { code });
}

describe('an error of Docker', () => {
  it.each([
    [404, 'No such container: x', 'not_found'],
    [404, 'No such image: x:1', 'image_missing'],
    [404, 'network x not found', 'not_found'],
    [409, 'Container x is not running', 'not_running'],
    [409, 'Container x is paused, unpause the container before exec', 'not_running'],
    [409, 'Conflict. The container name "/x" is already in use by container "y".', 'already_exists'],
    [409, 'network with name x already exists', 'already_exists'],
    [403, 'Pool overlaps with other one on this address space', 'already_exists'],
    [409, 'remove x: volume is in use - [y]', 'runtime_error'],
    [400, 'failed to create shim task: OCI runtime create failed: runc create failed: …', 'exec_failed'],
    [400, 'unable to find user x: no matching entries in passwd file', 'exec_failed'],
    [500, 'write /var/lib/docker/tmp/x: no space left on device', 'disk_full'],
    [500, 'something else', 'runtime_error'],
  ])('with status %i and "%s" is %s', (status, message, code) => {
    const error = toGridError(answered(status, message), 'do it');
    expect(error).toMatchObject({ code, message: `could not do it: ${message}` });
  });

  it.each(['ENOENT', 'ECONNREFUSED', 'EACCES', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])(
    'of the socket (%s) says that the daemon cannot be reached, and what to do',
    (code) => {
      const error = toGridError(system(code), 'do it');
      expect(error).toMatchObject({ code: 'daemon_unreachable', hint: expect.stringMatching(/./) });
    },
  );

  it('says which group may use the socket', () => {
    expect(toGridError(system('EACCES'), 'do it').hint).toContain('group `docker`');
  });

  it('is told without what the client wraps around an answer that is no JSON', () => {
    const error = Object.assign(
      new Error('(HTTP code 500) server error - Get "https://r/v2/": no such host '),
      {
        statusCode: 500,
        json: null,
      },
    );
    expect(toPullError(error, 'x').message).toBe('could not pull x: Get "https://r/v2/": no such host');
  });

  it('stays what it is once it is known', () => {
    const known = new GridError('timed_out', 'late');
    expect(toGridError(known, 'do it')).toBe(known);
    expect(toPullError(known, 'x')).toBe(known);
  });
});

describe('an error of a pull', () => {
  it.each([
    ['manifest for x:1 not found: manifest unknown: manifest unknown', 'image_missing'],
    ['repository x not found: name unknown', 'image_missing'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'image_missing'],
    ['invalid reference format', 'image_missing'],
    ["pull access denied for x, repository does not exist or may require 'docker login'", 'pull_refused'],
    ['Get "https://r/v2/": unauthorized: authentication required', 'pull_refused'],
    ['Get "http://r/v2/x": no basic auth credentials', 'pull_refused'],
    ['Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused', 'unavailable'],
    ['Get "https://r/v2/": dial tcp: lookup r on 1.1.1.1:53: no such host', 'unavailable'],
    ['toomanyrequests: You have reached your pull rate limit.', 'unavailable'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'unavailable'],
    ['failed to register layer: write /x: no space left on device', 'disk_full'],
  ])('saying "%s" is %s', (message, code) => {
    expect(toPullError(answered(500, message), 'x:1').code).toBe(code);
    expect(toPullError(new Error(message), 'x:1').code).toBe(code);
  });

  it('of the socket is no error of the registry', () => {
    expect(toPullError(system('ECONNREFUSED'), 'x:1').code).toBe('daemon_unreachable');
  });
});
