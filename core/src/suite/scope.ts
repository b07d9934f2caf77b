/** What is known while a suite is read, from top to bottom: its variables, its services, what earlier steps captured. */

import type { ServiceFact } from '../plan.ts';
import type { SpanExpectations } from '../trace/span-expectations.ts';
import type { Problem, ProblemText } from './problem.ts';
import { problemAt } from './problem.ts';
import type { SourceText } from './source-text.ts';
import type { Span } from './tree.ts';

export interface Scope {
  source: SourceText;
  report(span: Span, problem: ProblemText): void;
  /** Of --var: they replace what [vars] says. */
  overrides: ReadonlyMap<string, string>;
  services: ReadonlySet<string>;
  /** The rest is filled while reading. */
  vars: ReadonlyMap<string, string>;
  /** What is known of each service that could be read. */
  serviceFacts: ReadonlyMap<string, readonly ServiceFact[]>;
  /** By the suite, of each of its scenarios. */
  expectedSpans: SpanExpectations;
  usedServices: Set<string>;
  scenarioNames: Set<string>;
  neededPaths: NeededPath[];
  /** Null when what is written of it is wrong. */
  workspace: WorkspaceWanted | null;
  /** Null outside scenarios. */
  scenario: ScenarioScope | null;
}

export interface ScenarioScope {
  independent: boolean;
  hasImage: boolean;
  /** By steps that were read so far. */
  captured: Set<string>;
  /** By any step of the scenario, read or not. */
  everCaptured: ReadonlySet<string>;
  usedServices: Set<string>;
}

/** A file or folder of the workspace that the suite names. */
export interface NeededPath {
  path: string;
  wanted: 'file' | 'folder' | 'either';
  span: Span;
}

/** Which files of the suite's folder its steps see. */
export interface WorkspaceWanted {
  /** Globs relative to the folder. `*` and `**` match names with a leading dot too. */
  include: string[];
  exclude: string[];
  /** Of [workspace]; null where there is none. */
  span: Span | null;
}

export const everything: WorkspaceWanted = {
  include: ['**'],
  exclude: ['**/.git/**', '**/node_modules/**'],
  span: null,
};

export function newScope(
  source: SourceText,
  problems: Problem[],
  known: { overrides: ReadonlyMap<string, string>; services: ReadonlySet<string> },
): Scope {
  return {
    source,
    report: (span, problem) => void problems.push(problemAt(source, span, problem)),
    ...known,
    vars: new Map(),
    serviceFacts: new Map(),
    expectedSpans: [],
    usedServices: new Set(),
    scenarioNames: new Set(),
    neededPaths: [],
    workspace: everything,
    scenario: null,
  };
}

export function useService(name: string, scope: Scope): void {
  scope.usedServices.add(name);
  scope.scenario?.usedServices.add(name);
}
