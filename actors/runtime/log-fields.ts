/**
 * Every field of our log lines and its type in Elasticsearch: names of the Elastic Common Schema where it has one, else
 * below a name of ours. What is not here is not written as a field, and `k8s/logging/index-template.json` maps all of it.
 */
export const LOG_FIELDS = {
  /** About whom. */
  "gateway.id": "keyword",
  "actor.type": "keyword",
  "actor.id": "keyword",
  "actor.partition": "long",
  /** Of a row in its partition. */
  "actor.position": "long",
  /** A node that the line tells of; who writes it is in `service.node.name`. */
  "node.id": "keyword",
  "node.host": "keyword",
  "node.pid": "long",
  "artifact.id": "keyword",
  "dead_letter.id": "keyword",
  "consumer.group": "keyword",
  "consumer.deliveries": "long",
  "consumer.sequence": "long",
  /** What was done or failed, out of a small set. */
  "event.action": "keyword",
  /** How many of what the message names. */
  "items.count": "long",
  "messaging.client.id": "keyword",
  "messaging.destination.name": "keyword",
  "http.request.id": "keyword",
  "http.request.method": "keyword",
  "url.path": "keyword",
  /** What was written. */
  "file.path": "keyword",
  "tls.server.not_after": "date",
  /** The variable of the environment that decided it. */
  "config.variable": "keyword",
  /** Of a change of levels; a module is what `log.logger` says, `*` is all. */
  "log_change.level": "keyword",
  "log_change.module": "keyword",
  "log_change.expire_time": "date",
  /** An audit log that the database did not take. */
  audit: "flattened",
  "trace.id": "keyword",
  "span.id": "keyword",
  /** Of the table of errors, or of the driver. */
  "error.code": "keyword",
} as const;

type ValueOf = { keyword: string | readonly string[]; long: number; date: string; flattened: object };

/** What a line tells besides its message. An `error` becomes `error.type`, `error.message` and `error.stack_trace`. */
export type LogFields = {
  readonly [Field in keyof typeof LOG_FIELDS]?: ValueOf[(typeof LOG_FIELDS)[Field]];
} & { readonly error?: unknown };
