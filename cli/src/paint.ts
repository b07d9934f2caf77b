/** What colors mean here, so that no other file names one. Without colors every style returns its text. */

import picocolors from 'picocolors';

export type Style = (text: string) => string;

export interface Paint {
  passed: Style;
  /** The suite's or the tested program's fault. */
  failed: Style;
  /** The grid's fault. */
  broken: Style;
  skipped: Style;
  title: Style;
  faint: Style;
  added: Style;
  removed: Style;
}

export function createPaint(withColors: boolean): Paint {
  const colors = picocolors.createColors(withColors);
  return {
    passed: colors.green,
    failed: colors.red,
    broken: colors.magenta,
    skipped: colors.yellow,
    title: colors.bold,
    faint: colors.dim,
    added: colors.green,
    removed: colors.red,
  };
}
