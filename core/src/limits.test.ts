import { describe, expect, it } from 'vitest';
import {
  absenceMsMax,
  answerMsMax,
  beatIntervalMs,
  beatMsMax,
  checkTextMax,
  creditAheadMax,
  deathProofMsMax,
  frameBytesMax,
  mailboxUnacknowledgedMax,
  outboxBytesMax,
  outputKeptBytesMax,
  recordStepsMax,
  reconnectMsFirst,
  reconnectMsMax,
  outputGrantBytesMin,
  startGraceMs,
  stepOutputWindowBytes,
  supervisorLeaseMs,
  supervisorPingMs,
  supervisorSilenceMsMax,
  stallMsMax,
  tickMs,
  wireBatchWeightMax,
  wireJoinedBytesMax,
  wireMessageBytesMax,
  wirePieceBytesMax,
  wireWeightChars,
  workspaceFileBytesMax,
} from './limits.ts';

/** Two outputs and the two texts of an unmet expectation. */
const largestResultBytes = 2 * outputKeptBytesMax + 2 * checkTextMax;

describe('limits', () => {
  it('give an agent whose connection broke the time to be back before it is lost', () => {
    expect(reconnectMsFirst).toBeLessThan(reconnectMsMax);
    expect(2 * reconnectMsMax).toBeLessThanOrEqual(absenceMsMax);
    expect(answerMsMax + absenceMsMax).toBeLessThan(startGraceMs);
  });

  it('let some beats go missing before an agent is lost', () => {
    expect(3 * beatIntervalMs + tickMs).toBeLessThan(beatMsMax);
    expect(tickMs).toBeLessThan(stallMsMax);
    expect(beatMsMax).toBeLessThan(deathProofMsMax);
  });

  it('make every frame, batch and part of a record fit one gRPC message, and the outbox hold many frames', () => {
    expect(frameBytesMax + largestResultBytes).toBeLessThan(wireMessageBytesMax);
    expect(recordStepsMax * largestResultBytes).toBeLessThan(wireMessageBytesMax);
    expect(2 * wireBatchWeightMax * wireWeightChars).toBeLessThan(wireMessageBytesMax);
    expect(outboxBytesMax).toBeGreaterThan(10 * frameBytesMax);
  });

  it('let the largest workspace file travel, in pieces that fit a message', () => {
    expect(workspaceFileBytesMax).toBeLessThan(wireJoinedBytesMax);
    expect(wirePieceBytesMax).toBeLessThan(wireMessageBytesMax);
  });

  it('let a mailbox hand over all that an agent has credit for', () => {
    expect(mailboxUnacknowledgedMax).toBeGreaterThan(2 * creditAheadMax);
  });

  it('let signs of life be late before a supervisor or its agent gives up, and end what an owner left within 10 s', () => {
    expect(3 * supervisorPingMs).toBeLessThan(supervisorLeaseMs);
    expect(supervisorLeaseMs).toBeLessThan(10_000);
    expect(3 * supervisorPingMs).toBeLessThan(supervisorSilenceMsMax);
  });

  it('grant output back long before its window is used up', () => {
    expect(2 * outputGrantBytesMin).toBeLessThanOrEqual(stepOutputWindowBytes);
  });
});
