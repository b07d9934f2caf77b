/** The configuration file of coordinator and agent: TOML with a table for each, whose keys are the flags with `_` for `-`. */

import { readFile } from 'node:fs/promises';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { type Problem, type ProblemText, problemAt, quoted } from '@cleangrid/core/suite/problem.ts';
import { readToml } from '@cleangrid/core/suite/read-toml.ts';
import { renderProblemsText } from '@cleangrid/core/suite/render-problems.ts';
import { sourceText } from '@cleangrid/core/suite/source-text.ts';
import { didYouMean } from '@cleangrid/core/suite/suggest.ts';
import type { Span, TableTree, Tree } from '@cleangrid/core/suite/tree.ts';
import { agentSettings, coordinatorSettings } from './grid-settings.ts';
import { fileKey, type Setting } from './settings.ts';

export type ConfiguredProcess = 'coordinator' | 'agent';

const tables: Record<ConfiguredProcess, readonly Setting[]> = {
  coordinator: coordinatorSettings,
  agent: agentSettings,
};

type Report = (span: Span, problem: ProblemText) => void;

/** What the file says for one process, by setting name. Both tables are checked. Throws `bad_usage` with every problem and its place. */
export async function readConfigFile(path: string, process: ConfiguredProcess): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new GridError('bad_usage', `cannot read the configuration file: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const source = sourceText(path, text);
  const problems: Problem[] = [];
  const report: Report = (span, problem) => void problems.push(problemAt(source, span, problem));
  const tree = readToml(source, report);
  const values = tree ? readTables(tree, report) : new Map<string, Map<string, string>>();
  if (problems.length > 0)
    throw new GridError(
      'bad_usage',
      `the configuration file is wrong:\n${renderProblemsText(problems, [{ path, text }])}`,
    );
  return values.get(process) ?? new Map<string, string>();
}

function readTables(tree: TableTree, report: Report): Map<string, Map<string, string>> {
  const names = Object.keys(tables);
  const read = new Map<string, Map<string, string>>();
  for (const [name, { keySpan, value }] of tree.entries) {
    if (!isProcess(name)) report(keySpan, unknown('the configuration', name, names));
    else if (value.kind !== 'table')
      report(keySpan, { code: 'CG1103', message: `${quoted(name)} is a table: write [${name}]` });
    else read.set(name, readSettings(value, { name, settings: tables[name] }, report));
  }
  return read;
}

function isProcess(name: string): name is ConfiguredProcess {
  return name in tables;
}

function readSettings(
  tree: TableTree,
  { name, settings }: { name: string; settings: readonly Setting[] },
  report: Report,
): Map<string, string> {
  const byKey = new Map(settings.map((setting) => [fileKey(setting.name), setting]));
  const read = new Map<string, string>();
  for (const [key, { keySpan, value }] of tree.entries) {
    const setting = byKey.get(key);
    if (!setting) {
      report(keySpan, unknown(`[${name}]`, key, [...byKey.keys()]));
      continue;
    }
    const text = textOf(value, setting);
    if (text === null) report(value.span, { code: 'CG1103', message: `\`${key}\` is ${kindOf(setting)}` });
    else read.set(setting.name, text);
  }
  return read;
}

function unknown(what: string, key: string, known: readonly string[]): ProblemText {
  return {
    code: 'CG1101',
    message: `${what} has no key ${quoted(key)}`,
    hint: didYouMean(key, known, 'key'),
  };
}

/** Null for a value of another kind. */
function textOf(tree: Tree, { takes, isList }: Setting): string | null {
  if (takes === null) return tree.kind === 'boolean' ? String(tree.value) : null;
  if (tree.kind === 'string' || (takes === 'n' && tree.kind === 'integer')) return String(tree.value);
  if (isList !== true || tree.kind !== 'array') return null;
  const texts = tree.items.map((item) => (item.kind === 'string' ? item.value : null));
  return texts.includes(null) ? null : texts.join(',');
}

function kindOf({ takes, isList }: Setting): string {
  if (takes === null) return 'true or false';
  if (isList === true) return 'a list of texts';
  return takes === 'n' ? 'a whole number' : 'a text';
}
