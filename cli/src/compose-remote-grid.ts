/** A coordinator somewhere else as the grid of a command. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { GrpcRunService } from '@cleangrid/proto/adapters/grpc-run-service.ts';
import type { RemoteGrid, RemoteGridOptions } from './remote-grid.ts';

/** Dials when it is first asked something: never throws. */
export function openRemoteGrid({ address, transport }: RemoteGridOptions, clock: Clock): RemoteGrid {
  const { tls, introduction } = transport;
  const runs = new GrpcRunService({ address: address.text, tls, introduction }, clock);
  return {
    address: address.text,
    runs,
    removedAtStart: 0,
    close: async () => runs.close(),
    abandon: async () => runs.close(),
  };
}
