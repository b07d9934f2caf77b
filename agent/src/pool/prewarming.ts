/** Makes as many containers as a suite wants before its scenarios ask for them, when the agent first hears of their service. */

import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import { type AskParts, askNeeds } from './ask-needs.ts';
import type { Instance } from './instance.ts';
import { makeAhead } from './make-ahead.ts';
import { memoryOf, type NewInstanceParts, newService } from './new-instance.ts';
import type { LeaseRequest } from './pool.ts';
import type { ProvideParts } from './provide-instances.ts';

export class Prewarming {
  readonly #parts: ProvideParts & AskParts & NewInstanceParts;
  /** Digests. */
  readonly #heard = new Set<string>();
  readonly #making = new Set<Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(parts: ProvideParts & AskParts & NewInstanceParts) {
    this.#parts = parts;
  }

  /** Resolves when all that the request's suite wants is on its way. */
  async hear(request: LeaseRequest, signal: AbortSignal): Promise<void> {
    const { suite } = request;
    const wanted = Object.values(suite.services).filter(({ prewarm }) => prewarm > 0);
    if (wanted.length === 0) return;
    const services = wanted.map(({ name }) => name);
    const scenario = { ...request.scenario, services, image: null };
    const general = { ...request, scenario, fresh: false, failedResets: new Map<string, never>() };
    const asked = await askNeeds(this.#parts, general, signal);
    for (const need of asked.kind === 'needs' ? asked.needs : []) {
      if (this.#heard.has(need.digest)) continue;
      this.#heard.add(need.digest);
      const { book } = this.#parts;
      const there = book.instances.filter(({ digest }) => digest === need.digest).length;
      const count = Math.min(need.service.prewarm, need.maxContainers) - there;
      for (let number = 0; number < count && this.#hasRoom(memoryOf(need.service)); number += 1)
        this.#make(newService(this.#parts, need), suite);
    }
  }

  /** Ends what is under way, and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the agent stops'));
    await Promise.all(this.#making);
  }

  /** Nothing goes for what nobody asked for yet. */
  #hasRoom(bytes: number): boolean {
    const { book, limits } = this.#parts;
    const taken = book.instances.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    return taken + bytes <= limits.memoryBytes;
  }

  #make(instance: Instance, suite: PlannedSuite): void {
    this.#parts.book.add(instance);
    const made = makeAhead(this.#parts, { instance, suite }, this.#stopped.signal).finally(() =>
      this.#making.delete(made),
    );
    this.#making.add(made);
  }
}
