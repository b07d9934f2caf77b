import type { Clock } from '@cleangrid/core/clock.ts';
import { dockerCallMsMax } from '@cleangrid/core/limits.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { watchEvents } from './events.ts';
import { type StubDaemon, startStubDaemon } from './stub-daemon.ts';

/** Pauses take no time, deadlines never come. */
const impatientClock: Clock = {
  ...systemClock,
  after: (delayMs, fire) => {
    if (delayMs < dockerCallMsMax) setImmediate(fire);
    return () => {};
  },
};

function event(action: string, attributes: Record<string, string> = {}): string {
  const actor = { ID: 'abc', Attributes: { name: 'db', ...attributes } };
  return `${JSON.stringify({ Type: 'container', Action: action, Actor: actor, timeNano: 2_000_000 })}\n`;
}

describe('watchEvents', () => {
  let daemon: StubDaemon | undefined;
  afterEach(() => daemon?.close());

  it('says that it connected after each loss, so that the consumer lists again', async () => {
    let connectionCount = 0;
    daemon = await startStubDaemon(impatientClock, (_, response) => {
      connectionCount += 1;
      if (connectionCount === 2) return void response.destroy();
      response.write(event('die', { exitCode: '137' }).slice(0, 20));
      setImmediate(() => {
        response.write(event('die', { exitCode: '137' }).slice(20) + event('start'));
        if (connectionCount === 1) response.destroy();
      });
    });
    const stop = new AbortController();
    const events = [];
    for await (const told of watchEvents(daemon.api, { 'cleangrid.agent': 'a' }, stop.signal)) {
      events.push(told.kind === 'container' ? told.action : told.kind);
      if (connectionCount === 3 && events.at(-1) === 'start') stop.abort();
    }
    expect(events.filter((kind) => kind === 'connected')).toHaveLength(2);
    expect(events.slice(-3)).toEqual(['connected', 'die', 'start']);
  });

  it('asks for the containers of the labels only, and tells what it is told', async () => {
    let asked = '';
    daemon = await startStubDaemon(impatientClock, (request, response) => {
      asked = decodeURIComponent(request.url ?? '');
      response.write(event('die', { exitCode: '3' }));
    });
    const stop = new AbortController();
    for await (const told of watchEvents(daemon.api, { a: 'b', c: true }, stop.signal)) {
      if (told.kind === 'connected') continue;
      expect(told).toEqual({
        kind: 'container',
        action: 'die',
        id: 'abc',
        name: 'db',
        exitCode: 3,
        atMs: 2,
      });
      stop.abort();
    }
    expect(asked).toContain('"label":["a=b","c"]');
  });
});
