import { id, type ServiceName } from '@cleangrid/core/ids.ts';
import { describe, expect, it } from 'vitest';
import { commandText } from './command-text.ts';

describe('the text of a command', () => {
  it('is the script of a shell step', () => {
    expect(commandText({ kind: 'shell', script: 'echo "$x" | wc', variables: {} })).toBe('echo "$x" | wc');
  });

  it('quotes the words of an argv that a shell would take apart, and shows references as they were written', () => {
    const argv = [
      ['psql'],
      ['-h', { kind: 'service', service: id<ServiceName>('db'), fact: 'host' }],
      ["it's"],
    ] as const;
    expect(commandText({ kind: 'argv', argv: argv.map((word) => [...word]) })).toBe(
      String.raw`psql '-h${'${services.db.host}'}' 'it'\''s'`,
    );
  });
});
