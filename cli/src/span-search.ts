/** What a person looks for in spans → whether a span has it, and where. */

import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';

/** The facts of a span that have what is looked for, as `key=value`; empty: only its name has. Null: nothing has. */
export type SpanSearch = (span: Span) => string[] | null;

/** A text, in any case, or a regular expression between slashes, with its flags behind. Throws `bad_usage`. */
export function spanSearch(wanted: string): SpanSearch {
  const matches = matcherOf(wanted);
  return (span) => {
    const facts = factsOf(span).filter(matches);
    return facts.length > 0 || matches(span.name) ? facts : null;
  };
}

function matcherOf(wanted: string): (text: string) => boolean {
  const [, pattern, flags] = /^\/(.+)\/([imsu]*)$/su.exec(wanted) ?? [];
  if (pattern === undefined) {
    const part = wanted.toLowerCase();
    return (text) => text.toLowerCase().includes(part);
  }
  try {
    const regex = new RegExp(pattern, flags);
    return (text) => regex.test(text);
  } catch (error) {
    throw new GridError('bad_usage', `'${wanted}' is no regular expression: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function factsOf({ attributes, resource, events, status }: Span): string[] {
  const pairs = [...Object.entries(attributes), ...Object.entries(resource)];
  return [
    ...pairs.map(([key, value]) => `${key}=${String(value)}`),
    ...events.map(({ name }) => `event=${name}`),
    ...(status.message === '' ? [] : [`status=${status.message}`]),
  ];
}
