/** The writing half of an exec's connection: one write at a time, half-closed at the end, and deaf to a command that stops reading. */

import type { Duplex } from 'node:stream';

export interface ExecInput {
  write(chunk: Uint8Array): Promise<void>;
  end(): void;
}

/**
 * A command may end before it has read its input; the write then fails. Node would destroy the connection for it, with output in it that is
 * still to be read, so the failure is kept from Node: writing goes on into nothing.
 */
export function execInput(connection: Duplex): ExecInput {
  let gone = false;
  const send = connection._write.bind(connection);
  connection._write = (chunk, encoding, done) => {
    if (gone) return done();
    send(chunk, encoding, (error) => {
      gone ||= Boolean(error);
      done();
    });
  };
  // one at a time: buffered writes would go through `_writev`
  let last: Promise<void> = Promise.resolve();
  return {
    write(chunk) {
      last = last.then(() => writeOne(connection, chunk));
      return last;
    },
    end() {
      last = last.then(() => {
        if (connection.writable) connection.end();
      });
    },
  };
}

function writeOne(connection: Duplex, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (connection.writable) connection.write(chunk, () => resolve());
    else resolve();
  });
}
