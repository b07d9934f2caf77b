import { describe, expect, it } from 'vitest';
import { type Setting, type SettingSources, Settings } from './settings.ts';

const known: readonly Setting<'slots' | 'tls-cert' | 'insecure' | 'alias' | 'listen'>[] = [
  { name: 'slots', takes: 'n', variable: 'X_SLOTS', help: '' },
  { name: 'tls-cert', takes: 'file', variable: 'X_TLS_CERT', help: '' },
  { name: 'insecure', takes: null, variable: 'X_INSECURE', help: '' },
  { name: 'alias', takes: 'from=to', variable: null, help: '', isList: true },
  { name: 'listen', takes: 'host:port', variable: null, help: '', fallback: '127.0.0.1:7443' },
];

function settings(sources: Partial<SettingSources>) {
  return new Settings(known, { flags: {}, environment: {}, file: new Map(), ...sources });
}

describe('a setting', () => {
  const everywhere = {
    flags: { tlsCert: 'by flag' },
    environment: { X_TLS_CERT: 'by variable' },
    file: new Map([['tls-cert', 'by file']]),
  };

  it('is the flag, else the variable, else the file, else the default', () => {
    const { flags, environment, file } = everywhere;
    expect(settings(everywhere).text('tls-cert')).toBe('by flag');
    expect(settings({ environment, file }).text('tls-cert')).toBe('by variable');
    expect(settings({ file }).text('tls-cert')).toBe('by file');
    expect(settings({ flags }).text('listen')).toBe('127.0.0.1:7443');
    expect(settings({}).text('tls-cert')).toBeNull();
  });

  it('is not said by an empty variable', () => {
    expect(settings({ ...everywhere, flags: {}, environment: { X_TLS_CERT: '' } }).text('tls-cert')).toBe(
      'by file',
    );
  });

  it('that is a switch is on where it is given, true or 1', () => {
    expect(settings({}).isOn('insecure')).toBe(false);
    expect(settings({ flags: { insecure: true } }).isOn('insecure')).toBe(true);
    expect(settings({ environment: { X_INSECURE: '1' } }).isOn('insecure')).toBe(true);
    expect(settings({ environment: { X_INSECURE: 'false' } }).isOn('insecure')).toBe(false);
    expect(() => settings({ environment: { X_INSECURE: 'maybe' } }).isOn('insecure')).toThrow(
      "'maybe' (X_INSECURE) is not true or false",
    );
  });

  it('that is a list has what was given several times, and what commas or spaces separate', () => {
    expect(settings({ flags: { alias: ['a=b', 'c=d'] } }).list('alias')).toEqual(['a=b', 'c=d']);
    expect(settings({ file: new Map([['alias', 'a=b, c=d']]) }).list('alias')).toEqual(['a=b', 'c=d']);
  });

  it('that is a number is refused with where it was said', () => {
    expect(settings({ flags: { slots: '8' } }).wholeNumber('slots', { max: 10 })).toBe(8);
    for (const text of ['0', '11', 'many', '1.5'])
      expect(() => settings({ environment: { X_SLOTS: text } }).wholeNumber('slots', { max: 10 })).toThrow(
        `'${text}' (X_SLOTS) is not a whole number from 1 to 10`,
      );
    expect(() => settings({ file: new Map([['slots', '0']]) }).wholeNumber('slots', { max: 10 })).toThrow(
      'slots in the configuration file',
    );
  });

  it('that is an address has a host and a port', () => {
    const address = (listen: string) => settings({ flags: { listen } }).address('listen');
    expect(address('grid:7443')).toEqual({ text: 'grid:7443', host: 'grid', port: 7443 });
    expect(address('[::1]:0')).toEqual({ text: '[::1]:0', host: '[::1]', port: 0 });
    for (const text of ['grid', 'grid:', ':7443', '::1:7443', 'grid:70000'])
      expect(() => address(text)).toThrow('is not HOST:PORT');
  });
});
