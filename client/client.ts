import { COLLECTIONS, OPERATIONS, type Operations, WATCHES, type Watches } from "./api.ts";
import { ApiError } from "./errors.ts";
import { type Params, partsOf, type Route } from "./requests.ts";
import { type WatchEvent, type WatchOptions, watched } from "./watch.ts";

export type * from "./api.ts";
export { ApiError, type FieldViolation } from "./errors.ts";
export type { WatchEvent, WatchOptions } from "./watch.ts";

export type ClientOptions = {
  /** Without `/v1`, such as `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** A key's or a session's. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
};

export type CallOptions = {
  readonly signal?: AbortSignal;
  /** For 24 hours a call with the same key gets the answer of the first one. */
  readonly idempotencyKey?: string;
  readonly requestId?: string;
};

type ListName = keyof typeof COLLECTIONS & keyof Operations;
type Items<Name extends ListName> = Operations[Name]["result"][(typeof COLLECTIONS)[Name] &
  keyof Operations[Name]["result"]];
type Item<Name extends ListName> = Items<Name> extends readonly (infer Each)[] ? Each : never;
type Page<Name extends ListName> = { readonly nextPageToken: string } & {
  readonly [Collection in (typeof COLLECTIONS)[Name]]: readonly Item<Name>[];
};

/** The open API of a server. It only needs `fetch`: it runs in Node and in browsers. */
export class GatewayTwinClient {
  readonly #baseUrl: string;
  readonly #token: string | undefined;
  readonly #fetch: typeof fetch;

  constructor({ baseUrl, token, fetch: other = globalThis.fetch }: ClientOptions) {
    this.#baseUrl = baseUrl.replace(/\/$/, "");
    this.#token = token;
    this.#fetch = other.bind(globalThis);
  }

  /** Throws ApiError, and what `fetch` throws when there is no answer. */
  call<Name extends keyof Operations>(
    name: Name,
    params: Operations[Name]["params"],
    options: CallOptions = {},
  ): Promise<Operations[Name]["result"]> {
    return this.#called<Operations[Name]["result"]>(OPERATIONS[name], params, options);
  }

  /** The items of all pages, which are read as they are wanted. */
  async *list<Name extends ListName>(
    name: Name,
    params: Omit<Operations[Name]["params"], "pageToken">,
    options: CallOptions = {},
  ): AsyncGenerator<Item<Name>> {
    let pageToken: string | undefined;
    do {
      const page = await this.#called<Page<Name>>(OPERATIONS[name], { ...params, pageToken }, options);
      yield* page[COLLECTIONS[name]];
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Events until `signal` says so: a watch that is cut goes on where it was. Throws ApiError when it cannot. */
  watch<Name extends keyof Watches>(
    name: Name,
    params: Watches[Name]["params"],
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<Watches[Name]["data"]>> {
    const open = (lastEventId: string | undefined) => {
      const headers = { ...(lastEventId !== undefined && { "last-event-id": lastEventId }) };
      return this.#sent(WATCHES[name], params, headers, options.signal);
    };
    return watched(open, options);
  }

  /** What the server answers is what its contracts say: it is not looked into here. */
  async #called<Result>(
    route: Route,
    params: Params,
    { signal, idempotencyKey, requestId }: CallOptions,
  ): Promise<Result> {
    const headers = {
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      ...(requestId !== undefined && { "x-request-id": requestId }),
    };
    const response = await this.#sent(route, params, headers, signal);
    return (response.status === 204 ? null : await response.json()) as Result;
  }

  async #sent(
    route: Route,
    params: Params,
    others: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { path, headers, body } = partsOf(route, params);
    const authorization = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const response = await this.#fetch(this.#baseUrl + path, {
      method: route.method,
      headers: { ...headers, ...others, ...authorization },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    if (response.ok) return response;
    throw new ApiError(response.status, response.headers, await response.json().catch(() => undefined));
  }
}
