/** The coordinator's half of the ping-pong, in a process of its own: says where it listens, and ends with SIGTERM. */

import { serveGrpc } from '@cleangrid/coordinator/adapters/grpc-server.ts';
import { JetStreamSender } from '@cleangrid/coordinator/adapters/jetstream-sender.ts';
import { type GridId, id } from '@cleangrid/core/ids.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { version } from '@cleangrid/core/version.ts';
import { connectNats } from '@cleangrid/proto/adapters/nats-connection.ts';
import { pino } from 'pino';
import { noBlobs, noRuns } from './nothing.ts';
import { PingPong } from './ping-pong-coordinator.ts';

const [natsUrl = ''] = process.argv.slice(2);
const clock = systemClock;
const connection = await connectNats({ servers: [natsUrl], tls: null, credentials: null, name: 'ping-pong' });
const logger = pino({ level: 'silent' });
const mailboxes = new JetStreamSender({ connection, blobs: noBlobs, clock, logger });
const epoch = { grid: id<GridId>('pingpong'), number: 1 };
await mailboxes.begin(epoch, (reason) => {
  throw new Error(reason);
});
const pingPong = new PingPong(mailboxes, epoch);
const { port } = await serveGrpc(
  { address: '127.0.0.1:0', tls: null, introduction: { version, token: null } },
  { accept: (channel) => pingPong.accept(channel), runs: pingPong.runs(noRuns), blobs: noBlobs, clock },
);
process.stdout.write(`listening on 127.0.0.1:${port}\n`);
