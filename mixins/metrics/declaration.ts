/** A family of metrics, as its page shows it. */
export type MetricDeclaration = {
  /** Durations are in seconds, sizes in bytes. */
  readonly type: "counter" | "gauge" | "histogram";
  /** One sentence for the page and for people. */
  readonly help: string;
  /** Its labels, with all values, or the most different ones that a node can have. Never an id. */
  readonly labels?: Readonly<Record<string, number | readonly string[]>>;
  /**
   * Not there from the start: `use` comes with the first thing counted, `cluster` only where the servers of a
   * cluster (NATS, MariaDB, Redis, an MQTT broker) are used, or a part of it after that.
   */
  readonly when?: "use" | "cluster";
};

/** By the name in code: with dots where Prometheus has `_`. */
export type MetricDeclarations = Readonly<Record<string, MetricDeclaration>>;
