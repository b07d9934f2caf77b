/** References in `run`: each becomes a shell variable that holds its value, so that a value never becomes code. */

import type { StepCommand, Template } from '../plan.ts';
import type { ProblemText } from './problem.ts';
import { referenceLocator, resolveReference } from './references.ts';
import type { Scope } from './scope.ts';
import { scanShell, type ShellFinding } from './shell-scanner.ts';
import type { Span, TextTree } from './tree.ts';

type ShellCommand = Extract<StepCommand, { kind: 'shell' }>;

/** Undefined when a reference is wrong, which has been reported. */
export function readScript(tree: TextTree, scope: Scope): ShellCommand | undefined {
  const script = tree.value;
  if (!script.includes('${')) return { kind: 'shell', script, variables: {} };
  const locate = referenceLocator(tree, scope);
  const variables = new ShellVariables(script);
  const parts: string[] = [];
  let end = 0;
  let complete = true;
  for (const finding of scanShell(script)) {
    const written = script.slice(finding.start, finding.end);
    const replacement = replace(finding, { span: locate(written), scope, variables });
    if (replacement === undefined) complete = false;
    parts.push(script.slice(end, finding.start), replacement ?? '');
    end = finding.end;
  }
  parts.push(script.slice(end));
  return complete ? { kind: 'shell', script: parts.join(''), variables: variables.all() } : undefined;
}

function replace(
  finding: ShellFinding,
  { span, scope, variables }: { span: Span; scope: Scope; variables: ShellVariables },
): string | undefined {
  if (finding.kind === 'literal') return finding.replacement;
  if (finding.kind !== 'reference') {
    scope.report(span, finding.kind === 'malformed' ? malformed : unexpanded(finding));
    return undefined;
  }
  const value = resolveReference(finding.body, span, scope);
  return value === undefined ? undefined : `\${${variables.hold(finding.body, [value])}}`;
}

const malformed: ProblemText = {
  code: 'CG1306',
  message: 'this is neither a reference nor something that a shell understands',
  hint: 'a reference is `${kind.name}` and nothing more; hold its value in a shell variable to do more with it',
};

function unexpanded({ body, where }: ShellFinding & { kind: 'unexpanded' }): ProblemText {
  const shown = `\${${body}}`;
  const ways = {
    'single quotes': `write \`'…'"${shown}"'…'\`, or \`$${shown}\` for the text itself`,
    'a quoted here-document': `write its delimiter without quotes, or \`$${shown}\` for the text itself`,
  };
  return { code: 'CG1305', message: `the shell does not expand \`${shown}\` in ${where}`, hint: ways[where] };
}

/** Names for the variables of one script, which none of its own has. */
class ShellVariables {
  readonly #script: string;
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, Template>();

  constructor(script: string) {
    this.#script = script;
  }

  /** The variable's name. */
  hold(body: string, value: Template): string {
    let name = this.#names.get(body);
    if (name !== undefined) return name;
    name = `cleangrid_${body.replace(/[^A-Za-z0-9_]/gu, '_')}`;
    while (this.#values.has(name) || this.#script.includes(name)) name += '_';
    this.#names.set(body, name);
    this.#values.set(name, value);
    return name;
  }

  all(): Record<string, Template> {
    return Object.fromEntries(this.#values);
  }
}
