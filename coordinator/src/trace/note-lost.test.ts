import type { Span } from '@cleangrid/core/trace/span.ts';
import { decodeSpans } from '@cleangrid/proto/decode-spans.ts';
import { runSpan } from '@cleangrid/proto/trace-ids.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import { beforeEach, expect, test } from 'vitest';
import { scenario, submission } from '../fake/plans.ts';
import type { ScriptedAgent } from '../fake/scripted-agent.ts';
import { run, ScriptedGrid } from '../fake/scripted-grid.ts';

let grid: ScriptedGrid;
let agent: ScriptedAgent;

beforeEach(async () => {
  grid = new ScriptedGrid();
  await grid.open();
  agent = await grid.agent('agent-1');
  const submitted = grid.coordinator.runs.submit({
    ...submission(run, [scenario({ name: 'a', steps: 1 })]),
    traceMode: 'single',
  });
  await grid.advance(0);
  await submitted;
  await grid.advance(0);
});

function begin(): void {
  const { ref } = agent.delivery('0');
  agent.say({ kind: 'accepted', ref });
  agent.say({ kind: 'started', ref });
}

function scenarioSpans(): Span[] {
  const otlp = grid.store.spans.waiting(0, Number.MAX_SAFE_INTEGER).map((batch) => batch.otlp);
  return decodeSpans(Buffer.concat(otlp)).filter(({ name }) => name === 'scenario a');
}

test('an attempt whose agent was lost ends as a span with that reason when the next one begins', async () => {
  begin();
  agent.disconnect();
  await grid.advance(3000);
  expect(scenarioSpans()).toEqual([]);
  await grid.agent('agent-2');
  const [span, ...others] = scenarioSpans();
  expect(others).toEqual([]);
  expect(span).toMatchObject({
    attributes: { 'error.type': 'agent_lost', 'cleangrid.attempt': 1, 'cleangrid.outcome': 'broken' },
    status: { code: 'error', message: 'agent agent-1 was lost' },
  });
  // From its assignment to that of the next.
  expect((span?.endUs ?? 0) - (span?.startUs ?? 0)).toBe(3_000_000);
});

test('an attempt that was lost and then cancelled with its run ends as a span', async () => {
  begin();
  agent.disconnect();
  await grid.cancel();
  await grid.advance(60_000);
  expect(scenarioSpans()).toMatchObject([{ attributes: { 'cleangrid.outcome': 'cancelled' } }]);
});

test('an attempt that never began, and one that its agent closed, get no span from the coordinator', async () => {
  agent.disconnect();
  await grid.advance(3000);
  agent = await grid.agent('agent-2');
  expect(agent.delivery('0').ref.attempt).toBe(2);
  begin();
  agent.run(agent.delivery('0'), [passed]);
  await grid.advance(0);
  expect(scenarioSpans()).toEqual([]);
});

test('the end of a run is logged with the trace in which to look at it', async () => {
  agent.run(agent.delivery('0'), [passed]);
  await grid.advance(0);
  const lines = grid.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.find(({ msg }) => msg === 'run finished')).toMatchObject({
    run,
    trace_id: runSpan(run).traceId,
    span_id: runSpan(run).spanId,
    scenarios: { passed: 1 },
  });
});
