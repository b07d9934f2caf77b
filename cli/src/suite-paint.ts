/** The colors of problems and plans, whose renderers live in core and know no terminal. */

import type { Paint as SuitePaint } from '@cleangrid/core/suite/render-problems.ts';
import type { Paint } from './paint.ts';

export function suitePaint(paint: Paint): SuitePaint {
  const styles = {
    error: paint.failed,
    warning: paint.skipped,
    place: paint.title,
    dim: paint.faint,
    hint: paint.passed,
  };
  return (style, text) => styles[style](text);
}
