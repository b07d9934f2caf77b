import { describe, expect, it } from 'vitest';
import rootPackage from '../../package.json' with { type: 'json' };
import { version, versionsFit } from './version.ts';

describe('versionsFit', () => {
  it('is about the version of the package', () => {
    expect(version).toBe(rootPackage.version);
  });

  it.each([
    ['0.1.0', '0.1.9', true],
    ['0.1.0', '0.2.0', false],
    ['1.2.0', '1.9.3', true],
    ['1.2.0', '2.0.0', false],
    ['0.1.0', '0.1.0-beta.1', true],
    ['0.1', '0.1', false],
    ['', '', false],
  ])('judges %s and %s: %s', (one, other, fit) => {
    expect(versionsFit(one, other)).toBe(fit);
  });
});
