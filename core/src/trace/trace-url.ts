/** Where people look at traces: a template of a URL, from which links are made. */

import type { SpanPlace } from './span-batch.ts';

/**
 * A URL with `{trace}` in it, and `{span}` where wanted, stands for itself; without, it is the address of a Jaeger. Null for what is no
 * URL of a page.
 */
export function traceTemplate(text: string): string | null {
  const example = text.replaceAll('{trace}', '0').replaceAll('{span}', '0');
  const url = URL.canParse(example) ? new URL(example) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return null;
  return text.includes('{trace}') ? text : `${text.replace(/\/+$/u, '')}/trace/{trace}?uiFind={span}`;
}

/** `template`: as `traceTemplate` makes it. */
export function traceLink(template: string, { traceId, spanId }: SpanPlace): string {
  return template.replaceAll('{trace}', traceId).replaceAll('{span}', spanId);
}
