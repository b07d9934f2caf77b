/** What a step runs, as people read it: the script, or the argv quoted like a shell would want it. */

import type { Reference, StepCommand, Template } from '@cleangrid/core/plan.ts';

export function commandText(command: StepCommand): string {
  return command.kind === 'shell'
    ? command.script
    : command.argv.map((word) => quoted(templateText(word))).join(' ');
}

function templateText(template: Template): string {
  return template.map((part) => (typeof part === 'string' ? part : referenceText(part))).join('');
}

function referenceText(reference: Reference): string {
  return reference.kind === 'capture'
    ? `\${captures.${reference.name}}`
    : `\${services.${reference.service}.${reference.fact}}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
