/** `expect` of a suite or a scenario: what is expected of the spans of a scenario. */

import type { ServiceName } from '../ids.ts';
import { spanKinds, type StatusCode, statusCodes } from '../trace/span.ts';
import type { AllAndAny, SpanExpectation, SpanExpectations, WantedSpan } from '../trace/span-expectations.ts';
import {
  type Decoder,
  list,
  mapped,
  namedValues,
  optional,
  required,
  scalar,
  table,
  wrongKind,
} from './decoder.ts';
import { joined, type Lists, placed } from './expectation-lists.ts';
import { attributes } from './read-attributes.ts';
import { counts } from './read-counts.ts';
import { durations, type WithoutSource } from './read-expectations.ts';
import { nonEmptyText, oneOf, refined } from './read-values.ts';
import type { Scope } from './scope.ts';
import { spanContradiction } from './span-contradiction.ts';

function allAndAny<T extends object>(what: string, decoder: Decoder<T>, none: T): Decoder<AllAndAny<T>> {
  return refined(
    table<AllAndAny<T>>({
      what,
      fields: { all: optional('all', decoder, none), any: optional('any', decoder, none) },
    }),
    ({ all, any }) =>
      Object.keys(all).length + Object.keys(any).length === 0 ? ['CG1105', 'this expects nothing'] : null,
  );
}

const events = list('expected a list of names of events', nonEmptyText);

const span: Decoder<SpanExpectation> = placed(
  table<WantedSpan>({
    what: 'an expected span',
    fields: {
      name: required('name', nonEmptyText),
      parent: optional('parent', nonEmptyText, null),
      spanKind: optional('kind', oneOf(...spanKinds), null),
      attributes: optional('attributes', allAndAny('attributes', attributes, {}), { all: {}, any: {} }),
      events: optional('events', allAndAny<string[]>('events', events, []), { all: [], any: [] }),
      duration: optional('duration', durations, []),
    },
  }),
  (wanted, source) => ({ kind: 'span', ...wanted, source }),
);

/** Only `true` says anything. */
const yes: Decoder<true> = scalar((tree, scope) =>
  tree.kind === 'boolean' && tree.value ? true : wrongKind(tree, 'expected `true`', scope),
);

/** Names of two spans, as `make` takes them. */
function pairs(
  make: (first: string, second: string) => WithoutSource<SpanExpectation>,
): Decoder<SpanExpectation[]> {
  const pair = refined(list('expected a pair of names', nonEmptyText), ({ length }) =>
    length === 2 ? null : ['CG1103', 'expected two names', 'as in ["checkout", "db.query"]'],
  );
  return list(
    'expected a list of pairs of names',
    placed(pair, ([first = '', second = ''], source) => ({ ...make(first, second), source })),
  );
}

const graph = joined(
  table<Lists<'included' | 'notCrossed' | 'acyclic'>>({
    what: 'graph',
    fields: {
      included: optional(
        'must_include',
        pairs((from, to) => ({ kind: 'must_include', from, to })),
        [],
      ),
      notCrossed: optional(
        'must_not_cross',
        pairs((from, to) => ({ kind: 'must_not_cross', from, to })),
        [],
      ),
      acyclic: optional(
        'acyclic',
        placed(yes, (_, source) => [{ kind: 'acyclic', source }]),
        [],
      ),
    },
  }),
);

const inner = placed(nonEmptyText, (name, source) => ({ name, source }));

const windowTable: Decoder<SpanExpectation[]> = mapped(
  table<{ outer: string; contains: { name: string; source: SpanExpectation['source'] }[] }>({
    what: 'a window',
    fields: {
      outer: required('outer', nonEmptyText),
      contains: required(
        'contains',
        refined(list('contains is a list of names of spans', inner), ({ length }) =>
          length === 0 ? ['CG1105', 'this expects nothing'] : null,
        ),
      ),
    },
  }),
  ({ outer, contains }) =>
    contains.map(({ name, source }) => ({ kind: 'window', outer, inner: name, source })),
);

