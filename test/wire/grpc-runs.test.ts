import { GridError } from '@cleangrid/core/errors.ts';
import { type AgentId, id, type RunId, type ShardId } from '@cleangrid/core/ids.ts';
import type { AgentRecord, RunEvent, RunService, RunSpans, Watched } from '@cleangrid/core/run-service.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { GrpcRunService } from '@cleangrid/proto/adapters/grpc-run-service.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openGrpc } from './open-grpc.ts';
import { openProxy } from './proxy.ts';
import { all, finished, record, run } from './sample-run.ts';

// Real sockets and threads, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

describe('RunService over gRPC', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });

  async function open(runs: Partial<RunService>) {
    const server = await openGrpc({ runs });
    cleanups.push(() => server.close(0));
    const client = new GrpcRunService(server.target, systemClock);
    cleanups.push(() => client.close());
    return { server, client };
  }

  describe('watch', () => {
    const never = new AbortController().signal;
    const from = (cursor: number): Watched => ({ cursor, steps: 'failures' });
    const events: RunEvent[] = [
      { cursor: 1, kind: 'run_started', record },
      { cursor: 1, kind: 'waiting', message: 'no agent' },
      { cursor: 2, kind: 'scenario_finished', scenario: finished(1, 250).id, record: finished(1, 250) },
      { cursor: 3, kind: 'run_finished', record },
    ];

    async function* replay(_run: RunId, { cursor }: Watched): AsyncGenerator<RunEvent> {
      for (const event of events) if (event.cursor > cursor) yield event;
    }

    it('carries events in order, until the run is finished', async () => {
      const { client } = await open({ watch: replay });
      expect(await all(client.watch(run, from(0), never))).toEqual(events);
      expect(await all(client.watch(run, from(2), never))).toEqual(events.slice(3));
    });

    it('asks for what its reader wants to know', async () => {
      const asked: Watched[] = [];
      const { client } = await open({
        async *watch(_run, wanted) {
          asked.push(wanted);
          yield { cursor: 8, kind: 'run_finished', record };
        },
      });
      const wishes: Watched[] = [{ cursor: 7, steps: 'every' }, from(0)];
      for (const wish of wishes) await all(client.watch(run, wish, never));
      expect(asked).toEqual(wishes);
    });

    it('goes on after the last event it saw when the coordinator restarts', async () => {
      const cursors: number[] = [];
      const { client, server } = await open({
        async *watch(_run, { cursor }, signal) {
          cursors.push(cursor);
          yield* events.slice(0, 3);
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      });
      const seen: RunEvent[] = [];
      for await (const event of client.watch(run, from(0), never)) {
        seen.push(event);
        if (event.kind === 'scenario_finished') await server.close(0);
        if (event.kind !== 'away') continue;
        const again = await openGrpc({ runs: { watch: replay }, port: server.port });
        cleanups.push(() => again.close(0));
      }
      expect(seen.filter(({ kind }) => kind !== 'waiting' && kind !== 'away')).toEqual(
        events.filter(({ kind }) => kind !== 'waiting'),
      );
      expect(cursors).toEqual([0]);
    });

    it('goes on when the connection is cut in the middle', async () => {
      let calls = 0;
      const server = await openGrpc({
        runs: {
          async *watch(_run, { cursor }) {
            calls += 1;
            for (let next = cursor + 1; next <= 2000; next++)
              yield { cursor: next, kind: 'run_started', record };
            yield { cursor: 2001, kind: 'run_finished', record };
          },
        },
      });
      cleanups.push(() => server.close(0));
      const proxy = await openProxy(server.port);
      cleanups.push(() => proxy.close());
      const client = new GrpcRunService({ ...server.target, address: proxy.address }, systemClock);
      cleanups.push(() => client.close());
      const cursors: number[] = [];
      for await (const { kind, cursor } of client.watch(run, from(0), never)) {
        if (kind !== 'away') cursors.push(cursor);
        if (cursor === 100) proxy.cut();
      }
      expect(cursors).toEqual(Array.from({ length: 2001 }, (_, index) => index + 1));
      expect(calls).toBeGreaterThan(1);
    });

    it('ends at once when its reader no longer wants it, here and at the coordinator', async () => {
      const ended = Promise.withResolvers<string>();
      const { client } = await open({
        async *watch(_run, _wanted, signal) {
          yield { cursor: 1, kind: 'run_started', record };
          signal.addEventListener('abort', () => ended.resolve('aborted'));
          await ended.promise;
        },
      });
      const abort = new AbortController();
      for await (const event of client.watch(run, from(0), abort.signal)) {
        expect(event.kind).toBe('run_started');
        abort.abort();
      }
      expect(await ended.promise).toBe('aborted');
    });

    it('does not go on for a run that does not exist', async () => {
      const { client } = await open({
        // oxlint-disable-next-line require-yield -- a watch of nothing
        async *watch() {
          throw new GridError('not_found', 'there is no run run-1');
        },
      });
      await expect(all(client.watch(run, from(0), never))).rejects.toMatchObject({ code: 'not_found' });
    });

    it('lets the coordinator wait for a reader that is slow', async () => {
      let made = 0;
      const { client } = await open({
        async *watch() {
          for (made = 1; made <= 20_000; made++) {
            yield {
              cursor: made,
              kind: 'scenario_finished',
              scenario: finished(1, 20).id,
              record: finished(1, 20),
            };
          }
          yield { cursor: made, kind: 'run_finished', record };
        },
      });
      for await (const { cursor } of client.watch(run, from(0), never)) {
        expect(made - cursor).toBeLessThan(5000);
        if (cursor === 10) break;
      }
    });
  });

  it('lists, gets and cancels runs', async () => {
    const cancelled: string[] = [];
    const { client } = await open({
      list: async (limit) => Array.from({ length: limit }, () => record),
      get: async (wanted) => ({ ...record, run: wanted }),
      cancel: async (wanted, message) => void cancelled.push(wanted, message),
    });
    expect(await client.list(2)).toEqual([record, record]);
    expect(await client.get(id<RunId>('another'))).toEqual({ ...record, run: 'another' });
    await client.cancel(run, 'enough');
    expect(cancelled).toEqual([run, 'enough']);
  });

  it('tells of every agent, also of one that is not known any better', async () => {
    const known: AgentRecord = {
      agent: id<AgentId>('agent-1'),
      host: 'host-1',
      state: 'ready',
      slots: 4,
      held: 3,
      running: 2,
      runs: [run],
      executor: 'supervisor',
      version: '0.1.0',
      pool: [{ label: 'db', ready: 1, leased: 2, changing: 0 }],
    };
    const expected: AgentRecord = { ...known, state: 'absent', runs: [], executor: null, version: null };
    const { client } = await open({ agents: async () => [known, expected] });
    expect(await client.agents()).toEqual([known, expected]);
  });

  it('waits for a coordinator that restarts, when the question may be repeated', async () => {
    const { client, server } = await open({});
    await server.close(0);
    const answered = client.get(run);
    const again = await openGrpc({ runs: { get: async () => record }, port: server.port });
    cleanups.push(() => again.close(0));
    expect(await answered).toEqual(record);
  });

  it('carries every scenario whole, however many steps it has', async () => {
    const records = [finished(1, 0), finished(2, 1), finished(3, 1234)];
    const { client } = await open({
      async *scenarios() {
        yield* records;
      },
    });
    expect(await all(client.scenarios(run))).toEqual(records);
  });

  it('carries spans as they arrived, each with whose they are, also where they are many', async () => {
    const batches: RunSpans[] = [
      { of: null, otlp: new Uint8Array([1, 2]) },
      ...Array.from({ length: 200 }, (_, index) => ({
        of: { shard: id<ShardId>(`${index}.1`), attempt: 2 },
        otlp: Buffer.alloc(500_000, index),
      })),
    ];
    const asked: unknown[] = [];
    const { client } = await open({
      async *spans(...question) {
        asked.push(question);
        yield* batches;
      },
    });
    let count = 0;
    for await (const { of, otlp } of client.spans(run, null)) {
      expect(of).toEqual(batches[count]?.of);
      expect(Buffer.compare(otlp, batches[count]?.otlp ?? otlp.subarray(1))).toBe(0);
      count += 1;
    }
    expect(count).toBe(batches.length);
    for await (const { of } of client.spans(run, 0)) {
      expect(of).toBeNull();
      break;
    }
    expect(asked).toEqual([
      [run, null],
      [run, 0],
    ]);
  });

  it('turns a client away whose version does not fit, both named', async () => {
    const { server } = await open({ list: async () => [] });
    const introduction = { version: '999.0.0', token: null };
    const stranger = new GrpcRunService({ ...server.target, introduction }, systemClock);
    cleanups.push(() => stranger.close());
    await expect(stranger.list(1)).rejects.toMatchObject({
      code: 'version_mismatch',
      message: expect.stringMatching(/0\.1\.0.*999\.0\.0/),
    });
  });
});
