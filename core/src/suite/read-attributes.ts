/** Attributes of spans and resources, as OpenTelemetry has them: strings, numbers, booleans and lists of those. */

import type { Attributes, AttributeValue } from '../trace/span.ts';
import { type Decoder, namedValues, scalar, wrongKind } from './decoder.ts';
import { text } from './read-values.ts';
import type { Scope } from './scope.ts';
import type { Tree } from './tree.ts';

const attributeValue: Decoder<AttributeValue> = scalar((tree, scope) => {
  if (tree.kind !== 'array') return plainValue(tree, scope);
  const items = tree.items.map((item) => plainValue(item, scope));
  const read = items.filter((item) => item !== undefined);
  return read.length === items.length ? read : undefined;
});

function plainValue(tree: Tree, scope: Scope): string | number | boolean | undefined {
  switch (tree.kind) {
    case 'string':
      return text.decode(tree, scope);
    case 'integer':
    case 'float':
    case 'boolean':
      return tree.value;
    case 'table':
      scope.report(tree.span, {
        code: 'CG1103',
        message: 'an attribute is a string, a number, a boolean or a list of them, not a table',
        hint: 'a key with dots is written in quotes: "http.route" = "/"',
      });
      return undefined;
    default:
      return wrongKind(tree, 'an attribute is a string, a number, a boolean or a list of them', scope);
  }
}

export const attributes: Decoder<Attributes> = namedValues(
  'attributes are a table of keys and values',
  (key) => (key === '' ? 'the key of an attribute must not be empty' : null),
  attributeValue,
);
