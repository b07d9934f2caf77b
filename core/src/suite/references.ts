/** References in values: `${vars.x}` is known now, `${captures.x}` and `${services.x.host}` when a scenario runs; `$${` is a literal `${`. */

import { id } from '../ids.ts';
import type { Reference, ServiceFact, Template } from '../plan.ts';
import { everyFact } from '../service-facts.ts';
import { type ProblemText, quoted } from './problem.ts';
import { type Scope, useService } from './scope.ts';
import { didYouMean } from './suggest.ts';
import type { Span, TextTree } from './tree.ts';

const escapeHint = 'a literal `${` is written `$${`';
const whereHint = "they work in a step's run, command, env, workdir and stdin, and in a scenario's env";

/** Text with its references; undefined when one is wrong, which has been reported. */
export function readTemplate(tree: TextTree, scope: Scope): Template | undefined {
  if (!tree.value.includes('${')) return [tree.value];
  const locate = referenceLocator(tree, scope);
  const parts: (string | Reference)[] = [];
  let complete = true;
  let end = 0;
  for (const match of tree.value.matchAll(/\$\$\{|\$\{([^}]*)(\}?)/gu)) {
    parts.push(tree.value.slice(end, match.index));
    end = match.index + match[0].length;
    const value = match[1] === undefined ? '${' : resolvePlain(match, locate(match[0]), scope);
    if (value === undefined) complete = false;
    else parts.push(value);
  }
  parts.push(tree.value.slice(end));
  return complete ? joinTexts(parts) : undefined;
}

/** Text that must be known before anything runs. */
export function readText(tree: TextTree, scope: Scope): string | undefined {
  const template = readTemplate(tree, scope);
  const late = template?.find((part) => typeof part !== 'string');
  if (late === undefined) return template?.map(String).join('');
  const message = `\`${written(late)}\` is not known yet where this is needed`;
  const hint = late.kind === 'service' && !scope.scenario ? byNameHint(late.service) : whereHint;
  scope.report(referenceLocator(tree, scope)(written(late)), { code: 'CG1304', message, hint });
  return undefined;
}

function byNameHint(service: string): string {
  return `services reach each other by name: write \`${service}\``;
}

