/** Who owns a partition, by what was heard; `owner` is a node id, null when nobody owns it. */
export type Route = { readonly owner: string | null; readonly epoch: number };

/**
 * Which node owns which partition, as far as this node knows. Only a hint: whoever is called and does not own the
 * partition says so. What is known to be newer replaces what is older, wherever it comes from.
 */
export class Routes {
  readonly #types = new Map<string, Map<number, Route>>();
  readonly #listeners = new Set<() => void>();
  #isTelling = false;

  ownerOf(type: string, partition: number): string | undefined {
    return this.routeOf(type, partition)?.owner ?? undefined;
  }

  /** The same object for as long as the route stays the same. */
  routeOf(type: string, partition: number): Route | undefined {
    return this.#types.get(type)?.get(partition);
  }

  learn(type: string, partition: number, route: Route): void {
    if (!isNewer(route, this.routeOf(type, partition))) return;
    const routes = this.#types.get(type) ?? new Map<number, Route>();
    this.#types.set(type, routes.set(partition, { owner: route.owner, epoch: route.epoch }));
    this.#tell();
  }

  /** The listener is called after routes have changed, once for all changes of a turn. Returns how to end that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** Within an epoch a partition can only be given back; a claim raises the epoch. */
function isNewer(route: Route, known: Route | undefined): boolean {
  if (!known || route.epoch > known.epoch) return true;
  return route.epoch === known.epoch && route.owner === null && known.owner !== null;
}
