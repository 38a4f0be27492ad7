import type { IncomingMessage } from "node:http";
import { type Answer, jsonAnswer, textAnswer } from "./answer.ts";

/** Of this node alone. */
export type Health = {
  /** Have all services started, once? */
  readonly started: boolean;
  readonly ready: boolean;
  readonly problems: readonly string[];
};

/** By path. */
export type PlainPages = Readonly<Record<string, (request: IncomingMessage) => Answer>>;

type PlainOptions = {
  readonly metricsText: () => string;
  readonly health: () => Health;
  /** Of the whole cluster, where this node tells of it. */
  readonly clusterText?: (() => string) | undefined;
};

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Pages without a token: they carry no secrets and no gateway ids. `/livez` looks at nothing: that it answers is what
 * it says, and a node must not be restarted because a server is away.
 */
export function plainPages({
  metricsText,
  health,
  clusterText,
}: PlainOptions): Readonly<Record<string, () => Answer>> {
  return {
    "/livez": () => jsonAnswer(200, { status: "ok" }),
    "/healthz": () => {
      const { started } = health();
      return jsonAnswer(started ? 200 : 503, { status: started ? "ok" : "starting" });
    },
    "/readyz": () => {
      const { ready, problems } = health();
      return jsonAnswer(ready ? 200 : 503, { ready, problems });
    },
    "/metrics": () => textAnswer(METRICS_TYPE, metricsText()),
    ...(clusterText && { "/metrics/cluster": () => textAnswer(METRICS_TYPE, clusterText()) }),
  };
}