/** Text without references, as in [vars]. */
export function readLiteral(tree: TextTree, scope: Scope): string | undefined {
  if (!/(?<!\$)\$\{/u.test(tree.value)) return tree.value.replaceAll('$${', '${');
  scope.report(tree.span, {
    code: 'CG1304',
    message: 'a variable cannot refer to another',
    hint: escapeHint,
  });
  return undefined;
}

function resolvePlain(match: RegExpMatchArray, span: Span, scope: Scope): string | Reference | undefined {
  const body = match[1] ?? '';
  if (match[2] === '}' && /^[A-Za-z_]\w*(?:\.[\w-]+)*$/u.test(body))
    return resolveReference(body, span, scope);
  scope.report(span, { code: 'CG1306', message: `${quoted(match[0])} is not a reference`, hint: escapeHint });
  return undefined;
}

/** `body` is what stands between the braces: names joined by dots. A string is the value itself. */
export function resolveReference(body: string, span: Span, scope: Scope): string | Reference | undefined {
  const found = lookUp(body, scope);
  if (typeof found === 'string' || 'kind' in found) return found;
  scope.report(span, found);
  return undefined;
}

function lookUp(body: string, scope: Scope): string | Reference | ProblemText {
  const [kind, name = '', fact, ...rest] = body.split('.');
  if (rest.length > 0) return unknown(body, scope);
  if (kind === 'vars' && fact === undefined) return scope.vars.get(name) ?? unknown(body, scope);
  if (kind === 'captures' && fact === undefined) return lookUpCapture(name, scope);
  if (kind === 'services') return lookUpService(name, fact, scope);
  if (kind === 'matrix' || kind === 'secrets' || body === 'item')
    return { code: 'CG1102', message: `\`\${${body}}\` is not supported yet` };
  return unknown(body, scope);
}

function lookUpCapture(name: string, scope: Scope): Reference | ProblemText {
  const { scenario } = scope;
  const shown = `\`\${captures.${name}}\``;
  if (!scenario)
    return { code: 'CG1304', message: `${shown} has no value outside a scenario`, hint: whereHint };
  if (scenario.independent) return { code: 'CG1304', message: `${shown}: ${independentCaptures}` };
  if (scenario.captured.has(name)) return { kind: 'capture', name };
  const later = scenario.everCaptured.has(name);
  return {
    code: 'CG1303',
    message: `${shown} has no value here: no earlier step captures it`,
    hint: later
      ? 'this or a later step does; captures are used by the steps after it'
      : didYouMean(`captures.${name}`, capturesOf(scope), 'earlier capture'),
  };
}

export const independentCaptures = 'steps of an `independent` scenario run apart and share no captures';

function lookUpService(name: string, fact: string | undefined, scope: Scope): Reference | ProblemText {
  if (!scope.services.has(name)) return unknownService(name, scope);
  const wanted = everyFact.find((one) => one === fact);
  const known = scope.serviceFacts.get(name) ?? everyFact;
  const shown = `services.${name}${fact === undefined ? '' : `.${fact}`}`;
  if (wanted === undefined)
    return {
      code: 'CG1301',
      message: `no value \`\${${shown}}\``,
      hint: didYouMean(shown, factNames(name, known), 'value of it'),
    };
  if (!known.includes(wanted))
    return { code: 'CG1604', message: `\`\${${shown}}\` is not known`, hint: missingFact[wanted] };
  useService(name, scope);
  return { kind: 'service', service: id(name), fact: wanted };
}

const missingFact: Record<ServiceFact, string> = {
  host: 'every service has a host',
  port: 'give the service a `port`',
  database: 'it is made by the resets of PostgreSQL and Redis; another service has none that we know',
  url: 'it is known with the resets of PostgreSQL and Redis; for another service, write it with `host` and `port`',
};

function factNames(service: string, facts: readonly ServiceFact[]): string[] {
  return facts.map((fact) => `services.${service}.${fact}`);
}

export function unknownService(name: string, scope: Scope): ProblemText {
  return {
    code: 'CG1302',
    message: `no service ${quoted(name)} in this suite`,
    hint: didYouMean(name, [...scope.services], 'service in [services]'),
  };
}

function unknown(body: string, scope: Scope): ProblemText {
  const known = [
    ...[...scope.vars.keys()].map((name) => `vars.${name}`),
    ...capturesOf(scope),
    ...[...scope.services].flatMap((name) => factNames(name, scope.serviceFacts.get(name) ?? everyFact)),
  ];
  const hint = body.includes('.') ? didYouMean(body, known, 'variable, capture or service') : escapeHint;
  return { code: 'CG1301', message: `no value \`\${${body}}\``, hint };
}

function capturesOf(scope: Scope): string[] {
  return [...(scope.scenario?.captured ?? [])].map((name) => `captures.${name}`);
}

export function written(reference: Reference): string {
  return reference.kind === 'capture'
    ? `\${captures.${reference.name}}`
    : `\${services.${reference.service}.${reference.fact}}`;
}

/**
 * Finds where in the file each reference of a text stands, given in order. Escapes make texts shorter than what was written, but
 * references contain nothing to escape; one that was written with escapes all the same is shown as the whole text.
 */
export function referenceLocator(tree: TextTree, scope: Scope): (reference: string) => Span {
  const raw = scope.source.text.slice(tree.span.start, tree.span.end);
  let from = 0;
  return (reference) => {
    const at = raw.indexOf(reference, from);
    if (at === -1) return tree.span;
    from = at + reference.length;
    return { start: tree.span.start + at, end: tree.span.start + from };
  };
}

/** Neighbouring texts become one; at least one part. */
export function joinTexts(parts: readonly (string | Reference)[]): Template {
  const joined: (string | Reference)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else if (part !== '') joined.push(part);
  }
  return joined.length > 0 ? joined : [''];
}