const windows: Decoder<SpanExpectation[]> = mapped(
  list('window is a list of tables: [[expect.window]]', windowTable),
  (all) => all.flat(),
);

const order = joined(
  table<Lists<'precede' | 'follow'>>({
    what: 'order',
    fields: {
      precede: optional(
        'must_precede',
        pairs((earlier, later) => ({ kind: 'must_precede', earlier, later })),
        [],
      ),
      follow: optional(
        'must_follow',
        pairs((later, earlier) => ({ kind: 'must_follow', earlier, later })),
        [],
      ),
    },
  }),
);

const statusCode = placed(oneOf<StatusCode>(...statusCodes), (status, source) => ({ status, source }));

const status = joined(
  table<Lists<'all' | 'byName'>>({
    what: 'status',
    fields: {
      all: optional(
        'all',
        mapped(statusCode, (all) => [{ kind: 'status', name: null, ...all }]),
        [],
      ),
      byName: optional(
        'by_name',
        mapped(
          namedValues(
            'by_name is a table of names of spans',
            (name) => (name === '' ? 'the name of a span must not be empty' : null),
            statusCode,
          ),
          (written) => Object.entries(written).map(([name, one]) => ({ kind: 'status', name, ...one })),
        ),
        [],
      ),
    },
  }),
);

const forbidden: Decoder<SpanExpectation> = placed(nonEmptyText, (key, source) => ({
  kind: 'forbid_attributes',
  key,
  source,
}));

const hermeticity = joined(
  table<Lists<'external' | 'resource' | 'forbidden'>>({
    what: 'hermeticity',
    fields: {
      // Which services a scenario has is known when it is read.
      external: optional(
        'no_external_services',
        placed(yes, (_, source) => [{ kind: 'no_external_services', services: [], source }]),
        [],
      ),
      resource: optional(
        'resource_attributes',
        placed(attributes, (all, source) =>
          Object.keys(all).length === 0 ? [] : [{ kind: 'resource_attributes', attributes: all, source }],
        ),
        [],
      ),
      forbidden: optional('forbid_attributes', list('forbid_attributes is a list of keys', forbidden), []),
    },
  }),
);

const written: Decoder<SpanExpectation[]> = joined(
  table<Lists<'span' | 'graph' | 'counts' | 'window' | 'order' | 'status' | 'hermeticity'>>({
    what: 'expect of spans',
    fields: {
      span: optional('span', list('span is a list of tables: [[expect.span]]', span), []),
      graph: optional('graph', graph, []),
      counts: optional('counts', counts, []),
      window: optional('window', windows, []),
      order: optional('order', order, []),
      status: optional('status', status, []),
      hermeticity: optional('hermeticity', hermeticity, []),
    },
    elsewhere: {
      keys: ['exit', 'stdout', 'stderr', 'duration', 'files', 'processes'],
      hint: 'it is expected of a step: [scenario.steps.expect]',
    },
  }),
);

/** Of a scenario: together with what the suite expects it must be possible. */
export const expectedSpans: Decoder<SpanExpectation[]> = mapped(written, (own, tree, scope) => {
  const message = spanContradiction([...scope.expectedSpans, ...own]);
  if (message === null) return own;
  scope.report(tree.span, { code: 'CG1403', message });
  return undefined;
});

/** Of a suite: each scenario that is read later expects it too. */
export const suiteSpans: Decoder<SpanExpectation[]> = mapped(expectedSpans, (all, _tree, scope) => {
  scope.expectedSpans = all;
  return all;
});

/** What is expected of a scenario with these services: the suite's, then its own. */
export function plannedSpans(
  own: readonly SpanExpectation[],
  services: ServiceName[],
  scope: Scope,
): SpanExpectations | null {
  const all = [...scope.expectedSpans, ...own];
  if (all.length === 0) return null;
  return all.map((one) => (one.kind === 'no_external_services' ? { ...one, services } : one));
}
