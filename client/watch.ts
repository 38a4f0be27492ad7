import { ApiError } from "./errors.ts";
import { eventsOf } from "./event-stream.ts";

export type WatchOptions = {
  readonly signal?: AbortSignal;
  /** Of the last event that was seen: the watch goes on after it. */
  readonly lastEventId?: string;
};

export type WatchEvent<Data> = {
  /** To come back with. */
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Data;
};

type Open = (lastEventId: string | undefined) => Promise<Response>;

type Place = { lastEventId: string | undefined; hasBegun: boolean };

const RETRY_MS = 2000;

/** Events of one stream after the other, each opened where the one before it ended, until `signal` says so. */
export async function* watched<Data>(open: Open, options: WatchOptions): AsyncGenerator<WatchEvent<Data>> {
  const { signal } = options;
  const place: Place = { lastEventId: options.lastEventId, hasBegun: false };
  while (!signal?.aborted) {
    try {
      yield* streamed<Data>(open, place);
    } catch (error) {
      if (signal?.aborted) return;
      if (!place.hasBegun || !isPassing(error)) throw error;
    }
    await paused(RETRY_MS, signal);
  }
}

/** The events of one stream; `place` goes with them. */
async function* streamed<Data>(open: Open, place: Place): AsyncGenerator<WatchEvent<Data>> {
  const { body } = await open(place.lastEventId);
  place.hasBegun = true;
  for await (const { id, event = "message", data } of eventsOf(body)) {
    place.lastEventId = id ?? place.lastEventId;
    if (data === undefined) continue;
    if (event === "error") throw errorIn(JSON.parse(data));
    yield { id, event, data: JSON.parse(data) };
  }
}

/** `fetch` tells of a connection that cannot be made, or that broke, with a TypeError. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || error.status === 503 || error.status === 504;
  return error instanceof TypeError;
}

function errorIn(body: { readonly error?: { readonly code?: number } }): ApiError {
  return new ApiError(body.error?.code ?? 500, new Headers(), body);
}

function paused(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
