/** Readers of tables of which every key adds to one list of expectations. */

import type { SourcePlace } from '../plan.ts';
import type { SpanExpectation } from '../trace/span-expectations.ts';
import { type Decoder, mapped } from './decoder.ts';
import { refined } from './read-values.ts';

/** What stands under each key; nothing under one that is left out. */
export type Lists<Key extends string> = Record<Key, SpanExpectation[]>;

/** All of them. A table of nothing is refused. */
export function joined<Key extends string>(decoder: Decoder<Lists<Key>>): Decoder<SpanExpectation[]> {
  return refined(
    mapped(decoder, (written) => Object.values<SpanExpectation[]>(written).flat()),
    (all) => (all.length === 0 ? ['CG1105', 'this expects nothing'] : null),
  );
}

/** Goes on with what another decoder read and where it was written. */
export function placed<A, B>(decoder: Decoder<A>, make: (value: A, source: SourcePlace) => B): Decoder<B> {
  return mapped(decoder, (value, tree, scope) => make(value, scope.source.place(tree.span.start)));
}
