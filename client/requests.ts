/** How a call becomes a request. */
export type Route = {
  readonly method: string;
  /** `{name}` stands for a param. */
  readonly path: string;
  /** Params that go into the query. */
  readonly query: readonly string[];
  /** The param that is the whole body; null when all that is left is its members; no body when not given. */
  readonly body?: string | null;
  readonly contentType?: string;
};

export type Params = Readonly<Record<string, unknown>>;

/** The path with its query, the headers that say what is sent, and the body. */
type Parts = {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
};

/** `expectedVersion` is a param of the changes that can be bound to a version: it is sent as If-Match. */
export function partsOf(route: Route, params: Params): Parts {
  const { expectedVersion, ...others } = params;
  const left = new Map(Object.entries(others).filter(([, value]) => value !== undefined));
  const take = (name: string): unknown => {
    const value = left.get(name);
    left.delete(name);
    return value;
  };
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(take(name))));
  const pairs = route.query
    .filter((name) => left.has(name))
    .map((name): [string, string] => [name, String(take(name))]);
  const query = new URLSearchParams(pairs).toString();
  const headers = { ...(expectedVersion !== undefined && { "if-match": `"${expectedVersion}"` }) };
  const parts = { path: query === "" ? path : `${path}?${query}`, headers };
  if (route.body === undefined) return parts;
  const body = route.body === null ? Object.fromEntries(left) : take(route.body);
  const contentType = route.contentType ?? "application/json";
  return { ...parts, headers: { ...headers, "content-type": contentType }, body: JSON.stringify(body) };
}
