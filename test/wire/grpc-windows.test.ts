import { connect } from 'node:http2';
import { wirePieceBytesMax } from '@cleangrid/core/limits.ts';
import { expect, it } from 'vitest';
import { openGrpc } from './open-grpc.ts';

it('lets a caller send a whole piece before the coordinator has read anything, on its stream and its connection', async () => {
  const server = await openGrpc({});
  const session = connect(`http://127.0.0.1:${server.port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/cleangrid.v1.Runs/Submit' });
  stream.on('error', () => {});
  await expect.poll(() => session.remoteSettings.initialWindowSize).toBe(wirePieceBytesMax);
  await expect.poll(() => session.state.remoteWindowSize).toBe(wirePieceBytesMax);
  session.destroy();
  await server.close(0);
});
