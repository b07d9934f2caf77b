/** The spans of a lease: one of each container, with what was done to get it below it. */

import type { OwnAttributes } from '@cleangrid/core/trace/own-spans.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { LeaseTimeline, LeaseWork, ProvidedContainer } from '../pool/lease-timeline.ts';
import type { AttemptTrace } from './attempt-trace.ts';

export class LeaseTrace implements LeaseTimeline {
  readonly #trace: AttemptTrace;
  readonly #parent: string;
  readonly #id: string;
  readonly #startUs: number;
  /** Images are there, and everything is lent: from here on containers are got ready. */
  #lentUs: number;
  #works = 0;
  /** Labels of containers on which there was work, until they are provided. */
  readonly #unfinished = new Set<string>();

  constructor(trace: AttemptTrace, parent: string) {
    this.#trace = trace;
    this.#parent = parent;
    this.#id = trace.spanId('lease');
    this.#startUs = trace.nowUs();
    this.#lentUs = this.#startUs;
  }

  began(work: LeaseWork, of: string): () => void {
    const isOfContainer = work !== 'pull' && work !== 'wait';
    if (isOfContainer) this.#unfinished.add(of);
    const startUs = this.#trace.nowUs();
    // What an earlier life left may be prepared in vain, and another one after it.
    this.#works += 1;
    const id = this.#trace.spanId(work, of, String(this.#works));
    return () => {
      const endUs = this.#trace.nowUs();
      if (!isOfContainer) this.#lentUs = endUs;
      this.#trace.ended(work, {
        id,
        parent: isOfContainer ? this.#containerId(of) : this.#id,
        ...(work === 'pull' && { named: of }),
        startUs,
        endUs,
        attributes: work === 'pull' ? { 'container.image.name': of } : {},
        verdict: null,
      });
    };
  }

  provided({ id, service, label, image, origin, uses, resetMs }: ProvidedContainer): void {
    this.#unfinished.delete(label);
    this.#containerEnded(label, null, {
      'container.id': id,
      'container.image.name': image,
      ...(service !== null && { 'service.peer.name': service }),
      'cleangrid.container.origin': origin,
      'cleangrid.container.uses': uses,
      ...(resetMs !== null && { 'cleangrid.container.reset.duration': resetMs / 1000 }),
    });
  }

  /** `verdict`: why it was refused. */
  end(verdict: Verdict | null): void {
    for (const label of this.#unfinished)
      this.#containerEnded(label, verdict, { 'cleangrid.container.origin': 'cold' });
    this.#trace.ended('lease', {
      id: this.#id,
      parent: this.#parent,
      startUs: this.#startUs,
      attributes: {},
      verdict,
    });
  }

  #containerEnded(label: string, verdict: Verdict | null, attributes: OwnAttributes): void {
    this.#trace.ended('container', {
      id: this.#containerId(label),
      parent: this.#id,
      named: label,
      startUs: this.#lentUs,
      attributes,
      verdict,
    });
  }

  #containerId(label: string): string {
    return this.#trace.spanId('container', label);
  }
}
