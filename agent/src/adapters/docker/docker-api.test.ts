import { GridError } from '@cleangrid/core/errors.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../contract/code-of.ts';
import { virtualClock } from '../../fake/virtual-clock.ts';
import { dockerContainers } from './containers.ts';
import { answerJson, type StubDaemon, startStubDaemon } from './stub-daemon.ts';

describe('a call to a daemon', () => {
  let daemon: StubDaemon | undefined;
  afterEach(() => daemon?.close());

  it('ends when the daemon accepts it and never answers', async () => {
    daemon = await startStubDaemon(virtualClock(), () => {});
    expect(await codeOf(dockerContainers(daemon.api).get('x'))).toBe('timed_out');
  });

  it('ends when the daemon stops in the middle of an answer', async () => {
    daemon = await startStubDaemon(virtualClock(), (_, response) => void response.write('{'));
    expect(await codeOf(dockerContainers(daemon.api).get('x'))).toBe('timed_out');
  });

  it('ends when the daemon dies in the middle of an answer', async () => {
    daemon = await startStubDaemon(virtualClock(), (_, response) => {
      response.write('{', () => response.destroy());
    });
    // dockerode never settles here
    expect(await codeOf(dockerContainers(daemon.api).get('x'))).toBe('timed_out');
  });

  it('ends with the reason of its signal', async () => {
    const reason = new GridError('cancelled', 'enough');
    const abort = new AbortController();
    daemon = await startStubDaemon(systemClock, () => abort.abort(reason));
    await expect(dockerContainers(daemon.api).get('x', abort.signal)).rejects.toBe(reason);
  });

  it('says that the daemon is gone, and what to do', async () => {
    daemon = await startStubDaemon(systemClock, (request) => void request.socket.destroy());
    const { api } = daemon;
    await expect(dockerContainers(api).get('x')).rejects.toMatchObject({
      code: 'daemon_unreachable',
      hint: expect.stringMatching(/restarting/),
    });
    await daemon.close();
    daemon = undefined;
    await expect(dockerContainers(api).get('x')).rejects.toMatchObject({
      code: 'daemon_unreachable',
      hint: expect.stringMatching(/is Docker installed and started/),
    });
  });

  it("carries the daemon's own words", async () => {
    daemon = await startStubDaemon(systemClock, answerJson(404, { message: 'No such container: x' }));
    await expect(dockerContainers(daemon.api).get('x')).rejects.toMatchObject({
      code: 'not_found',
      message: 'could not look up the container x: No such container: x',
    });
  });
});
