import { type Cache, leaseKey, type Moment, viewKey } from "../actors/runtime/cache.ts";
import { partitionOf } from "../actors/runtime/partition-map.ts";
import type { Counters } from "./counters.ts";
import { SingleFlight } from "./single-flight.ts";

/** An owner's answer. The token of its lease says that it may be cached. */
export type Loaded<View> = { readonly view: View; readonly token?: string | undefined };

type CachedViewsOptions<View> = {
  readonly cache: Cache;
  /** The actor type, and into how many partitions its ids go. */
  readonly type: string;
  readonly partitionCount: number;
  /** Asks the owners. Ids that could not be asked for may be left out. */
  readonly load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Loaded<View>>>;
  readonly counters: Counters;
  /** From 0 to below 1. */
  readonly random: () => number;
};

/** What one look into the cache gave; nothing when it was away. */
type Look<View> = { readonly seen?: Moment; readonly found: Map<string, View> };

const TTL_MS = 30_000;
/** So that what was filled together does not expire together. */
const JITTER = 0.2;

/**
 * Reads many views at once: from the cache where the owner's lease says that they are as good as its own answer,
 * else from the owners. Without the cache all come from the owners.
 */
export class CachedViews<View> {
  readonly #options: CachedViewsOptions<View>;
  readonly #flights: SingleFlight<View>;
  /** The last token seen of each partition's lease: where its views are, as long as that is still right. */
  readonly #tokens = new Map<number, string>();

  constructor(options: CachedViewsOptions<View>) {
    this.#options = options;
    this.#flights = new SingleFlight((ids) => this.#read(ids));
  }

  /** By id; absent where nobody could be asked. */
  async read(ids: readonly string[]): Promise<Map<string, View>> {
    const views = new Map<string, View>();
    const note = (id: string, view?: View) => view !== undefined && views.set(id, view);
    await Promise.all(ids.map(async (id) => note(id, await this.#flights.get(id))));
    return views;
  }

  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, View>> {
    const { seen, found } = await this.#look(ids);
    const missing = ids.filter((id) => !found.has(id));
    this.#count("hits", found.size);
    this.#count("misses", missing.length);
    if (missing.length === 0) return found;
    const loaded = await this.#options.load(missing);
    if (seen) void this.#fill(seen, loaded);
    for (const [id, { view }] of loaded) found.set(id, view);
    return found;
  }

  async #look(ids: readonly string[]): Promise<Look<View>> {
    const { cache, type } = this.#options;
    const partitions = [...new Set(ids.map((id) => this.#partitionOf(id)))];
    const tokens = ids.map((id) => this.#tokens.get(this.#partitionOf(id)) ?? "");
    const leaseKeys = partitions.map((partition) => leaseKey(type, partition));
    const viewKeys = ids.map((id, index) => viewKey(type, tokens[index] ?? "", id));
    try {
      const { seen, values } = await cache.getMany([...leaseKeys, ...viewKeys]);
      for (const [index, partition] of partitions.entries()) this.#learn(partition, values[index]);
      const found = new Map<string, View>();
      for (const [index, id] of ids.entries()) {
        const text = values[partitions.length + index];
        // Lease and view are of the same moment: the view counts if it was looked for under the right token.
        const isLeased = this.#tokens.get(this.#partitionOf(id)) === tokens[index];
        if (text !== undefined && isLeased) found.set(id, JSON.parse(text));
      }
      return { seen, found };
    } catch {
      this.#count("errors", 1);
      return { found: new Map() };
    }
  }

  async #fill(seen: Moment, loaded: ReadonlyMap<string, Loaded<View>>): Promise<void> {
    const entries = [...loaded].flatMap(([id, { view, token }]) => {
      if (token === undefined) return [];
      const ttlMs = TTL_MS * this.#jitter();
      return [{ key: viewKey(this.#options.type, token, id), value: JSON.stringify(view), ttlMs }];
    });
    try {
      if (entries.length > 0) await this.#options.cache.fill(seen, entries);
    } catch {
      this.#count("errors", 1);
    }
  }

  /** A partition without a lease has no token either: none of its views counts. */
  #learn(partition: number, token: string | undefined): void {
    if (token === undefined) this.#tokens.delete(partition);
    else this.#tokens.set(partition, token);
  }

  #partitionOf(id: string): number {
    return partitionOf(id, this.#options.partitionCount);
  }

  #jitter(): number {
    return 1 + JITTER * (2 * this.#options.random() - 1);
  }

  #count(name: "hits" | "misses" | "errors", n: number): void {
    if (n > 0)
      this.#options.counters.count(`gateway_twin.cache.${name}.total`, { type: this.#options.type }, n);
  }
}
