import { createHash } from 'node:crypto';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import {
  type RunService,
  type Submission,
  type SubmittedScenario,
  submitted,
} from '@cleangrid/core/run-service.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { GrpcRunService } from '@cleangrid/proto/adapters/grpc-run-service.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openGrpc } from './open-grpc.ts';
import { run, scenario, suite } from './sample-run.ts';

// Real sockets and threads, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

describe('submitting over gRPC', () => {
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

  /** Takes everything in, as a coordinator does that has only the blobs in `known`. */
  function takingIn(known: Sha256[] = []) {
    const taken = {
      suites: [] as PlannedSuite[],
      chunks: [] as SubmittedScenario[][],
      blobs: [] as Uint8Array[],
    };
    const submit = async ({ suites, scenarios, blobs }: Submission): Promise<void> => {
      taken.suites = suites;
      for (const [sha256, load] of blobs) if (!known.includes(sha256)) taken.blobs.push(await load());
      for await (const chunk of scenarios) taken.chunks.push(chunk);
    };
    return { taken, submit };
  }

  it('carries suites and scenarios, chunk by chunk', async () => {
    const { taken, submit } = takingIn();
    const { client } = await open({ submit });
    const [one, two, three] = [scenario(1), { ...scenario(2), name: 'two\nlines' }, scenario(3)].map(
      submitted,
    ) as [SubmittedScenario, SubmittedScenario, SubmittedScenario];
    const scenarios = [[one, two], [], [three]];
    await client.submit({ run, suites: [suite], traceMode: 'off', scenarios, blobs: new Map() });
    expect(taken).toEqual({
      suites: [suite],
      chunks: [[one, two], [three]],
      blobs: [],
    });
  });

  it('sends only blobs that the coordinator asks for, of any size', async () => {
    const [known, small, large] = [[], ['a'], ['x'.repeat(5_000_000)]].map(([text = '']) =>
      Buffer.from(text),
    );
    const sent = [known, small, large].map((bytes): [Sha256, Buffer] => [
      sha256(bytes),
      bytes ?? Buffer.alloc(0),
    ]);
    const loaded: string[] = [];
    const { taken, submit } = takingIn([sha256(known)]);
    const { client } = await open({ submit });
    const load = (hash: Sha256, bytes: Buffer) => async () => {
      loaded.push(hash);
      return bytes;
    };
    const blobs = new Map(sent.map(([hash, bytes]) => [hash, load(hash, bytes)]));
    await client.submit({ run, suites: [suite], traceMode: 'off', scenarios: [], blobs });
    expect(
      taken.blobs.map((bytes) =>
        Buffer.compare(bytes, bytes.length === 1 ? (small as Buffer) : (large as Buffer)),
      ),
    ).toEqual([0, 0]);
    expect(loaded).toEqual([sha256(small), sha256(large)]);
  });

  it('makes a scenario only when the coordinator asks for it', async () => {
    let made = 0;
    let takenCount = 0;
    const submit = async ({ scenarios }: Submission): Promise<void> => {
      for await (const chunk of scenarios) {
        takenCount += chunk.length;
        expect(made - takenCount).toBeLessThanOrEqual(1);
      }
    };
    const { client } = await open({ submit });
    function* scenarios(): Generator<SubmittedScenario[]> {
      for (made = 1; made <= 300; made++) yield [submitted(scenario(made))];
    }
    await client.submit({ run, suites: [suite], traceMode: 'off', scenarios: scenarios(), blobs: new Map() });
    expect(takenCount).toBe(300);
  });

  it('refuses a scenario of a suite that was not submitted', async () => {
    const { submit } = takingIn();
    const { client } = await open({ submit });
    for (const index of [1, -1, 0.5]) {
      const scenarios = [[submitted({ ...scenario(1), suite: index })]];
      await expect(
        client.submit({ run, suites: [suite], traceMode: 'off', scenarios, blobs: new Map() }),
      ).rejects.toMatchObject({
        code: 'bad_usage',
        message: expect.stringContaining('scenario 1'),
      });
    }
  });

  it("ends with the coordinator's error, and with the client's own", async () => {
    const refused = new GridError('disk_full', 'no space left for blobs', { hint: 'Remove old runs.' });
    const submission = { run, suites: [suite], traceMode: 'off' as const, scenarios: [], blobs: new Map() };
    const full = await open({ submit: () => Promise.reject(refused) });
    await expect(full.client.submit(submission)).rejects.toMatchObject({
      code: 'disk_full',
      message: refused.message,
      hint: refused.hint,
    });
    const left = Promise.withResolvers<unknown>();
    const { client } = await open({
      submit: ({ blobs }) =>
        Promise.all([...blobs.values()].map((load) => load())).then(() => {}, left.resolve),
    });
    const blobs = new Map([[sha256(Buffer.from('a')), () => Promise.reject(new Error('the file is gone'))]]);
    await expect(client.submit({ ...submission, blobs })).rejects.toThrow('the file is gone');
    expect(await left.promise).toMatchObject({ code: 'cancelled' });
  });

  it('says that no coordinator answers, and where', async () => {
    const { client, server } = await open({});
    await server.close(0);
    const submission = { run, suites: [suite], traceMode: 'off' as const, scenarios: [], blobs: new Map() };
    await expect(client.submit(submission)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`localhost:${server.port}`),
    });
  });
});

function sha256(bytes: Uint8Array = new Uint8Array()): Sha256 {
  return id<Sha256>(createHash('sha256').update(bytes).digest('hex'));
}
