export type Rss = { rss: number; pauseMs: number };

/** What the process that holds idle twins can be asked. */
export type MemoryCalls = {
  empty: { params: { dataDir: string }; result: Rss };
  fill: { params: { twins: number }; result: Rss & { documentBytes: number } };
  close: { params: { twins: number }; result: null };
};
