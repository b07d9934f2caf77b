/** The spans of one step: the step itself, and its command. */

import type { PlannedStep } from '@cleangrid/core/plan.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import type { OwnAttributes } from '@cleangrid/core/trace/own-spans.ts';
import type { AttemptTrace } from './attempt-trace.ts';

export class StepTrace {
  readonly #trace: AttemptTrace;
  readonly #step: PlannedStep;
  readonly #parent: string;
  readonly #id: string;
  readonly #exec: string;
  readonly #startUs: number;
  #execStartUs: number | null = null;
  #execEndUs: number | null = null;

  constructor(trace: AttemptTrace, { step, parent }: { step: PlannedStep; parent: string }) {
    this.#trace = trace;
    this.#step = step;
    this.#parent = parent;
    this.#id = trace.spanId('step', step.id);
    this.#exec = trace.spanId('exec', step.id);
    this.#startUs = trace.nowUs();
  }

  environment(): Record<string, string> {
    return this.#trace.environment(this.#exec);
  }

  executing(): void {
    this.#execStartUs = this.#trace.nowUs();
  }

  executed(): void {
    this.#execEndUs = this.#trace.nowUs();
  }

  end({ verdict, exit, where }: StepResult): void {
    if (this.#execStartUs !== null && this.#execEndUs !== null) {
      const service = where?.service ?? null;
      this.#trace.ended('exec', {
        id: this.#exec,
        parent: this.#id,
        startUs: this.#execStartUs,
        endUs: this.#execEndUs,
        attributes: {
          ...(where && { 'container.id': where.container }),
          ...(service !== null && { 'service.peer.name': service }),
          ...exitAttributes(exit),
        },
        verdict: null,
      });
    }
    this.#trace.ended('step', {
      id: this.#id,
      parent: this.#parent,
      named: this.#step.name,
      startUs: this.#startUs,
      attributes: {
        'test.case.name': this.#step.name,
        'test.case.result.status': verdict.outcome === 'passed' ? 'pass' : 'fail',
      },
      verdict,
    });
  }
}

function exitAttributes(exit: StepResult['exit']): OwnAttributes {
  if (exit === null) return {};
  return exit.kind === 'code' ? { 'process.exit.code': exit.code } : { 'process.exit.signal': exit.signal };
}
