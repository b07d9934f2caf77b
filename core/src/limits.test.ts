import { describe, expect, it } from 'vitest';
import {
  absenceMsMax,
  answerMsMax,
  beatIntervalMs,
  beatMsMax,
  creditAheadMax,
  deathProofMsMax,
  frameBytesMax,
  mailboxUnacknowledgedMax,
  outboxBytesMax,
  outputKeptBytesMax,
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
} from './limits.ts';

const grpcMessageBytesMax = 4 * 1024 * 1024;
const largestResultBytes = 4 * outputKeptBytesMax;

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

  it('make every frame fit one gRPC message, and the outbox hold many', () => {
    expect(frameBytesMax + largestResultBytes).toBeLessThan(grpcMessageBytesMax);
    expect(outboxBytesMax).toBeGreaterThan(10 * frameBytesMax);
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
