/**
 * A moment by the clock of the cache. A cache that was restarted has another life: what one life holds can not be
 * seen in the next one, whatever its files still knew.
 */
export type Moment = {
  readonly life: string;
  /** Milliseconds. */
  readonly time: number;
};

export type CacheEntry = {
  readonly key: string;
  readonly value: string;
  /** Milliseconds, at most `MAX_TTL_MS`. */
  readonly ttlMs: number;
};

/** Says which entries of a partition count; see `ReadLeases`. */
export type Lease = {
  readonly key: string;
  /** A lease is not taken where one of a higher epoch was seen. */
  readonly epoch: number;
  /** What readers find under `key` until the lease ends. */
  readonly token: string;
};

/**
 * A cache that several nodes share. It may be away, slow, or forget everything at any time: every call ends within
 * a short deadline, and rejects when its effect is not certain. What it did not do then, it may still do later.
 */
export type Cache = {
  readonly now: () => Promise<Moment>;
  /** The values of one moment, not before the one told; undefined where there is none. */
  readonly getMany: (
    keys: readonly string[],
  ) => Promise<{ readonly seen: Moment; readonly values: readonly (string | undefined)[] }>;
  /**
   * Stores what is not there, unless more than `FILL_WINDOW_MS` have passed since `seen`, or the key was
   * invalidated in that time. Values above the size limit of the cache are left out.
   */
  readonly fill: (seen: Moment, entries: readonly CacheEntry[]) => Promise<void>;
  /** Removes values for good: also those on their way to `fill` that were seen before. Of one life only. */
  readonly invalidate: (life: string, keys: readonly string[]) => Promise<void>;
  /**
   * Takes leases, each in the place of the one before; they end `ttlMs` after `seen`. Rejects when that has passed
   * already. Where the epoch is too low nothing changes.
   */
  readonly lease: (seen: Moment, leases: readonly Lease[], ttlMs: number) => Promise<void>;
};

/** Counters that several nodes share. */
export type SharedCounters = {
  /** The new count. The first one starts the time after which the counter is forgotten. */
  readonly increment: (key: string, ttlMs: number) => Promise<number>;
  readonly reset: (key: string) => Promise<void>;
};

/** What a window says to a call. */
export type Taken = {
  readonly allowed: boolean;
  /** Calls that it takes at this moment, after this one. */
  readonly remaining: number;
  /** 0 when allowed, else how long to wait until it takes one. Milliseconds. */
  readonly retryAfterMs: number;
};

/** Windows that slide: in no time of `windowMs`, wherever it begins, are more than `limit` calls of a key allowed. */
export type RateWindows = {
  /** Allowed calls count, refused ones do not. The window of a key is always the same; its limit may change. */
  readonly take: (key: string, limit: number, windowMs: number) => Promise<Taken>;
};

/** How long after looking into the cache a reader may still fill it. */
export const FILL_WINDOW_MS = 2000;

/** No value lives longer. */
export const MAX_TTL_MS = 40_000;

/** Where the lease of a partition is; its value is the token. */
export const leaseKey = (type: string, partition: number) => `lease:${type}:${partition}`;

/** Where the view of an actor is, while the lease has this token. */
export const viewKey = (type: string, token: string, actorId: string) => `view:${type}:${token}:${actorId}`;
