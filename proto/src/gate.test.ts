import { describe, expect, it } from 'vitest';
import { type Introduction, introduce, refuseCaller } from './gate.ts';

function refuse(own: Introduction, caller: Introduction) {
  const said = introduce(caller);
  return refuseCaller(own, (key) => said[key]);
}

describe('gate', () => {
  it('lets in whoever has a fitting version and the token', () => {
    const own = { version: '0.1.0', token: 'secret' };
    expect(refuse(own, own)).toBeNull();
    expect(refuse(own, { version: '0.1.7', token: 'secret' })).toBeNull();
  });

  it('asks nobody for a token when it has none', () => {
    expect(refuse({ version: '0.1.0', token: null }, { version: '0.1.0', token: 'any' })).toBeNull();
  });

  it.each([null, '', 'secre', 'secrets', 'Bearer secret'])(
    'refuses the token %j, and repeats none',
    (token) => {
      const refusal = refuse({ version: '0.1.0', token: 'secret' }, { version: '0.1.0', token });
      expect(refusal).toMatchObject({ code: 'bad_usage', hint: expect.stringContaining('CLEANGRID_TOKEN') });
      expect(refusal?.message).toBe(`the coordinator wants ${token === null ? 'a' : 'another'} token`);
    },
  );

  it('refuses a version that does not fit, and one that is not said, both named', () => {
    const own = { version: '0.1.0', token: 'secret' };
    expect(refuse(own, { version: '0.2.0', token: 'secret' })?.message).toMatch(/0\.1\.0.*0\.2\.0/);
    expect(refuseCaller(own, () => undefined)).toMatchObject({
      code: 'version_mismatch',
      message: expect.stringContaining('unknown'),
    });
  });
});
