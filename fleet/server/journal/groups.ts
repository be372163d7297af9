/**
 * Batches that wait together are taken together: a request's own way through the database (signature's key aside) costs several times what its
 * rows cost, and most requests hold one top-up. One that breaks the database's work must not take the others with it: then each goes alone.
 */
export interface GroupLimits {
  /** Batches of one group. */
  readonly batches: number;
  /** Rows of one group, unless its first batch has more. */
  readonly rows: number;
  /** Groups under way at once. */
  readonly atOnce: number;
}

interface Batch {
  /** Of one terminal a group takes one: what the next does to its chain depends on it. */
  readonly terminalId: string;
  readonly items: { readonly length: number };
}

interface Waiting<B, R> {
  readonly batch: B;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

export class Groups<B extends Batch, R> {
  readonly #take: (batches: readonly B[]) => Promise<readonly R[]>;
  readonly #limits: GroupLimits;
  #waiting: Waiting<B, R>[] = [];
  #underWay = 0;

  /** @param take all or nothing of them; a result for each, in their order */
  constructor(take: (batches: readonly B[]) => Promise<readonly R[]>, limits: GroupLimits) {
    this.#take = take;
    this.#limits = limits;
  }

  /** Its result, or the error with which it alone failed. */
  run(batch: B): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (this.#underWay < this.#limits.atOnce) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#underWay += 1;
    for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#settle(group);
    this.#underWay -= 1;
  }

  /** In the order in which they came; who has to wait keeps its place. */
  #next(): readonly Waiting<B, R>[] {
    const group: Waiting<B, R>[] = [];
    const later: Waiting<B, R>[] = [];
    const terminals = new Set<string>();
    let rows = 0;
    for (const waiting of this.#waiting) {
      const { terminalId, items } = waiting.batch;
      const fits = group.length === 0 || (group.length < this.#limits.batches && rows + items.length <= this.#limits.rows);
      if (!fits || terminals.has(terminalId)) {
        later.push(waiting);
        continue;
      }
      terminals.add(terminalId);
      group.push(waiting);
      rows += items.length;
    }
    this.#waiting = later;
    return group;
  }

  async #settle(group: readonly Waiting<B, R>[]): Promise<void> {
    try {
      const results = await this.#take(group.map(({ batch }) => batch));
      for (const [index, result] of results.entries()) group[index]?.resolve(result);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const waiting of group) await this.#settle([waiting]);
    }
  }
}
