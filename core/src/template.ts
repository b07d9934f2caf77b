/** Fills the holes of a template when a scenario runs. Compile has already checked that every reference can be filled. */

import { invariant } from './errors.ts';
import type { ServiceName } from './ids.ts';
import type { Reference, Template } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';

/** What a running scenario knows. */
export interface TemplateValues {
  captures: ReadonlyMap<string, string>;
  services: ReadonlyMap<ServiceName, ServiceFacts>;
}

export function fillTemplate(template: Template, values: TemplateValues): string {
  return template.map((part) => (typeof part === 'string' ? part : valueOf(part, values))).join('');
}

export function fillTemplates(
  templates: Record<string, Template>,
  values: TemplateValues,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, fillTemplate(template, values)]),
  );
}

function valueOf(reference: Reference, values: TemplateValues): string {
  const value =
    reference.kind === 'capture'
      ? values.captures.get(reference.name)
      : values.services.get(reference.service)?.[reference.fact];
  invariant(value !== undefined, `no value for ${JSON.stringify(reference)}`);
  return value;
}
