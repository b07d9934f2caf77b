/** `TraceMode` of core ↔ that of the wire. */

import type { TraceMode } from '@cleangrid/core/trace/trace-mode.ts';
import { TraceMode as WireTraceMode } from './gen/cleangrid/v1/runs_pb.ts';
import { wireEnum, type WireEnum } from './wire-enum.ts';

export const wireTraceMode: WireEnum<TraceMode, WireTraceMode> = wireEnum('trace mode', {
  single: WireTraceMode.SINGLE,
  linked: WireTraceMode.LINKED,
  off: WireTraceMode.OFF,
});
