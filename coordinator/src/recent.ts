/** What was read or written last, for those who look at it again at once: watchers that keep up cost no second read. */

/** Bounded by the sum of its entries' costs; the oldest go first. */
export class Recent<Value> {
  readonly #costMax: number;
  readonly #entries = new Map<string, { value: Value; cost: number }>();
  #cost = 0;

  constructor(costMax: number) {
    this.#costMax = costMax;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  put(key: string, value: Value, cost: number): void {
    this.#remove(key);
    if (cost > this.#costMax) return;
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    while (this.#cost > this.#costMax) {
      const [oldest = key] = this.#entries.keys();
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#cost = 0;
  }

  #remove(key: string): void {
    this.#cost -= this.#entries.get(key)?.cost ?? 0;
    this.#entries.delete(key);
  }
}
