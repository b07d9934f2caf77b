import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentId, id, type RunId, type Sha256, type ShardId } from '@cleangrid/core/ids.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import { failed } from '@cleangrid/core/verdict.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../adapters/sqlite-ledger.ts';
import { scenario } from '../fake/scripted-scenario.ts';
import { virtualClock } from '../fake/virtual-clock.ts';
import { openPoolStand, type PoolStand } from '../pool/pool-stand.ts';
import { AttemptTrace } from './attempt-trace.ts';
import type { LeaseTrace } from './lease-trace.ts';

let directory: string;
let stand: PoolStand;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cleangrid-lease-trace-'));
  const options = { slots: 1, service: { maxContainers: 1 } };
  stand = openPoolStand({ openLedger: (ports) => openLedger(directory, ports), ...options });
});

afterEach(async () => {
  await stand.end();
  rmSync(directory, { recursive: true });
});

function openTrace(attempt: number): { lease: LeaseTrace; spans: Span[] } {
  const spans: Span[] = [];
  const delivery = {
    ref: { run: id<RunId>('r'), shard: id<ShardId>('0'), attempt },
    agent: id<AgentId>('a'),
    boot: 1,
    publishNumber: 1,
    suite: id<Sha256>('s'),
    scenario: scenario([]),
    fresh: false,
    trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
  };
  const spanEnded = (span: Span): void => void spans.push(span);
  const trace = AttemptTrace.open({ delivery, host: 'h', clock: virtualClock(), spanEnded });
  if (!trace) throw new Error('the delivery has a trace');
  return { lease: trace.lease(), spans };
}

function tree(spans: readonly Span[]): Record<string, string | undefined> {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return Object.fromEntries(spans.map(({ name, parentSpanId }) => [name, names.get(parentSpanId ?? '')]));
}

test('a container that was made for the lease has its start, its probes and its preparation below it', async () => {
  const { lease, spans } = openTrace(1);
  await stand.lease({ timeline: lease });
  lease.end(null);
  expect(tree(spans)).toEqual({
    start: 'container db',
    ready: 'container db',
    prepare: 'container db',
    'container db': 'lease',
    lease: undefined,
  });
  expect(spans.find(({ name }) => name === 'container db')?.attributes).toMatchObject({
    'container.image.name': 'postgres:15',
    'service.peer.name': 'db',
    'cleangrid.container.origin': 'cold',
    'cleangrid.container.uses': 0,
  });
});

test('a warm container says how often it was used, and how long its reset took; what it was waited for is a span', async () => {
  const first = await stand.lease();
  const { lease, spans } = openTrace(2);
  const second = stand.lease({ timeline: lease });
  await stand.idle();
  first.release(null);
  await second;
  lease.end(null);
  expect(tree(spans)).toEqual({ wait: 'lease', 'container db': 'lease', lease: undefined });
  expect(spans.find(({ name }) => name === 'container db')?.attributes).toMatchObject({
    'cleangrid.container.origin': 'warm',
    'cleangrid.container.uses': 1,
    'cleangrid.container.reset.duration': expect.any(Number),
  });
});

test('a container that did not become ready says why', () => {
  const { lease, spans } = openTrace(3);
  lease.began('start', 'db')();
  lease.end(failed('service_not_ready', 'db did not become ready'));
  expect(spans.find(({ name }) => name === 'container db')).toMatchObject({
    status: { code: 'error', message: 'db did not become ready' },
    attributes: { 'error.type': 'service_not_ready', 'cleangrid.outcome': 'failed' },
  });
});
